import Foundation
import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

/// The rules of the essay at the top of `EventLoop.swift`, each over real sockets.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Edge rules` {
    @Test(arguments: Family.allCases)
    func `1. a short read knows that nothing is left, and what comes next wakes`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            for _ in 0..<50 {
                try peer.sendNow("0123456789")
                #expect(try await server.receive(count: 10).count == 10)
                let reader = Task { try await server.receive(upTo: 100) }
                await server.untilWaiting(.read)
                try peer.sendNow("more")
                #expect(try await reader.value == Array("more".utf8))
                #expect(!server.registration.snapshot.isReady(.read))
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `1. a read that fills the buffer proves nothing`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            for _ in 0..<50 {
                try peer.sendNow([UInt8](repeating: 7, count: 300))
                for _ in 0..<3 {
                    let piece = try await within { try await server.receive(upTo: 100) }
                    #expect(piece?.count == 100)
                }
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `2. a FIN that came together with the last data is seen`(family: Family) async throws {
        try await withListener(family) { listener in
            for _ in 0..<50 {
                let peer = try RawPeer(connectedTo: listener.localAddress)
                try peer.sendNow("last")
                try peer.finishSending()
                // Registered only now: one edge tells of both.
                let server = try await listener.accept()
                let ended = try await within {
                    #expect(try await server.receive(upTo: 100) == Array("last".utf8))
                    return try await server.receive(upTo: 100) == nil
                }
                #expect(ended)
                server.abort()
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `2. the same when the loop was busy while both came`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            let ended = try await Task(executorPreference: server.registration.loop) {
                let reader = Task(executorPreference: server.registration.loop) {
                    try await within {
                        #expect(try await server.receive(upTo: 100) == Array("last".utf8))
                        return try await server.receive(upTo: 100) == nil
                    }
                }
                while !server.isWaiting(.read) { await Task.yield() }
                // Both without giving the loop's thread away: its next wait reports them as one event.
                try peer.sendNow("last")
                try peer.finishSending()
                return try await reader.value
            }.value
            #expect(ended)
        }
    }

    @Test(arguments: Family.allCases)
    func `3. an end that came while nobody read is there for the next receive`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            try peer.finishSending()
            await until("the loop knows") { server.registration.snapshot.isEnded(.read) }
            #expect(try await within { try await server.receive(upTo: 1) } == nil)
        }
    }

    @Test(arguments: Family.allCases)
    func `3. a reset that came while nobody read is there for receive and send`(family: Family) async throws {
        for sendsFirst in [false, true] {
            try await withRawClient(family) { server, peer in
                // Unread input makes a Unix socket reset, as SO_LINGER does with TCP.
                try await server.send("unread")
                peer.reset()
                await until("the loop knows") { server.registration.snapshot.isEnded(.write) }
                let codes = try await within {
                    let send = { @Sendable in await socketError { try await server.send("x") }?.code }
                    let early = sendsFirst ? await send() : nil
                    let receive = await socketError { _ = try await server.receive(upTo: 1) }?.code
                    return [early, receive, await send()]
                }
                #expect(codes.contains(.reset))
                #expect(codes[2] == .reset)
                if !sendsFirst { #expect(codes[1] == .reset) }
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `3. a dead peer wakes the reader and the writer`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            let reader = Task { await socketError { _ = try await server.receive(upTo: 1) } }
            let writer = Task { await socketError { try await server.send(Pattern.bytes(20_000_000)) } }
            await server.untilWaiting(.read)
            await server.untilWaiting(.write)
            peer.reset()
            let codes = try await within { [await reader.value?.code, await writer.value?.code] }
            #expect(codes.contains(.reset))
            #expect(codes[1] == .reset)
        }
    }

    /// The reader runs on the global pool while the loop's thread takes the edges of single bytes.
    @Test(arguments: Family.allCases)
    func `4. an edge during the system call is never lost`(family: Family) async throws {
        let total = 100_000
        try await withRawClient(family) { server, peer in
            async let sent: Void = onThread {
                for index in 0..<total { try peer.sendNow([UInt8(truncatingIfNeeded: index)]) }
            }
            // Whatever goes wrong, the sender must not wait for a reader that has gone.
            defer { server.abort() }
            let count = try await within {
                // Should it be cut short: else the sender would block for ever, and the test with it.
                defer { server.abort() }
                var count = 0
                while count < total, let piece = try await server.receive(upTo: 4_096) {
                    for byte in piece {
                        guard byte == UInt8(truncatingIfNeeded: count) else { return -1 }
                        count += 1
                    }
                }
                return count
            }
            #expect(count == total)
            try await sent
        }
    }
}
