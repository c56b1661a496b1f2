internal import Synchronization

/// What other threads ask of a loop: a stack that many push to without a lock, and one thread takes whole.
///
/// Taking everything at once is what makes it safe: nothing is ever popped singly, so no node can come back under a
/// pusher's hands (the ABA problem). `Mutex` would be shorter, but contended it is a system call on Linux.
@safe final class RemoteQueue<Item: Sendable>: @unchecked Sendable {
    // Sendable because the only field is atomic, and a node belongs to whoever has taken it off the stack.
    @unsafe private struct Node {
        let item: Item
        var next: UnsafeMutablePointer<Node>?
    }

    private let head = unsafe Atomic<UnsafeMutablePointer<Node>?>(nil)

    var hasItems: Bool { unsafe head.load(ordering: .sequentiallyConsistent) != nil }

    func push(_ item: Item) {
        let node = UnsafeMutablePointer<Node>.allocate(capacity: 1)
        var expected = unsafe head.load(ordering: .relaxed)
        unsafe node.initialize(to: Node(item: item, next: expected))
        while true {
            let (exchanged, seen) = unsafe head.weakCompareExchange(
                expected: expected,
                desired: node,
                ordering: .sequentiallyConsistent
            )
            if exchanged { return }
            unsafe expected = unsafe seen
            unsafe node.pointee.next = unsafe seen
        }
    }

    /// Hands every item that is there to `body`, oldest first.
    func drain(_ body: (Item) -> Void) {
        var node = unsafe head.exchange(nil, ordering: .acquiringAndReleasing)
        // The stack has the newest on top: turn it round.
        var oldest: UnsafeMutablePointer<Node>?
        while let current = unsafe node {
            unsafe node = unsafe current.pointee.next
            unsafe current.pointee.next = unsafe oldest
            unsafe oldest = unsafe current
        }
        while let current = unsafe oldest {
            unsafe oldest = unsafe current.pointee.next
            let item = unsafe current.move().item
            unsafe current.deallocate()
            body(item)
        }
    }

    deinit {
        drain { _ in }
    }
}
