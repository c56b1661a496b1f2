import ArgumentParser
import Sockeye
import SockeyeSystem

/// What ends a relay, or a server, from within: nobody reads its output any more, or what it tells cannot be written.
///
/// The task that relays or serves is cancelled, and not the process ended: then the kernel would close the sockets, and two programs
/// whose conversation was cut off would take that for the end of it.
final class RelayStop: Sendable {
    private struct State {
        /// nil as long as it goes on.
        var status: Int32?
        var task: Task<Void, any Error>?
    }

    private let state = Locked(State())

    var isOver: Bool { state.with { $0.status != nil } }

    /// Ends what ``run(_:)`` runs. The first reason counts.
    func end(status: Int32) {
        let task = state.with { state in
            if state.status == nil { state.status = status }
            return state.task
        }
        task?.cancel()
    }

    /// The same as soon as nobody reads standard output any more, and not with the next write only.
    func endWhenUnread() {
        guard !Output.standard.isTerminal else { return }
        // Without a thread to spare it is seen with the next write.
        try? Syscalls.startThread {
            if StandardStream.output.waitUntilUnread() { self.end(status: 0) }
        }
    }

    /// Runs `body` until it is done, or this ends it, or the task is cancelled.
    ///
    /// - Throws: what `body` throws; the status, if it was ended for something that is no success.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let task = LoopTask.start { try await body() }
        let isOver = state.with { state in
            state.task = task
            return state.status != nil
        }
        if isOver { task.cancel() }
        do {
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            if !self.isOver { throw error }
        }
        if let status = state.with(\.status), status != 0 { throw ExitCode(status) }
    }
}
