import Sockeye
import SockeyeSystem

/// What is on its way from one side to the other, when it does not go at once: pieces with the time at which they are due.
///
/// It holds a bounded number of bytes: then `put` waits, nothing more is received, and the sender feels the same
/// back-pressure as without the relay. One task puts and one takes.
final class FaultQueue: Sendable {
    enum Item: Sendable {
        case bytes([UInt8])
        /// The side has finished sending.
        case end
        /// The side has broken the connection off.
        case reset
    }

    struct Entry: Sendable {
        let item: Item
        let due: ContinuousClock.Instant
    }

    /// 4 MiB: a delay of 100 ms lets 40 MB pass a second.
    static let limitBytes = 4 << 20
    /// 16,384 datagrams, since those of no bytes cost memory, too.
    static let limitDatagrams = 16_384

    private typealias Waiter = CheckedContinuation<Void, Never>
    private struct State {
        var entries: [Entry] = []
        var byteCount = 0
        var isClosed = false
        var putter: Waiter?
        var taker: Waiter?
    }

    private let state = Locked(State())

    /// Waits for room. False: nobody takes any more.
    func put(_ item: Item, due: ContinuousClock.Instant) async -> Bool {
        await wait {
            $0.byteCount < Self.limitBytes || $0.isClosed
        } keeping: {
            $0.putter = $1
        }
        let (isOpen, taker) = state.with { state -> (Bool, Waiter?) in
            guard !state.isClosed else { return (false, nil) }
            state.entries.append(Entry(item: item, due: due))
            if case .bytes(let bytes) = item { state.byteCount += bytes.count }
            defer { state.taker = nil }
            return (true, state.taker)
        }
        taker?.resume()
        return isOpen
    }

    /// For datagrams, which are lost where there is no room. False: it was. The earliest due is taken first, so one may
    /// overtake another.
    func offer(_ bytes: [UInt8], due: ContinuousClock.Instant) -> Bool {
        let (isTaken, taker) = state.with { state -> (Bool, Waiter?) in
            guard !state.isClosed, state.byteCount < Self.limitBytes, state.entries.count < Self.limitDatagrams else {
                return (false, nil)
            }
            let place = state.entries.firstIndex { $0.due > due } ?? state.entries.count
            state.entries.insert(Entry(item: .bytes(bytes), due: due), at: place)
            state.byteCount += bytes.count
            defer { state.taker = nil }
            return (true, state.taker)
        }
        taker?.resume()
        return isTaken
    }

    /// Waits for the next piece; nil when the queue is closed.
    func next() async -> Entry? {
        await wait {
            !$0.entries.isEmpty || $0.isClosed
        } keeping: {
            $0.taker = $1
        }
        return take { _ in true }
    }

    /// The next piece, if it is there and due already, and is bytes.
    func nextBytes(dueAt now: ContinuousClock.Instant) -> [UInt8]? {
        let entry = take { entry in
            guard case .bytes = entry.item else { return false }
            return entry.due <= now
        }
        guard case .bytes(let bytes) = entry?.item else { return nil }
        return bytes
    }

    /// Nobody takes any more: whoever waits goes on.
    func close() {
        let waiters = state.with { state in
            state.isClosed = true
            defer { (state.putter, state.taker) = (nil, nil) }
            return [state.putter, state.taker]
        }
        for waiter in waiters { waiter?.resume() }
    }

    private func take(if condition: @Sendable (Entry) -> Bool) -> Entry? {
        let (entry, putter) = state.with { state -> (Entry?, Waiter?) in
            guard let entry = state.entries.first, condition(entry) else { return (nil, nil) }
            state.entries.removeFirst()
            if case .bytes(let bytes) = entry.item { state.byteCount -= bytes.count }
            defer { state.putter = nil }
            return (entry, state.putter)
        }
        putter?.resume()
        return entry
    }

    /// Suspends until the condition holds; a cancelled task closes the queue, so that it does not wait for ever.
    private func wait(
        until condition: @escaping @Sendable (State) -> Bool,
        keeping keep: @escaping @Sendable (inout State, Waiter) -> Void
    ) async {
        while !state.with({ condition($0) }) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    let isMet = state.with { state in
                        let isMet = condition(state)
                        if !isMet { keep(&state, waiter) }
                        return isMet
                    }
                    if isMet { waiter.resume() }
                }
            } onCancel: {
                close()
            }
        }
    }
}
