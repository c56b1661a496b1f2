/// One of the two directions that a socket can be waited for in.
@usableFromInline
enum Direction: UInt64, Sendable {
    case read = 0
    case write = 8
}

/// The time limits of a server.
enum TimeLimit: Sendable {
    /// No byte has gone either way for too long.
    case silence
    /// The connection has lived for too long.
    case lifetime
}

/// Everything that is known about one registered descriptor, in one word, so that it changes in one atomic step.
///
/// A pure value: each function is a transition that says what its caller has to do. `Registration` applies them with
/// compare-and-swap, tests apply them to a variable.
struct RegistrationState: Equatable {
    private(set) var bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    // A byte for each direction, shifted by `Direction.rawValue`…
    /// An operation runs in this direction: a second one is refused, and the descriptor stays open until it ends.
    private static let busy: UInt64 = 1 << 0
    /// That operation's task is suspended, and whoever clears this bit resumes it.
    private static let waiting: UInt64 = 1 << 1
    /// The last that was heard is that a call would not block.
    private static let ready: UInt64 = 1 << 2
    /// The kernel said that this direction is over (RDHUP, HUP, ERR). It never goes back: no further edge will come.
    private static let ended: UInt64 = 1 << 3
    /// The operation's task was cancelled.
    private static let cancelled: UInt64 = 1 << 4
    // …and for both:
    /// `close` was called: nothing new begins.
    private static let closed: UInt64 = 1 << 16
    /// The descriptor has been handed to whoever closes it.
    private static let released: UInt64 = 1 << 17
    /// Closed, and its last user reads what still comes before the descriptor goes: see `linger`.
    private static let lingering: UInt64 = 1 << 24
    /// A send was given up in the middle: whatever is sent after it, the peer cannot tell where it begins.
    private static let sendCutShort: UInt64 = 1 << 25
    /// Closed by `abort`: the last user closes the descriptor without lingering.
    private static let aborted: UInt64 = 1 << 19
    /// This side has finished sending.
    private static let finishedSending: UInt64 = 1 << 18
    /// A receive has returned the end of the stream: nothing is left unread, and nothing more will come.
    private static let sawEnd: UInt64 = 1 << 20
    /// The task that owns the connection was cancelled: see `Registration.adoptCurrentTask`.
    private static let ownerCancelled: UInt64 = 1 << 21
    /// Closed by a time limit of the server: operations say so.
    private static let outOfTime: UInt64 = 1 << 22
    /// Bytes have moved since somebody last asked.
    private static let touched: UInt64 = 1 << 23
    /// …by the limit for silence, and not by that for the whole life.
    private static let wasSilent: UInt64 = 1 << 13
    /// Somebody waits for the end of the descriptor: see `Registration.waitUntilEnded`.
    private static let awaited: UInt64 = 1 << 27
    /// The end has come: the descriptor is closed, or given away.
    private static let retired: UInt64 = 1 << 15
    /// Whoever lingers is to close at once.
    private static let hurried: UInt64 = 1 << 14
    /// A datagram socket: an error is one datagram's, and ends nothing.
    private static let datagrams: UInt64 = 1 << 26
    /// How many quick calls are being made on the descriptor beside the two operations: a number of 8 bits.
    private static let held: UInt64 = 1 << 28
    private static let heldMask: UInt64 = 0xFF << 28
    /// The rest counts events, so that an operation can tell whether one came while it was in its system call.
    private static let tick: UInt64 = 1 << 36

    /// A new descriptor has nothing to read yet, as far as is known, and room to write.
    static let initial = RegistrationState(bits: ready << Direction.write.rawValue)
    static let initialForDatagrams = RegistrationState(bits: initial.bits | datagrams)
    /// A socket that is still connecting is ready for nothing.
    static let connecting = RegistrationState(bits: 0)

    @inline(__always) private func has(_ bit: UInt64, _ direction: Direction) -> Bool {
        bits & (bit << direction.rawValue) != 0
    }
    @inline(__always) private mutating func set(_ bit: UInt64, _ direction: Direction) {
        bits |= bit << direction.rawValue
    }
    @inline(__always) private mutating func clear(_ bit: UInt64, _ direction: Direction) {
        bits &= ~(bit << direction.rawValue)
    }

    var isClosed: Bool { bits & Self.closed != 0 }
    @inline(__always) func isReady(_ direction: Direction) -> Bool { has(Self.ready | Self.ended, direction) }
    @inline(__always) func isEnded(_ direction: Direction) -> Bool { has(Self.ended, direction) }
    @inline(__always) func isCancelled(_ direction: Direction) -> Bool { has(Self.cancelled, direction) }
    @inline(__always) func isBusy(_ direction: Direction) -> Bool { has(Self.busy, direction) }
    @inline(__always) func isWaiting(_ direction: Direction) -> Bool { has(Self.waiting, direction) }
    /// Closed for everybody, or for everybody but the one that lingers.
    var refusesWaiting: Bool { isClosed && bits & Self.lingering == 0 }
    /// The count of events, for ``noLongerReady(_:since:)``.
    var eventCount: UInt64 { bits & ~(Self.tick - 1) }

    enum Begin { case begun, busy, closed }

    /// An operation begins.
    mutating func begin(_ direction: Direction) -> Begin {
        if isClosed { return .closed }
        if isBusy(direction) { return .busy }
        set(Self.busy, direction)
        return .begun
    }

    /// The operation found nothing more to do: a short read, or EAGAIN.
    ///
    /// An event that came since `count` was read is newer than that knowledge, so it wins; and the end of a direction
    /// stays known whatever a read found, or a FIN that came together with the last data would never be noticed.
    mutating func noLongerReady(_ direction: Direction, since count: UInt64) {
        bits |= Self.touched
        if eventCount == count { clear(Self.ready, direction) }
    }

    /// The operation wants to suspend. False: there is a reason to go on at once.
    ///
    /// - Parameter isOwner: The task is the connection's owner, whose cancellation is told by `cancelOwner`.
    mutating func suspend(_ direction: Direction, isOwner: Bool) -> Bool {
        if isOwner, isOwnerCancelled { return false }
        if isReady(direction) || refusesWaiting || isCancelled(direction) { return false }
        set(Self.waiting, direction)
        return true
    }

    /// Events of the kernel. Says which directions' tasks to resume.
    mutating func signal(read: Bool, write: Bool, readEnded: Bool, bothEnded: Bool) -> Wake {
        bits &+= Self.tick
        if read { set(Self.ready, .read) }
        if write { set(Self.ready, .write) }
        if readEnded || bothEnded { noteEnds(both: bothEnded) }
        var wake: Wake = []
        if isReady(.read), stopWaiting(.read) { wake.insert(.read) }
        if isReady(.write), stopWaiting(.write) { wake.insert(.write) }
        return wake
    }

    private mutating func noteEnds(both: Bool) {
        if bits & Self.datagrams != 0 {
            // The next call tells the error, which clears it, and after that datagrams come and go as before.
            set(Self.ready, .read)
            set(Self.ready, .write)
            return
        }
        set(Self.ended, .read)
        if both { set(Self.ended, .write) }
    }

    /// The task was cancelled. True: resume it.
    mutating func cancel(_ direction: Direction) -> Bool {
        guard isBusy(direction) else { return false }
        set(Self.cancelled, direction)
        return stopWaiting(direction)
    }

    /// The owner was cancelled. Whoever waits looks at its own task, and a task that is not cancelled waits again.
    mutating func cancelOwner() -> Wake {
        bits |= Self.ownerCancelled
        return stopAllWaiting()
    }

    var isOwnerCancelled: Bool { bits & Self.ownerCancelled != 0 }

    /// The operation is over. True: it was the last one of a closed socket, and the descriptor is the caller's to close.
    mutating func end(_ direction: Direction) -> Bool {
        bits |= Self.touched
        clear(Self.busy | Self.cancelled, direction)
        return release()
    }

    /// Nothing new may begin. Says whom to resume, and whether the descriptor is the caller's to close now.
    mutating func close(abruptly: Bool = false) -> (wake: Wake, release: Bool) {
        if isClosed { return ([], false) }
        bits |= abruptly ? Self.closed | Self.aborted : Self.closed
        return (stopAllWaiting(), release())
    }

    /// Nothing new may begin, and the descriptor is the caller's, open. Only between operations.
    mutating func giveAway() -> Begin {
        if isClosed { return .closed }
        if isBusy(.read) || isBusy(.write) || bits & Self.heldMask != 0 { return .busy }
        bits |= Self.closed | Self.aborted | Self.released | Self.retired
        return .begun
    }

    /// Whether an operation has got anywhere since this was last asked.
    mutating func takeTouched() -> Bool {
        defer { bits &= ~Self.touched }
        return bits & Self.touched != 0
    }

    /// As `close`, for a time limit of the server.
    mutating func closeOutOfTime(_ limit: TimeLimit, abruptly: Bool = false) -> (wake: Wake, release: Bool) {
        if isClosed { return ([], false) }
        bits |= limit == .silence ? Self.outOfTime | Self.wasSilent : Self.outOfTime
        return close(abruptly: abruptly)
    }

    /// The time limit that has ended the connection.
    var timeLimit: TimeLimit? {
        if bits & Self.outOfTime == 0 { return nil }
        return bits & Self.wasSilent != 0 ? .silence : .lifetime
    }

    /// A quick call on the descriptor begins. False: closed, or 255 others are at it.
    mutating func hold() -> Bool {
        guard !isClosed, bits & Self.heldMask != Self.heldMask else { return false }
        bits += Self.held
        return true
    }

    /// The quick call is over. True: as for `end`.
    mutating func letGo() -> Bool {
        bits -= Self.held
        return release()
    }

    mutating func noteSendCutShort() { bits |= Self.sendCutShort }
    var isSendCutShort: Bool { bits & Self.sendCutShort != 0 }

    mutating func noteFinishedSending() { bits |= Self.finishedSending }
    var hasFinishedSending: Bool { bits & Self.finishedSending != 0 }

    /// A receive has returned the end of the stream.
    mutating func noteEnd() { bits |= Self.sawEnd }
    var hasSeenEnd: Bool { bits & Self.sawEnd != 0 }

    var isAborted: Bool { bits & Self.aborted != 0 }

    /// Whoever got the released descriptor keeps it for reading what still comes.
    mutating func linger() {
        bits |= Self.lingering
        set(Self.busy, .read)
        if bits & Self.hurried != 0 { set(Self.cancelled, .read) }
    }

    /// Nobody has time for lingering any more. True: resume the one that lingers.
    mutating func hurry() -> Bool {
        bits |= Self.hurried
        return bits & Self.lingering != 0 && cancel(.read)
    }

    enum Ending { case inUse, underWay, over }

    /// Somebody wants to wait for the end.
    mutating func awaitEnd() -> Ending {
        if bits & Self.retired != 0 { return .over }
        bits |= Self.awaited
        return bits & Self.released != 0 ? .underWay : .inUse
    }

    var isRetired: Bool { bits & Self.retired != 0 }
    var isAwaited: Bool { bits & Self.awaited != 0 }

    /// The descriptor is closed. True: somebody waits for that.
    mutating func retire() -> Bool {
        bits |= Self.retired
        return isAwaited
    }

    /// Exactly one caller gets true: when closed, and nobody is inside a system call on the descriptor.
    @inline(__always) private mutating func release() -> Bool {
        guard isClosed, !isBusy(.read), !isBusy(.write), bits & Self.heldMask == 0, bits & Self.released == 0 else {
            return false
        }
        bits |= Self.released
        return true
    }

    private mutating func stopAllWaiting() -> Wake {
        var wake: Wake = []
        if stopWaiting(.read) { wake.insert(.read) }
        if stopWaiting(.write) { wake.insert(.write) }
        return wake
    }

    @inline(__always) private mutating func stopWaiting(_ direction: Direction) -> Bool {
        guard isWaiting(direction) else { return false }
        clear(Self.waiting, direction)
        return true
    }

    /// The directions whose suspended tasks are to be resumed.
    struct Wake: OptionSet {
        let rawValue: UInt8
        static let read = Wake(rawValue: 1)
        static let write = Wake(rawValue: 2)
    }
}
