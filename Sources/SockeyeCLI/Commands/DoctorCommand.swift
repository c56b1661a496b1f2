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
            sockeye doctor                      this computer's addresses, listeners and limits
            sockeye doctor --json 1337          one line of JSON, for scripts

            With --listen on one computer and its address on the other, both check the way in both directions. \
            Connecting tries eight more ports where the wanted one fails, to see whether the computer is there at all. \
            It needs no privileges; as administrator it can also read the firewall and name other users' programs.

            Status 0: no problem found; 1: a problem.
            """
    )

    @Argument(help: "Where to connect: host:port, or a port of this computer.")
    var address: String?

    @Option(help: ArgumentHelp("Look at this end: where a server is to listen.", valueName: "port|address"))
    var listen: String?

    @Flag(help: "Answer with one line of JSON.")
    var json = false

    func validate() throws {
        if address != nil, listen != nil {
            throw ValidationError("An ADDRESS is the other end, --listen is this one: choose one of them.")
        }
    }

    func run() async throws {
        Interruption.endsAtOnce()
        let report: Report
        if let address {
            report = await Doctor().connect(to: try endpoint(address)).report
        } else if let listen {
            report = await Doctor().listen(on: try endpoint(listen))
        } else {
            report = await Doctor().computer()
        }
        await show(report)
        if report.hasProblem { throw ExitCode(Failure.networkFailed) }
    }

    private func endpoint(_ text: String) throws -> Endpoint {
        do throws(Failure) {
            let typed = try TypedAddress(text, command: listen == nil ? "doctor" : "doctor --listen")
            if typed.endpoint.port == nil { throw unixFailure(text) }
            return typed.endpoint
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
        let text = json ? page.json.line + "\n" : page.text(columns: StandardStream.output.columns ?? 100)
        await Output.standard.write(Array(text.utf8))
    }
}
