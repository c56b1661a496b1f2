import Sockeye
import SockeyeSystem

/// Collects what both sides' observers saw, and tells it in an order in which every effect follows its cause.
///
/// The sides run at the same time, so the order in which they report is chance: a server may have received before the
/// client's `send` returned. Within a side the order is kept.
final class Recorder: Sendable {
    private struct State {
        var server: [SocketEvent] = []
        var client: [SocketEvent] = []
        var closes = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    func observer(_ lane: Narrator.Lane) -> any SocketObserver {
        LaneObserver(lane: lane, recorder: self)
    }

    fileprivate func record(_ event: SocketEvent, _ lane: Narrator.Lane) {
        let waiter = state.with { state -> CheckedContinuation<Void, Never>? in
            if lane == .client {
                state.client.append(event)
                return nil
            }
            state.server.append(event)
            guard event.operation == .close else { return nil }
            if state.waiter == nil { state.closes += 1 }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when the server has closed one more connection: its last step.
    func waitForServersClose() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.with { state in
                if state.closes > 0 {
                    state.closes -= 1
                    return true
                }
                state.waiter = continuation
                return false
            }
            if isClosed { continuation.resume() }
        }
    }

    /// Tells what has come since the last time.
    func tell(with narrator: Narrator) {
        let (server, client) = state.with { state in
            defer { (state.server, state.client) = ([], []) }
            return (state.server, state.client)
        }
        for (lane, event) in Causality.order(server: server, client: client) {
            let words = TourWords(event, lane)
            narrator.tell(lane, words.call, words.text, result: words.result)
        }
    }
}

private struct LaneObserver: SocketObserver {
    let lane: Narrator.Lane
    let recorder: Recorder

    func observe(_ event: SocketEvent) {
        // A port that is taken is replaced by a free one, and is not what the tour is about.
        if event.operation == .listen, event.error != nil { return }
        recorder.record(event, lane)
    }
}

/// One order of two histories in which every effect follows its cause.
enum Causality {
    static func order(server: [SocketEvent], client: [SocketEvent]) -> [(Narrator.Lane, SocketEvent)] {
        var server = server[...]
        var client = client[...]
        var told: [(Narrator.Lane, SocketEvent)] = []
        var seen = Seen()
        while !server.isEmpty || !client.isEmpty {
            if let event = server.first, seen.allowsServer(event) || client.isEmpty {
                told.append((.server, server.removeFirst()))
                seen.server(event)
            } else if let event = client.first, seen.allowsClient(event) || server.isEmpty {
                told.append((.client, client.removeFirst()))
                seen.client(event)
            } else {
                // An order that nobody foresaw: better told than lost.
                told.append((.server, server.removeFirst()))
            }
        }
        return told
    }

    /// What has been told, as far as something depends on it.
    private struct Seen {
        var connects = 0
        var ends = 0
        var bytesToServer = 0
        var bytesToClient = 0

        func allowsServer(_ event: SocketEvent) -> Bool {
            switch event.operation {
            case .accept: connects > 0
            case .receive where event.byteCount == 0: ends > 0
            case .receive: bytesToServer >= event.byteCount ?? 0
            default: true
            }
        }

        func allowsClient(_ event: SocketEvent) -> Bool {
            event.operation != .receive || bytesToClient >= event.byteCount ?? 0
        }

        mutating func server(_ event: SocketEvent) {
            switch event.operation {
            case .accept: connects -= 1
            case .receive where event.byteCount == 0: ends -= 1
            case .receive: bytesToServer -= event.byteCount ?? 0
            case .send: bytesToClient += event.byteCount ?? 0
            default: break
            }
        }

        mutating func client(_ event: SocketEvent) {
            switch event.operation {
            case .connect: connects += 1
            case .close, .finishSending: ends += 1
            case .send: bytesToServer += event.byteCount ?? 0
            case .receive: bytesToClient -= event.byteCount ?? 0
            default: break
            }
        }
    }
}

/// An event of the tour, in words for its lane.
struct TourWords {
    let call: String
    let text: String
    let result: String?

    init(_ event: SocketEvent, _ lane: Narrator.Lane) {
        let time = Quantity.time(event.duration)
        let bytes = Quantity.bytes(event.byteCount ?? 0)
        let peer = event.remoteAddress.map(\.description) ?? "the peer"
        if let error = event.error {
            self.init(event.operation.rawValue + "()", "did not work.", "\(error)")
            return
        }
        switch event.operation {
        case .listen:
            let own = event.localAddress.map(\.description) ?? "its address"
            self.init("socket(), bind(), listen()", "three system calls, done by Listener.bind.", "listening on \(own)")
        case .accept: self.init("accept()", "the server's loop gets the client.", "\(peer)")
        case .connect: self.init("socket(), connect()", "goes to \(peer).", "connected in \(time)")
        case .receive where event.byteCount == 0:
            self.init(
                "recv()",
                "the \(lane == .server ? "client" : "server") has finished.",
                "0 bytes, the end, after \(time)"
            )
        case .receive:
            self.init("recv()", lane == .server ? "what the client sent." : "the echo.", "\(bytes), after \(time)")
        case .send: self.init("send()", "", "\(bytes) handed over in \(time)")
        case .close: self.init("close()", "", "this end is closed, after \(time)")
        default: self.init(event.operation.rawValue + "()", "done.", "in \(time)")
        }
    }

    private init(_ call: String, _ text: String, _ result: String?) {
        self.call = call
        self.text = text
        self.result = result
    }
}
