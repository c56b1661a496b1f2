import Sockeye

/// What a connection says, and what it has to hear: the same for all of them.
struct Traffic: Sendable {
    /// How a reply is judged.
    enum Check: String, Sendable {
        /// Every byte comes back.
        case echo
        /// The reply that was given, to the byte.
        case reply
        /// One message in the framing, whatever it says.
        case anyMessage
    }

    let check: Check
    /// Bytes of one request, as it goes out.
    let requestBytes: Int
    /// Bytes of one reply; 0 where that is the framing's to say.
    let replyBytes: Int
    /// How replies are told apart where their length is not known.
    let framing: Framing?
    /// What each message has to say; nil for anything, and where there are no messages but bytes.
    let expectedMessage: [UInt8]?
    let requests: CyclicBytes
    /// What comes back, where that is known bytes.
    let replies: CyclicBytes
    /// Whether each connection begins elsewhere in the round.
    private let isPattern: Bool

    /// 256 KiB: the most that is handed to the kernel, or taken from it, with one call; larger ones gained nothing.
    static let longestPiece = 262_144
    /// Between the beginnings of two connections, so that the bytes of another connection show too.
    private static let stride = 83

    /// A pattern that has to come back.
    init(patternOf size: Int) {
        let pattern = CyclicBytes.pattern(longest: Self.longestPiece)
        self.init(.echo, pattern, pattern, size, size)
    }

    /// The same request again and again.
    ///
    /// - Parameter reply: nil for the request itself, which comes back.
    init(request: [UInt8], reply: [UInt8]?) {
        self.init(
            reply == nil ? .echo : .reply,
            CyclicBytes(request, longest: Self.longestPiece),
            CyclicBytes(reply ?? request, longest: Self.longestPiece),
            request.count,
            (reply ?? request).count
        )
    }

    /// The same request again and again, and a message for each.
    ///
    /// - Parameter reply: What the message has to say; nil for anything.
    init(request: [UInt8], messagesIn framing: Framing, reply: [UInt8]?) {
        let requests = CyclicBytes(request, longest: Self.longestPiece)
        self.init(reply == nil ? .anyMessage : .reply, requests, requests, request.count, 0, framing, reply)
    }

    private init(
        _ check: Check,
        _ requests: CyclicBytes,
        _ replies: CyclicBytes,
        _ requestBytes: Int,
        _ replyBytes: Int,
        _ framing: Framing? = nil,
        _ expectedMessage: [UInt8]? = nil
    ) {
        self.check = check
        self.requests = requests
        self.replies = replies
        self.requestBytes = requestBytes
        self.replyBytes = replyBytes
        self.framing = framing
        self.expectedMessage = expectedMessage
        isPattern = check == .echo && requests === replies
    }

    /// Where a connection begins in the round.
    func offset(ofConnection index: Int) -> Int {
        isPattern ? index * Self.stride % CyclicBytes.patternPeriod : 0
    }
}
