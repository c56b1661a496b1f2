import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Python's datagrams at the other end` {
    /// Makes `family`, `address` and `s`, bound.
    private static let prelude = """
        import os, socket, sys
        family = getattr(socket, sys.argv[1])
        unix = family == socket.AF_UNIX
        address = sys.argv[2] if unix else (sys.argv[2], int(sys.argv[3]))
        s = socket.socket(family, socket.SOCK_DGRAM)
        s.settimeout(30)
        own = sys.argv[2] + '.py' if unix else (sys.argv[2], 0)

        """

    private func arguments(_ family: Family, _ address: SocketAddress) -> [String] {
        switch address.kind {
        case .ipv4(_, let port): [family.pythonName, "127.0.0.1", "\(port)"]
        case .ipv6(_, let port, _, _): [family.pythonName, "::1", "\(port)"]
        default: [family.pythonName, address.unixPath ?? ""]
        }
    }

    @Test(arguments: Family.allCases)
    func `as a client: a thousand messages, empty and large ones`(family: Family) async throws {
        let script =
            Self.prelude + """
                s.bind(own)
                for i in range(1000):
                    s.sendto(b'message %d' % i, address)
                    got, who = s.recvfrom(65535)
                    assert got == b'message %d' % i, got
                s.sendto(b'', address); assert s.recv(99) == b''
                s.sendto(b'y' * 60000, address); assert s.recv(65535) == b'y' * 60000
                s.sendto(b'over', address)
                if unix: os.remove(own)
                print('done')
                """
        try await withBound(family) { server in
            let python = try Python(script, arguments(family, server.localAddress))
            var count = 0
            while true {
                let datagram: Datagram = try await server.receive()
                if datagram.bytes == Array("over".utf8) { break }
                try await server.send(datagram.bytes, to: datagram.from)
                count += 1
            }
            #expect(count == 1002)
            #expect(try await python.end().text == "done\n")
        }
    }

    @Test(arguments: Family.allCases)
    func `as a server that answers a connected client`(family: Family) async throws {
        let script =
            Self.prelude + """
                s.bind(own)
                print(own if unix else s.getsockname()[1])
                while True:
                    data, who = s.recvfrom(65535)
                    s.sendto(data[::-1], who)
                    if data == b'': break
                if unix: os.remove(own)
                """
        let placeholder: SocketAddress =
            switch family {
            case .ipv4: .ipv4(.loopback, port: 0)
            case .ipv6: .ipv6(.loopback, port: 0)
            case .unix: try .unix(path: ScratchFolder.path())
            }
        let python = try Python(script, arguments(family, placeholder))
        let line = try await python.line()
        let endpoint: Endpoint =
            switch family {
            case .ipv4: try Endpoint(parsing: "127.0.0.1:\(line)")
            case .ipv6: try Endpoint(parsing: "[::1]:\(line)")
            case .unix: .unix(line)
            }
        try await withDatagramSocket(to: endpoint) { client in
            for text in ["abc", "stressed", String(repeating: "x", count: 9000)] {
                try await client.send(text)
                #expect(try await client.receiveText() == String(text.reversed()))
            }
            try await client.send([])
            #expect(try await client.receive().bytes == [])
        }
        #expect(try await python.end().status == 0)
    }

    /// What our kernel cuts arrives at others as single datagrams, and what theirs sends one by one is not put together wrongly.
    @Test func `pieces that are cut are datagrams like any other`() async throws {
        let script =
            Self.prelude + """
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                s.bind(own); print(s.getsockname()[1])
                sizes = []
                while True:
                    data, who = s.recvfrom(65535)
                    sizes.append(len(data))
                    if len(data) < 1000: break
                print(sizes == [1000] * 50 + [17])
                """
        let python = try Python(script, ["AF_INET", "127.0.0.1", "0"])
        let port = try #require(UInt16(try await python.line()))
        try await withDatagramSocket(to: .loopback(port: port)) { client in
            try await client.send(Pattern.bytes(50_017), inDatagramsOf: 1000)
        }
        #expect(try await python.end().text == "True\n")
    }
}
