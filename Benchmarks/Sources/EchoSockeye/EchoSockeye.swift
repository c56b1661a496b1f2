import Sockeye

/// Sockeye's library, without the tool around it, in the three ways there are to receive.
///
/// - `array`: `receive(upTo:)`, which hands out a fresh `[UInt8]`: what the tutorial shows, one allocation a message.
/// - `into`: `receive(into:)`, which fills memory of the caller: no allocation a message.
/// - `messages`: `messages(_:)`, which hands out whole messages. The load's have 64 bytes, so each goes through the decoder;
///   larger ones come as several.
///
/// usage: EchoSockeye array|into|messages PORT
@main
struct EchoSockeye {
    /// As large as the largest message of the cases, so that each is one receive.
    static let bufferSizeBytes = 16 * 1024

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = UInt16(arguments[2]),
            ["array", "into", "messages"].contains(arguments[1])
        else {
            fatalError("usage: EchoSockeye array|into|messages PORT")
        }
        var options = ListenerOptions()
        options.loops = try EventLoopGroup(count: 1)
        let listener = try await Listener.bind(to: .loopback(port: port), options: options)
        switch arguments[1] {
        case "array": try await listener.serve { connection in try await echoArrays(connection) }
        case "into": try await listener.serve { connection in try await echoInPlace(connection) }
        default: try await listener.serve { connection in try await echoMessages(connection) }
        }
    }

    private static func echoArrays(_ connection: Connection) async throws {
        while let bytes = try await connection.receive(upTo: bufferSizeBytes) {
            try await connection.send(bytes)
        }
    }

    private static func echoMessages(_ connection: Connection) async throws {
        let messages = connection.messages(.fixed(64))
        for try await message in messages { try await messages.send(message) }
    }

    private static func echoInPlace(_ connection: Connection) async throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSizeBytes, alignment: 16)
        defer { memory.deallocate() }
        while true {
            // SAFETY: `memory` outlives the span, which ends with this turn of the loop, and nothing else refers to it.
            var output = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
            guard try await connection.receive(into: &output) > 0 else { return }
            try await connection.send(output.bytes)
        }
    }
}
