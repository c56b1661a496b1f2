/// One thing that passed through the relay: a line of `--json`, of a recording, and of what a person reads.
struct RelayEvent: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// A client has come, and the relay has connected to the target for it. The addresses of both.
        case open(client: String, server: String)
        /// Bytes of one side, in the pieces in which the relay received them.
        case data(RelaySide, [UInt8])
        /// A whole message of one side: with `--framing`.
        case message(RelaySide, [UInt8])
        /// One side has finished sending: FIN.
        case end(RelaySide)
        /// One side has broken the connection off: RST.
        case reset(RelaySide)
        /// The relay itself ended it, as its options wanted: after so many bytes of this side.
        case cut(RelaySide, isReset: Bool)
        /// The relay ended in the middle of it, and has reset both sides.
        case stopped
        /// The target could not be reached.
        case failed(String)
        /// Both directions are over, and how many bytes each side sent.
        case close(client: Int, server: Int)
    }

    /// Since the relay began to listen.
    let time: Duration
    /// Clients are counted from 1.
    let connection: Int
    let kind: Kind

    /// The fields are described in docs/recordings.md.
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "time", value: .seconds(time)), .init(name: "connection", value: .integer(connection)),
            .init(name: "event", value: .string(name)),
        ]
        switch kind {
        case .open(let client, let server):
            members += [.init(name: "client", value: .string(client)), .init(name: "server", value: .string(server))]
        case .data(let side, let bytes), .message(let side, let bytes):
            members += [
                .init(name: "side", value: .string(side.rawValue)), .init(name: "bytes", value: .integer(bytes.count)),
            ]
            members.append(Self.content(bytes))
        case .end(let side), .reset(let side):
            members.append(.init(name: "side", value: .string(side.rawValue)))
        case .cut(let side, let isReset):
            members += [
                .init(name: "side", value: .string(side.rawValue)),
                .init(name: "how", value: .string(isReset ? "reset" : "end")),
            ]
        case .stopped: break
        case .failed(let words):
            members.append(.init(name: "error", value: .string(words)))
        case .close(let client, let server):
            members += [
                .init(name: "client_bytes", value: .integer(client)),
                .init(name: "server_bytes", value: .integer(server)),
            ]
        }
        return .object(members)
    }

    private var name: String {
        switch kind {
        case .open: "open"
        case .data: "data"
        case .message: "message"
        case .end: "end"
        case .reset: "reset"
        case .cut: "cut"
        case .stopped: "stopped"
        case .failed: "failed"
        case .close: "close"
        }
    }

    /// Text where it is text, so that a recording can be read and written by hand.
    static func content(_ bytes: [UInt8]) -> JSONValue.Member {
        if let text = String(validating: bytes, as: UTF8.self) { return .init(name: "text", value: .string(text)) }
        return .init(name: "base64", value: .string(Base64.text(of: bytes)))
    }
}

extension RelayEvent {
    /// Reads a line of a recording; nil for an event that a later version may have.
    init?(_ json: JSONValue) throws(RecordingMistake) {
        guard let name = json["event"]?.string else { throw RecordingMistake("a line without an \"event\"") }
        connection = json["connection"]?.integer ?? 1
        let seconds = json["time"]?.double ?? 0
        guard seconds >= 0, seconds < 1e9 else { throw RecordingMistake("a \"time\" of \(seconds) seconds") }
        time = .seconds(seconds)
        switch name {
        case "open": kind = .open(client: json["client"]?.string ?? "", server: json["server"]?.string ?? "")
        case "data": kind = .data(try Self.side(json), try Self.bytes(json))
        case "end": kind = .end(try Self.side(json))
        case "reset": kind = .reset(try Self.side(json))
        case "cut": kind = .cut(try Self.side(json), isReset: json["how"]?.string == "reset")
        case "stopped": kind = .stopped
        case "failed": kind = .failed(json["error"]?.string ?? "")
        case "close":
            kind = .close(client: json["client_bytes"]?.integer ?? 0, server: json["server_bytes"]?.integer ?? 0)
        default: return nil
        }
    }

    private static func side(_ json: JSONValue) throws(RecordingMistake) -> RelaySide {
        guard let side = json["side"]?.string.flatMap(RelaySide.init) else {
            throw RecordingMistake("an event whose \"side\" is neither \"client\" nor \"server\"")
        }
        return side
    }

    private static func bytes(_ json: JSONValue) throws(RecordingMistake) -> [UInt8] {
        if let text = json["text"]?.string { return Array(text.utf8) }
        guard let text = json["base64"]?.string else { throw RecordingMistake("data without \"text\" or \"base64\"") }
        guard let bytes = Base64.bytes(of: text) else { throw RecordingMistake("\"base64\" that is none") }
        return bytes
    }
}

/// Why a line of a recording cannot be played.
struct RecordingMistake: Error, Equatable {
    let words: String
    /// How many lines before it can be played; nil where the mistake is no end.
    let wholeLines: Int?

    init(_ words: String, wholeLines: Int? = nil) {
        self.words = words
        self.wholeLines = wholeLines
    }
}
