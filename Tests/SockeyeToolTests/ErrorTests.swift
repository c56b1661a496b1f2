import Foundation
import TestSupport
import Testing

/// What a person reads when it does not work: four parts on standard error, nothing on standard output, a status.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ErrorTests {
    private func expect(
        _ outcome: Outcome,
        status: Int32 = 1,
        _ parts: String...,
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.text == "", sourceLocation: location)
        #expect(outcome.status == status, sourceLocation: location)
        for part in ["sockeye: could not ", "what happened:", "likely cause:", "try next:"] + parts {
            #expect(outcome.errors.contains(part), "\(part) in \(outcome.errors)", sourceLocation: location)
        }
    }

    @Test func `a refusal says what to start`() throws {
        let port = try Peers.closedPort()
        let outcome = try Program.sockeye("connect", "127.0.0.1:\(port)").finish()
        expect(outcome, "connect to 127.0.0.1:\(port)", "connection refused (ECONNREFUSED)", "sockeye serve \(port)")
    }

    @Test func `a refusal by the other family than the server's names the server`() throws {
        let server = try Program.python(Script.server("sys.stdin.read()"))
        let port = try server.firstLine()
        let outcome = try Program.sockeye("connect", "[::1]:\(port)").finish()
        expect(
            outcome,
            "(process \(server.id)) listens on port \(port), but at 127.0.0.1:\(port)",
            "sockeye connect 127.0.0.1"
        )
        server.finish()
    }

    @Test func `an address in use names the program that holds it`() throws {
        let holder = try Program.python(Script.server("sys.stdin.read()"))
        let outcome = try Program.sockeye("serve", holder.firstLine()).finish()
        expect(outcome, "(EADDRINUSE)", "(process \(holder.id)) already listens", "kill \(holder.id)")
        holder.finish()
    }

    @Test func `an address that is not of this computer`() throws {
        expect(try Program.sockeye("serve", "192.0.2.77:1337").finish(), "(EADDRNOTAVAIL)", "sockeye serve '*:1337'")
    }

    @Test func `a name that nobody knows`() throws {
        expect(try Program.sockeye("connect", "nosuch.invalid:1337").finish(), "nosuch.invalid", "getent hosts")
    }

    @Test func `an address without a route is told`() throws {
        expect(try Program.sockeye("connect", "224.0.0.1:1337").finish(), "(ENETUNREACH)", "group of computers")
    }

    @Test func `a Unix socket that is not there`() throws {
        expect(try Program.sockeye("connect", "unix:/nonexistent/x.sock").finish(), "(ENOENT)", "sockeye serve unix:")
    }

    @Test func `a port for the administrator`() throws {
        let limit =
            (try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding: .utf8)) ?? ""
        let isOpen = Int(limit.trimmingCharacters(in: .whitespacesAndNewlines)).map { $0 <= 1 } ?? false
        // Nobody's user id is 65534 everywhere; only root can take it on.
        guard getuid() == 0, !isOpen, let setpriv = Peers.path("setpriv") else {
            print("skipped: this needs root, setpriv, and ports that are for the administrator")
            return
        }
        let arguments = ["--reuid=65534", "--clear-groups", "--bounding-set=-all", Program.sockeyePath, "serve", "1"]
        let outcome = try Program(setpriv, arguments).finish()
        guard !outcome.errors.contains("setpriv:") else {
            print("skipped: setpriv cannot run the tool as another user here")
            return
        }
        expect(outcome, "(EACCES)", "administrator", "sockeye serve 8001")
    }

    @Test(arguments: [
        ("localhost", "no port", "localhost:1337"), ("localhost:70000", "ports go from 0 to 65535", "sockeye connect"),
        ("tls:1337", "not there yet", "sockeye connect 1337"), ("", "no address", "localhost:1337"),
    ])
    func `a wrong address is wrong usage`(address: String, problem: String, next: String) throws {
        expect(try Program.sockeye("connect", address).finish(), status: 64, problem, next)
    }

    @Test(arguments: [
        ["serve", "--echo", "--discard"], ["serve", "--loops", "0"], ["connect"], ["nonsense"],
        ["serve", "--nonsense"],
    ])
    func `wrong options are wrong usage`(arguments: [String]) throws {
        let outcome = try Program(Program.sockeyePath, arguments).finish()
        #expect(outcome.text == "")
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("Usage: sockeye"))
    }

    @Test(arguments: ["serve", "connect", "bench", "tour", "explain", "doctor"])
    func `help has examples`(command: String) throws {
        let outcome = try Program.sockeye(command, "--help").finish()
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("sockeye \(command) "))
    }

    @Test func `the version is told`() throws {
        let outcome = try Program.sockeye("--version").finish()
        #expect(outcome.text.contains(#/^\d+\.\d+\.\d+\n$/#))
        #expect(outcome.status == 0)
    }
}
