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
            sockeye doctor                      this computer's addresses, listeners and limits
            sockeye doctor --json 1337          one line of JSON, for scripts

            With --listen on one computer and its address on the other, both check the way in both directions. \
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
        if let address {
            let typed = try typed(address)
            report =
                typed.kind == .datagram ? await Doctor().ask(typed.endpoint) : await connect(to: typed.endpoint)
            await show(report)
        } else if let listen {
            let endpoint = try typed(listen).endpoint
            report = await Doctor().listen(on: endpoint)
            await show(report)
            if !noWait, report.findings.contains(where: { $0.id == "can-listen" }) { try await wait(on: endpoint) }
        } else {
            report = await Doctor().computer()
            await show(report)
        }
        if report.hasProblem { throw ExitCode(Failure.networkFailed) }
    }

    /// Connects, and goes on with the doctor at the other end if there is one.
    private func connect(to endpoint: Endpoint) async -> Report {
        var (report, evidence) = await Doctor().connect(to: endpoint)
        let doctor = evidence.attempts.first { DoctorWords.token(in: $0.greeting) != nil }
        guard let doctor else { return report }
        Console.say("Another doctor is there: checking both directions.")
        if let both = await DoctorVisit(to: doctor.address).run() { report.findings = BothEndsVerdict.findings(both) }
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
        Console.say("Waiting for a doctor at the other end, on \(host.listener.localAddress). Ctrl-C ends it.")
        try await host.serve { news in
            switch news {
            case .doctor(let evidence):
                await show(Report(attempted: "be reached", findings: HostVerdict.findings(evidence)))
            case .program(let address):
                Console.say(
                    "A program from \(address) has connected, which is no doctor: from there, too, the way is open."
                )
            }
        }
    }

    private func typed(_ text: String) throws -> TypedAddress {
        do throws(Failure) {
            let isListening = listen != nil
            // Who asks why nobody reaches him means every network, also when he writes the port alone.
            let isPort = isListening && UInt16(text) != nil
            let typed = try TypedAddress(
                isPort ? "*:\(text)" : text,
                command: isListening ? "doctor --listen" : "doctor"
            )
            if typed.endpoint.port == nil { throw unixFailure(text) }
            return typed
        } catch {
            try error.end()
        }
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
