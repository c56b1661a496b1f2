import Sockeye
import SockeyeSystem

/// The first tutorial: one message and its answer, with blocking sockets, a system call a step.
///
/// Each side has a thread, as it would have a program of its own. They take turns in *telling*, so that the story
/// reads in order; what they do, and how long it took, is measured around the system call alone.
final class OneMessageChapter: Sendable {
    private let narrator: Narrator
    private let address = Locked<SocketAddress?>(nil)
    /// Whose turn it is to go on.
    private let serverTurn = Semaphore()
    private let clientTurn = Semaphore()
    /// 20 ms: the time it takes the other thread to fall asleep in its call, so that the waiting can be seen.
    private static let pauseMilliseconds: Int32 = 20

    init(narrator: Narrator) {
        self.narrator = narrator
    }

    func run() async throws {
        narrator.chapter(
            "1. One message",
            """
            The classic: the server waits, prints what comes and answers "Got it!". Each step is one system call. Most \
            return at once; some wait ("block") until the other side has done something.
            """
        )
        async let server = onThread { () throws(SocketError) in try self.serve() }
        async let client = onThread { () throws(SocketError) in try self.connect() }
        let failures = await [server, client]
        if let failure = failures.compactMap(\.self).first { throw failure }
    }

    /// Runs one side. When it fails it gives the other one its turns, so that nobody waits for ever.
    private func onThread(_ body: @escaping @Sendable () throws(SocketError) -> Void) async -> SocketError? {
        await Worker().run {
            do throws(SocketError) {
                try body()
                return nil
            } catch {
                Failure.endingTour(error)
            }
        }
    }

    // MARK: Server

    private func serve() throws(SocketError) {
        let listener = try Socket(.ipv4, .stream)
        narrator.tell(.server, "socket()", "asks the system for a socket.", result: "descriptor \(listener.descriptor)")
        try listener.bind(to: .ipv4(.loopback, port: 0))
        let own = try listener.localAddress
        narrator.tell(
            .server,
            "bind(127.0.0.1, port 0)",
            "gives it an address. 127.0.0.1 is this computer; port 0 lets the system choose a free one.",
            result: "\(own)"
        )
        try listener.listen()
        narrator.tell(.server, "listen()", "from now on clients may come.", result: "done, without waiting")
        address.with { $0 = own }
        narrator.tell(.server, "accept()", "takes the next client, and waits until there is one …")
        clientTurn.signal()
        let accepted = try Stopwatch.measure { () throws(SocketError) in try listener.accept() }
        serverTurn.wait()
        let peer = try accepted.result.remoteAddress
        narrator.tellResult(
            .server,
            "accept()",
            "\(accepted.time); a second socket, descriptor \(accepted.result.descriptor), for the client at \(peer)"
        )
        try answer(accepted.result)
    }

    private func answer(_ client: borrowing Socket) throws(SocketError) {
        narrator.tell(.server, "recv(up to 1024 bytes)", "waits for whatever the client sends …")
        clientTurn.signal()
        let (bytes, receiving) = try Stopwatch.receive(from: client)
        serverTurn.wait()
        narrator.tellResult(.server, "recv()", "\(receiving); \(Self.quote(bytes))")
        ThisProcess.pause(milliseconds: Self.pauseMilliseconds)
        let reply = Array("Got it!".utf8)
        let sending = try Stopwatch.time { () throws(SocketError) in try client.sendAll(reply) }
        clientTurn.signal()
        serverTurn.wait()
        narrator.tell(.server, "send(\"Got it!\")", "hands the answer to the system.", result: "\(sending)")
        narrator.tell(.server, "recv(up to 1024 bytes)", "waits for more …")
        clientTurn.signal()
        let (end, waiting) = try Stopwatch.receive(from: client)
        serverTurn.wait()
        narrator.tellResult(.server, "recv()", "\(waiting); \(Self.quote(end))")
        narrator.tell(.server, "close()", "ends its side too, and stops listening.")
    }

    // MARK: Client

    private func connect() throws(SocketError) {
        clientTurn.wait()
        guard let server = address.with(\.self) else { return }
        ThisProcess.pause(milliseconds: Self.pauseMilliseconds)
        let socket = try Socket(.ipv4, .stream)
        narrator.tell(.client, "socket()", "the client needs one too.", result: "descriptor \(socket.descriptor)")
        let connecting = try Stopwatch.time { () throws(SocketError) in try socket.connect(to: server) }
        narrator.tell(
            .client,
            "connect(\(server))",
            "goes to the server's address. The system gives the client a port of its own.",
            result: "\(connecting); from \(try socket.localAddress)"
        )
        serverTurn.signal()
        clientTurn.wait()
        ThisProcess.pause(milliseconds: Self.pauseMilliseconds)
        try talk(socket)
    }

    private func talk(_ socket: consuming Socket) throws(SocketError) {
        let sending = try Stopwatch.time { () throws(SocketError) in try socket.sendAll("hi") }
        narrator.tell(
            .client,
            "send(\"hi\")",
            "hands 2 bytes to the system, which carries them over.",
            result: "\(sending)"
        )
        narrator.tell(.client, "recv(up to 1024 bytes)", "waits for the answer …")
        serverTurn.signal()
        let (reply, receiving) = try Stopwatch.receive(from: socket)
        clientTurn.wait()
        serverTurn.signal()
        clientTurn.wait()
        narrator.tellResult(.client, "recv()", "\(receiving); \(Self.quote(reply))")
        ThisProcess.pause(milliseconds: Self.pauseMilliseconds)
        narrator.tell(
            .client,
            "close()",
            "has what it wanted: the system tells the server that nothing more comes (FIN)."
        )
        socket.close()
        serverTurn.signal()
    }

    private static func quote(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "0 bytes, which means: the client has finished" }
        return "\(Quantity.bytes(bytes.count)): \"\(SafeText.line(String(decoding: bytes, as: UTF8.self)))\""
    }
}

/// How long a system call took, and whether its thread slept in it.
struct Stopwatch: CustomStringConvertible {
    let duration: Duration
    let hasBlocked: Bool

    /// `waited 20.1 ms` or `at once, in 12 us`.
    var description: String {
        hasBlocked ? "waited \(Quantity.time(duration))" : "at once, in \(Quantity.time(duration))"
    }

    static func receive(from socket: borrowing Socket) throws(SocketError) -> ([UInt8]?, Stopwatch) {
        let before = begin()
        let bytes = try socket.receive(upTo: 1024)
        return (bytes, end(before))
    }

    static func time(_ call: () throws(SocketError) -> Void) throws(SocketError) -> Stopwatch {
        let before = begin()
        try call()
        return end(before)
    }

    static func measure<Result: ~Copyable>(
        _ call: () throws(SocketError) -> Result
    ) throws(SocketError) -> Measured<Result> {
        let before = begin()
        let result = try call()
        return Measured(result: result, time: end(before))
    }

    private static func begin() -> (ContinuousClock.Instant, Int64) {
        let waits = ThisProcess.threadWaits
        return (.now, waits)
    }

    private static func end(_ before: (ContinuousClock.Instant, Int64)) -> Stopwatch {
        let duration = ContinuousClock.now - before.0
        return Stopwatch(duration: duration, hasBlocked: ThisProcess.threadWaits > before.1)
    }
}

/// A result that may be impossible to copy, and how long it took: a tuple cannot hold one.
struct Measured<Result: ~Copyable>: ~Copyable {
    var result: Result
    let time: Stopwatch
}

extension Failure {
    /// The tour cannot go on when one of its sides fails, since the other one waits for it.
    static func endingTour(_ error: SocketError) -> Never {
        if let typed = try? TypedAddress("127.0.0.1:0", command: "tour") {
            Console.say(Failure(error, typed, command: "tour").description)
        }
        ThisProcess.exit(networkFailed)
    }
}
