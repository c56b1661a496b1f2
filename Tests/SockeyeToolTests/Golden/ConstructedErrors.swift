import Sockeye
import SockeyeSystem

@testable import SockeyeCLI

/// Errors that a test cannot bring about everywhere: other computers, privileges, name servers, full tables.
enum ConstructedErrors {
    static var text: String { (advice + datagrams + names + others).joined(separator: "\n") + "\n" }

    private static let here = SocketAddress.ipv4(.loopback, port: 1337)
    private static let there = SocketAddress.ipv4(IPv4Address(192, 0, 2, 7), port: 1337)
    private static let thereIPv6 = SocketAddress.ipv6(IPv6Address("2001:db8::7") ?? .loopback, port: 1337)

    // MARK: Connections

    private static let own = Facts(ownAddresses: ["192.0.2.1:1337"])

    private static let rows: [(title: String, error: SocketError, endpoint: Endpoint, facts: Facts)] = [
        (
            "refused by another computer", SocketError(.connectionRefused, .connect, remoteAddress: there),
            "192.0.2.7:1337", Facts()
        ),
        (
            "refused here, with a server at another address",
            SocketError(.connectionRefused, .connect, remoteAddress: here), "127.0.0.1:1337",
            Facts(elsewhere: ElsewhereListener(address: .ipv6(.any, port: 1337), holder: .unknownProgram))
        ),
        (
            "refused here, with a server at another address, of the other family",
            SocketError(.connectionRefused, .connect, remoteAddress: .ipv6(.loopback, port: 1337)), "[::1]:1337",
            Facts(elsewhere: ElsewhereListener(address: here, holder: .program(name: "python3", id: 42)))
        ),
        (
            "refused here, with a server for IPv4",
            SocketError(.connectionRefused, .connect, remoteAddress: .ipv6(.loopback, port: 1337)), "[::1]:1337",
            Facts(elsewhere: ElsewhereListener(address: .ipv4(.any, port: 1337), holder: .unknownProgram))
        ),
        ("no route", SocketError(.networkUnreachable, .connect, remoteAddress: there), "192.0.2.7:1337", Facts()),
        (
            "no route, IPv6", SocketError(.networkUnreachable, .connect, remoteAddress: thereIPv6),
            "[2001:db8::7]:1337", Facts()
        ),
        ("no host", SocketError(.hostUnreachable, .connect, remoteAddress: there), "192.0.2.7:1337", Facts()),
        ("timed out connecting", SocketError(.timedOut, .connect, remoteAddress: there), "192.0.2.7:1337", Facts()),
        (
            "timed out connecting to this computer", SocketError(.timedOut, .connect, remoteAddress: here), "1337",
            Facts()
        ),
        (
            "timed out connecting to a Unix socket",
            SocketError(.timedOut, .connect), "unix:/tmp/x.sock", Facts()
        ),
        ("timed out later", SocketError(.timedOut, .receive, remoteAddress: there), "192.0.2.7:1337", Facts()),
        ("name unknown", SocketError(.nameNotFound, .resolve), "nosuch.invalid:1337", Facts()),
        ("no name service", SocketError(.nameServiceUnavailable, .resolve), "example.org:1337", Facts()),
        ("no files left", SocketError(.tooManyOpenFiles, .accept), "1337", Facts()),
        ("no such option", SocketError(.unsupported, .option), "unix:/tmp/x.sock", Facts()),
        ("no such socket", SocketError(.unsupported, .create), "[::1]:1337", Facts()),
        ("unexplained", SocketError(.system, .receive), "1337", Facts()),
        (
            "in use by another user's", SocketError(.addressInUse, .bind, localAddress: here), "1337",
            Facts(holder: .unknownProgram)
        ),
        (
            "in use by this command", SocketError(.addressInUse, .bind, localAddress: here), "1337",
            Facts(holder: .program(name: "sockeye", id: Int(ThisProcess.id)))
        ),
        (
            "in use, a live Unix server",
            SocketError(.addressInUse, .bind, detail: "a server runs there"), "unix:/tmp/x.sock", Facts()
        ),
        (
            "in use for a minute", SocketError(.addressInUse, .bind, localAddress: here), "1337",
            Facts(holder: .timeWait)
        ),
        (
            "in use by connections", SocketError(.addressInUse, .bind, localAddress: here), "1337",
            Facts(holder: .connections)
        ),
        ("in use by nobody knows whom", SocketError(.addressInUse, .bind, localAddress: here), "1337", Facts()),
        (
            "in use, a Unix socket left behind", SocketError(.addressInUse, .bind), "unix:/tmp/x.sock",
            Facts(holder: .nobody)
        ),
        ("in use, a Unix socket unknown", SocketError(.addressInUse, .bind), "unix:/tmp/x.sock", Facts()),
        ("for the administrator", SocketError(.permissionDenied, .bind), "80", Facts()),
        ("a forbidden file", SocketError(.permissionDenied, .bind), "unix:/tmp/x.sock", Facts()),
        (
            "forbidden by a policy", SocketError(.permissionDenied, .connect, remoteAddress: there), "192.0.2.7:1337",
            Facts()
        ),
        (
            "reset by who had taken it", SocketError(.connectionReset, .connect, remoteAddress: there),
            "192.0.2.7:1337",
            Facts()
        ),
        (
            "a source below 1024",
            SocketError(.permissionDenied, .connect, localAddress: here.with(port: 80), remoteAddress: there),
            "192.0.2.7:1337",
            Facts()
        ),
        ("no port left", SocketError(.addressNotAvailable, .connect), "192.0.2.7:1337", Facts()),
    ]

    private static var advice: [String] {
        rows.map { row in
            let advice = Advice(for: row.error, at: row.endpoint, facts: row.facts, command: "serve")
            return
                (["# \(row.title)", "  likely cause:  \(advice.cause)"] + advice.next.map { "  try next:      \($0)" }
                + [""])
                .joined(separator: "\n")
        }
    }

    // MARK: Datagrams

    private static var datagrams: [String] {
        let errors: [(String, SocketError, String)] = [
            ("a datagram too long", SocketError(.messageTooLong, .send, remoteAddress: there), "connect"),
            ("a broadcast", SocketError(.permissionDenied, .send, remoteAddress: there), "connect"),
        ]
        return errors.compactMap { title, error, command in
            guard let typed = try? TypedAddress("udp:192.0.2.7:1337", command: command) else { return nil }
            return Failure.ofDatagrams(error, typed, command: command).map {
                "# \(title)\n\($0.description(columns: .max))\n"
            }
        }
    }

    // MARK: Names

    private static var names: [String] {
        let rows: [(String, SocketError, FamilyPreference)] = [
            ("unknown", SocketError(.nameNotFound, .resolve), .any),
            ("unknown in one family", SocketError(.nameNotFound, .resolve), .ipv6Only),
            ("no name service", SocketError(.nameServiceUnavailable, .resolve), .any),
            ("no answer", SocketError(.timedOut, .resolve), .any),
            ("no such interface", SocketError(.invalidAddress, .resolve), .any),
            ("the resolver's own", SocketError(.system, .resolve), .any),
        ]
        return rows.map { title, error, family in
            "# a name: \(title)\n\(Failure(error, resolving: "example.org", family).description(columns: .max))\n"
        }
    }

    private static var others: [String] {
        [
            Failure.tooManyConnections(100_000, needed: 100_032, limit: 1024, "sockeye bench 7000"),
            reset(attempts: ["[::1]:1337: connection refused (ECONNREFUSED)"]),
            Failure(commandFor: here, "/bin/sh -c 'exit 3'", status: 3),
            Failure(commandFor: here, "/bin/sh -c 'exit 3'", status: 137),
            Failure.output(.init(rawValue: 5)),
            Failure.family("example.org", has: [there], .ipv6, "-6 asks for IPv6", without: "-6"),
        ].map { "# \($0.attempted)\n\($0.description(columns: .max))\n" }
    }

    /// A name whose first address refuses, and whose second has broken off.
    private static func reset(attempts: [String]) -> Failure {
        let detail = "also tried \(attempts.joined(separator: ", "))"
        let error = SocketError(.reset, .connect, errno: .connectionReset, remoteAddress: here, detail: detail)
        guard let typed = try? TypedAddress("localhost:1337", command: "connect") else {
            return Failure(attempted: "", happened: "", cause: "", next: [], status: 0)
        }
        return Failure(error, typed, command: "connect")
    }
}
