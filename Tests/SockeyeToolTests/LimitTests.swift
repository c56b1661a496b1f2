import Foundation
import Sockeye
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeCLI

/// The limits of `sockeye serve`, with Python at the other end.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct LimitTests {
    private func run(_ body: String, _ options: String...) throws -> (client: String, server: Outcome) {
        let server = try Program.sockeye(arguments: ["serve"] + options + ["0"])
        let client = try Program.python(Script.prelude + body, server.port()).finish()
        #expect(client.errors == "")
        server.send(SIGINT)
        return (client.text, server.finish(closingInput: false))
    }

    @Test func `a client too many waits until another has gone`() throws {
        let body = """
            s = connect(); s.sendall(b'1'); print(s.recv(99))
            t = connect(); t.sendall(b'2'); t.settimeout(0.3)
            try: t.recv(99); print('served')
            except TimeoutError: print('waits')
            s.close(); t.settimeout(60); print(t.recv(99))
            """
        #expect(try run(body, "--max-connections", "1").client == "b'Got it!'\nwaits\nb'Got it!'\n")
    }

    @Test func `the limit holds for all addresses together`() throws {
        let server = try Program.sockeye("serve", "--max-connections", "1", "127.0.0.1:0", "127.0.0.2:0")
        let errors = try server.wait(for: "Listening on ", times: 2)
        let ports = errors.matches(of: #/Listening on \S*:(\d+)\n/#).map { String($0.output.1) }
        // Whichever address the one client has come to, those of both wait.
        let body = """
            one, two = ('127.0.0.1', int(sys.argv[1])), ('127.0.0.2', int(sys.argv[2]))
            for first, others in ((one, (two, one)), (two, (one, two))):
                s = socket.create_connection(first, 60); s.sendall(b'1'); print(s.recv(99))
                waiting = [socket.create_connection(other, 60) for other in others]
                for t in waiting: t.sendall(b'2'); t.settimeout(0.3)
                for t in waiting:
                    try: t.recv(99); print('served')
                    except TimeoutError: print('waits')
                s.close()
                for t in waiting: t.settimeout(60)
                import select
                while waiting:  # one after the other: each frees its place for the next
                    for t in select.select(waiting, [], [], 60)[0]: print(t.recv(99)); t.close(); waiting.remove(t)
            """
        let client = try Program.python(Script.prelude + body, ports[0], ports[1]).finish()
        #expect(client.errors == "")
        let round = "b'Got it!'\nwaits\nwaits\nb'Got it!'\nb'Got it!'\n"
        #expect(client.text == round + round)
        server.send(SIGINT)
        server.finish(closingInput: false)
    }

    @Test func `who waits for a place does not hold up the end`() throws {
        let server = try Program.sockeye(
            "serve",
            "--max-connections",
            "1",
            "--drain",
            "0",
            "127.0.0.1:0",
            "127.0.0.2:0"
        )
        let errors = try server.wait(for: "Listening on ", times: 2)
        let ports = errors.matches(of: #/Listening on \S*:(\d+)\n/#).map { String($0.output.1) }
        let body = """
            s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 60); s.sendall(b'1'); print(s.recv(99))
            t = socket.create_connection(('127.0.0.2', int(sys.argv[2])), 60); print('waits', flush=True)
            try: print(t.recv(99))
            except ConnectionResetError: print('reset')
            sys.stdin.readline()
            """
        let client = try Program.python(Script.prelude + body, ports[0], ports[1])
        try client.wait(for: "waits", in: .output)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).errors.contains("0 finished, 1 was cut off.\n"))
        #expect(client.finish().text == "b'Got it!'\nwaits\nreset\n")
    }

    @Test func `silence ends a connection`() throws {
        #expect(try run("print(connect().recv(99))", "--idle-timeout", "200ms").client == "b''\n")
    }

    @Test func `who is denied is disconnected`() throws {
        let body = """
            try: print(connect().recv(99))
            except ConnectionResetError: print('reset')
            """
        #expect(try run(body, "--deny", "127.0.0.0/8").client == "reset\n")
        #expect(try run(body, "--allow", "10.0.0.0/8").client == "reset\n")
        #expect(
            try run("s = connect(); s.sendall(b'x'); print(s.recv(99))", "--allow", "127.0.0.1").client
                == "b'Got it!'\n"
        )
    }

    @Test(arguments: [
        (["--deny", "127.0.0.0/8"], "is not let in: --deny 127.0.0.0/8\n"),
        (["--allow", "10.0.0.0/8"], "is not let in: it is in no network of --allow\n"),
    ])
    func `who is denied is told of once, and then counted`(options: [String], words: String) throws {
        for address in ["0", "udp:0"] {
            let server = try Program.sockeye(arguments: ["serve", address] + options)
            let body = """
                for i in range(20):
                    if sys.argv[2] != '0': socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', int(sys.argv[1]))); continue
                    try: connect().recv(9)
                    except ConnectionResetError: pass
                """
            #expect(try Program.python(Script.prelude + body, server.port(), address).finish().errors == "")
            // The line that counts comes after five seconds.
            let errors = try server.wait(for: "19 more not let in, within 5 s; the last: 127.0.0.1:")
            #expect(errors.ranges(of: words).count == 1, "\(errors)")
            server.send(SIGINT)
            #expect(server.finish(closingInput: false).errors.ranges(of: "not let in").count == 2)
        }
    }

    @Test func `a client of localhost learns that it was turned away, and not that another address refused`() throws {
        let server = try Program.sockeye("serve", "--deny", "127.0.0.1", "127.0.0.1:0")
        let client = try Program.sockeye("connect", "localhost:\(server.port())", "--receive-only").finish()
        #expect(client.status == 1)
        #expect(client.errors.split(separator: "\n").first?.contains("[::1]") == false, "\(client.errors)")
        #expect(
            client.errors.contains("what happened: connection reset") || client.errors.contains("broken off at once")
        )
        server.send(SIGINT)
        server.finish(closingInput: false)
    }

    @Test(arguments: ["0", "udp:0"])
    func `who is denied is an event, also of a quiet server`(address: String) throws {
        let networks = ["--deny", "127.0.0.0/8"]
        let server = try Program.sockeye(arguments: ["serve", "--json", "--quiet", address] + networks)
        let body =
            address == "0"
            ? "try: connect().recv(9)\nexcept ConnectionResetError: pass"
            : "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', int(sys.argv[1])))"
        #expect(try Program.python(Script.prelude + body, server.port()).finish().errors == "")
        let text = try server.wait(for: #""network":"127.0.0.0/8"}"#, in: .output)
        let number = address == "0" ? #""connection":1,"# : ""
        #expect(text.contains(#""event":"denied",\#(number)"local":"127.0.0.1:"#), "\(text)")
        #expect(text.contains(#""reason":"deny","network":"127.0.0.0/8"}"#), "\(text)")
        server.send(SIGINT)
        server.finish(closingInput: false)
    }

    @Test func `a Unix socket has no networks to let in`() throws {
        for address in ["unix:/tmp/never-\(UUID())", "unix-datagram:/tmp/never-\(UUID())"] {
            for option in ["--allow", "--deny"] {
                let outcome = try Program.sockeye("serve", address, "0", option, "127.0.0.1").finish()
                #expect(outcome.status == 64)
                #expect(outcome.text == "")
                #expect(outcome.errors.contains("\(option): the clients of unix"), "\(outcome.errors)")
                #expect(!outcome.errors.contains("Listening"))
            }
        }
    }

    @Test func `a quiet server does not tell who is denied`() throws {
        let server = try Program.sockeye("serve", "--quiet", "--deny", "127.0.0.0/8", "0")
        let body = "try: connect().recv(9)\nexcept ConnectionResetError: print('reset')"
        #expect(try Program.python(Script.prelude + body, server.port()).finish().text == "reset\n")
        server.send(SIGINT)
        #expect(!server.finish(closingInput: false).errors.contains("not let in"))
    }

    @Test func `nobody is sent where he is turned away`() throws {
        let own = [("a", "192.168.1.2"), ("b", "10.0.0.2")].map { name, text in
            InterfaceAddress(interface: name, address: .ipv4(IPv4Address(text) ?? .any, port: 0))
        }
        func lines(_ address: SocketAddress, allow: [String] = [], deny: [String] = []) throws -> String {
            var options = ServeOptions()
            options.allow = try allow.map(NetworkPrefix.init(parsing:))
            options.deny = try deny.map(NetworkPrefix.init(parsing:))
            return Announcement(of: address, isQuiet: false, interfaces: own, options).lines.joined(separator: "\n")
        }
        let everywhere = SocketAddress.ipv4(.any, port: 1337)
        let all = try lines(everywhere)
        #expect(all.contains("connect 192.168.1.2:1337") && all.contains("connect 10.0.0.2:1337"))
        for text in [
            try lines(everywhere, allow: ["192.168.0.0/16"]),
            try lines(everywhere, deny: ["10.0.0.0/8", "127.0.0.0/8"]),
        ] {
            #expect(text.contains("connect 192.168.1.2:1337") && !text.contains("10.0.0.2"), "\(text)")
            #expect(!text.contains("This computer reaches it"))
        }
        let elsewhere = try lines(everywhere, allow: ["203.0.113.7"])
        #expect(!elsewhere.contains("sockeye connect") && elsewhere.contains("clients of other networks"))
        #expect(!elsewhere.contains("Others cannot reach it"))
        #expect(try lines(.ipv4(IPv4Address(10, 0, 0, 2), port: 1), deny: ["10.0.0.0/8"]).contains("other networks"))
        #expect(try lines(.ipv4(.loopback, port: 1), allow: ["10.0.0.0/8"]).contains("Nobody reaches it"))
        #expect(try lines(.ipv4(.loopback, port: 1), allow: ["127.0.0.1"]).contains("sockeye connect 1\n"))
    }

    @Test(arguments: [("*:1", FamilyPreference.any, true), ("*:1", .ipv6Only, false), ("[::]:1", .any, false)])
    func `nobody is sent over IPv4 to a server of IPv6 alone`(typed: String, family: FamilyPreference, isBoth: Bool)
        throws
    {
        for udp in ["", "udp:"] {
            let address = try TypedAddress(udp + typed, command: "serve")
            let lines = Announcement(of: .ipv6(.any, port: 1), address, family, isQuiet: false).lines
            let own = isBoth ? "\(udp)1" : "'\(udp)[::1]:1'"
            #expect(lines.contains("This computer reaches it with: sockeye connect \(own)"), "\(lines)")
            #expect(isBoth || !lines.contains { $0.contains(#/connect '?(udp:)?\d+\./#) }, "\(lines)")
        }
    }

    @Test func `a drain lets clients finish and counts them`() throws {
        let server = try Program.sockeye("serve", "--drain", "30s", "--quiet", "0")
        let body = """
            s.sendall(b'1'); print(s.recv(99), flush=True)
            sys.stdin.readline()
            while True:  # until nobody new is taken: then the drain has begun
                try: connect().close()
                except OSError: break
            s.sendall(b'2'); print(s.recv(99)); s.close()
            """
        let client = try Program.python(Script.client(body), server.port())
        try client.wait(for: "Got it!", in: .output)
        server.send(SIGTERM)
        try server.wait(for: "Taking no more clients")
        client.write("go on\n")
        #expect(client.finish().text == "b'Got it!'\nb'Got it!'\n")
        let outcome = server.finish(closingInput: false)
        // Those that came while the listener was being closed count too.
        #expect(outcome.errors.contains(" finished, 0 were cut off."))
        #expect(outcome.status == 0)
    }

    @Test(arguments: [
        (["--max-connections", "0"], "at least 1"), (["--idle-timeout", "0"], "in no time"),
        (["--idle-timeout", "soon"], "soon"), (["--allow", "10.1.2.3/8"], "behind the first 8"),
        (["--deny", "office"], "no IPv4 or IPv6 address"),
        (["--once", "--max-connections", "2"], "single client: --max-connections, for many, does not"),
        (["--once", "--drain", "2s"], "--drain, for many, does not"),
        (["--terminal", "--max-connections", "2"], "--terminal serves a single client: --max-connections, for many"),
        (["--terminal", "--drain", "2s", "--loops", "2"], "client: --drain and --loops, for many, do not"),
        (["--receive", "/dev/null", "--max-connections", "2"], "not a folder, serves a single client"),
        (["--idle-timeout", "10us"], "the shortest is 1ms"), (["--idle-timeout", "0.01ms"], "the shortest is 1ms"),
        (["--idle-timeout", "0.1us"], "the shortest is 1ms"),
        (["--idle-timeout", "0.0001us"], "less than a nanosecond"),
        (["--idle-timeout", "1h30"], "a number with its unit (us, ms, s, m, h or d), several of these, or seconds"),
        (["--once", "--drain", "2s", "--max-connections", "2"], "--max-connections and --drain, for many, do not"),
    ])
    func `a wrong limit is a wrong command`(options: [String], explanation: String) throws {
        let outcome = try Program.sockeye(arguments: ["serve"] + options).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains(explanation), "\(outcome.errors)")
    }

    @Test(
        arguments: [
            ("500ms", .milliseconds(500)), ("2", .seconds(2)), ("0.5s", .milliseconds(500)), ("3m", .seconds(180)),
            ("1h", .seconds(3600)), ("0", .zero), ("2S", .seconds(2)), ("", nil), ("s", nil), ("-1s", nil),
            ("nan", nil),
            ("inf", nil), ("1e3", nil), ("1 s", nil), ("1d", .seconds(86_400)), ("10000h", nil),
            ("366d", .seconds(31_622_400)), ("367d", nil),
            ("10us", .microseconds(10)), ("2.5\u{B5}s", .nanoseconds(2_500)), ("10\u{3BC}s", .microseconds(10)),
            ("1h30m", .seconds(5_400)), ("1d2h3m4s5ms6us", .nanoseconds(93_784_005_006_000)),
            ("1.5h30m", .seconds(7_200)),
            ("1H30M", .seconds(5_400)), ("30m1h", nil), ("1h1h", nil), ("1h30", nil), ("1h-3m", nil), ("1h 3m", nil),
            ("1w", nil), ("5ns", nil), ("h", nil), ("1hm", nil), ("1m366d", nil), (".5", nil), ("1.2.3", nil),
        ] as [(String, Duration?)]
    )
    func `a time is read as it is typed`(text: String, duration: Duration?) {
        #expect(TypedDuration(argument: text)?.duration == duration)
    }
}
