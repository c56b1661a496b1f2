import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Queues and timers of a loop` {
    /// A job that is never run: only its identity counts.
    private func job(_ number: Int) -> UnownedJob { unsafe unsafeBitCast(number, to: UnownedJob.self) }
    private func number(_ job: UnownedJob?) -> Int? { job.map { unsafe unsafeBitCast($0, to: Int.self) } }

    @Test(arguments: [1, 255, 256, 257, 1_000, 5_000])
    func `jobs come out in their order, through growth and wrapping round`(burst: Int) {
        var queue = JobQueue()
        defer { queue.deallocate() }
        var next = 1
        var expected = 1
        for round in 0..<20 {
            for _ in 0..<burst {
                queue.append(job(next))
                next += 1
            }
            // Not all of them, so that the ring begins elsewhere in every round.
            for _ in 0..<max(1, burst * (round % 3 + 1) / 4) {
                guard let first = number(queue.popFirst()) else { break }
                #expect(first == expected)
                expected += 1
            }
            #expect(queue.count == next - expected)
        }
        while let first = number(queue.popFirst()) {
            #expect(first == expected)
            expected += 1
        }
        #expect(expected == next)
        #expect(queue.isEmpty)
    }

    @Test func `timers come out soonest first, and stopped ones not at all`() {
        var random = SplitMix(seed: 7)
        for _ in 0..<50 {
            var heap = TimerHeap()
            var model: [LoopTimer] = []
            for _ in 0..<400 {
                switch Int.random(in: 0..<5, using: &random) {
                case 0 where !model.isEmpty:
                    let index = Int.random(in: model.indices, using: &random)
                    let stopped = model.remove(at: index)
                    heap.remove(stopped)
                    heap.remove(stopped)
                case 1:
                    guard let soonest = model.map(\.deadline).min(), let popped = heap.popDue(at: .max) else { break }
                    #expect(popped.deadline == soonest)
                    model.removeAll { $0 === popped }
                default:
                    let timer = LoopTimer(after: .milliseconds(Int.random(in: 0..<100, using: &random))) {}
                    heap.insert(timer)
                    heap.insert(timer)
                    model.append(timer)
                }
                #expect(heap.count == model.count)
            }
            var rest: [UInt64] = []
            while let timer = heap.popDue(at: .max) { rest.append(timer.deadline) }
            #expect(rest == model.map(\.deadline).sorted())
        }
    }

    @Test func `a timer is not due before its time`() {
        var heap = TimerHeap()
        #expect(heap.millisecondsToNext() == -1)
        let timer = LoopTimer(after: .seconds(100)) {}
        heap.insert(timer)
        #expect(heap.popDue(at: timer.deadline - 1) == nil)
        #expect((99_000...100_000).contains(heap.millisecondsToNext()))
        #expect(heap.popDue(at: timer.deadline) === timer)
        heap.insert(LoopTimer(after: .zero) {})
        #expect(heap.millisecondsToNext() == 0)
    }

    @Test(arguments: [
        Duration.seconds(Int64.max), .seconds(600 * 365 * 86_400), .seconds(-5), .nanoseconds(-1), .zero,
    ])
    func `a time beyond the clock is never, and a negative one is now`(duration: Duration) {
        var heap = TimerHeap()
        heap.insert(LoopTimer(after: duration) {})
        let wait = heap.millisecondsToNext()
        if duration > .zero { #expect(wait == Int32.max) } else { #expect(wait == 0) }
    }

    @Test func `what many threads push comes out once each, and in each thread's order`() async throws {
        let queue = RemoteQueue<(thread: Int, index: Int)>()
        let threads = 8
        let each = 5_000
        let done = Atomic<Int>(0)
        for thread in 0..<threads {
            Thread.detachNewThread {
                for index in 0..<each { queue.push((thread, index)) }
                done.add(1, ordering: .sequentiallyConsistent)
            }
        }
        var next = [Int](repeating: 0, count: threads)
        var isOver = false
        while !isOver {
            // Looked at before the last drain, so that nothing is missed.
            isOver = done.load(ordering: .sequentiallyConsistent) == threads
            queue.drain { item in
                #expect(next[item.thread] == item.index)
                next[item.thread] = item.index + 1
            }
            await Task.yield()
        }
        #expect(next == [Int](repeating: each, count: threads))
        #expect(!queue.hasItems)
    }

    @Test func `a queue that goes takes its items with it`() {
        final class Item: Sendable {}
        weak var seen: Item?
        do {
            let queue = RemoteQueue<Item>()
            let item = Item()
            seen = item
            queue.push(item)
        }
        #expect(seen == nil)
    }

    @Test func `a shortage is told once in five seconds`() {
        var shortage = AcceptBackoff()
        let start = ContinuousClock.now
        let told = [0, 1, 4_999, 5_000, 5_001, 9_999, 10_000, 60_000].filter {
            shortage.isWorthSaying(at: start + .milliseconds($0))
        }
        #expect(told == [0, 5_000, 10_000, 60_000])
        #expect(shortage.pause >= .milliseconds(10))
    }
}
