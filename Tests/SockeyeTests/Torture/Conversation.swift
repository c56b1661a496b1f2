import Sockeye
import SockeyeSystem
import TestSupport

/// A small conversation that makes every system call that the library makes, and what came of it.
enum Conversation: String, CaseIterable, Sendable {
    case ipv4, ipv6, unix, pair, blocking, transfer, datagrams, unixDatagrams

    var isOfDatagrams: Bool { self == .datagrams || self == .unixDatagrams }

    struct Outcome: Sendable {
        /// What both sides have seen, in an order that does not change.
        var seen: [String] = []
        var errors: [any Error] = []
    }

    func run() async -> Outcome {
        let log = Log()
        do {
            switch self {
            case .ipv4: try await talk(over: .ipv4, log)
            case .ipv6: try await talk(over: .ipv6, log)
            case .unix: try await talk(over: .unix, log)
            case .pair: try await talkOverPair(log)
            case .blocking: try talkBlocking(log)
            case .transfer: try await transfer(log)
            case .datagrams: try await talkInDatagrams(over: .ipv4, log)
            case .unixDatagrams: try await talkInDatagrams(over: .unix, log)
            }
        } catch {
            log.failed(error)
        }
        return log.outcome
    }

    final class Log: Sendable {
        private let state = Locked(Outcome())
        var outcome: Outcome {
            var outcome = state.with { $0 }
            outcome.seen.sort()
            return outcome
        }
        func saw(_ text: String) { state.with { $0.seen.append(text) } }
        func failed(_ error: any Error) { state.with { $0.errors.append(error) } }
    }

    // MARK: A server and three clients

    private func talk(over family: Family, _ log: Log) async throws {
        var listening = ListenerOptions()
        listening.loops = try EventLoopGroup(count: 1)
        let listener = try await Listener.bind(to: family.freshEndpoint(), options: listening)
        defer { listener.localAddress.removeFile() }
        async let served: Void = {
            do {
                try await listener.serve { await answer($0, log) }
            } catch {
                log.failed(error)
            }
            // Whoever still waits in the queue must hear of it.
            listener.close()
        }()
        var connecting = ConnectionOptions()
        connecting.loops = listening.loops
        for client in ["first", "second", "third"] {
            do {
                try await withConnection(to: listener.localAddress.endpoint, options: connecting) { connection in
                    switch client {
                    case "first": try await converse(connection, log)
                    case "second": try await part(connection, log)
                    // Comes and goes, and says nothing.
                    default: break
                    }
                }
            } catch {
                log.failed(error)
            }
        }
        listener.close()
        await served
    }

    private func answer(_ connection: Connection, _ log: Log) async {
        let messages = connection.messages(.lengthPrefixed(UInt16.self))
        do {
            while let message = try await messages.next() {
                log.saw("server: \(String(decoding: message, as: UTF8.self))")
                try await messages.send("you said \(message.count)")
            }
            log.saw("server: end")
        } catch {
            log.failed(error)
        }
    }

    /// Messages both ways, half a close, and the end.
    private func converse(_ connection: Connection, _ log: Log) async throws {
        let messages = connection.messages(.lengthPrefixed(UInt16.self))
        for word in ["one", "three", "seventeen"] {
            try await messages.send(word)
            guard let reply = try await messages.next() else { throw SocketError(.endOfStream, .receive) }
            log.saw("client: \(String(decoding: reply, as: UTF8.self))")
        }
        try await connection.finishSending()
        log.saw("client: \(try await connection.receive(upTo: 1) == nil ? "end" : "more")")
    }

    /// What is seen of ``part(_:_:)``.
    static let parting: Set = ["server: goodbye", "server: end"]

    /// A close with an answer unread, which lingers.
    private func part(_ connection: Connection, _ log: Log) async throws {
        try await connection.messages(.lengthPrefixed(UInt16.self)).send("goodbye")
        _ = connection.localAddress
    }

    // MARK: Without a server

    private func talkOverPair(_ log: Log) async throws {
        var options = ConnectionOptions()
        options.loops = try EventLoopGroup(count: 1)
        let (one, other) = try Connection.pair(options: options)
        do {
            try await one.send("ping")
            log.saw("other: \(String(decoding: try await other.receive(exactly: 4), as: UTF8.self))")
            try await other.send("unread")
            await one.close()
            _ = try await other.receive(upTo: 9)
            log.saw("other: end")
            other.abort()
        } catch {
            log.failed(error)
            one.abort()
            other.abort()
        }
    }

    private func talkBlocking(_ log: Log) throws {
        let server = try Socket(.ipv4, .stream)
        try server.setOption(.reuseAddress, to: true)
        try server.bind(to: "127.0.0.1:0")
        try server.listen()
        let client = try Socket(.ipv4, .stream)
        try client.connect(to: try server.localAddress)
        let end = try server.accept()
        try client.sendAll("hello")
        log.saw("end: \(try receive(5, from: end))")
        _ = try end.remoteAddress
        try end.shutdown(.sending)
        log.saw("client: \(try client.receive(upTo: 1) == nil ? "end" : "more")")

        let datagrams = try Socket(.ipv4, .datagram)
        try datagrams.bind(to: "127.0.0.1:0")
        try datagrams.send([1, 2, 3], to: try datagrams.localAddress)
        log.saw("datagram: \(try datagrams.receiveFrom(upTo: 9).bytes)")
    }

    private func receive(_ count: Int, from socket: borrowing Socket) throws -> String {
        var all: [UInt8] = []
        while all.count < count, let data = try socket.receive(upTo: count - all.count) { all += data }
        return String(decoding: all, as: UTF8.self)
    }
}
