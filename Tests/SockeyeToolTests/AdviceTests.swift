import ArgumentParser
import Sockeye
import Testing

@testable import SockeyeCLI

/// The mapping from an error to its likely cause and the next command, as a table.
@Suite struct AdviceTests {
    struct Row: Sendable {
        let error: SocketError
        let endpoint: Endpoint
        var facts = Facts()
        let cause: String
        let next: String
    }

    static let here = SocketAddress.ipv4(.loopback, port: 1337)
    static let there = SocketAddress.ipv4(IPv4Address(192, 0, 2, 7), port: 1337)
    static let low = SocketAddress.ipv4(.loopback, port: 80)

    static let second = SocketAddress.ipv4(IPv4Address(127, 0, 0, 2), port: 7000)

    static let rows: [Row] = [
        // The address that was typed, where the port alone would be another.
        Row(
            error: SocketError(.connectionRefused, .connect, remoteAddress: second),
            endpoint: "127.0.0.2:7000",
            cause: "no program on this computer listens on port 7000",
            next: "sockeye serve 127.0.0.2:7000"
        ),
        Row(
            error: SocketError(.connectionRefused, .connect, remoteAddress: here),
            endpoint: "127.0.0.1:1337",
            cause: "no program on this computer listens on port 1337",
            next: "sockeye serve 1337"
        ),
        Row(
            error: SocketError(.connectionRefused, .connect, remoteAddress: here),
            endpoint: "127.0.0.1:1337",
            facts: Facts(
                elsewhere: ElsewhereListener(
                    address: .ipv6(.loopback, port: 1337),
                    holder: .program(name: "python3", id: 42)
                )
            ),
            cause: "python3 (process 42) listens on port 1337, but at [::1]:1337 only, and not at 127.0.0.1",
            next: "sockeye connect '[::1]:1337'"
        ),
        Row(
            error: SocketError(.connectionRefused, .connect, remoteAddress: there),
            endpoint: "192.0.2.7:1337",
            facts: Facts(elsewhere: ElsewhereListener(address: .ipv6(.any, port: 1337), holder: .unknownProgram)),
            cause: "container, listens on port 1337, but at addresses of IPv6 only, and not at 192.0.2.7",
            next: "sockeye connect '[::1]:1337'"
        ),
        Row(
            error: SocketError(.connectionRefused, .connect, remoteAddress: there),
            endpoint: "192.0.2.7:1337",
            cause: "192.0.2.7 is there, but nothing listens",
            next: "ss -ltn 'sport = :1337'"
        ),
        Row(
            error: SocketError(.connectionRefused, .connect),
            endpoint: "unix:/tmp/x.sock",
            cause: "the server that made it has ended",
            next: "rm /tmp/x.sock"
        ),
        Row(
            error: SocketError(.addressInUse, .bind, localAddress: here),
            endpoint: "1337",
            facts: Facts(holder: .program(name: "python3", id: 42)),
            cause: "python3 (process 42)",
            next: "kill 42"
        ),
        Row(
            error: SocketError(.addressInUse, .bind, localAddress: here),
            endpoint: "1337",
            facts: Facts(holder: .unknownProgram),
            cause: "another user",
            next: "sudo ss -ltnp"
        ),
        Row(
            error: SocketError(.addressInUse, .bind, localAddress: here),
            endpoint: "1337",
            facts: Facts(holder: .timeWait),
            cause: "TIME_WAIT",
            next: "in a minute"
        ),
        Row(
            error: SocketError(.addressInUse, .bind, localAddress: here),
            endpoint: "1337",
            facts: Facts(holder: .connections),
            cause: "still has connections",
            next: "sudo ss -tnp"
        ),
        Row(
            error: SocketError(.addressInUse, .bind),
            endpoint: "unix:/tmp/x.sock",
            facts: Facts(holder: .nobody),
            cause: "left its file behind",
            next: "rm /tmp/x.sock"
        ),
        Row(
            error: SocketError(.permissionDenied, .bind, localAddress: low),
            endpoint: "80",
            cause: "ports below 1024",
            next: "sockeye serve 8080"
        ),
        Row(
            error: SocketError(.addressNotAvailable, .bind, localAddress: there),
            endpoint: "192.0.2.7:1337",
            facts: Facts(ownAddresses: ["10.0.0.3:1337"]),
            cause: "10.0.0.3:1337",
            next: "sockeye serve '*:1337'"
        ),
        Row(
            error: SocketError(.nameNotFound, .resolve),
            endpoint: "nosuch.invalid:80",
            cause: "misspelt",
            next: "getent hosts nosuch.invalid"
        ),
        Row(
            error: SocketError(.networkUnreachable, .connect, remoteAddress: there),
            endpoint: "192.0.2.7:1337",
            cause: "no way to that address",
            next: "ip route get 192.0.2.7"
        ),
        Row(
            error: SocketError(.hostUnreachable, .connect, remoteAddress: there),
            endpoint: "192.0.2.7:1337",
            cause: "no computer answers",
            next: "ping -c 3 192.0.2.7"
        ),
        Row(
            error: SocketError(.timedOut, .connect, remoteAddress: there),
            endpoint: "192.0.2.7:1337",
            facts: Facts(isOwnAddress: true),
            cause: "the program there does not accept",
            next: "sockeye doctor 192.0.2.7:1337"
        ),
        Row(
            error: SocketError(.timedOut, .connect, remoteAddress: there),
            endpoint: "192.0.2.7:1337",
            cause: "a firewall drops",
            next: "ping -c 3 192.0.2.7"
        ),
        Row(
            error: SocketError(.connectionReset, .receive, remoteAddress: there),
            endpoint: "192.0.2.7:1337",
            cause: "crashed",
            next: "look at what"
        ),
    ]

    @Test(arguments: 0..<16)
    func `an error has a cause and a next command`(index: Int) {
        let row = Self.rows[index]
        let advice = Advice(for: row.error, at: row.endpoint, facts: row.facts, command: "connect")
        #expect(advice.cause.contains(row.cause))
        #expect(advice.next.first?.hasPrefix(row.next) == true || advice.next.first?.contains(row.next) == true)
    }

    @Test(arguments: [
        ("192.0.2.7:1337", "192.0.2.7:1338"), ("[::1]:1337", "'[::1]:1338'"), ("*:1337", "'*:1338'"), ("1337", "1338"),
        ("localhost:1337", "localhost:1338"), ("0.0.0.0:1337", "0.0.0.0:1338"),
    ])
    func `another port is one of the interface that was typed`(typed: String, other: String) throws {
        let endpoint = try Endpoint(parsing: typed)
        let error = SocketError(.addressInUse, .bind, localAddress: endpoint.socketAddress)
        let advice = Advice(for: error, at: endpoint, facts: Facts(holder: .timeWait), command: "serve")
        #expect(advice.next.contains("sockeye serve \(other)   takes another port"), "\(advice.next)")
    }

    @Test func `every code has advice`() {
        #expect(Self.rows.count == 19)
        for code in SocketError.Code.allCases {
            let advice = Advice(for: SocketError(code, .connect), at: "localhost:1337", command: "connect")
            #expect(!advice.cause.isEmpty && !advice.next.isEmpty)
        }
    }

    @Test func `only what --timeout has ended is told with its name`() throws {
        let limits = try ConnectLimits.parse(["--timeout", "300ms"])
        let refused = SocketError(.connectionRefused, .connect, remoteAddress: Self.second)
        func error(_ code: SocketError.Code, _ operation: SocketError.Operation, errno: Errno? = nil) -> SocketError {
            SocketError(
                code,
                operation,
                errno: errno,
                remoteAddress: Self.there,
                detail: "after 0.3 seconds; 127.0.0.2:7000: refused",
                attempts: [refused]
            )
        }
        let named = limits.naming(error(.timedOut, .connect))
        #expect(named.detail == "timed out: no answer within 300 ms (--timeout); 127.0.0.2:7000: refused")
        #expect(named.remoteAddress == Self.there && named.attempts.map(\.code) == [.refused])
        // The kernel's own limit, what comes later, and every other answer.
        let others = [
            error(.timedOut, .connect, errno: .timedOut), error(.timedOut, .receive), error(.unreachable, .connect),
        ]
        for other in others { #expect(limits.naming(other).detail == other.detail) }
        let unlimited = try ConnectLimits.parse([])
        #expect(unlimited.naming(error(.timedOut, .connect)).detail == error(.timedOut, .connect).detail)
    }

    @Test func `an address of this computer is known as one where nothing has answered`() {
        func isOwn(_ address: SocketAddress) -> Bool {
            let error = SocketError(.timedOut, .connect, remoteAddress: address)
            return Facts.gathered(for: error, .address(address)).isOwnAddress
        }
        #expect(isOwn(Self.here) && !isOwn(Self.there))
    }

    @Test func `who waits for data here is not told of a queue of clients`() {
        let error = SocketError(.timedOut, .receive, remoteAddress: Self.here)
        #expect(!Advice(for: error, at: "1337", command: "connect").cause.contains("does not accept"))
    }
}
