import SockeyeSystem

/// Standard output: what peers send, and nothing else.
///
/// It is written on a thread of its own, since whoever reads it may take his time, and an event loop must not wait.
final class Output: Sendable {
    static let standard = Output()

    let isTerminal = StandardStream.output.isTerminal
    private let worker = Worker()
    /// 1024 lines: a reader that is slower than what happens holds it up, instead of filling the memory.
    private let places = Semaphore(places: 1024)
    private let state = Locked(State())

    private struct State {
        var hasFailed = false
        var onFailure: (@Sendable () -> Void)?
    }

    /// Whether somebody waits until what was received is taken from here.
    var isWriting: Bool { HeldUp.isBlocked(.output) }

    /// How long ago somebody last did; nil where nothing was written.
    var timeSinceWriting: Duration? { HeldUp.timeSinceLast(.output) }

    /// Calls `body` once, when something cannot be written: for a command that has others to end with in order. What is written
    /// later is dropped. Without it the process ends at once.
    func onFailing(_ body: @escaping @Sendable () -> Void) {
        state.with { $0.onFailure = body }
    }

    /// Writes all the bytes, and returns when the system has them.
    ///
    /// When nobody reads any more (`| head -1`), the command has done its work: it ends with status 0.
    func write(_ bytes: [UInt8]) async {
        if await !writeIfRead(bytes) { OrderlyExit.status(0) }
    }

    /// The same for a server, which has others to talk to. False: nobody reads any more.
    func writeIfRead(_ bytes: [UInt8]) async -> Bool {
        guard !bytes.isEmpty else { return true }
        HeldUp.begin(.output)
        defer { HeldUp.end(.output) }
        let failure = await worker.run { () -> Errno? in
            do throws(Errno) {
                try StandardStream.output.write(bytes)
                return nil
            } catch {
                return error
            }
        }
        guard let failure else { return true }
        if failure == .brokenPipe { return false }
        fail(failure)
        return true
    }

    /// The same without waiting, for lines that are told from where nobody can wait; in the order of all that is written.
    ///
    /// When nobody reads any more they are dropped: whoever writes what peers send notices, and ends the command.
    func submit(_ bytes: [UInt8]) {
        HeldUp.begin(.output)
        places.wait()
        worker.submit {
            defer {
                self.places.signal()
                HeldUp.end(.output)
            }
            do throws(Errno) {
                try StandardStream.output.write(bytes)
            } catch {
                if error == .brokenPipe { return }
                self.fail(error)
            }
        }
    }

    /// Not as an event, which could not be written either.
    private func fail(_ error: Errno) {
        let (isFirst, onFailure) = state.with { state in
            defer { state.hasFailed = true }
            return (!state.hasFailed, state.onFailure)
        }
        let failure = Failure.output(error)
        if isFirst { Console.say(failure.description) }
        guard let onFailure else { OrderlyExit.status(failure.status) }
        if isFirst { onFailure() }
    }

    /// Returns when all that was submitted is written. Blocks its thread: for the end of a command.
    func flush() {
        let isDone = Semaphore()
        worker.submit { isDone.signal() }
        isDone.wait()
    }

    /// What one peer sends, made fit for where it goes.
    ///
    /// - Parameters:
    ///   - isFramed: Whether it comes as whole messages, each of which is a line then.
    ///   - events: With `--json`, as what it is told.
    func display(isFramed: Bool = false, events: DataEvents? = nil) -> Display {
        Display(isTerminal: isTerminal, isFramed: isFramed, events: events)
    }
}

/// Turns the pieces of one peer into what is written: unchanged in a pipe, as safe text on a terminal; a line for each
/// message.
struct Display {
    let isTerminal: Bool
    let isFramed: Bool
    /// nil without `--json`.
    private let events: DataEvents?
    private var text = SafeText()
    private var isInLine = false

    init(isTerminal: Bool, isFramed: Bool = false, events: DataEvents? = nil) {
        self.isTerminal = isTerminal
        self.isFramed = isFramed
        self.events = events
    }

    /// On a terminal each piece ends its line, but not in the middle of a character.
    mutating func render(_ bytes: [UInt8]) -> [UInt8] {
        if let events { return events.line(bytes) }
        if isFramed { return (isTerminal ? Array(SafeText.line(bytes).utf8) : bytes) + [UInt8(ascii: "\n")] }
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
        guard isTerminal, !isFramed, events == nil else { return [] }
        let shown = text.finish()
        defer { isInLine = false }
        return Array((shown.isEmpty && !isInLine ? "" : shown + "\n").utf8)
    }
}
