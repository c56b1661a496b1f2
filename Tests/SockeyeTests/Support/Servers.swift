import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

extension SocketAddress {
    var endpoint: Endpoint { .address(self) }

    /// The file of a Unix socket outlives it.
    func removeFile() {
        if let unixPath { _ = unsafe unlink(unixPath) }
    }
}

/// A listener that is closed, and whose file is removed, when `body` ends.
func withListener<Result>(
    _ family: Family,
    options: ListenerOptions = ListenerOptions(),
    _ body: (Listener) async throws -> Result
) async throws -> Result {
    let listener = try await Listener.bind(to: family.freshEndpoint(), options: options)
    defer {
        listener.close()
        listener.localAddress.removeFile()
    }
    return try await body(listener)
}

/// A server whose `serve` runs beside `body`, and has ended when this returns.
func withServer<Result>(
    _ family: Family,
    options: ListenerOptions = ListenerOptions(),
    serving: ServeOptions = ServeOptions(),
    _ handler: @escaping @Sendable @concurrent (Connection) async throws -> Void,
    while body: (Listener) async throws -> Result
) async throws -> Result {
    try await withListener(family, options: options) { listener in
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await listener.serve(options: serving, handler)
                } catch let error as SocketError where error.code == .closed {
                    // The body was done before it began.
                }
            }
            do {
                let result = try await body(listener)
                listener.close()
                try await group.waitForAll()
                return result
            } catch {
                listener.close()
                throw error
            }
        }
    }
}

/// Two connected ends over the family: the one that connected and the one that was accepted.
func withEnds<Result>(
    _ family: Family,
    client: ConnectionOptions = ConnectionOptions(),
    server: ListenerOptions = ListenerOptions(),
    _ body: (_ client: Connection, _ server: Connection) async throws -> Result
) async throws -> Result {
    try await withListener(family, options: server) { listener in
        async let connected = Connection.connect(to: listener.localAddress.endpoint, options: client)
        let accepted = try await listener.accept()
        let connection = try await connected
        // Abruptly: a test that wants a gentle end closes by itself.
        defer {
            connection.abort()
            accepted.abort()
        }
        return try await withWatchdog(connection, accepted, body)
    }
}

/// A connection of ours, accepted, and a plain blocking socket at the other end.
func withRawClient<Result>(
    _ family: Family,
    server: ListenerOptions = ListenerOptions(),
    _ body: (_ server: Connection, _ peer: RawPeer) async throws -> Result
) async throws -> Result {
    try await withListener(family, options: server) { listener in
        let peer = try RawPeer(connectedTo: listener.localAddress)
        let accepted = try await listener.accept()
        defer { accepted.abort() }
        return try await body(accepted, peer)
    }
}

/// A server that sends back what comes.
@concurrent func echo(_ connection: Connection) async throws {
    while let data = try await connection.receive(upTo: 65_536) { try await connection.send(data) }
}

extension Connection {
    /// Everything until the peer finishes.
    func receiveAll() async throws -> [UInt8] {
        var all: [UInt8] = []
        while let data = try await receive(upTo: 65_536) { all += data }
        return all
    }

    /// As many bytes as are asked for, or fewer at the end of the stream.
    func receive(count: Int) async throws -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count, let data = try await receive(upTo: count - all.count) { all += data }
        return all
    }

    func receiveText(count: Int) async throws -> String {
        String(decoding: try await receive(count: count), as: UTF8.self)
    }
}
