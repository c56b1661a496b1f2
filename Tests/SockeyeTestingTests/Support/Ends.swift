import Sockeye
import SockeyeSystem
import TestSupport
import Testing

/// The ways to connect two ends that these tests run over.
enum Link: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case ipv4, ipv6, unix, pair

    var testDescription: String { rawValue }

    static let tcp: [Link] = [.ipv4, .ipv6]

    func withListener<Result>(_ body: (Listener) async throws -> Result) async throws -> Result {
        let listener = try await Listener.bind(to: (Family(rawValue: rawValue) ?? .ipv4).freshEndpoint())
        defer { listener.close() }
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
        defer {
            one.abort()
            other.abort()
        }
        return try await withWatchdog(one, other, body)
    }
}

extension Observed {
    func all(_ operation: SocketError.Operation) -> [SocketEvent] { all.filter { $0.operation == operation } }
}
