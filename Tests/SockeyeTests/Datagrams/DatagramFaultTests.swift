import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Datagrams in rare moments` {
    /// No more sockets can be made; sends are counted.
    private final class NoDescriptors: FaultPlan {
        private let state = Mutex((isOn: false, sends: 0))
        var sendCount: Int { state.withLock(\.sends) }

        func begin() { state.withLock { $0.isOn = true } }

        func answer(to call: SystemCall, on descriptor: Int32) -> FaultAnswer {
            state.withLock { state in
                guard state.isOn else { return .none }
                if call == .sendMessage { state.sends += 1 }
                return call == .socket ? .failure(.tooManyOpenFiles) : .none
            }
        }
        func answered(_ call: SystemCall, on descriptor: Int32, _ result: Result<Int, Errno>) {}
        func opened(_ descriptor: Int32) {}
        func watched(_ descriptor: Int32) {}
        func closing(_ descriptor: Int32) {}
    }

    /// A sender to a full Unix receiver waits with a socket of its own, for which there may be no descriptor.
    @Test func `without a descriptor to wait with, a sender waits all the same, and not in a circle`() async throws {
        let group = try EventLoopGroup(count: 1)
        var options = DatagramOptions()
        options.loops = group
        let plan = NoDescriptors()
        let sender = try await FaultSeam.with(plan) { [options] in
            try await DatagramSocket.bind(to: Family.unix.freshEndpoint(), options: options)
        }
        defer { sender.close() }
        try await withTwoBound(.unix, options: options) { other, receiver in
            let to = receiver.localAddress
            var filled = 0
            while try other.trySend([1], to: to) { filled += 1 }
            plan.begin()
            let start = ContinuousClock.now
            let task = Task(executorPreference: group.loops[0]) {
                try await FaultSeam.with(plan) { try await sender.send([2], to: to) }
            }
            await until("it has tried twice") { plan.sendCount > 1 }
            for _ in 0..<2000 { await Task(executorPreference: group.loops[0]) {}.value }
            // However slow the machine: each attempt is followed by 5 ms.
            let most = (ContinuousClock.now - start) / .milliseconds(5)
            #expect(plan.sendCount <= Int(most) + 2)
            for _ in 0..<filled { #expect(try await receiver.receive(upTo: 1).bytes == [1]) }
            #expect(try await receiver.receive(upTo: 1).bytes == [2])
            try await task.value
        }
    }

    @Test(arguments: Family.allCases)
    func `a receive into a batch that brings nothing leaves it empty`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            let batch = try DatagramBatch(capacity: 2)
            try await client.send("old")
            try await server.receive(into: batch)
            #expect(batch.count == 1)
            let held = Held(batch)
            let reader = Task { await socketError { try await server.receive(into: held.batch) } }
            await server.untilWaiting(.read)
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            #expect(held.batch.isEmpty)
        }
    }

    /// A batch belongs to one task at a time, which the test sees to.
    private struct Held: @unchecked Sendable {
        // Sendable because the task that has it is over before anybody else looks.
        let batch: DatagramBatch
        init(_ batch: DatagramBatch) { self.batch = batch }
    }
}
