import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Closing` {
    /// The client sends on while the server has answered and returned without reading: a plain close would reset the
    /// connection and take the answer with it.
    @Test(arguments: Family.allCases)
    func `loses nothing with unread input pending`(family: Family) async throws {
        let answer = Pattern.bytes(1_000_000)
        try await withServer(family) { connection in
            _ = try await connection.receive(upTo: 1)
            try await connection.send(answer)
        } while: { listener in
            let peer = try RawPeer(connectedTo: listener.localAddress)
            async let sent: Void = peer.send([UInt8](repeating: 1, count: 5_000_000))
            let received = try await peer.receiveAll()
            try? await sent
            #expect(received.count == answer.count && Pattern.matches(received, at: 0))
            peer.close()
        }
    }

    @Test(arguments: Family.allCases)
    func `a scope that ends at once loses nothing (swift-nio #2795, #2757, #3139)`(family: Family) async throws {
        let bytes = Pattern.bytes(8_000_000)
        try await withServer(family) { connection in
            try await connection.send(bytes)
        } while: { listener in
            let peers = try (0..<4).map { _ in try RawPeer(connectedTo: listener.localAddress) }
            for peer in peers {
                let all = try await peer.receiveAll()
                #expect(all.count == bytes.count && Pattern.matches(all, at: 0))
                peer.close()
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `loses nothing when the input comes late`(family: Family) async throws {
        try await withServer(family) { connection in
            try await connection.send("farewell")
        } while: { listener in
            for _ in 0..<50 {
                let peer = try RawPeer(connectedTo: listener.localAddress)
                // The server has sent its FIN, perhaps: what comes now has no reader.
                try peer.sendNow("too late")
                #expect(try await peer.receiveAll() == Array("farewell".utf8))
                peer.close()
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `of a client loses nothing either`(family: Family) async throws {
        let bytes = Pattern.bytes(3_000_000)
        let received = Tally()
        try await withServer(family) { connection in
            try await connection.send(Pattern.bytes(100_000))
            let all = try? await connection.receiveAll()
            #expect(all?.count == bytes.count && Pattern.matches(all ?? [], at: 0))
            received.add()
        } while: { listener in
            try await withConnection(to: listener.localAddress.endpoint) { connection in
                try await connection.send(bytes)
                // One byte of what the server has sent, so that the rest is surely there, unread.
                _ = try await connection.receive(upTo: 1)
            }
            await received.reach()
        }
    }

    @Test(arguments: Family.allCases)
    func `a scope closes on return, on throw and on cancellation`(family: Family) async throws {
        struct Oops: Error {}
        let ended = Tally()
        try await withServer(family) { connection in
            while try await connection.receive(upTo: 100) != nil {}
            ended.add()
        } while: { listener in
            let endpoint = listener.localAddress.endpoint
            let length = try await withConnection(to: endpoint) {
                try await $0.send("1"); return 1
            }
            #expect(length == 1)
            await ended.reach(1)
            await #expect(throws: Oops.self) {
                try await withConnection(to: endpoint) { _ in throw Oops() }
            }
            await ended.reach(2)
            let inside = Tally()
            let task = Task {
                try await withConnection(to: endpoint) { connection in
                    inside.add()
                    _ = try await connection.receive(upTo: 1)
                }
            }
            await inside.reach()
            task.cancel()
            await #expect(throws: SocketError.self) { try await task.value }
            await ended.reach(3)
        }
    }

    @Test func `a peer that never ends holds nobody up for ever`() async throws {
        try await withRawClient(.ipv4) { server, peer in
            let clock = ContinuousClock()
            let time = await clock.measure { await server.close() }
            #expect(time > .milliseconds(1_500) && time < .seconds(20))
            peer.close()
        }
    }

    @Test func `a peer that sends without end holds nobody up for ever`() async throws {
        try await withRawClient(.ipv4) { server, peer in
            let flood = Task { while true { try await peer.send([UInt8](repeating: 7, count: 100_000)) } }
            let time = await ContinuousClock().measure { await server.close() }
            #expect(time < .seconds(20))
            _ = await flood.result
        }
    }

    @Test func `a cancelled task closes at once`() async throws {
        var times: [Duration] = []
        // A busy machine may hold up one of them; a close that waits for its peer takes two seconds each time.
        repeat {
            try await withRawClient(.ipv4) { server, peer in
                let time = await Task {
                    unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                    return await ContinuousClock().measure { await server.close() }
                }.value
                times.append(time)
                let rest = try await peer.receive()
                #expect(rest.isEmpty)
            }
        } while times.count < 5 && times.allSatisfy { $0 > .milliseconds(1_500) }
        #expect(times.contains { $0 < .milliseconds(1_500) }, "\(times)")
    }

    @Test(arguments: Family.allCases)
    func `a client that is done does not wait for its server`(family: Family) async throws {
        try await withListener(family) { listener in
            let connection = try await Connection.connect(to: listener.localAddress.endpoint)
            let accepted = try await listener.accept()
            try await connection.send("x")
            #expect(try await accepted.receive(upTo: 1) == [120])
            // It returns although the server never finishes, and before the time that unread input would get.
            let loop = connection.registration.loop
            let order = Collected<String>()
            await withTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) {
                    await connection.close()
                    order.add("closed")
                }
                group.addTask(executorPreference: loop) {
                    _ = await LoopTimer.sleep(for: Registration.lingerTime, on: loop)
                    order.add("the long bound")
                }
            }
            #expect(order.all == ["closed", "the long bound"])
            accepted.abort()
        }
    }

    /// Somebody else is in the middle of a receive, and is the last to let the descriptor go.
    @Test(arguments: Family.allCases, [1, 3])
    func `waits for the end although another task was receiving`(family: Family, closers: Int) async throws {
        try await withRawClient(family) { server, peer in
            let registration = server.registration
            let reading = Task {
                let error = await socketError { _ = try await server.receive(upTo: 100) }
                #expect(error?.code == .closed)
                // Only now does the peer read and finish, which is what a gentle end waits for.
                let all = try await peer.receiveAll()
                #expect(all == Array("farewell".utf8))
                peer.close()
            }
            while !registration.snapshot.isWaiting(.read) { await Task.yield() }
            try await server.send("farewell")
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<closers {
                    group.addTask {
                        await server.close()
                        #expect(registration.snapshot.isRetired)
                    }
                }
            }
            try await reading.value
        }
    }

    @Test func `a scope's end waits for the close that its own task has begun`() async throws {
        let registrations = Collected<Registration>()
        try await withServer(.ipv4) { connection in
            registrations.add(connection.registration)
            _ = try await connection.receive(upTo: 1)
            Task { await connection.close() }
            while !connection.registration.snapshot.isClosed { await Task.yield() }
        } while: { listener in
            let peer = try RawPeer(connectedTo: listener.localAddress)
            try peer.sendNow("x")
            let rest = try await peer.receiveAll()
            #expect(rest.isEmpty)
            peer.close()
        }
        #expect(registrations.all.map(\.snapshot.isRetired) == [true])
    }

    @Test func `one closer that is cancelled ends it for all`() async throws {
        try await withRawClient(.ipv4) { server, peer in
            let order = Collected<String>()
            let loop = server.registration.loop
            await withTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) {
                    _ = await LoopTimer.sleep(for: Registration.lingerTime, on: loop)
                    order.add("the bound")
                }
                group.addTask(executorPreference: loop) {
                    await server.close()
                    order.add("closed")
                }
                while !server.registration.snapshot.isClosed { await Task.yield() }
                let second = Task(executorPreference: loop) {
                    await server.close()
                    order.add("closed")
                }
                second.cancel()
            }
            #expect(order.all == ["closed", "closed", "the bound"])
            peer.close()
        }
    }

    @Test func `a send that was cut off ends with a reset, not with an end that looks whole`() async throws {
        try await withRawClient(.ipv4) { server, peer in
            let sending = Task { await socketError { try await server.send([UInt8](repeating: 7, count: 50_000_000)) } }
            // It is in the middle, and stays there: the kernel has no room for so much.
            _ = try await peer.receive(upTo: 1)
            sending.cancel()
            #expect(await sending.value?.code == .cancelled)
            let finishing = await socketError { try await server.finishSending() }
            #expect(finishing?.code == .notConnected)
            #expect(finishing?.detail?.contains("would take a part for the whole") == true)
            await server.close()
            await #expect(throws: Errno.connectionReset) { _ = try await peer.receiveAll() }
            peer.close()
        }
    }
}
