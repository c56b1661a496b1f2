import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye resolve`: the addresses behind a name, and which of them answer.
struct Resolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The addresses behind a name.",
        discussion: """
            sockeye resolve example.org                a row for each address: family, kind
            sockeye resolve example.org --connect 443  and whether it answers there, each tried by itself
            sockeye resolve -6 example.org --json      IPv6 only, a line of JSON for each address

            It takes a name or an IP address alone: no port, no udp: before it, and no path of a Unix socket, which needs no \
            look-up. \
            The addresses are in the order in which sockeye connect tries them, though that takes the families by turns.
            Status 1: there is no address, or with --connect none that answers.
            """
    ).ofTool()

    @Argument(help: "A name, or an address.")
    var name: String

    @Option(
        help: ArgumentHelp("Connect to this port of each address, and say what happens.", valueName: "port"),
        transform: TypedCount.parsePort
    )
    var connect: UInt16?

    @Option(
        help: ArgumentHelp(
            "How long a look-up, and each attempt to connect, may take. (default: 5s)",
            valueName: "time"
        ),
        transform: TypedDuration.init(parsing:)
    )
    var timeout: TypedDuration?

    @Flag(help: "A line of JSON for each address.")
    var json = false

    @OptionGroup
    var family: FamilyChoice

    func validate() throws {
        if connect == 0 { throw ValidationError("--connect 0: port 0 cannot be connected to.") }
        if let timeout, timeout.duration <= .zero {
            throw ValidationError("--timeout 0: nobody could answer in no time.")
        }
    }

    func run() async throws {
        EventLog.begin(json)
        do {
            let endpoint = try endpoint()
            try await Interruption.ends { try await look(up: endpoint) }
        } catch let error as SocketError {
            if let failure = await family.contradiction(error, .host(name, port: 0)) { try failure.end() }
            try Failure(error, resolving: name, family.preference).end()
        } catch let failure as Failure {
            try failure.end()
        }
    }

    private var limit: Duration { timeout?.duration ?? .seconds(5) }

    /// The name as an endpoint, with the port that is to be tried.
    private func endpoint() throws -> Endpoint {
        if let failure = Failure(lookingUp: name) { throw failure }
        let endpoint = Endpoint.host(name, port: connect ?? 0)
        guard case .invalid(let error) = endpoint.kind else {
            _ = try family.preference(for: endpoint, typed: name)
            return endpoint
        }
        throw Failure(
            attempted: "look up \"\(SafeText.line(name))\"",
            happened: Self.port(name) == nil ? error.problem : "there is a port after the name",
            cause: "a name is written alone; the port to try is for --connect",
            next: ["sockeye resolve \(Self.guess(name)) --connect \(Self.port(name) ?? "80")"],
            status: Failure.wrongUsage
        )
    }

    /// What was meant by `host:80` and by the like.
    private static func guess(_ text: String) -> String {
        guard let endpoint = try? Endpoint(parsing: text), case .host(let host, _) = endpoint.kind else {
            return "localhost"
        }
        return Failure.quoted(host)
    }

    private static func port(_ text: String) -> String? {
        (try? Endpoint(parsing: text))?.port.map(String.init)
    }

    // MARK: Looking up

    private func look(up endpoint: Endpoint) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try await answer(endpoint)
        let time = clock.now - start
        let rows = try await rows(answer.addresses)
        let fields = ResolvedRow.Question(name: name, canonicalName: answer.canonicalName, time: time)
        if json {
            await Output.standard.write(Array(rows.map { $0.json(fields) + "\n" }.joined().utf8))
        } else {
            Console.say(fields.summary(count: rows.count))
            await Output.standard.write(Array(ResolvedRow.table(rows).utf8))
        }
        if let failure = Failure(noneOf: rows, at: endpoint, name) { throw failure }
    }

    private func answer(_ endpoint: Endpoint) async throws -> Resolver.Answer {
        var resolver = Resolver.systemWithCanonicalNames
        resolver.timeLimit = limit
        guard case .host(let host, let port) = endpoint.kind else {
            return Resolver.Answer(addresses: try await resolver.addresses(of: endpoint, family: family.preference))
        }
        var answer = try await resolver.answer(for: host, family: family.preference)
        answer.addresses = Endpoint.prepare(answer.addresses, port: port, for: .connect)
        return answer
    }

    /// All addresses at the same time, so that a silent one holds up none of the others.
    private func rows(_ addresses: [SocketAddress]) async throws -> [ResolvedRow] {
        guard connect != nil else { return addresses.map { ResolvedRow(address: $0) } }
        return try await withThrowingTaskGroup(of: (Int, ResolvedRow.Attempt).self) { group in
            for (index, address) in addresses.enumerated() {
                group.addTask { [limit] in (index, try await ResolvedRow.Attempt(at: address, within: limit)) }
            }
            var rows = addresses.map { ResolvedRow(address: $0) }
            for try await (index, attempt) in group { rows[index].attempt = attempt }
            return rows
        }
    }
}
