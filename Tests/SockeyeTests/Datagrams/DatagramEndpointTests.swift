import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `A datagram socket takes an address as it was told` {
    @Test func `to bind to and to connect to`() async throws {
        try await withDatagramSocket(boundTo: SocketAddress.ipv4(.loopback, port: 0)) { server in
            try await withDatagramSocket(to: server.localAddress) { client in
                try await client.send("hi")
                let datagram: Datagram = try await server.receive()
                #expect(datagram.bytes == Array("hi".utf8))
                #expect(datagram.header.from == client.localAddress)
            }
            let second = try await DatagramSocket.connect(to: server.localAddress)
            #expect(second.remoteAddress == server.localAddress)
            second.close()
        }
    }
}
