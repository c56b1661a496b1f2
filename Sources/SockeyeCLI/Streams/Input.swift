import SockeyeSystem

/// Standard input, read on a thread of its own: it may be a file, a pipe or a person, and a read of it blocks.
final class Input: Sendable {
    private typealias Waiter = CheckedContinuation<[UInt8]?, Never>
    private struct State {
        var waiter: Waiter?
        var isEnding = false
    }

    /// 64 KiB: what a pipe holds.
    private static let pieceBytes = 65_536
    private let state = Locked(State())
    private let worker = Worker()

    /// The next bytes; nil at the end, and when the task is cancelled. An input that cannot be read has ended, and
    /// that is said.
    func next() async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                state.with { state in state.waiter = waiter }
                if Task.isCancelled { return finish(nil) }
                worker.submit { self.read() }
            }
        } onCancel: {
            finish(nil)
        }
    }

    /// Goes on with what is there already, and then ends: the peer has finished, so nobody waits for a person.
    func endWhenNothingIsReady() {
        state.with { state in state.isEnding = true }
        if !StandardStream.input.isReadable { finish(nil) }
    }

    private func read() {
        if state.with({ $0.isEnding }), !StandardStream.input.isReadable { return finish(nil) }
        do throws(Errno) {
            finish(try StandardStream.input.read(upTo: Self.pieceBytes))
        } catch {
            Console.say("sockeye: could not read standard input: \(error)")
            finish(nil)
        }
    }

    private func finish(_ bytes: [UInt8]?) {
        let waiter = state.with { state -> Waiter? in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: bytes)
    }
}

/// Standard input in lines, without their newlines; the last one counts also when it has none.
struct InputLines {
    let input: Input
    private var buffer: [UInt8] = []
    private var hasEnded = false

    init(_ input: Input) {
        self.input = input
    }

    /// The next line; nil at the end.
    mutating func next() async -> [UInt8]? {
        var searched = 0
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeSubrange(...end)
                return line
            }
            searched = buffer.count
            guard !hasEnded, let bytes = await input.next() else {
                hasEnded = true
                defer { buffer = [] }
                return buffer.isEmpty ? nil : buffer
            }
            buffer += bytes
        }
    }
}
