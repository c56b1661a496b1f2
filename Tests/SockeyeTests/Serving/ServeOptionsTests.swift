import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Serve options` {
    @Test(arguments: Family.allCases)
    func `a client too many waits until another has gone`(family: Family) async throws {
        var serving = ServeOptions()
        serving.maximumConnections = 2
        let begun = Tally()
        try await withServer(family, serving: serving) { connection in
            begun.add()
            try await echo(connection)
        } while: { listener in
            let first = try RawPeer(connectedTo: listener.localAddress)
            let second = try RawPeer(connectedTo: listener.localAddress)
            await begun.reach(2)
            let third = try RawPeer(connectedTo: listener.localAddress)
            try third.sendNow("patience")
            // The two that are there are served while the third waits.
            try first.sendNow("one")
            #expect(try await first.receive() == Array("one".utf8))
            #expect(begun.count == 2)
            second.close()
            #expect(try await third.receive() == Array("patience".utf8))
            first.close()
            third.close()
        }
    }

    @Test(arguments: Family.allCases)
    func `a client too many is told so and disconnected`(family: Family) async throws {
        var serving = ServeOptions()
        serving.maximumConnections = 1
        serving.whenFull = .refuse(farewell: Array("full, come back later\n".utf8))
        let begun = Tally()
        try await withServer(family, serving: serving) { connection in
            begun.add()
            try await echo(connection)
        } while: { listener in
            let first = try RawPeer(connectedTo: listener.localAddress)
            await begun.reach(1)
            for _ in 0..<3 {
                let refused = try RawPeer(connectedTo: listener.localAddress)
                #expect(try await refused.receiveAll() == Array("full, come back later\n".utf8))
                refused.close()
            }
            try first.sendNow("still here")
            #expect(try await first.receive() == Array("still here".utf8))
            #expect(begun.count == 1)
            first.close()
        }
    }

    @Test(arguments: Family.allCases)
    func `silence ends a connection and its handler learns why`(family: Family) async throws {
        var serving = ServeOptions()
        serving.idleTimeLimit = .milliseconds(200)
        let errors = Collected<SocketError.Code>()
        try await withServer(family, serving: serving) { connection in
            do {
                try await echo(connection)
            } catch let error as SocketError {
                errors.add(error.code)
                throw error
            }
        } while: { listener in
            let silent = try RawPeer(connectedTo: listener.localAddress)
            #expect(try await silent.receiveAll() == [])
            silent.close()
        }
        #expect(errors.all == [.timedOut])
    }

    @Test func `silence while a send waits ends with a reset, since a part is no answer`() async throws {
        var serving = ServeOptions()
        serving.idleTimeLimit = .milliseconds(200)
        let ended = Collected<SocketError.Code?>()
        try await withServer(.ipv4, serving: serving) { connection in
            let error = await socketError {
                while true { try await connection.send([UInt8](repeating: 1, count: 100_000)) }
            }
            ended.add(error?.code)
        } while: { listener in
            let slow = try RawPeer(connectedTo: listener.localAddress)
            await until("the limit has ended it") { !ended.all.isEmpty }
            #expect(ended.all == [.timedOut])
            await #expect(throws: Errno.connectionReset) { try await slow.receiveAll() }
            slow.close()
        }
    }

    @Test func `bytes in either direction keep a connection alive`() async throws {
        var serving = ServeOptions()
        serving.idleTimeLimit = .milliseconds(1500)
        try await withServer(.ipv4, serving: serving, echo) { listener in
            let busy = try RawPeer(connectedTo: listener.localAddress)
            // Twice the limit, in pieces that are each far below it; on a thread of its own, since others may keep the pool busy.
            try await onThread {
                for _ in 0..<60 {
                    try busy.sendNow("tick")
                    #expect(try busy.receiveBlocking() == Array("tick".utf8))
                    // SLEEP: silence for less than the limit is what this is about.
                    usleep(50_000)
                }
            }
            busy.close()
        }
    }

    @Test func `a lifetime ends a connection that is busy`() async throws {
        var serving = ServeOptions()
        serving.lifetime = .milliseconds(300)
        let ended = Collected<SocketError.Code?>()
        try await withServer(.ipv4, serving: serving) { connection in
            ended.add(await socketError { try await echo(connection) }?.code)
        } while: { listener in
            let busy = try RawPeer(connectedTo: listener.localAddress)
            let error = await socketErrorOrEnd {
                while true {
                    try busy.sendNow("tick")
                    if try await busy.receive().isEmpty { return }
                }
            }
            #expect(error == nil || error == .connectionReset || error == .brokenPipe)
            busy.close()
        }
        #expect(ended.all == [.timedOut])
    }

    private func socketErrorOrEnd(_ body: () async throws -> Void) async -> Errno? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Errno
        }
    }

    @Test(
        arguments: [
            (["127.0.0.0/8"], [], true), (["10.0.0.0/8"], [], false), ([], ["127.0.0.1"], false),
            (["127.0.0.0/8"], ["127.0.0.1"], false), (["::1"], [], false), ([], ["::/0"], true), ([], [], true),
        ] as [([String], [String], Bool)]
    )
    func `who is not allowed never reaches the handler`(allow: [String], deny: [String], isServed: Bool) async throws {
        var serving = ServeOptions()
        serving.allow = try allow.map(NetworkPrefix.init(parsing:))
        serving.deny = try deny.map(NetworkPrefix.init(parsing:))
        let begun = Tally()
        try await withServer(.ipv4, serving: serving) { connection in
            begun.add()
            try await echo(connection)
        } while: { listener in
            let peer = try RawPeer(connectedTo: listener.localAddress)
            if isServed {
                try peer.sendNow("hello")
                #expect(try await peer.receive() == Array("hello".utf8))
            } else {
                await #expect(throws: Errno.connectionReset) { try await peer.receive() }
            }
            peer.close()
        }
        #expect(begun.count == (isServed ? 1 : 0))
    }

    @Test(
        arguments: [
            (0, nil, nil, "0 connections serves nobody"), (-1, nil, nil, "-1 connections serves nobody"),
            (nil, .zero, nil, "above zero, or nil"), (nil, nil, .seconds(-1), "above zero, or nil"),
        ] as [(Int?, Duration?, Duration?, String)]
    )
    func `a limit that makes no sense is an error`(
        most: Int?,
        idle: Duration?,
        lifetime: Duration?,
        words: String
    ) async throws {
        var serving = ServeOptions()
        serving.maximumConnections = most
        serving.idleTimeLimit = idle
        serving.lifetime = lifetime
        try await withListener(.ipv4) { listener in
            let error = await socketError { try await listener.serve(options: serving) { _ in } }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail?.contains(words) == true)
        }
    }

    @Test func `a client that finishes in the middle of a message is told`() async throws {
        var serving = ServeOptions()
        let told = Collected<String>()
        serving.onHandlerError = { error, _ in told.add("\(error)") }
        try await withServer(.ipv4, serving: serving) { connection in
            for try await _ in connection.messages(.lengthPrefixed(UInt16.self)) {}
        } while: { listener in
            let peer = try RawPeer(connectedTo: listener.localAddress)
            try peer.sendNow([0, 5, 1, 2])
            try peer.finishSending()
            let rest = try await peer.receiveAll()
            #expect(rest.isEmpty)
            peer.close()
        }
        #expect(told.all.count == 1)
        #expect(told.all.first?.contains("2 of the 5 bytes of a message had come") == true)
    }
}
