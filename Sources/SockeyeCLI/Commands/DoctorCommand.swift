import ArgumentParser
import Sockeye
import SockeyeDoctor
import SockeyeSystem

/// `sockeye doctor`: why it does not work, with the evidence and the next command.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Why it does not work, with the evidence and the next command.",
        discussion: """
            sockeye doctor example.org:1337     why can I not connect?
            sockeye doctor --listen '*:1337'    why can I not listen, and why can nobody reach me?
            sockeye doctor udp:host:1337        do datagrams get there? what can be said from one end
            sockeye doctor --listen udp:1337    can I take datagrams, and why do none come?
            sockeye doctor                      this computer's addresses, listeners and limits
            sockeye doctor --json 1337          one line of JSON, for scripts

            With --listen on one computer and its address on the other, both check the way in both directions. \
            Datagrams are asked for with a line of text, which the program there receives. \
            Connecting tries eight more ports where the wanted one fails, to see whether the computer is there at all. \
            It needs no privileges; as administrator it can also read the firewall and name other users' programs.

            Status 0: no problem found; 1: a problem.
            """
    )

    @Argument(help: "Where to connect: host:port, udp:host:port, or a port of this computer.")
    var address: String?

    @Option(help: ArgumentHelp("Look at this end: where a server is to listen.", valueName: "port|address"))
    var listen: String?

    @Flag(help: "Answer with a line of JSON.")
    var json = false

    @Flag(help: "With --listen: only look, do not wait for a doctor at the other end.")
    var noWait = false

    func validate() throws {
        if address != nil, listen != nil {
            throw ValidationError("An ADDRESS is the other end, --listen is this one: choose one of them.")
        }
    }

    func run() async throws {
        EventLog.begin(json)
        Interruption.endsAtOnce()
        let report: Report
        let progress = DoctorProgress()
        let doctor = Doctor(progress: progress.note)
        if let address {
            let typed = try typed(address)
            if typed.kind == .datagram { Console.sayWrapped(Self.warning) }
            report =
                typed.kind == .datagram
                ? await progress.showing { await doctor.ask(typed.endpoint) }
                : await connect(to: typed.endpoint, doctor, progress)
            await show(report)
        } else if let listen {
            let typed = try typed(listen)
            report = await progress.showing { await doctor.listen(on: typed.endpoint, kind: typed.kind) }
            await show(report)
            if !noWait, report.findings.contains(where: { $0.id == "can-listen" }) {
                try await typed.kind == .datagram ? waitForDatagrams(on: typed.endpoint) : wait(on: typed.endpoint)
            }
        } else {
            report = await progress.showing { await doctor.computer() }
            await show(report)
        }
        if report.hasProblem { throw ExitCode(Failure.networkFailed) }
    }

    /// UDP has no question of its own that only the system would answer, as TCP has.
    private static let warning =
        "UDP can only be asked by sending something: a datagram with a line of text, which the program there receives, up to three times."

    /// Connects, and goes on with the doctor at the other end if there is one.
    private func connect(to endpoint: Endpoint, _ doctor: Doctor, _ progress: DoctorProgress) async -> Report {
        var (report, evidence) = await progress.showing { await doctor.connect(to: endpoint) }
        let other = evidence.attempts.first { DoctorWords.token(in: $0.greeting) != nil }
        guard let other else { return report }
        Console.say("Another doctor is there: checking both directions.")
        progress.note("trying packets of many sizes, UDP, and the way back")
        if let both = await progress.showing({ await DoctorVisit(to: other.address).run() }) {
            report.findings = BothEndsVerdict.findings(both)
        }
        return report
    }

    /// Until Ctrl-C: greets doctors that come, and says who else has come.
    private func wait(on endpoint: Endpoint) async throws {
        let host: DoctorHost
        do throws(SocketError) {
            host = try await DoctorHost.open(on: endpoint)
        } catch {
            return Console.say("sockeye: cannot wait for the other end: \(error)")
        }
        let port = host.listener.localAddress.port ?? 0
        Console.say("Waiting for a doctor at the other end, on \(host.listener.localAddress). Ctrl-C ends it.")
        try await host.serve { news in
            switch news {
            case .doctor(let evidence):
                await show(
                    Report(
                        attempted: "listen, and be reached from elsewhere",
                        findings: HostVerdict.findings(evidence, port: port)
                    )
                )
            case .program(let address):
                Console.say(
                    "A program from \(address) has connected, which is no doctor: from there, too, the way is open."
                )
            }
        }
    }

    /// The same for UDP, which has no connections: each doctor is told once for each address that it comes from.
    private func waitForDatagrams(on endpoint: Endpoint) async throws {
        let host: DatagramHost
        do throws(SocketError) {
            host = try await DatagramHost.open(on: endpoint)
        } catch {
            return Console.say("sockeye: cannot wait for the other end: \(error)")
        }
        defer { host.socket.close() }
        let port = host.socket.localAddress.port ?? 0
        Console.say("Waiting for a doctor at the other end, on udp:\(host.socket.localAddress). Ctrl-C ends it.")
        let known = Locked<[SocketAddress]>([])
        try await host.serve { visit in
            let isNew = known.with { known in
                defer { if !known.contains(visit.from) { known = known.suffix(Self.mostKnown) + [visit.from] } }
                return !known.contains(visit.from)
            }
            guard isNew else { return }
            if visit.isDoctor {
                await show(
                    Report(
                        attempted: "listen, and be reached by datagrams",
                        findings: HostVerdict.findings(visit, port: port)
                    )
                )
            } else {
                Console.say(
                    "A datagram of \(visit.byteCount) bytes has come from \(visit.from), of no doctor: from there, too, the way is open."
                )
            }
        }
    }

    /// 1000: whoever sends from ever new addresses must not fill the memory.
    private static let mostKnown = 1000

    private func typed(_ text: String) throws -> TypedAddress {
        do throws(Failure) {
            let isListening = listen != nil
            let typed = try TypedAddress(
                isListening ? Self.everyNetwork(text) : text,
                command: isListening ? "doctor --listen" : "doctor"
            )
            if typed.endpoint.port == nil { throw unixFailure(text) }
            return typed
        } catch {
            try meantElsewhere(text, error).end()
        }
    }

    /// Where a computer was named that cannot be read, a command for this one is no help.
    private func meantElsewhere(_ text: String, _ error: Failure) -> Failure {
        let address = text.lowercased().hasPrefix("udp:") ? text.dropFirst("udp:".count) : text[...]
        guard listen == nil, address.contains(where: { $0 == "." || $0 == ":" }),
            error.next.contains(where: { $0.wholeMatch(of: /sockeye doctor (udp:)?\d+/) != nil })
        else { return error }
        return Failure(
            attempted: error.attempted,
            happened: error.happened,
            cause: error.cause,
            next: ["sockeye doctor   on the computer that you mean, which shows the addresses it has"],
            status: error.status,
            code: error.code,
            errno: error.errno
        )
    }

    /// Who asks why nobody reaches him means every network, also when he writes the port alone.
    private static func everyNetwork(_ text: String) -> String {
        let isDatagram = text.lowercased().hasPrefix("udp:")
        let rest = isDatagram ? text.dropFirst("udp:".count) : text[...]
        return UInt16(rest) == nil ? text : (isDatagram ? "udp:*:" : "*:") + rest
    }

    private func unixFailure(_ text: String) -> Failure {
        Failure(
            attempted: "look at \"\(SafeText.line(text))\"",
            happened: "it is a Unix socket, and the doctor is for networks",
            cause: "a Unix socket never leaves this computer: connecting says what is wrong with it",
            next: ["sockeye connect \(Failure.quoted(text))", "ss -lxp   lists who listens"],
            status: Failure.wrongUsage
        )
    }

    private func show(_ report: Report) async {
        let page = ReportPage(report: report)
        let text =
            json ? page.json.asEvent("report").line + "\n" : page.text(columns: StandardStream.output.columns ?? 100)
        await Output.standard.write(Array(text.utf8))
    }
}
