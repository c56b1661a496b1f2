import Sockeye
import SockeyeSystem

/// Whose conversation the server has ended before its time, told on standard error and as events: else nobody knows whether
/// a client has left or was cut off.
///
/// Such a conversation ends with a reset: an end (FIN) would tell the client that what it has is the whole. One that was
/// silent for too long is owed nothing as a rule, and gets an end; see ``ServerRole/owesWhole``.
final class CutOffClients: Sendable {
    enum Reason: String {
        /// Nothing was said for as long as `--idle-timeout`.
        case idle
        /// The server ends.
        case stopped
        /// The server ends, and the time of `--drain` is over.
        case drain
    }

    private struct State {
        /// How many have a line of their own since the last pause.
        var told = 0
        var untold = 0
        /// Why those who are cancelled are.
        var ending = Reason.stopped
    }

    private let idleTime: Duration?
    private let owesWhole: Bool
    private let pause: Duration
    private let say: @Sendable (String) -> Void
    private let state = Locked(State())
    /// 10 lines: what a person reads; the others are counted.
    private static let most = 10

    /// - Parameters:
    ///   - idleTime: The limit of `--idle-timeout`.
    ///   - owesWhole: See ``ServerRole/owesWhole``.
    ///   - pause: After so long there may be as many lines again. 5 seconds, as for those who are not let in.
    init(
        idleTime: Duration?,
        owesWhole: Bool,
        every pause: Duration = .seconds(5),
        say: @escaping @Sendable (String) -> Void
    ) {
        self.idleTime = idleTime
        self.owesWhole = owesWhole
        self.pause = pause
        self.say = say
    }

    /// From now on who is cancelled is for this reason.
    func end(because reason: Reason) {
        state.with { $0.ending = reason }
    }

    /// Runs a conversation of the present task; one that is cut off is told, and ends as such.
    ///
    /// - Parameters:
    ///   - idle: The limit of a single conversation, where it is not the listener's own.
    ///   - isDone: Whether the client has all that it was to get: then its silence ends the conversation in order.
    func watching(
        _ connection: Connection,
        _ idle: IdleLimit? = nil,
        isDone: () -> Bool = { false },
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch {
            if connection.wasSilent {
                add(connection, .idle)
            } else if idle?.isTimeUp == true, isDone() {
                let limit = TimeWords.short(idleTime ?? .zero)
                let client = connection.remoteAddress
                return say("\(client) has everything, and was silent for \(limit), the limit of --idle-timeout")
            } else if idle?.isTimeUp == true {
                // The command ends with it, and says why.
                EventLog.current?.tellCutOff(connection, Reason.idle.rawValue)
                if owesWhole, !connection.hasFinishedSending { connection.abort() }
            } else if Task.isCancelled {
                add(connection, state.with { $0.ending })
                // Who has the end already has all that it was to get.
                if !connection.hasFinishedSending { connection.abort() }
            }
            throw error
        }
    }

    private func add(_ connection: Connection, _ reason: Reason) {
        EventLog.current?.tellCutOff(connection, reason.rawValue)
        let (isTold, isFirst) = state.with { state in
            guard state.told < Self.most else {
                state.untold += 1
                return (false, false)
            }
            state.told += 1
            return (true, state.told == 1)
        }
        if isTold { say("\(connection.remoteAddress) is cut off: \(words(reason))") }
        if isFirst { LoopTask.start { await self.tellLater() } }
    }

    private func words(_ reason: Reason) -> String {
        switch reason {
        case .idle: "nothing went either way for \(TimeWords.short(idleTime ?? .zero)), the limit of --idle-timeout"
        case .stopped: "the server ends"
        case .drain: "the server ends, and the time of --drain is over"
        }
    }

    private func tellLater() async {
        guard await LoopTask.sleep(for: pause) else { return }
        state.with { $0.told = 0 }
        tellTheRest()
    }

    /// How many had no line of their own. For the end of the server, too.
    func tellTheRest() {
        let count = state.with { state in
            defer { state.untold = 0 }
            return state.untold
        }
        if count > 0 { say("\(count) more \(count == 1 ? "is" : "are") cut off") }
    }
}
