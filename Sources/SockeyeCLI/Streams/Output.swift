import SockeyeSystem

/// Standard output: what peers send, and nothing else.
///
/// It is written on a thread of its own, since whoever reads it may take his time, and an event loop must not wait.
final class Output: Sendable {
    static let standard = Output()

    let isTerminal = StandardStream.output.isTerminal
    private let worker = Worker()

    /// Writes all the bytes, and returns when the system has them.
    ///
    /// When nobody reads any more (`| head -1`), the command has done its work: it ends with status 0.
    func write(_ bytes: [UInt8]) async {
        guard !bytes.isEmpty else { return }
        let failure = await worker.run { () -> Errno? in
            do throws(Errno) {
                try StandardStream.output.write(bytes)
                return nil
            } catch {
                return error
            }
        }
        guard let failure else { return }
        if failure != .brokenPipe {
            Console.say("sockeye: could not write to standard output: \(failure)")
            ThisProcess.exit(1)
        }
        ThisProcess.exit(0)
    }

    /// What one peer sends, made fit for where it goes.
    func display() -> Display { Display(isTerminal: isTerminal) }
}

/// Turns the pieces of one peer into what is written: unchanged in a pipe, as safe text on a terminal.
struct Display {
    let isTerminal: Bool
    private var text = SafeText()
    private var isInLine = false

    init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    /// On a terminal each piece ends its line, but not in the middle of a character.
    mutating func render(_ bytes: [UInt8]) -> [UInt8] {
        guard isTerminal else { return bytes }
        var shown = text.append(bytes)
        if !shown.isEmpty { isInLine = !shown.hasSuffix("\n") }
        if isInLine, !text.isInCharacter {
            shown += "\n"
            isInLine = false
        }
        return Array(shown.utf8)
    }

    /// The rest, when the peer has finished: a character that was never completed.
    mutating func finish() -> [UInt8] {
        guard isTerminal else { return [] }
        let shown = text.finish()
        defer { isInLine = false }
        return Array((shown.isEmpty && !isInLine ? "" : shown + "\n").utf8)
    }
}
