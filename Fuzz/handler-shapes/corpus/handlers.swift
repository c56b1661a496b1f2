// Handlers as people write them, by hand: several waits, early ends, loops and catches. One of them, with an early
// `return try await` between two receives, crashed Swift 6.3.1 when the steps of a receive threw instead of returning a Result.
import Sockeye

/// Handlers with several waits, early ends, loops and catches in every combination that is likely.
public enum HandlerShapes {
    public static func echo(_ connection: Connection) async throws {
        while let data = try await connection.receive(upTo: 1_024) { try await connection.send(data) }
    }

    public static func earlyEnd(_ connection: Connection) async throws {
        guard try await connection.receive(upTo: 1) == Array("f".utf8) else { return try await echo(connection) }
        while let data = try await connection.receive(upTo: 1_024) { print(data.count) }
    }

    public static func severalEnds(_ connection: Connection) async throws {
        guard let first = try await connection.receive(upTo: 1)?.first else { return }
        switch first {
        case 1: return try await echo(connection)
        case 2: try await connection.send("two")
        case 3:
            for _ in 0..<3 { try await connection.send([3]) }
            return
        default: throw CancellationError()
        }
        try await connection.finishSending()
        while try await connection.receive(upTo: 10) != nil {}
    }

    public static func catches(_ connection: Connection) async {
        do {
            while let data = try await connection.receive(upTo: 64) {
                do {
                    try await connection.send(data)
                } catch where error.code == .reset {
                    continue
                }
            }
        } catch {
            print(error)
        }
    }

    public static func catchesTyped(_ connection: Connection) async throws(SocketError) {
        do throws(SocketError) {
            let header = try await connection.receive(exactly: 4)
            if header == [0, 0, 0, 0] { return try await connection.send("nothing\n") }
            try await connection.send(try await connection.receive(exactly: 8))
        } catch {
            if error.code == .endOfStream { return }
            throw error
        }
    }

    public static func defers(_ connection: Connection) async throws {
        defer { print("gone") }
        if try await connection.receive(upTo: 1) == nil { return }
        defer { print("going") }
        guard let more = try await connection.receive(upTo: 100), more.count > 3 else {
            return try await connection.send("too short")
        }
        try await connection.send(more)
    }

    public static func lends(_ connection: Connection) async throws {
        while let bytes = try await connection.receiveLent() {
            if bytes.count == 1 { return try await connection.send(bytes) }
            try await connection.send(bytes)
        }
    }
}

/// The same with messages, lines and text.
public enum MessageShapes {
    public static func messages(_ connection: Connection) async throws {
        let messages = connection.messages(.lengthPrefixed(UInt16.self))
        guard let name = try await messages.next() else { return try await HandlerShapes.echo(connection) }
        for try await message in messages {
            if message == name { return try await messages.send("bye") }
            try await messages.send(message)
        }
        try await messages.send(contentsOf: ["a", "b"])
    }

    public static func lines(_ connection: Connection) async throws {
        guard try await connection.lines.next() == "HELLO" else { return try await connection.send("what?\n") }
        for try await line in connection.lines {
            switch line {
            case "quit": return
            case "echo": try await HandlerShapes.echo(connection)
            default: try await connection.send(line + "\n")
            }
        }
        for try await piece in connection.text { print(piece, terminator: "") }
    }

    public static func until(_ connection: Connection) async throws {
        while let head = try await connection.receive(until: "\r\n\r\n", upTo: 8_192) {
            guard head.count > 4 else { return }
            do {
                try await connection.send(head)
            } catch {
                return try await HandlerShapes.echo(connection)
            }
        }
    }

    public static func limits(_ connection: Connection) async throws {
        let answer = try await withTimeout(.seconds(1)) { try await connection.receive(upTo: 10) }
        guard let answer else { return try await HandlerShapes.echo(connection) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await HandlerShapes.echo(connection) }
            group.addTask { try await connection.send(answer) }
            try await group.waitForAll()
        }
    }
}

/// The same with datagrams.
public enum DatagramShapes {
    public static func answers(_ socket: DatagramSocket) async throws {
        let first: Datagram = try await socket.receive()
        guard first.bytes != [0] else { return try await socket.send(first.bytes, to: first.from) }
        while true {
            let (bytes, from) = try await socket.receive()
            if bytes.isEmpty { return }
            do {
                try await socket.send(bytes, to: from)
            } catch where error.code == .refused {
                continue
            }
        }
    }

    public static func batches(_ socket: DatagramSocket) async throws {
        let batch = try DatagramBatch(capacity: 32)
        while try await socket.receive(into: batch) > 0 {
            if batch.isEmpty { return try await answers(socket) }
            try await socket.send(batch)
        }
    }
}

public enum Servers {
    public static func serve() async throws {
        let listener = try await Listener.bind(to: "127.0.0.1:0")
        try await listener.serve { connection in
            guard try await connection.receive(upTo: 1) == Array("f".utf8) else {
                return try await HandlerShapes.echo(connection)
            }
            while let data = try await connection.receive(upTo: 1_024) { print(data.count) }
        }
        try await listener.serve { connection in
            guard let kind = try await connection.receive(upTo: 1)?.first else { return }
            switch kind {
            case 0: return try await HandlerShapes.earlyEnd(connection)
            case 1: try await HandlerShapes.severalEnds(connection)
            case 2: await HandlerShapes.catches(connection)
            case 3: try await HandlerShapes.catchesTyped(connection)
            case 4: try await HandlerShapes.defers(connection)
            case 5: try await HandlerShapes.lends(connection)
            case 6: try await MessageShapes.messages(connection)
            case 7: try await MessageShapes.lines(connection)
            case 8: try await MessageShapes.until(connection)
            default: try await MessageShapes.limits(connection)
            }
            for try await line in connection.lines { try await connection.send(line) }
        }
        let socket = try await DatagramSocket.bind(to: "127.0.0.1:0")
        try await DatagramShapes.answers(socket)
        try await DatagramShapes.batches(socket)
    }
}
