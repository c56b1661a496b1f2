import Sockeye
import SockeyeSystem

// What the operations alone do not tell: who waits, for whom, and since when.
extension Explainer {
    /// 250 ms: soon enough for a person.
    private static let look = Duration.milliseconds(250)

    /// Runs a conversation, and looks at its connection from time to time. Without `--explain` it only runs it.
    static func watching(_ connection: Connection, _ body: () async throws -> Void) async throws {
        guard let id = connection.observedAs, shared.begin(id, connection) else { return try await body() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while await LoopTask.sleep(for: look) { await shared.look(at: connection, id) }
            }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private func look(at connection: Connection, _ id: SocketEvent.ID) async {
        let (isReceiving, isSending) = connection.waits
        var look = SideStory.Look()
        look.evidence = SendWait.Evidence(connection)
        look.peer = PeerSocket.behind(connection)
        look.unfinished = connection.unfinishedMessage
        var turn = 0
        let isSilent = change(id) { watched in
            let now = ContinuousClock.now
            turn = watched.turn
            // A wait begins when it is first seen, or when the operation before it has ended.
            watched.receivingSince = isReceiving ? max(watched.receivingSince ?? now, watched.lastEvent) : nil
            if let (time, _) = watched.sendWait.look(isWaiting: isSending, look.evidence, at: now) {
                look.sendWaits = time
                return false
            }
            look.receiveWaits = watched.receivingSince.map { now - $0 }
            guard let time = look.receiveWaits, time >= SideStory.quietAfter else { return false }
            return watched.idle.isDue(at: now, turn: turn)
        }
        if isSilent == true, let peer = look.peer { look.occupation = await ProgramLook.occupation(of: peer) }
        if isSilent != true { look.receiveWaits = nil }
        add(id) { watched in
            // What has come meanwhile ends the silence.
            guard watched.turn == turn else { return [] }
            let remarks = watched.story.take(.looked(look))
            if isSilent == true { _ = watched.idle.isNew(remarks.last?.id ?? "busy") }
            return remarks
        }
    }
}

extension ConnectionStatistics.State {
    /// As netstat has it.
    var tableName: String {
        switch self {
        case .established: "ESTABLISHED"
        case .synSent: "SYN_SENT"
        case .synReceived: "SYN_RECV"
        case .finWait1: "FIN_WAIT1"
        case .finWait2: "FIN_WAIT2"
        case .timeWait: "TIME_WAIT"
        case .closed: "CLOSED"
        case .closeWait: "CLOSE_WAIT"
        case .lastAck: "LAST_ACK"
        case .listen: "LISTEN"
        case .closing: "CLOSING"
        case .other: "unknown"
        }
    }
}
