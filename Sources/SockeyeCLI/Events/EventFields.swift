import Sockeye

/// The fields that several events have, so that they are the same everywhere.
enum EventFields {
    /// `bytes`, and the bytes themselves: `text` where they are UTF-8, `base64` where they are not.
    static func content(_ bytes: [UInt8]) -> [JSONValue.Member] {
        [.init(name: "bytes", value: .integer(bytes.count)), RelayEvent.content(bytes)]
    }

    static func addresses(_ event: SocketEvent) -> [JSONValue.Member] {
        [
            .init(name: "local", value: .optional(event.localAddress?.description)),
            .init(name: "remote", value: .optional(event.remoteAddress?.description)),
        ]
    }

    static func error(_ error: SocketError) -> [JSONValue.Member] {
        [
            .init(name: "code", value: .string(error.code.rawValue)),
            .init(name: "errno", value: .optional(error.errno?.name)),
        ]
    }
}

/// What one peer sends, as events.
struct DataEvents: Sendable {
    /// `data`, `message` or `datagram`.
    let name: String
    let log: EventLog
    let connection: Int?
    /// Of a datagram: at which of the server's addresses it came, and from whom.
    var local: SocketAddress?
    let remote: SocketAddress?

    func line(_ bytes: [UInt8]) -> [UInt8] {
        let ends = [("local", local), ("remote", remote)].compactMap { name, address in
            address.map { JSONValue.Member(name: name, value: .string("\($0)")) }
        }
        return log.line(name, connection: connection, ends + EventFields.content(bytes))
    }

    /// Of a connection; nil without `--json`.
    static func of(_ connection: Connection, isFramed: Bool) -> DataEvents? {
        EventLog.current.map { log in
            DataEvents(
                name: isFramed ? "message" : "data",
                log: log,
                connection: log.number(of: connection),
                remote: nil
            )
        }
    }

    /// Of a peer that sends datagrams; nil without `--json`.
    ///
    /// - Parameter local: Where they come, if that is not known anyway.
    static func ofDatagrams(from peer: SocketAddress, at local: SocketAddress? = nil) -> DataEvents? {
        EventLog.current.map { DataEvents(name: "datagram", log: $0, connection: nil, local: local, remote: peer) }
    }
}
