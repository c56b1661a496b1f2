import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Loops` {
    @Test(arguments: [0, -1, 1_025, Int.max])
    func `a count that makes no sense is an error`(count: Int) async {
        let error = await socketError { _ = try EventLoopGroup(count: count) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: Family.allCases)
    func `share the connections evenly`(family: Family) async throws {
        var options = ListenerOptions()
        options.loops = try EventLoopGroup(count: 4)
        let loops = Collected<Int>()
        try await withServer(family, options: options) { connection in
            loops.add(connection.registration.loop.index)
        } while: { listener in
            let peers = try (0..<40).map { _ in try RawPeer(connectedTo: listener.localAddress) }
            for peer in peers {
                _ = try await peer.receiveAll()
                peer.close()
            }
        }
        for index in 0..<4 { #expect(loops.all.filter { $0 == index }.count == 10) }
    }

    @Test(arguments: Family.allCases)
    func `run a handler and its children wherever its connection lives`(family: Family) async throws {
        var options = ListenerOptions()
        options.loops = try EventLoopGroup(count: 3)
        let strays = Collected<String>()
        try await withServer(family, options: options) { connection in
            let loop = connection.registration.loop
            let check = { @Sendable (place: String) in if EventLoop.current !== loop { strays.add(place) } }
            check("at the beginning")
            _ = try await connection.receive(upTo: 1)
            check("after receive")
            try await connection.send(Pattern.bytes(3_000_000))
            check("after send")
            async let child: Void = check("in a child")
            await child
            await withTaskGroup { group in
                for _ in 0..<3 {
                    group.addTask {
                        await Task.yield()
                        check("in a group")
                    }
                }
            }
            await Task.yield()
            check("after yield")
        } while: { listener in
            for _ in 0..<6 {
                let peer = try RawPeer(connectedTo: listener.localAddress)
                try peer.sendNow("x")
                #expect(try await peer.receiveAll().count == 3_000_000)
                peer.close()
            }
        }
        #expect(strays.all == [])
    }

    @Test(arguments: Family.allCases)
    func `let others run after some operations, though none of them waits`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            try peer.sendNow([UInt8](repeating: 7, count: 1_000))
            let loop = server.registration.loop
            let counts = try await Task(executorPreference: loop) {
                let others = Tally()
                let first = Task(executorPreference: loop) { others.add() }
                for _ in 0..<150 { _ = try await server.receive(upTo: 1) }
                let afterReceiving = others.count
                let second = Task(executorPreference: loop) { others.add() }
                for _ in 0..<150 { try await server.send([7]) }
                defer { for task in [first, second] { task.cancel() } }
                return [afterReceiving, others.count]
            }.value
            #expect(counts == [1, 2])
        }
    }

    /// One loop, one peer that sends without end, one that wants an answer now and then.
    @Test(arguments: Family.allCases)
    func `a flooding client does not starve another`(family: Family) async throws {
        var options = ListenerOptions()
        options.loops = try EventLoopGroup(count: 1)
        let flooded = Tally()
        try await withServer(family, options: options) { connection in
            guard try await connection.receive(upTo: 1) == Array("f".utf8) else { return try await echo(connection) }
            while let data = try await connection.receive(upTo: 1_024) { flooded.add(data.count) }
        } while: { listener in
            let flooders = try (0..<2).map { _ in try RawPeer(connectedTo: listener.localAddress) }
            let floods = flooders.map { flooder in
                Task {
                    try await flooder.send(Array("f".utf8))
                    while true { try await flooder.send([UInt8](repeating: 1, count: 200_000)) }
                }
            }
            await flooded.reach(1_000_000)
            let peer = try RawPeer(connectedTo: listener.localAddress)
            try peer.sendNow("x")
            for round in 0..<100 {
                let byte = UInt8(round)
                try peer.sendNow([byte])
                let reply = try await peer.receive()
                #expect(reply == [byte])
            }
            // They were still at it, and are cut off by their own end.
            let before = flooded.count
            await flooded.reach(before + 1_000_000)
            for flooder in flooders { try Syscalls.shutdown(flooder.descriptor, .both) }
            for flood in floods { _ = await flood.result }
            for flooder in flooders { flooder.close() }
            peer.close()
        }
    }

    @Test func `a timer wakes at its time, and a cancelled one at once`() async throws {
        let loop = try EventLoopGroup.shared.loops[0]
        let clock = ContinuousClock()
        let time = await clock.measure {
            let isOver = await LoopTimer.sleep(for: .milliseconds(30), on: loop)
            #expect(isOver)
        }
        #expect(time >= .milliseconds(30) && time < .seconds(10))
        let task = Task { await LoopTimer.sleep(for: .seconds(1_000), on: loop) }
        task.cancel()
        let isOver = await task.value
        #expect(!isOver)
    }

    @Test func `groups that come and go leave no thread and no descriptor`() async {
        await #expect(processExitsWith: .success) {
            try await leavesNothing {
                var options = ListenerOptions()
                options.loops = try EventLoopGroup(count: 3)
                try await withServer(.ipv4, options: options, echo) { listener in
                    try await withConnection(to: listener.localAddress.endpoint) { connection in
                        try await connection.send("x")
                        _ = try await connection.receive(upTo: 1)
                    }
                }
            }
        }
    }
}
