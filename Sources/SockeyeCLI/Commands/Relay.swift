import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye relay`: in the middle between two programs, where everything can be seen.
struct Relay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "In the middle between two programs: shows, records, slows, cuts.",
        discussion: """
            A server runs on port 8000. Let its client connect to port 1337 instead, and see both of them talk:

              sockeye relay 1337 8000                      each piece with its time, direction, size and text
              sockeye relay 1337 8000 --show hex           the bytes as numbers
              sockeye relay 1337 8000 --framing length:2   whole messages, each with its length in two bytes before it
              sockeye relay udp:1337 udp:8000              datagrams
              sockeye relay 1337 unix:/tmp/x.sock          from TCP to a Unix socket, or the other way round
              sockeye relay 1337 8000 --explain            what both programs do, in words, and who waits for whom
              sockeye relay 1337 8000 --record talk.jsonl  for sockeye replay talk.jsonl 8000
              sockeye relay 1337 8000 --latency 100ms --jitter 20ms --rate 64K
              sockeye relay 1337 8000 --slice 1 --from client          one send becomes many receives
              sockeye relay 1337 8000 --merge 100ms                    many sends become one receive
              sockeye relay 1337 8000 --reset-after 100 --from server  a server that breaks off

            What the two programs say goes to standard output, what the relay says of it to standard error: in a pipe \
            the output holds their bytes, unchanged, in the order in which they passed. They are shown whole, however \
            many there are; on a terminal what is not text is escaped. Ctrl-C ends it, with status 0, and so does a \
            reader that goes away (| head -1). Conversations that go on are cut off then: both sides get a reset.
            """
    ).ofTool()

    @Argument(help: "Where clients connect to the relay: port, host:port, '*:port', or unix:/path.")
    var listen: String

    @Argument(help: "Where the relay connects to: host:port, a port of this computer, or unix:/path.")
    var target: String

    @Option(help: ArgumentHelp("How bytes are shown: text, hex, or none.", valueName: "how"))
    var show = RelayLog.Show.text

    @Option(
        help: ArgumentHelp(
            "Write each event into a file, for sockeye replay. The file may grow without limit, but sockeye replay reads up to "
                + "\(Recording.largestBytes >> 20) MiB.",
            valueName: "file"
        ),
        completion: .file()
    )
    var record: String?

    @Flag(help: "Each event as a line of JSON on standard output, as in a recording.")
    var json = false

    @Flag(help: "Relay one connection, then end; status 1 if it failed.")
    var once = false

    @Flag(name: .shortAndLong, help: "Say nothing of each piece; the bytes are still shown.")
    var quiet = false

    @Flag(help: "Say in plain words what both programs do, who waits for whom and why, and who closed first.")
    var explain = false

    @OptionGroup(title: "Messages")
    var messages: FramingOptions

    @OptionGroup(title: "Faults, for learning and for testing")
    var faults: RelayFaultOptions

    @OptionGroup(title: "For scripts")
    var readiness: ReadinessOptions

    func run() async throws {
        EventLog.begin(json)
        let (listen, target): (TypedAddress, TypedAddress)
        do throws(Failure) {
            if let failure = NetcatHabit.relayed(self.listen, self.target) { throw failure }
            listen = try TypedAddress(self.listen, command: "relay", before: [self.target])
            target = try TypedAddress(self.target, command: "relay \(Failure.quoted(self.listen))")
        } catch {
            try error.end()
        }
        guard listen.kind == target.kind else {
            throw ValidationError(
                "Datagrams go to datagrams, and connections to connections: give both addresses udp:."
            )
        }
        if listen.kind == .datagram, let flaw = flawForDatagrams { throw ValidationError(flaw) }
        try await Failure.explaining(listen, command: "relay") {
            if target.endpoint.port == 0 { throw targetIsNowhere }
            try await RelayLoop.check(listen: listen, target: target)
            try checkFiles()
            if listen.kind == .datagram {
                try await relayDatagrams(listen, target)
            } else {
                try await relayConnections(listen, target)
            }
        }
    }

    private var flawForDatagrams: String? {
        if once { return "--once: datagrams have no end." }
        if messages.framing != nil { return "--framing: a datagram is a whole message by itself." }
        return faults.flawForDatagrams
    }

    private var targetIsNowhere: Failure {
        Failure(
            attempted: "relay to \(SafeText.line(target))",
            happened: "nobody can be reached at port 0",
            cause:
                "port 0 is for who listens, and means any port that is free; the target is a server that listens already",
            next: ["sockeye relay \(Failure.quoted(listen)) 8000   if the server is on port 8000"],
            status: Failure.wrongUsage
        )
    }

    private func relayConnections(_ listen: TypedAddress, _ target: TypedAddress) async throws {
        let listener = try await Listener.bind(to: listen.endpoint)
        OrderlyExit.closes(listener)
        defer { listener.close() }
        let stop = RelayStop()
        let log = try await begin(at: listener.localAddress, listen, target, stop)
        let service = RelayService(target: target, faults: faults.perSide, log: log)
        try await untilTheEnd(stop) {
            if once { try await service.serveOnce(listener) } else { try await service.serve(listener) }
        }
    }

    private func relayDatagrams(_ listen: TypedAddress, _ target: TypedAddress) async throws {
        let stop = RelayStop()
        // The socket on the loop of this task, so that all that is sent is sent from one thread.
        try await untilTheEnd(stop) {
            let socket = try await DatagramSocket.bind(to: listen.endpoint)
            defer { socket.close() }
            let log = try await begin(at: socket.localAddress, listen, target, stop)
            try await DatagramRelay(target: target, faults: faults.perSide, log: log).run(on: socket)
        }
    }

    /// Clients can come: it is told to whoever wants to know.
    private func begin(
        at address: SocketAddress,
        _ listen: TypedAddress,
        _ target: TypedAddress,
        _ stop: RelayStop
    ) async throws -> RelayLog {
        try await RelayLoop.check(bound: address, listen: listen, target: target)
        let file = record ?? ""
        let log = RelayLog(
            options,
            recording: try recording(),
            stop,
            flaw: { failure(file, $0, status: Failure.networkFailed) },
            tellFull: { Console.say(Recording.outgrown(SafeText.line(file))) }
        )
        Interruption.isComing()
        let goal = target.kind == .datagram ? target.text : "\(target.endpoint)"
        try await log.writeHeading(listen: TypedAddress.text(for: address, listen.kind), target: goal)
        RelayAnnouncement(of: address, listen.kind, target: goal, isQuiet: quiet).say()
        _ = try readiness.tell([(address, listen.kind)], again: again)
        if log.writesOutput { stop.endWhenUnread() }
        return log
    }

    /// Until it is done, a signal comes, nobody reads on, or what is told cannot be written.
    private func untilTheEnd(_ stop: RelayStop, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await Interruption.ends { try await stop.run(body) }
    }

    private var again: String { "sockeye relay \(Failure.quoted(listen)) \(Failure.quoted(target))" }

    private var options: RelayLog.Options {
        RelayLog.Options(
            show: show,
            isJSON: json,
            isQuiet: quiet,
            isExplaining: explain,
            framing: messages.chosen
        )
    }

    /// What cannot be written is told before anything is bound; what is there is emptied only when the relay really begins.
    private func checkFiles() throws(Failure) {
        try readiness.check(again: again)
        guard let record else { return }
        do throws(Errno) {
            try SystemFile.checkWriting(to: record)
        } catch {
            throw failure(record, error)
        }
    }

    private func recording() throws(Failure) -> OutputFile? {
        guard let record else { return nil }
        do throws(Errno) {
            HeldUp.begin(.file(record))
            defer { HeldUp.end(.file(record)) }
            return try OutputFile(creating: record)
        } catch {
            throw failure(record, error)
        }
    }

    private func failure(_ record: String, _ error: Errno, status: Int32 = Failure.wrongUsage) -> Failure {
        .unwritable(
            "write the recording \(SafeText.line(record))",
            error,
            status: status,
            next: ["\(again) --record /tmp/talk.jsonl"]
        )
    }
}

/// The relay's clients, each with a connection of its own to the target.
struct RelayService: Sendable {
    let target: TypedAddress
    let faults: PerSide<RelayFaults>
    let log: RelayLog
    private let clients = Locked(0)

    init(target: TypedAddress, faults: PerSide<RelayFaults>, log: RelayLog) {
        self.target = target
        self.faults = faults
        self.log = log
    }

    func serve(_ listener: Listener) async throws {
        try await listener.serve { client in
            do {
                try await relay(client)
            } catch let failure as Failure {
                Console.say(failure.description)
            }
        }
    }

    func serveOnce(_ listener: Listener) async throws {
        let client = try await listener.accept()
        listener.close()
        try await relay(client)
    }

    /// - Throws: a `Failure` when the target is not there; the client is reset then, which is the closest to a refusal
    ///   that a server can give whose client has connected already.
    private func relay(_ client: Connection) async throws {
        let number = clients.with { count in
            count += 1
            return count
        }
        let server: Connection
        do {
            server = try await Connection.connect(to: target.endpoint)
        } catch {
            client.abort()
            if error.code == .cancelled { throw error }
            await log.write(number, .failed("\(error)"))
            throw Failure(error, target, command: "connect")
        }
        await RelaySession(number: number, client: client, server: server, faults: faults, log: log).run()
    }
}
