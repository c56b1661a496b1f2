import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Sequenced packets` {
    @Test func `a message is received as it was sent, and there is an end`() async throws {
        let listener = try await PacketListener.bind(to: .unix(ScratchFolder.path()))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.serve { connection in
                    while let message = try await connection.receive() { try await connection.send(message) }
                }
            }
            let client = try await PacketConnection.connect(to: listener.localAddress.endpoint)
            for message in ["one", "two", String(repeating: "x", count: 60_000)] { try await client.send(message) }
            try await client.finishSending()
            #expect(try await client.receive() == Array("one".utf8))
            #expect(try await client.receive() == Array("two".utf8))
            #expect(try await client.receive()?.count == 60_000)
            #expect(try await client.receive() == nil)
            let credentials = try client.peerCredentials
            #expect(credentials.processID == getpid())
            await client.close()
            listener.close()
            try await group.waitForAll()
        }
    }

    @Test func `a message that is larger than the room is told, and the next one is whole`() async throws {
        let (one, other) = try PacketConnection.pair()
        try await one.send(Pattern.bytes(1000))
        try await one.send("next")
        let error = await socketError { _ = try await other.receive(upTo: 10) }
        #expect(error?.code == .messageTooLong)
        #expect(error?.detail == "a message of 1000 bytes came, and there was room for 10; it is lost")
        #expect(try await other.receive(upTo: 10) == Array("next".utf8))
    }

    @Test func `an empty message is not sent, and one of another make is not the end`() async throws {
        let (one, other) = try PacketConnection.pair()
        #expect(await socketError { try await one.send("") }?.code == .invalidArgument)
        let raw = try one.release()
        for text in ["", "", "a"] {
            let sent = unsafe send(raw, text, text.utf8.count, 0)
            #expect(sent == text.utf8.count)
        }
        #expect(try await other.receive() == [])
        Syscalls.close(raw)
        #expect(try await other.receive() == [])
        #expect(try await other.receive() == Array("a".utf8))
        #expect(try await other.receive() == nil)
    }

    @Test func `descriptors come with their message`() async throws {
        let (one, other) = try PacketConnection.pair()
        try await one.send([1], passing: [0, 0])
        try await one.send([2])
        #expect(try await other.receive(descriptors: 2)?.descriptors.count == 2)
        #expect(try await other.receive(descriptors: 2)?.descriptors.count == 0)
        try await one.send([3], passing: [0, 0])
        #expect(await socketError { _ = try await other.receive(descriptors: 1) }?.code == .limitExceeded)
        try await one.send([4])
        #expect(try await other.receive() == [4])
    }

    @Test func `the wrong family and the wrong kind are said`() async throws {
        let wrong = await socketError { _ = try await PacketListener.bind(to: "127.0.0.1:0") }
        #expect(wrong?.code == .unsupported)
        #expect(wrong?.detail == "only Unix sockets carry sequenced packets, and this is an IPv4 address")
        try await withListener(.unix) { listener in
            let error = await socketError {
                _ = try await PacketConnection.connect(to: listener.localAddress.endpoint)
            }
            #expect(error?.code == .invalidAddress)
            #expect(error?.detail?.contains("another kind of socket") == true)
        }
    }

    @Test func `a message waits for room, and a cancelled one has not gone`() async throws {
        let (one, other) = try PacketConnection.pair()
        let sending = Task {
            var count = 0
            do {
                while true {
                    try await one.send(Pattern.bytes(10_000))
                    count += 1
                }
            } catch let error as SocketError where error.code == .cancelled {
                return count
            }
        }
        try await until("the sender waits") { try one.isWaitingToSend }
        sending.cancel()
        let sent = try await sending.value
        try await one.finishSending()
        var received = 0
        while let message = try await other.receive() {
            #expect(message.count == 10_000)
            received += 1
        }
        #expect(received == sent)
    }
}

extension PacketConnection {
    var isWaitingToSend: Bool { get throws { connection.isWaiting(.write) } }
}
