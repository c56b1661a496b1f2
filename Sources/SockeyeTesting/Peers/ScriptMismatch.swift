/// What a scripted peer saw was not what its script says.
///
///     step 2 of 3, expect 6 bytes: byte 4 is another
///       expected "hello\n"
///       received "help\n"
///                    ^
///
/// Print it; a test that lets it through shows it.
public struct ScriptMismatch: Error, Sendable, CustomStringConvertible {
    /// Which step of the script, from 1.
    public let step: Int
    /// The bytes that the step waits for; nil when it waits for something else.
    public let expected: [UInt8]?
    /// The bytes that came in this step.
    public let received: [UInt8]

    /// What the code under test has thrown, in ``ScriptedPeer/serve(at:_:)``: either may be the cause of the other.
    public internal(set) var bodyError: (any Error)?

    private let words: String

    init(step: Int, of count: Int, _ what: String, expected: [UInt8]?, received: [UInt8], _ happened: String) {
        self.step = step
        self.expected = expected
        self.received = received
        words = "step \(step) of \(count), \(what): \(happened)"
    }

    public var description: String {
        let cause = bodyError.map { "\n  and what was tested threw: \($0)" } ?? ""
        return words + comparison + cause
    }

    /// What was expected and what came, one below the other, and where they differ.
    private var comparison: String {
        guard expected != nil || !received.isEmpty else { return "" }
        let place = expected.map { Self.firstDifference($0, received) } ?? 0
        // What is equal at the start of long messages would push the difference off the screen.
        let first = max(0, place - 24)
        var lines = [""]
        var column = 0
        if let expected {
            let text = ByteText(expected, from: first, mark: place)
            lines.append("  expected \(text.text)")
            column = text.markedColumn
        }
        lines.append("  received \(ByteText(received, from: first, mark: place).text)")
        if expected != nil { lines.append("           " + String(repeating: " ", count: column) + "^") }
        return lines.joined(separator: "\n")
    }

    /// The index of the first byte that differs, or at which one of them ends.
    static func firstDifference(_ expected: [UInt8], _ received: [UInt8]) -> Int {
        let shorter = min(expected.count, received.count)
        return (0..<shorter).first { expected[$0] != received[$0] } ?? shorter
    }
}
