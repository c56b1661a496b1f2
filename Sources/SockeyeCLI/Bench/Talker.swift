import Sockeye
import SockeyeSystem

/// One connection of the load: what it has sent, what is still to come, and whether what came is right.
///
/// It makes no system call and knows no time: whoever has the descriptor hands it what came.
struct Talker {
    enum State { case idle, connecting, open, done }

    let index: Int
    var state = State.idle
    /// -1 for none.
    var descriptor: Int32 = -1
    /// When the messages that are in flight were sent (closed loop).
    var since: UInt64 = 0
    /// Messages that are to be sent by now (open loop); the others are counted when they are sent.
    var due = 0
    private(set) var sent = 0
    private(set) var answered = 0
    /// Bytes of requests that the kernel has not taken yet.
    private(set) var unsentBytes = 0
    /// Bytes of replies that are still to come.
    private var dueBytes = 0
    /// Where in the rounds of requests and of replies it is.
    private var requestOffset: Int
    private var replyOffset: Int
    private var repliesOfConnection = 0
    private var decoder: Framing.Decoder?

    init(index: Int, _ traffic: Traffic) {
        self.index = index
        requestOffset = traffic.offset(ofConnection: index)
        replyOffset = requestOffset
        decoder = traffic.framing.map(Framing.Decoder.init)
    }

    var unanswered: Int { sent &- answered }

    // MARK: Sending

    /// So many more messages are to go out.
    mutating func add(_ count: Int, _ traffic: Traffic) {
        sent &+= count
        unsentBytes &+= count &* traffic.requestBytes
        dueBytes &+= count &* traffic.replyBytes
    }

    /// What to send next: where it begins in the rounds, and how much.
    func piece(_ traffic: Traffic) -> (offset: Int, count: Int) {
        (requestOffset, min(unsentBytes, traffic.requests.longest))
    }

    mutating func noteSent(_ count: Int) {
        unsentBytes &-= count
        requestOffset &+= count
    }

    // MARK: Receiving

    /// Checks what came. Returns how many replies it completed.
    @inline(__always)
    mutating func take(_ bytes: UnsafeRawPointer, _ count: Int, _ traffic: Traffic) throws(Fault) -> Int {
        let completed =
            traffic.replyBytes == 0
            ? try unsafe takeMessages(bytes, count, traffic) : try unsafe takeKnown(bytes, count, traffic)
        answered &+= completed
        repliesOfConnection &+= completed
        return completed
    }

    @inline(__always)
    private mutating func takeKnown(
        _ bytes: UnsafeRawPointer,
        _ count: Int,
        _ traffic: Traffic
    ) throws(Fault) -> Int {
        let due = dueBytes
        let left = due &- count
        let expected = unsafe traffic.replies.stretch(at: replyOffset)
        guard left >= 0, unsafe Syscalls.areEqual(bytes, expected, count: count) else {
            throw unsafe wrongReply(bytes, count, traffic)
        }
        replyOffset &+= count
        dueBytes = left
        let size = traffic.replyBytes
        // Mostly one message is in flight and comes whole: no division then.
        if left == 0, due <= size { return 1 }
        return (due &+ size &- 1) / size &- (left &+ size &- 1) / size
    }

    /// The same for replies whose length only the framing tells.
    private mutating func takeMessages(
        _ bytes: UnsafeRawPointer,
        _ count: Int,
        _ traffic: Traffic
    ) throws(Fault) -> Int {
        decoder?.append(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: bytes, count: count)))
        var completed = 0
        while let message = try nextMessage(completed + 1) {
            completed += 1
            if let expected = traffic.expectedMessage, message != expected {
                let first = zip(message, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
                let place = first ?? min(message.count, expected.count)
                throw Self.wrong(repliesOfConnection + completed, at: place, place + 1, message, expected)
            }
        }
        if completed > unanswered { throw wrongMessage(completed, "more messages came than were asked for") }
        return completed
    }

    private mutating func nextMessage(_ number: Int) throws(Fault) -> [UInt8]? {
        do throws(SocketError) {
            return try decoder?.next()
        } catch {
            throw wrongMessage(number, error.detail ?? "\(error.code)")
        }
    }

    // MARK: The end of a connection

    /// How many replies this connection has brought.
    var ended: Fault { .ended(afterReplies: repliesOfConnection) }

    /// The next message gets a new connection. What was in flight on this one is given up.
    mutating func beginAnew(_ traffic: Traffic) {
        let begun = (sent, due)
        self = Talker(index: index, traffic)
        (sent, answered, due) = (begun.0, begun.0, begun.1)
    }

    // MARK: What was wrong

    /// Some bytes are enough to see what it is.
    private static let shownBytes = 32

    private func wrongMessage(_ number: Int, _ problem: String) -> Fault {
        let reply = repliesOfConnection + number
        return .wrongReply(WrongReply(reply: reply, position: 1, came: [], expected: [], problem: problem))
    }

    private func wrongReply(_ bytes: UnsafeRawPointer, _ count: Int, _ traffic: Traffic) -> Fault {
        let came = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
        let comparable = min(count, dueBytes)
        let expected = traffic.replies.copy(at: replyOffset, count: comparable)
        let first = zip(came, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? comparable
        let all = replyOffset - traffic.offset(ofConnection: index) + first
        let (reply, place) = all.quotientAndRemainder(dividingBy: traffic.replyBytes)
        return Self.wrong(reply + 1, at: first, place + 1, came, expected)
    }

    private static func wrong(
        _ reply: Int,
        at first: Int,
        _ position: Int,
        _ came: [UInt8],
        _ expected: [UInt8]
    ) -> Fault {
        .wrongReply(
            WrongReply(
                reply: reply,
                position: position,
                came: Array(came[first...].prefix(shownBytes)),
                expected: Array(expected[first...].prefix(shownBytes))
            )
        )
    }
}
