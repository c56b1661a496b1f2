import Foundation
import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Calls that block` {
    /// Holds threads up until it is opened.
    private final class Door: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func pass() {
            semaphore.wait()
            semaphore.signal()
        }
        func open() { semaphore.signal() }
    }

    /// How many are inside at once, at most.
    private final class Peak: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }
        func enter() {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test func `run on no more threads than the limit, and all of them run`() async throws {
        let pool = BlockingPool(limit: 3)
        let now = Peak()
        let door = Door()
        let started = Tally()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<20 {
                group.addTask {
                    try await pool.run {
                        now.enter()
                        started.add()
                        door.pass()
                        now.leave()
                        return index
                    } ?? -1
                }
            }
            await started.reach(3)
            door.open()
            return try await group.reduce(0, +)
        }
        #expect(sum == 190)
        #expect(now.most == 3)
    }

    @Test func `are given up at once by a cancelled task`() async throws {
        let pool = BlockingPool(limit: 1)
        let door = Door()
        defer { door.open() }
        let started = Tally()
        let task = Task {
            try await pool.run {
                started.add()
                door.pass()
                return 1
            }
        }
        let queued = Task { try await pool.run { 2 } }
        await started.reach()
        task.cancel()
        queued.cancel()
        // Both return while the thread still blocks.
        #expect(try await task.value == nil)
        #expect(try await queued.value == nil)
    }

    @Test func `leave the queue when they are given up, and are not begun any more`() async throws {
        let pool = BlockingPool(limit: 1)
        let door = Door()
        let (started, begun) = (Tally(), Tally())
        let first = Task {
            try await pool.run {
                started.add()
                door.pass()
                return 1
            }
        }
        await started.reach()
        let queued = (0..<20).map { _ in Task { try await pool.run { begun.add() } } }
        await until("they wait") { pool.waitingCount == 20 }
        for task in queued { task.cancel() }
        for task in queued { #expect(try await task.value == nil) }
        #expect(pool.waitingCount == 0)
        door.open()
        #expect(try await first.value == 1)
        #expect(try await pool.run { 2 } == 2)
        #expect(begun.count == 0)
    }

    @Test func `that no thread can be had for fail, and so does what came meanwhile in the hope of it`() async {
        await #expect(processExitsWith: .success) {
            let pool = BlockingPool(limit: 4)
            let group = try EventLoopGroup(count: 1)
            let second = Mutex<Task<Errno?, Never>?>(nil)
            let plan = NoThreads {
                let task = Task(executorPreference: group.loops[0]) { await errno { _ = try await pool.run { 2 } } }
                second.withLock { $0 = task }
            }
            let first = await FaultSeam.with(plan) { await errno { _ = try await pool.run { 1 } } }
            #expect(first == .wouldBlock)
            #expect(await second.withLock { $0 }?.value == .wouldBlock)
            #expect(pool.waitingCount == 0)
            #expect(try await pool.run { 3 } == 3)
            withExtendedLifetime(group) {}
        }
    }

    @Test func `are not begun for a task that is cancelled already, or their result is dropped`() async throws {
        let pool = BlockingPool(limit: 1)
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await pool.run { 1 }
        }
        #expect(try await task.value == nil)
    }

    @Test func `a cancelled look-up says so at once`() async {
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await socketError { _ = try await Resolver.system.addresses(of: "slow.invalid:1") }
        }
        let error = await task.value
        #expect(error?.code == .cancelled)
        #expect(error?.operation == .resolve)
    }

    @Test func `an unknown name is told with the name`() async throws {
        let error = try #require(
            await socketError {
                _ = try await Resolver.system.addresses(of: "nobody-knows-this.invalid:1")
            }
        )
        #expect(error.code == .nameNotFound)
        #expect(error.description.contains("nobody-knows-this.invalid"))
    }

    @Test(arguments: [
        ("1337", ["127.0.0.1:1337", "[::1]:1337"]),
        ("*:80", ["[::]:80", "0.0.0.0:80"]),
        ("[::1]:80", ["[::1]:80"]),
        ("unix:@x", ["unix:@x"]),
        ("[fe80::1%lo]:80", ["[fe80::1%1]:80"]),
    ])
    func `what is no name is not looked up`(text: String, expected: [String]) async throws {
        let addresses = try await Resolver.fixed([:]).addresses(of: Endpoint(parsing: text))
        #expect(addresses.map(\.description) == expected)
    }
}

/// No thread can be started. While the first is refused, another task asks for one.
private final class NoThreads: FaultPlan {
    private let count = Mutex(0)
    private let secondCame = DispatchSemaphore(value: 0)
    private let whileFirst: @Sendable () -> Void

    init(_ whileFirst: @escaping @Sendable () -> Void) { self.whileFirst = whileFirst }

    func answer(to call: SystemCall, on descriptor: Int32) -> FaultAnswer {
        guard call == .startThread else { return .none }
        let position = count.withLock { count in
            count += 1
            return count
        }
        if position == 1 {
            whileFirst()
            secondCame.wait()
        } else {
            secondCame.signal()
        }
        return .failure(.wouldBlock)
    }

    func answered(_ call: SystemCall, on descriptor: Int32, _ result: Result<Int, Errno>) {}
    func opened(_ descriptor: Int32) {}
    func watched(_ descriptor: Int32) {}
    func closing(_ descriptor: Int32) {}
}

private func errno(_ body: () async throws -> Void) async -> Errno? {
    do {
        try await body()
        return nil
    } catch {
        return error as? Errno
    }
}
