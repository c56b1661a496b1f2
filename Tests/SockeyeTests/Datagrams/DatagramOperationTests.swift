import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Datagram operations` {
    @Test(arguments: Family.allCases)
    func `a second receive at the same time is busy`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            let first = Task { try await server.receiveText() }
            await server.untilWaiting(.read)
            let error = await socketError { _ = try await server.receiveText() }
            #expect(error?.code == .busy)
            try await client.send("x")
            #expect(try await first.value == "x")
        }
    }

    @Test(arguments: Family.allCases)
    func `cancellation wakes a receive at once, and loses nothing`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            let reader = Task { await socketError { _ = try await server.receiveText() } }
            await server.untilWaiting(.read)
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            try await client.send("kept")
            #expect(try await server.receiveText() == "kept")
        }
    }

    @Test(arguments: Family.allCases)
    func `cancellation of the scope's own task wakes it`(family: Family) async throws {
        let inside = Tally()
        let task = Task {
            await socketError {
                try await withDatagramSocket(boundTo: family.freshEndpoint()) { socket in
                    defer { socket.localAddress.removeFile() }
                    inside.add()
                    _ = try await socket.receiveText()
                }
            }
        }
        await inside.reach()
        task.cancel()
        #expect(await task.value?.code == .cancelled)
    }

    @Test(arguments: Family.allCases)
    func `close wakes whoever waits, and nothing begins after it`(family: Family) async throws {
        try await withBound(family) { socket in
            let reader = Task { await socketError { _ = try await socket.receiveText() } }
            await socket.untilWaiting(.read)
            socket.close()
            socket.close()
            #expect(await reader.value?.code == .closed)
            #expect(await socketError { _ = try await socket.receiveText() }?.code == .closed)
            #expect(await socketError { try await socket.send("x", to: socket.localAddress) }?.code == .closed)
            #expect(
                await socketError { try socket.join("239.1.2.3") }?.code == (family == .unix ? .unsupported : .closed)
            )
        }
    }

    @Test(arguments: Family.allCases)
    func `a time limit ends a wait for an answer that does not come`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            try await client.send("anybody?")
            let error = await socketError {
                try await withTimeout(.milliseconds(20)) { _ = try await client.receiveText() }
            }
            #expect(error?.code == .timedOut)
            #expect(try await server.receiveText() == "anybody?")
        }
    }

    @Test(arguments: Family.allCases)
    func `receiving and sending go on beside each other`(family: Family) async throws {
        try await withTwoBound(family) { one, other in
            async let echo: Void = {
                for _ in 0..<2000 {
                    let datagram: Datagram = try await other.receive()
                    try await other.send(datagram.bytes, to: datagram.from)
                }
            }()
            for round in 0..<2000 {
                try await one.send("\(round)", to: other.localAddress)
                #expect(try await one.receiveText() == "\(round)")
            }
            try await echo
        }
    }

    @Test(arguments: Family.allCases)
    func `cancellation races with arrival, and either wins`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            for round in 0..<3000 {
                let reader = Task { try await server.receive(upTo: 8).bytes }
                if round % 3 == 0 { await Task.yield() }
                try await client.send([UInt8(truncatingIfNeeded: round)])
                reader.cancel()
                var bytes: [UInt8]
                do {
                    bytes = try await reader.value
                } catch {
                    #expect((error as? SocketError)?.code == .cancelled)
                    bytes = try await server.receive(upTo: 8).bytes
                }
                guard bytes == [UInt8(truncatingIfNeeded: round)] else {
                    Issue.record("round \(round): \(bytes)")
                    return
                }
            }
        }
    }

    @Test func `a receiver that is full suspends the sender until it takes something out`() async throws {
        try await withTwoBound(.unix) { sender, receiver in
            let to = receiver.localAddress
            let sent = Tally()
            let task = Task {
                for number in 0..<500 {
                    try await sender.send("\(number)", to: to)
                    sent.add()
                }
            }
            await sender.untilWaiting(.write)
            let before = sent.count
            #expect(before < 500)
            for number in 0..<500 { #expect(try await receiver.receiveText() == "\(number)") }
            try await task.value
        }
    }

    @Test func `a sender to a full receiver wakes at once when it is cancelled, or closed`() async throws {
        try await withTwoBound(.unix) { sender, receiver in
            let to = receiver.localAddress
            let cancelled = Task { await socketError { while true { try await sender.send("x", to: to) } } }
            await sender.untilWaiting(.write)
            cancelled.cancel()
            #expect(await cancelled.value?.code == .cancelled)
            let closed = Task { await socketError { while true { try await sender.send("x", to: to) } } }
            await sender.untilWaiting(.write)
            sender.close()
            #expect(await closed.value?.code == .closed)
        }
    }

    @Test func `a connected sender to a full receiver suspends too, and learns of its end`() async throws {
        try await withBound(.unix) { receiver in
            try await withDatagramSocket(to: receiver.localAddress.endpoint) { sender in
                let task = Task { await socketError { while true { try await sender.send("x") } } }
                await sender.untilWaiting(.write)
                receiver.close()
                let code = await task.value?.code
                #expect(code == .refused || code == .reset || code == .notConnected, "\(String(describing: code))")
            }
        }
    }

    @Test func `a sender to a full receiver that ends is told`() async throws {
        try await withTwoBound(.unix) { sender, receiver in
            let to = receiver.localAddress
            let task = Task { await socketError { while true { try await sender.send("x", to: to) } } }
            await sender.untilWaiting(.write)
            receiver.close()
            let error = await task.value
            // Its file has gone with it.
            #expect(error?.code == .nameNotFound)
            #expect(error?.remoteAddress == to)
        }
    }

    @Test func `sending without waiting says whether there was room`() async throws {
        try await withTwoBound(.unix) { sender, receiver in
            var sent = 0
            while try sender.trySend([1], to: receiver.localAddress) { sent += 1 }
            #expect(sent > 0)
            _ = try await receiver.receive(upTo: 1) as Datagram
            #expect(try sender.trySend([1], to: receiver.localAddress))
            #expect(try !sender.trySend([1], to: receiver.localAddress))
        }
    }

    /// What fills the receiver is somebody else's, so that no event of the sender's own socket tells of room.
    @Test func `a receiver that others have filled wakes the sender too`() async throws {
        let group = try EventLoopGroup(count: 1)
        var (options, pairOptions) = (DatagramOptions(), ConnectionOptions())
        options.loops = group
        pairOptions.loops = group
        try await withTwoBound(.unix, options: options) { [pairOptions] sender, receiver in
            try await withBound(.unix) { other in
                let to = receiver.localAddress
                var filled = 0
                while try other.trySend([1], to: to) { filled += 1 }
                let task = Task { try await sender.send([2], to: to) }
                await sender.untilWaiting(.write)
                // Waiting, and not trying again and again: other work of the loop goes on meanwhile.
                let events = sender.registration.snapshot.eventCount
                let (one, two) = try Connection.pair(options: pairOptions)
                for _ in 0..<500 {
                    try await one.send([1])
                    _ = try await two.receive(upTo: 1)
                }
                one.abort()
                two.abort()
                #expect((sender.registration.snapshot.eventCount - events) >> 36 < 20)
                for _ in 0..<filled { #expect(try await receiver.receive(upTo: 1).bytes == [1]) }
                #expect(try await receiver.receive(upTo: 1).bytes == [2])
                try await task.value
            }
        }
    }

    /// 200 datagrams are there: without its share, the task would take them all before the loop's other task runs once.
    @Test(arguments: [1, 4])
    func `a flood does not starve the other tasks of its loop`(capacity: Int) async throws {
        let group = try EventLoopGroup(count: 1)
        var options = DatagramOptions()
        options.loops = group
        try await withBound(.ipv4, options: options) { socket in
            try await withBound(.ipv4) { flooder in
                for _ in 0..<200 { try await flooder.send([0], to: socket.localAddress) }
            }
            let otherHasRun = Tally()
            let receivedBefore = try await Task(executorPreference: group.loops[0]) {
                let other = Task(executorPreference: group.loops[0]) { otherHasRun.add() }
                let batch = try DatagramBatch(capacity: capacity)
                var received = 0
                while otherHasRun.count == 0, received < 200 {
                    if capacity == 1 {
                        _ = try await socket.receive(upTo: 1) as Datagram
                        received += 1
                    } else {
                        received += try await socket.receive(into: batch)
                    }
                }
                await other.value
                return received
            }.value
            #expect(receivedBefore > 0 && receivedBefore < 200, "\(receivedBefore)")
        }
    }

    @Test func `nothing is left behind, whatever ends it`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                try await leavesNothing {
                    try await withConnectedClient(family) { client, server in
                        let tasks = [
                            Task { _ = try? await client.receiveText() },
                            Task { if family == .unix { while (try? await client.send("x")) != nil {} } },
                        ]
                        await client.untilWaiting(.read)
                        if family == .unix { await client.untilWaiting(.write) }
                        #expect(server.remoteAddress == nil)
                        for task in tasks { task.cancel() }
                        for task in tasks { await task.value }
                    }
                }
                try await leavesNothing {
                    _ = await socketError { _ = try await DatagramSocket.bind(to: "203.0.113.77:1") }
                    _ = await socketError { _ = try await DatagramSocket.connect(to: .unix(ScratchFolder.path())) }
                    // Dropped without a scope.
                    _ = try await DatagramSocket.bind(to: "127.0.0.1:0")
                }
            }
            try await leavesNothing {
                try await withTwoBound(.unix) { sender, receiver in
                    let to = receiver.localAddress
                    let task = Task { while (try? await sender.send("x", to: to)) != nil {} }
                    await sender.untilWaiting(.write)
                    task.cancel()
                    await task.value
                }
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `an observer sees them, with how many datagrams`(family: Family) async throws {
        final class Recorder: SocketObserver {
            let events = Mutex<[String]>([])
            func observe(_ event: SocketEvent) {
                let count = event.datagramCount.map { " in \($0)" } ?? ""
                let bytes = event.byteCount.map { " \($0)" } ?? ""
                events.withLock { $0.append("\(event.operation.rawValue)\(bytes)\(count)") }
            }
        }
        let recorder = Recorder()
        var options = DatagramOptions()
        options.observer = recorder
        try await withBound(family) { peer in
            let socket = try await DatagramSocket.bind(to: family.freshEndpoint(), options: options)
            try await socket.send("hello", to: peer.localAddress)
            try await peer.send([], to: socket.localAddress)
            _ = try await socket.receive(upTo: 10) as Datagram
            let batch = try DatagramBatch()
            for _ in 0..<3 { try batch.append([1, 2], to: peer.localAddress) }
            try await socket.send(batch)
            socket.close()
            socket.localAddress.removeFile()
        }
        let expected = ["bind", "send 5 in 1", "receive 0 in 1", "send 6 in 3", "close"]
        #expect(recorder.events.withLock { $0 } == expected)
    }
}
