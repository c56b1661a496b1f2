import Sockeye
import SockeyeSystem

/// `--json`: what happens, as a line of JSON each on standard output. docs/json.md describes every field.
///
/// It is an observer of the sockets, so that nobody has to remember to tell it of an end or a failure; what the sockets
/// carry reaches it through `Display`. One command runs in a process, so there is one log or none.
final class EventLog: SocketObserver {
    private static let chosen = Locked<EventLog?>(nil)

    /// The log of this command; nil without `--json`.
    static var current: EventLog? { chosen.with { $0 } }

    /// Called by every command that has `--json`, before anything can fail.
    static func begin(_ isWanted: Bool) {
        if isWanted { chosen.with { $0 = EventLog() } }
    }

    /// An observer that this log sees everything of, too.
    static func observing(_ other: (any SocketObserver)?) -> (any SocketObserver)? {
        guard let current else { return other }
        return other.map { BothObservers(first: current, second: $0) } ?? current
    }

    private struct OpenConnection {
        let number: Int
        let start = ContinuousClock.now
        var receivedBytes = 0
        var sentBytes = 0
        var hasEnded = false
    }

    private struct State {
        var open: [SocketEvent.ID: OpenConnection] = [:]
        var last = 0
    }

    private let start = ContinuousClock.now
    private let state = Locked(State())

    // MARK: Writing

    /// Hands a line over; it is written after those that were handed over before.
    func tell(_ event: String, connection: Int? = nil, _ members: [JSONValue.Member]) {
        Output.standard.submit(line(event, connection: connection, members))
    }

    func line(_ event: String, connection: Int? = nil, _ members: [JSONValue.Member]) -> [UInt8] {
        var all: [JSONValue.Member] = [
            .init(name: "time", value: .seconds(.now - start)), .init(name: "event", value: .string(event)),
        ]
        if let connection { all.append(.init(name: "connection", value: .integer(connection))) }
        return Array((JSONValue.object(all + members).line + "\n").utf8)
    }

    /// The number of a connection in every event that is about it; nil when it is not known, or closed.
    func number(of connection: Connection) -> Int? {
        connection.eventID.flatMap { id in state.with { $0.open[id]?.number } }
    }

    // MARK: What the sockets do

    func observe(_ event: SocketEvent) {
        if let error = event.error { return tellFailure(error, event) }
        switch event.operation {
        case .accept, .connect: tellOpening(event)
        case .receive: tellReceiving(event)
        case .send: state.with { $0.open[event.socket]?.sentBytes += event.byteCount ?? 0 }
        case .close: tellClosing(event)
        default: break
        }
    }

    private func tellOpening(_ event: SocketEvent) {
        let number = state.with { state in
            state.last += 1
            state.open[event.socket] = OpenConnection(number: state.last)
            return state.last
        }
        tell("open", connection: number, EventFields.addresses(event))
    }

    private func tellReceiving(_ event: SocketEvent) {
        let ended = state.with { state -> Int? in
            guard var open = state.open[event.socket] else { return nil }
            defer { state.open[event.socket] = open }
            open.receivedBytes += event.byteCount ?? 0
            // A datagram may be empty, and that is no end.
            guard event.byteCount == 0, event.datagramCount == nil, !open.hasEnded else { return nil }
            open.hasEnded = true
            return open.number
        }
        if let ended { tell("end", connection: ended, []) }
    }

    private func tellClosing(_ event: SocketEvent) {
        tellClosing(event.socket)
    }

    /// A server is done with a client. One that was broken off while something waited for it has no event of its own.
    func tellClosing(_ connection: Connection) {
        if let id = connection.eventID { tellClosing(id) }
    }

    private func tellClosing(_ id: SocketEvent.ID) {
        guard let open = state.with({ $0.open.removeValue(forKey: id) }) else { return }
        tell(
            "close",
            connection: open.number,
            [
                .init(name: "received_bytes", value: .integer(open.receivedBytes)),
                .init(name: "sent_bytes", value: .integer(open.sentBytes)),
                .init(name: "seconds", value: .seconds(.now - open.start)),
            ]
        )
    }

    private func tellFailure(_ error: SocketError, _ event: SocketEvent) {
        // Not failures: the command is ending, or has closed it itself.
        if error.code == .cancelled || error.code == .closed { return }
        let number = state.with { $0.open[event.socket]?.number }
        tell(
            "failed",
            connection: number,
            [.init(name: "operation", value: .string(event.operation.rawValue))] + EventFields.addresses(event)
                + EventFields.error(error)
        )
    }
}

/// Two observers where there is room for one.
private struct BothObservers: SocketObserver {
    let first: any SocketObserver
    let second: any SocketObserver

    func observe(_ event: SocketEvent) {
        first.observe(event)
        second.observe(event)
    }
}

/// What the roles of a server do besides.
extension EventLog {
    /// All of what a client sent is in a file.
    func tellFile(_ path: String, bytes: Int, of connection: Connection) {
        tell(
            "file",
            connection: number(of: connection),
            [.init(name: "path", value: .string(path)), .init(name: "bytes", value: .integer(bytes))]
        )
    }

    /// The program that ran for a client has ended.
    func tellCommand(status: Int32, of connection: Connection) {
        tell("command", connection: number(of: connection), [.init(name: "status", value: .integer(status))])
    }

    /// The server has ended a conversation before its time.
    func tellCutOff(_ connection: Connection, _ reason: String) {
        tell("cut", connection: number(of: connection), [.init(name: "reason", value: .string(reason))])
    }

    /// A client was not let in.
    ///
    /// - Parameter network: The one of `--deny` that it comes from; nil where it comes from none of `--allow`.
    func tellDenied(_ number: Int?, local: SocketAddress, remote: SocketAddress, _ network: NetworkPrefix?) {
        var members: [JSONValue.Member] = [
            .init(name: "local", value: .string("\(local)")), .init(name: "remote", value: .string("\(remote)")),
            .init(name: "reason", value: .string(network == nil ? "allow" : "deny")),
        ]
        if let network { members.append(.init(name: "network", value: .string("\(network)"))) }
        tell("denied", connection: number, members)
    }

    /// A server takes clients, or datagrams.
    func tellListening(_ address: SocketAddress, _ kind: SocketKind) {
        let isUnix = address.family == .unix
        let transport = kind == .datagram ? (isUnix ? "unix-datagram" : "udp") : (isUnix ? "unix" : "tcp")
        tell(
            "listening",
            [
                .init(name: "address", value: .string(TypedAddress.text(for: address, kind))),
                .init(name: "port", value: address.port.map { .integer($0) } ?? .null),
                .init(name: "transport", value: .string(transport)),
            ]
        )
    }
}
