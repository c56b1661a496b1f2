import Sockeye

/// Takes messages apart in bulk, one connection after the other, and answers each with how many there were.
///
/// - `text`: `lines`, which returns each line as a `String`.
/// - `lines`, `u16`, `varint`: `messages(_:)`, which returns each message as an array of its own.
/// - The same with `-lent` behind it: `nextLent()`, which copies nothing.
///
/// usage: FramedSockeye text|lines|u16|varint|lines-lent|u16-lent|varint-lent PORT
@main
struct FramedSockeye {
    static let framings: [String: Framing] = [
        "lines": .lines, "u16": .lengthPrefixed(UInt16.self), "varint": .varint,
    ]

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = UInt16(arguments[2]) else {
            fatalError("usage: FramedSockeye text|lines|u16|varint|lines-lent|u16-lent|varint-lent PORT")
        }
        let kind = arguments[1]
        var options = ListenerOptions()
        options.loops = try EventLoopGroup(count: 1)
        let listener = try await Listener.bind(to: .loopback(port: port), options: options)
        try await listener.serve { connection in
            if kind == "text" {
                try await receiveText(connection)
            } else if let framing = framings[kind] {
                try await receiveMessages(connection, framing)
            } else if kind.hasSuffix("-lent"), let framing = framings[String(kind.dropLast(5))] {
                try await receiveLent(connection, framing)
            }
        }
    }

    private static func receiveText(_ connection: Connection) async throws {
        var tally = Tally()
        for try await line in connection.lines {
            _ = unsafe line.utf8.withContiguousStorageIfAvailable { unsafe tally.add($0.span) }
        }
        try await connection.send(tally.answer)
    }

    private static func receiveMessages(_ connection: Connection, _ framing: Framing) async throws {
        var tally = Tally()
        for try await message in connection.messages(framing) { tally.add(message.span) }
        try await connection.send(tally.answer)
    }

    private static func receiveLent(_ connection: Connection, _ framing: Framing) async throws {
        var tally = Tally()
        while let arrived = try await connection.messages(framing).nextLent() {
            arrived.forEach { message in tally.add(message) }
        }
        try await connection.send(tally.answer)
    }
}

/// What the load compares with what it sent: see c/framed.c.
struct Tally {
    private var count = 0
    private var sum = 0

    mutating func add(_ message: Span<UInt8>) {
        count += 1
        if !message.isEmpty { sum += Int(message[0]) + Int(message[message.count - 1]) }
    }

    mutating func add(_ message: RawSpan) {
        count += 1
        let last = message.byteCount - 1
        if last >= 0 {
            sum += Int(message.unsafeLoad(fromByteOffset: 0, as: UInt8.self))
            sum += Int(message.unsafeLoad(fromByteOffset: last, as: UInt8.self))
        }
    }

    var answer: String { "\(count) \(sum)\n" }
}
