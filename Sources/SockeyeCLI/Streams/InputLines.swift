import Sockeye
import SockeyeSystem

/// Standard input in lines, without their newlines; the last one counts also when it has none.
struct InputLines {
    let input: Input
    /// The longest line in bytes: what is longer is no line, and must not fill the memory.
    let limit: Int
    /// Whether CR LF ends a line as LF does.
    let dropsReturn: Bool
    /// How many lines were handed out.
    private(set) var count = 0
    private var buffer: [UInt8] = []
    /// Where the next line begins, and from where on no newline was looked for.
    private var start = 0
    private var searched = 0
    private var hasEnded = false

    /// 16 MiB: above any line that somebody means, and below what hurts.
    static let defaultLimit = 16 << 20

    init(_ input: Input, limit: Int = defaultLimit, dropsReturn: Bool = false) {
        self.input = input
        self.limit = limit
        self.dropsReturn = dropsReturn
    }

    /// The lines that a framing carries as its messages.
    init(_ input: Input, for framing: Framing?) {
        guard let framing else {
            self.init(input)
            return
        }
        self.init(
            input,
            limit: framing.maximumLength,
            dropsReturn: framing == .lines(maximumLength: framing.maximumLength)
        )
    }

    /// The next line; nil at the end.
    mutating func next() async throws(Failure) -> [UInt8]? {
        while true {
            if let line = try nextReady() { return line }
            guard !hasEnded, let bytes = try await input.next() else {
                hasEnded = true
                guard start < buffer.count else { return nil }
                return take(to: buffer.count)
            }
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
            buffer += bytes
        }
    }

    /// All the lines that have come and at least one; nil at the end.
    mutating func nextBatch() async throws(Failure) -> [[UInt8]]? {
        guard let first = try await next() else { return nil }
        var batch = [first]
        while let line = try? nextReady() { batch.append(line) }
        return batch
    }

    /// The next line if it has come whole.
    private mutating func nextReady() throws(Failure) -> [UInt8]? {
        guard let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = buffer.count
            // One more for a CR.
            if buffer.count - start > limit + (dropsReturn ? 1 : 0) { throw tooLong }
            return nil
        }
        let hasReturn = dropsReturn && end > start && buffer[end - 1] == UInt8(ascii: "\r")
        guard end - start - (hasReturn ? 1 : 0) <= limit else { throw tooLong }
        return take(to: end)
    }

    private mutating func take(to end: Int) -> [UInt8] {
        var line = buffer[start..<end]
        if dropsReturn, line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        start = min(end + 1, buffer.count)
        searched = start
        count += 1
        return Array(line)
    }

    private var tooLong: Failure {
        Failure(
            attempted: "take line \(count + 1) of standard input for a message",
            happened: "the line is longer than \(Quantity.bytes(limit))",
            cause: "the input is not made of lines, or its lines are longer than messages may be",
            next: [
                "sockeye connect ADDRESS < file   sends every byte as it is, without --framing and --reconnect",
                "--max-message 16M   lets a framing take longer lines",
            ],
            status: Failure.networkFailed
        )
    }
}
