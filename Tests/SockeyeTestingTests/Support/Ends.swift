import Foundation
import Sockeye
import SockeyeSystem
import Testing

/// The ways to connect two ends that these tests run over.
enum Link: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case ipv4, ipv6, unix, pair

    var testDescription: String { rawValue }

    static let tcp: [Link] = [.ipv4, .ipv6]

    private var endpoint: Endpoint {
        switch self {
        case .ipv4, .pair: "127.0.0.1:0"
        case .ipv6: "[::1]:0"
        case .unix: .unix(NSTemporaryDirectory() + "sockeye-testing-\(UUID().uuidString.prefix(13)).sock")
        }
    }

    func withListener<Result>(_ body: (Listener) async throws -> Result) async throws -> Result {
        let listener = try await Listener.bind(to: endpoint)
        defer {
            listener.close()
            if case .unixPath(let path) = listener.localAddress.kind { SystemFile.remove(path) }
        }
        return try await body(listener)
    }

    /// Two connected ends, which are gone afterwards.
    func withEnds<Result>(_ body: (_ one: Connection, _ other: Connection) async throws -> Result) async throws
        -> Result
    {
        if self == .pair {
            let (one, other) = try Connection.pair()
            return try await use(one, other, body)
        }
        return try await withListener { listener in
            async let connecting = Connection.connect(to: .address(listener.localAddress))
            let other = try await listener.accept()
            return try await use(try await connecting, other, body)
        }
    }

    private func use<Result>(
        _ one: Connection,
        _ other: Connection,
        _ body: (Connection, Connection) async throws -> Result
    ) async throws -> Result {
        let watchdog = Task {
            // SLEEP: the watchdog's own, which the body's end cuts short.
            guard (try? await Task.sleep(for: .seconds(120))) != nil else { return }
            Issue.record("still not done after 120 seconds: both connections are aborted")
            one.abort()
            other.abort()
        }
        defer {
            watchdog.cancel()
            one.abort()
            other.abort()
        }
        return try await body(one, other)
    }
}

/// The error that `body` throws, if it throws one of ours.
func socketError(_ body: () async throws -> Void) async -> SocketError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? SocketError
    }
}

/// Sees every operation of a connection.
final class Events: SocketObserver {
    private let events = Locked<[SocketEvent]>([])

    func observe(_ event: SocketEvent) { events.with { $0.append(event) } }

    func all(_ operation: SocketError.Operation) -> [SocketEvent] {
        events.with { $0 }.filter { $0.operation == operation }
    }
}
