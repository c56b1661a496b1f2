internal import SockeyeSystem

/// A loop's timers, soonest first: a binary heap that a stopped timer leaves at once.
///
/// There is no system call a timer: the soonest one bounds how long the loop waits for events.
struct TimerHeap {
    private var heap: [LoopTimer] = []

    var isEmpty: Bool { heap.isEmpty }
    var count: Int { heap.count }

    /// How long the loop may wait: -1 for ever, 0 not at all. Rounded up, or the loop would spin before it is due.
    func millisecondsToNext() -> Int32 {
        guard let next = heap.first else { return -1 }
        let now = Syscalls.monotonicNanoseconds()
        if next.deadline <= now { return 0 }
        let left = next.deadline - now
        return Int32(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
    }

    mutating func insert(_ timer: LoopTimer) {
        guard timer.heapIndex == LoopTimer.notInHeap else { return }
        timer.heapIndex = heap.count
        heap.append(timer)
        moveUp(timer.heapIndex)
    }

    mutating func remove(_ timer: LoopTimer) {
        let index = timer.heapIndex
        guard index != LoopTimer.notInHeap else { return }
        timer.heapIndex = LoopTimer.notInHeap
        let last = heap.removeLast()
        guard last !== timer else { return }
        place(last, at: index)
        moveUp(index)
        moveDown(last.heapIndex)
    }

    mutating func popDue(at now: UInt64) -> LoopTimer? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    private mutating func place(_ timer: LoopTimer, at index: Int) {
        heap[index] = timer
        timer.heapIndex = index
    }

    private mutating func moveUp(_ start: Int) {
        var index = start
        let timer = heap[index]
        while index > 0 {
            let parent = (index - 1) / 2
            if heap[parent].deadline <= timer.deadline { break }
            place(heap[parent], at: index)
            index = parent
        }
        place(timer, at: index)
    }

    private mutating func moveDown(_ start: Int) {
        var index = start
        let timer = heap[index]
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].deadline < heap[child].deadline { child += 1 }
            if timer.deadline <= heap[child].deadline { break }
            place(heap[child], at: index)
            index = child
        }
        place(timer, at: index)
    }
}
