import TestSupport
import Testing

@testable import Sockeye

/// The ways to connect two ends that the tests of this folder run over.
enum Link: Sendable, CaseIterable, CustomTestStringConvertible {
    case ipv4, ipv6, unix, pair

    var testDescription: String { "\(self)" }

    private var family: Family? {
        switch self {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .unix: .unix
        case .pair: nil
        }
    }

    /// Two connected ends.
    func withEnds<Result>(
        observer: (any SocketObserver)? = nil,
        _ body: (_ one: Connection, _ other: Connection) async throws -> Result
    ) async throws -> Result {
        var options = ConnectionOptions()
        options.observer = observer
        if let family {
            var server = ListenerOptions()
            server.observer = observer
            return try await SockeyeTests.withEnds(family, client: options, server: server, body)
        }
        let (one, other) = try Connection.pair(options: options)
        defer {
            one.abort()
            other.abort()
        }
        return try await withWatchdog(one, other, body)
    }
}

/// What an observer was told, to count system calls by.
final class Events: SocketObserver {
    private let events = Collected<SocketEvent>()

    func observe(_ event: SocketEvent) { events.add(event) }

    func count(_ operation: SocketError.Operation) -> Int {
        events.all.count { $0.operation == operation && $0.error == nil }
    }

    var errors: [SocketError] { events.all.compactMap(\.error) }
}
