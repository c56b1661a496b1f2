import Sockeye
import SockeyeSystem

// The calls that most lessons make, with the words that they have in the timeline.
extension LessonStage {
    /// A socket that listens on a free port of this computer.
    func listen(
        backlog: Int = 128,
        at address: SocketAddress = .ipv4(.loopback, port: 0),
        prepare: (borrowing Socket) throws(SocketError) -> Void = { _ in }
    ) throws(SocketError) -> Socket {
        let socket = try step(.server, "socket()") { () throws(SocketError) in
            try Socket(address.family, .stream)
        }
        try prepare(socket)
        try step(.server, "bind(\(address))") { () throws(SocketError) in
            try socket.bind(to: address)
        } result: { _, _ in
            address.port == 0 ? (try? socket.localAddress).map { "the system chose port \($0.port ?? 0)" } : nil
        }
        try step(.server, "listen(\(backlog))") { () throws(SocketError) in try socket.listen(backlog: backlog) }
        return socket
    }

    func accept(_ listener: borrowing Socket) throws(SocketError) -> Socket {
        try step(.server, "accept()") { () throws(SocketError) in
            try listener.accept()
        } result: { client, _ in
            (try? client.remoteAddress).map { "a socket for the client at \($0)" }
        }
    }

    /// - Parameter carries: What becomes of the first request; the system repeats one that was lost.
    func connect(
        to address: SocketAddress,
        carries: LessonStep.Arrow = .delivered,
        prepare: (borrowing Socket) throws(SocketError) -> Void = { _ in }
    ) throws(SocketError) -> Socket {
        let socket = try Socket(address.family, .stream)
        try prepare(socket)
        try step(.client, "connect(\(address))", carries: carries) { () throws(SocketError) in
            try socket.connect(to: address)
        }
        return socket
    }

    func send(_ socket: borrowing Socket, _ text: String, from lane: LessonLane) throws(SocketError) {
        try step(lane, "send(\"\(text)\")", carries: .delivered) { () throws(SocketError) in
            try socket.sendAll(text)
        } result: { _, _ in
            "\(Quantity.bytes(text.utf8.count)) are with the system"
        }
    }

    @discardableResult
    func receive(_ lane: LessonLane, _ socket: borrowing Socket, upTo maximum: Int = 1024) throws(SocketError)
        -> [UInt8]?
    {
        var bytes: [UInt8]?
        try step(lane, "recv(\(maximum))") { () throws(SocketError) in
            bytes = try socket.receive(upTo: maximum)
        } result: { _, _ in
            Self.words(for: bytes, lane)
        }
        return bytes
    }

    func close(
        _ lane: LessonLane,
        _ socket: consuming Socket,
        _ call: String = "close()",
        carries: LessonStep.Arrow? = .delivered
    ) throws(SocketError) {
        // A closure cannot consume what it captured: the descriptor is closed by hand.
        let descriptor = socket.release()
        try step(lane, call, carries: carries) { () throws(SocketError) in Syscalls.close(descriptor) }
    }

    static func words(for bytes: [UInt8]?, _ lane: LessonLane) -> String {
        guard let bytes else { return "0 bytes: the \(lane.other.rawValue) has finished" }
        guard bytes.count <= 40 else { return Quantity.bytes(bytes.count) }
        return "\(Quantity.bytes(bytes.count)): \"\(SafeText.line(String(decoding: bytes, as: UTF8.self)))\""
    }
}
