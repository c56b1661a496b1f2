import SockeyeSystem

/// Standard input, read on a thread of its own: it may be a file, a pipe or a person, and a read of it blocks.
final class Input: Sendable {
    private typealias Waiter = CheckedContinuation<Result<[UInt8]?, Errno>, Never>
    private struct State {
        var waiter: Waiter?
        var isEnding = false
        var pieces = 0
    }

    /// 64 KiB: what a pipe holds.
    private static let pieceBytes = 65_536
    private let state = Locked(State())
    private let worker = Worker()

    /// The next bytes; nil at the end, and when the task is cancelled.
    ///
    /// - Throws: when the input cannot be read, which is not the same as its end.
    func next() async throws(Failure) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                state.with { state in state.waiter = waiter }
                if Task.isCancelled { return finish(.success(nil)) }
                worker.submit { self.read() }
            }
        } onCancel: {
            finish(.success(nil))
        }
        switch result {
        case .success(let bytes): return bytes
        case .failure(let errno): throw Self.failure(errno)
        }
    }

    /// How often something has come; nil while what came last is still being used.
    var pieces: Int? { state.with { $0.waiter == nil ? nil : $0.pieces } }

    /// Goes on with what is there already, and then ends: the peer has finished, so nobody waits for a person.
    func endWhenNothingIsReady() {
        state.with { state in state.isEnding = true }
        if !StandardStream.input.isReadable { finish(.success(nil)) }
    }

    private func read() {
        if state.with({ $0.isEnding }), !StandardStream.input.isReadable { return finish(.success(nil)) }
        do throws(Errno) {
            finish(.success(try StandardStream.input.read(upTo: Self.pieceBytes)))
        } catch {
            finish(.failure(error))
        }
    }

    private func finish(_ result: Result<[UInt8]?, Errno>) {
        let waiter = state.with { state -> Waiter? in
            defer { state.waiter = nil }
            state.pieces += 1
            return state.waiter
        }
        waiter?.resume(returning: result)
    }

    private static func failure(_ errno: Errno) -> Failure {
        Failure(
            attempted: "read standard input",
            happened: "\(errno)",
            cause: errno == .isDirectory
                ? "it is a folder, and a folder has no bytes that could be sent"
                : "the file, device or terminal behind it cannot be read",
            next: ["sockeye connect ADDRESS < file", "sockeye connect ADDRESS < /dev/null   sends nothing"],
            status: Failure.networkFailed
        )
    }
}
