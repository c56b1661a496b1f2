import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Sockets from elsewhere` {
    @Test(arguments: Family.allCases)
    func `a listening socket is adopted, and given away again`(family: Family) async throws {
        let socket = try Socket(family.addressFamily)
        try socket.bind(to: family.freshEndpoint())
        try socket.listen()
        let address = try socket.localAddress
        let listener = try Listener.adopt(socket.release())
        #expect(listener.localAddress == address)
        let client = try await Connection.connect(to: address.endpoint)
        let accepted = try await listener.accept()
        try await accepted.send("hi")
        #expect(try await client.receiveText(count: 2) == "hi")
        accepted.abort()
        client.abort()
        let again = try Socket.adopt(listener.release())
        #expect(await socketError { _ = try await listener.accept() }?.code == .closed)
        #expect(await socketError { _ = try listener.release() }?.code == .closed)
        listener.close()
        // It listens as before, for whoever has it.
        let late = try await Connection.connect(to: address.endpoint)
        _ = try again.accept()
        late.abort()
        address.removeFile()
    }

    @Test(arguments: Family.allCases)
    func `a connection is given away and taken over in mid-conversation`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("one")
            #expect(try await server.receiveText(count: 3) == "one")
            let number = try server.release()
            #expect(await socketError { try await server.send("x") }?.code == .closed)
            #expect(await socketError { _ = try server.release() }?.code == .closed)
            await server.close()
            server.abort()
            let again = try Connection.adopt(number)
            try await again.send("two")
            #expect(try await client.receiveText(count: 3) == "two")
            try await client.finishSending()
            #expect(try await again.receive(upTo: 1) == nil)
            await again.close()
        }
    }

    @Test func `a connection in use, or with bytes left, is not given away`() async throws {
        try await withEnds(.ipv4) { client, server in
            try await client.send("a\nb")
            #expect(try await server.receive(until: "\n", upTo: 10) == Array("a\n".utf8))
            let left = await socketError { _ = try server.release() }
            #expect(left?.code == .busy)
            #expect(left?.detail == "1 bytes have come that nobody has received")
            #expect(try await server.receiveText(count: 1) == "b")
            let receiving = Task { try await server.receive(upTo: 1) }
            await server.untilWaiting(.read)
            #expect(await socketError { _ = try server.release() }?.code == .busy)
            try await client.send("c")
            #expect(try await receiving.value == Array("c".utf8))
            Syscalls.close(try server.release())
        }
    }

    @Test func `a listener that gave its socket away leaves the file`() async throws {
        let path = ScratchFolder.path()
        let listener = try await Listener.bind(to: .unix(path))
        let socket = try Socket.adopt(listener.release())
        listener.close()
        let client = try await Connection.connect(to: .unix(path))
        _ = try socket.accept()
        client.abort()
        _ = unsafe unlink(path)
    }

    @Test func `what is not what it should be is refused, and stays open`() async throws {
        let listening = try Socket(.ipv4)
        try listening.bind(to: "127.0.0.1:0")
        try listening.listen()
        let fresh = try Socket(.ipv6)
        let datagram = try Socket(.ipv4, .datagram)
        let pair = try Socket.pair(.sequencedPacket)
        let connecting: [(Int32, String)] = [
            (listening.descriptor, "is an IPv4 stream socket that listens, and no connection"),
            (fresh.descriptor, "is an IPv6 stream socket that is not connected"),
            (datagram.descriptor, "is an IPv4 datagram socket, not a stream one"),
            (pair.one.descriptor, "is a Unix sequenced-packet socket, not a stream one"),
            (0x7FFF, "is not open"),
        ]
        for (number, words) in connecting {
            let error = await socketError { _ = try Connection.adopt(number) }
            #expect(error?.detail == "descriptor \(number) \(words)")
            #expect(error?.operation == .adopt)
        }
        let error = await socketError { _ = try Listener.adopt(fresh.descriptor) }
        #expect(error?.detail == "descriptor \(fresh.descriptor) is an IPv6 stream socket that does not listen")
        #expect(try listening.localAddress.port != 0)
        let packets = try PacketConnection.adopt(pair.one.release())
        try await packets.send("x")
        #expect(try pair.other.receive(upTo: 10) == Array("x".utf8))
    }

    @Test func `adopting, releasing and refusing leave nothing open`() async {
        await #expect(processExitsWith: .success) {
            try await leavesNothing {
                let pair = try Socket.pair()
                let number = try Connection.adopt(pair.one.descriptor).release()
                #expect(number == pair.one.descriptor)
                let wrapped = OpenDescriptor(try Socket(.ipv4).release())
                _ = await socketError { _ = try Connection.adopt(wrapped) }
                #expect(wrapped.descriptor == nil)
            }
        }
    }
}
