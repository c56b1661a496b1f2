import Sockeye
import SockeyeSystem

/// `--explain`: a line in plain words for every operation on a socket, when it has ended, and what it means for the
/// conversation: see ``SideStory``.
///
/// There is one for the process, as there is one standard error.
final class Explainer: SocketObserver {
    static let shared = Explainer()

    /// One conversation that goes on.
    struct Watched: Sendable {
        var story: SideStory
        var segments = SegmentCount()
        var lastEvent = ContinuousClock.now
        /// Counts the operations.
        var turn = 0
        var idle = IdleWatch()
        var receivingSince: ContinuousClock.Instant?
        var sendWait = SendWait()
        /// Who is asked what the kernel knows; nil until the conversation begins.
        var connection: Connection?
    }

    /// What makes this side send, where that is not the usual: a prompt.
    let source = Locked<SideStory.Source?>(nil)
    /// Datagrams have no states, and nobody closes first.
    let hasConnections = Locked(true)
    private static let glossary = Locked(Glossary())
    private let watched = Locked<[SocketEvent.ID: Watched]>([:])
    private let names = Locked(SocketNames())

    func observe(_ event: SocketEvent) {
        // That a thread of this program was late is nothing that happened on a socket.
        guard event.operation != .loop else { return }
        let direction = watched.with { $0[event.socket]?.story.direction(of: event.operation) }
        let name = names.with { $0.name(for: event) }
        Self.say("\(name)\(direction.map { "\($0): " } ?? "")\(Self.words(for: event))")
        guard event.datagramCount == nil, hasConnections.with(\.self), let remote = event.remoteAddress else { return }
        if event.operation == .accept || event.operation == .connect, event.error == nil {
            let isServer = event.operation == .accept
            let serverPort = isServer ? event.localAddress?.port : remote.port
            let isTCP = remote.family != .unix
            let source = source.with(\.self)
            let story = SideStory(isServer: isServer, isTCP: isTCP, serverPort: serverPort, source: source)
            watched.with { $0[event.socket] = Watched(story: story) }
        }
        let connection = watched.with { $0[event.socket]?.connection }
        add(event.socket) { watched in
            watched.lastEvent = .now
            watched.turn += 1
            return Self.event(for: event, connection, &watched.segments).map { watched.story.take($0) } ?? []
        }
        if event.operation == .close {
            watched.with { $0[event.socket] = nil }
            names.with { $0.forget(event.socket) }
        }
    }

    /// What an operation is to the story, with what the kernel adds to it.
    private static func event(
        for event: SocketEvent,
        _ connection: Connection?,
        _ segments: inout SegmentCount
    ) -> SideStory.Event? {
        if let error = event.error { return .failed(error.code) }
        switch event.operation {
        case .accept, .connect: return .opened
        case .receive where event.byteCount == 0: return .ended
        case .receive:
            let count = event.byteCount ?? 0
            return .received(count, connection.flatMap { segments.arrival(on: $0, of: count) })
        case .send: return .sent(event.byteCount ?? 0)
        case .finishSending: return .finished(kernel: (try? connection?.statistics)?.state.tableName)
        case .close:
            guard let local = event.localAddress, let remote = event.remoteAddress else { return nil }
            let peer = PeerSocket.isHere(remote, local) ? PeerSocket.between(remote, local) : nil
            return .closed(own: PeerSocket.between(local, remote), peer: peer)
        default: return nil
        }
    }

    /// A line of `--explain`, and what its new words mean; on a terminal broken between words.
    static func say(_ words: String) {
        let columns = Console.isTerminal ? StandardStream.error.columns : nil
        let note = glossary.with { $0.note(for: words) }.map { text("(\($0))", columns: columns) }
        PromptScreen.say(([text(words, columns: columns)] + [note].compactMap(\.self)).joined(separator: "\n"))
    }

    /// - Parameter columns: nil for one line, however long, which is what programs read.
    static func text(_ words: String, columns: Int?) -> String {
        let line = "explain: \(words)"
        guard let columns else { return line }
        let indent = "  "
        return Narrator.wrap(line, max(columns - indent.count, 20)).joined(separator: "\n\(indent)")
    }

    /// Adds to a story, and says what that adds.
    func add(_ id: SocketEvent.ID, _ change: (inout Watched) -> [Remark]) {
        for remark in self.change(id, change) ?? [] { Self.say("\(names.with { $0.name(of: id) })\(remark.words)") }
    }

    /// nil: this connection is not explained.
    func change<Result: Sendable>(_ id: SocketEvent.ID, _ change: (inout Watched) -> Result) -> Result? {
        watched.with { all in
            guard var one = all[id] else { return nil }
            defer { all[id] = one }
            return change(&one)
        }
    }

    /// False: this connection is not explained.
    func begin(_ id: SocketEvent.ID, _ connection: Connection) -> Bool {
        watched.with { all in
            guard all[id] != nil else { return false }
            all[id]?.connection = connection
            all[id]?.lastEvent = .now
            connection.keepUnfinishedMessage()
            return true
        }
    }

    /// Notes the bytes of a conversation, which are no part of the events; without `--explain` nothing happens.
    func note(_ bytes: [UInt8], of who: SideStory.Who, on connection: Connection) {
        guard let id = connection.observedAs else { return }
        add(id) { $0.story.take(.said(who, bytes)) }
    }

    /// What the operation was, which system call it is, and what came of it.
    static func words(for event: SocketEvent) -> String {
        let peer = event.remoteAddress.map(\.description) ?? "the peer"
        let own = event.localAddress.map(\.description) ?? "an address"
        if let error = event.error { return failure(error, event) }
        let bytes = Quantity.bytes(event.byteCount ?? 0)
        let time = Quantity.time(event.duration)
        return switch event.operation {
        case .listen:
            "socket, bind, listen: the kernel now takes clients on \(own) and queues them"
        case .accept:
            "accept: \(peer) has connected to \(own), \(time) after it was called"
        case .connect:
            "socket, connect: connected from \(own) to \(peer) in \(time)"
        case .receive where event.datagramCount != nil:
            "recvmsg: \(Quantity.datagrams(event)) from \(peer); waited \(time)"
        case .send where event.datagramCount != nil:
            "sendmsg: \(Quantity.datagrams(event)) for \(peer) handed to the kernel in \(time)"
        case .bind:
            "socket, bind: datagrams for \(own) are now taken"
        case .receive where event.byteCount == 0:
            "recv: 0 bytes, the end: \(peer) has finished sending, \(time) after it was called"
        case .receive:
            "recv: \(bytes) from \(peer), \(time) after it was called"
        case .send:
            "send: \(bytes) for \(peer) handed to the kernel in \(time)"
        case .finishSending:
            "shutdown: \(peer) is told that nothing more comes (FIN); its own bytes may still come"
        case .close:
            "close: the conversation with \(peer) is over; ending it took \(time)"
        default:
            "\(event.operation.rawValue): done in \(time)"
        }
    }

    private static func failure(_ error: SocketError, _ event: SocketEvent) -> String {
        let answer = error.errno.map(\.description) ?? error.code.rawValue
        let address = (event.remoteAddress ?? event.localAddress).map { "\($0): " } ?? ""
        let words = "\(event.operation.rawValue): \(address)failed after \(Quantity.time(event.duration)): \(answer)"
        if error.code == .cancelled, let reason = error.detail, event.operation == .connect {
            return "connect: \(address)given up after \(Quantity.time(event.duration)): \(reason)"
        }
        return error.code == .cancelled ? "\(event.operation.rawValue): given up, since the command is ending" : words
    }
}

/// Amounts as a person reads them.
enum Quantity {
    /// A datagram may have no bytes; several come in one call.
    static func datagrams(_ event: SocketEvent) -> String {
        let count = event.datagramCount ?? 0
        let bytes = bytes(event.byteCount ?? 0)
        return count == 1 ? "a datagram of \(bytes)" : "\(count) datagrams, \(bytes)"
    }

    static func bytes(_ count: Int) -> String { count == 1 ? "1 byte" : "\(count) bytes" }

    /// Three units are enough: 12 us, 3.4 ms, 1.2 s.
    static func time(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        if microseconds < 1000 { return "\(microseconds) us" }
        if microseconds < 1_000_000 { return tenths(microseconds / 100) + " ms" }
        return tenths(microseconds / 100_000) + " s"
    }

    private static func tenths(_ count: Int64) -> String { "\(count / 10).\(count % 10)" }
}
