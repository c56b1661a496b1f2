import ArgumentParser
import Sockeye

/// Whom `sockeye serve` takes, how many, and for how long.
struct ServeLimits: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve at most so many clients at once, at all addresses together; the others wait in the queue. Of datagrams, answer "
                + "so many peers at once, and drop what others send.",
            valueName: "n"
        ),
        transform: { try TypedCount.parse($0, "from 1 up") }
    )
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "End a connection on which nothing is said for so long: 500ms, 30s, 5m. A client that would take the end for the whole, "
                + "as of a file, gets a reset.",
            valueName: "time"
        ),
        transform: TypedDuration.init(parsing:)
    )
    var idleTimeout: TypedDuration?

    @Option(
        help: ArgumentHelp("With --once: give up when no client has come after so long.", valueName: "time"),
        transform: TypedDuration.init(parsing:)
    )
    var timeout: TypedDuration?

    @Option(
        help: ArgumentHelp("Only clients from this network, such as 192.168.0.0/16. Repeatable.", valueName: "network")
    )
    var allow: [String] = []

    @Option(
        help: ArgumentHelp("No clients from this network, whatever --allow says. Repeatable.", valueName: "network")
    )
    var deny: [String] = []

    @Option(
        help: ArgumentHelp(
            "On Ctrl-C, let the clients that are there finish for so long; those that have not get a reset.",
            valueName: "time"
        ),
        transform: TypedDuration.init(parsing:)
    )
    var drain: TypedDuration?

    func validate() throws {
        if let maxConnections, maxConnections < 1 {
            throw ValidationError("--max-connections \(maxConnections): at least 1, or nobody is served.")
        }
        if let idleTimeout, idleTimeout.duration <= .zero {
            throw ValidationError("--idle-timeout 0: nobody could say anything in no time.")
        }
        _ = try networks(allow, "--allow")
        _ = try networks(deny, "--deny")
    }

    /// The limits for many make no sense where a single client is served.
    ///
    /// - Parameters:
    ///   - option: What says that there is one.
    ///   - others: What else is for many.
    func validate(forOneOf option: String, _ others: [String] = []) throws {
        let limits = [maxConnections == nil ? nil : "--max-connections", drain == nil ? nil : "--drain"]
        let forMany = limits.compactMap(\.self) + others
        if forMany.isEmpty { return }
        throw ValidationError(
            "\(option) serves a single client: \(forMany.joined(separator: " and ")), for many, "
                + "\(forMany.count == 1 ? "does" : "do") not go with it."
        )
    }

    /// What makes sense with `--once` only.
    func validate(isOnce: Bool) throws {
        guard let timeout else { return }
        if !isOnce {
            throw ValidationError(
                "--timeout is how long --once waits for its client; a silent client is ended by --idle-timeout."
            )
        }
        if timeout.duration <= .zero { throw ValidationError("--timeout 0: nobody could connect in no time.") }
    }

    /// - Parameter isQuiet: Nobody is told who is kept out.
    func options(isQuiet: Bool) throws -> ServeOptions {
        var options = ServeOptions()
        options.maximumConnections = maxConnections
        // One limit for all the addresses.
        options.places = maxConnections.map(ServePlaces.init)
        options.idleTimeLimit = idleTimeout?.duration
        options.allow = try networks(allow, "--allow")
        options.deny = try networks(deny, "--deny")
        if !isQuiet {
            let denied = DeniedClients(options) { PromptScreen.say($0) }
            options.onDenied = { denied.add($0) }
        }
        let rules = options
        options.onTurnedAway = { connection in
            guard let log = EventLog.current else { return }
            let (local, remote) = (connection.localAddress, connection.remoteAddress)
            let number = log.number(of: connection)
            log.tellDenied(number, local: local, remote: remote, rules.denyingNetwork(remote))
        }
        return options
    }

    func cutOffs(of role: any ServerRole, isQuiet: Bool) -> CutOffClients {
        CutOffClients(idleTime: idleTimeout?.duration, owesWhole: role.owesWhole) { line in
            if !isQuiet { PromptScreen.say(line) }
        }
    }

    /// Whom the networks of `--allow` and `--deny` say nothing about.
    func check(_ addresses: [TypedAddress]) throws {
        guard !allow.isEmpty || !deny.isEmpty, let unix = addresses.first(where: \.isUnix) else { return }
        throw ValidationError(
            "\(allow.isEmpty ? "--deny" : "--allow"): the clients of \(SafeText.line(unix.text)) are programs of this computer, and "
                + "come from no network. The folder of a Unix socket says who may use it."
        )
    }

    private func networks(_ texts: [String], _ option: String) throws -> [NetworkPrefix] {
        try texts.map { text in
            do throws(EndpointError) {
                return try NetworkPrefix(parsing: text)
            } catch {
                throw ValidationError("\(option): \(error)")
            }
        }
    }
}
