import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye serve`: a server that replies, echoes, discards, sends or receives files, runs programs, or is a hub.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A server: prints what clients send, and answers.",
        discussion: """
            sockeye serve                     port 1337 of this computer, answers "Got it!"
            sockeye serve '*:1337'            the same, for other computers too
            sockeye serve --echo 7000         sends everything back
            sockeye serve --once 0 > file     one client, on a free port, into a file
            sockeye serve unix:/tmp/x.sock    a Unix socket
            sockeye serve udp:1337            datagrams; also unix-datagram:/tmp/x.sock
            sockeye serve 1337 udp:1337 '[::1]:8000' unix:/tmp/x.sock   several addresses at once, of any kind
            sockeye serve --framing length:2  answers whole messages, each with its length in two bytes before it
            sockeye serve '*:1337' --allow 192.168.0.0/16 --max-connections 100 --idle-timeout 1m
            sockeye serve --explain           what clients and server do, in words: states, waits, who closed first
            sockeye serve --terminal < file   talks to one client as connect does to a server
            sockeye serve --send photo.jpg    each client gets the file
            sockeye serve --receive inbox/    a file for each client, in that folder
            sockeye serve --exec 'wc -l'      a program for each client
            sockeye serve --shell 'echo "you are $SOCKEYE_REMOTE_ADDRESS"; sort | uniq -c'
            sockeye serve --hub '*:1337'      a chat: what one says, every other hears, and so do you

            What clients send is shown whole, however much it is; on a terminal what is not text is escaped. \
            Ctrl-C ends it, with status 0; where one client is served, with status 1 if it has not come, or its file is not \
            whole. Conversations that go on are cut off then: their clients get a reset. \
            With --drain they may finish; a second Ctrl-C cuts them off at once, with status 1.
            """
    ).ofTool()

    @Argument(
        help: """
            Where to listen: port, host:port, '*:port' for every interface, or unix:/path; for datagrams udp:port, or \
            unix-datagram:/path. There may be several.
            """
    )
    var addresses = ["1337"]

    @OptionGroup
    var role: ServeRoleOptions

    @Flag(
        help:
            "Serve one connection, or one datagram, then end; status 1 if it failed, as when its --exec or --shell did."
    )
    var once = false

    @Flag(name: .shortAndLong, help: "Print neither clients nor what they send.")
    var quiet = false

    @Flag(help: "Say in plain words what happens on each socket, who waits for whom, and who closed first.")
    var explain = false

    @Flag(help: "Each event as a line of JSON on standard output, which has what clients send too.")
    var json = false

    @Option(
        help: ArgumentHelp("How many threads serve. (default: one for each core)", valueName: "n"),
        transform: { try TypedCount.parse($0, "from 1 to 1024") }
    )
    var loops: Int?

    @OptionGroup(title: "Messages")
    var messages: FramingOptions

    @OptionGroup
    var keepAlive: KeepAliveArgument

    @OptionGroup
    var family: FamilyChoice

    @OptionGroup(title: "Limits")
    var limits: ServeLimits

    @OptionGroup(title: "For scripts")
    var readiness: ReadinessOptions

    func validate() throws {
        let several = loops.map { $0 > 1 } == true ? ["--loops"] : []
        if role.terminal { try limits.validate(forOneOf: "--terminal", several) }
        if once { try limits.validate(forOneOf: "--once") }
        try limits.validate(isOnce: once)
        if let loops, !(1...1024).contains(loops) {
            throw ValidationError("--loops \(loops): from 1 to 1024 make sense.")
        }
        if messages.chosen != nil, !role.takesMessages {
            throw ValidationError(
                "--framing goes with --reply, --echo, --discard and --hub: files and programs take bytes."
            )
        }
        if once, role.hub { throw ValidationError("--once serves a single client, and a --hub needs two.") }
        if let reply = role.fixedReply, let flaw = messages.flaw(ofReply: reply) { throw flaw }
    }

    func run() async throws {
        EventLog.begin(json)
        ThisProcess.raiseDescriptorLimit()
        let typed: [TypedAddress]
        do {
            typed = try addresses.indices.map { index in
                // Of several addresses, the line that is suggested has them all.
                let before = addresses[..<index].map { " " + Failure.quoted($0) }.joined()
                let after = Array(addresses[(index + 1)...])
                return try TypedAddress(addresses[index], command: "serve" + before, before: after)
            }
        } catch let failure as Failure {
            try failure.end()
        }
        try limits.check(typed)
        try checkDatagrams(typed)
        try RepeatedAddress.check(typed)
        try await Failure.explaining(typed[0], command: "serve") { try await serve(at: typed) }
    }

    private func serve(at typed: [TypedAddress]) async throws {
        let first = typed[0].kind == .datagram ? typed[0].text : typed[0].endpoint.description
        let again = "sockeye serve \(Failure.quoted(first))"
        try readiness.check(again: again)
        let audience = quiet ? nil : Audience()
        let role = try role.role(framing: messages.chosen, audience: audience, isOnce: once)
        if let file = role as? FileReceiver, file.isForOne {
            try limits.validate(forOneOf: "--receive with a file, not a folder,")
        }
        Explainer.shared.source.with { $0 = self.role.source }
        let isForOne = once || self.role.terminal || (role as? FileReceiver)?.isForOne == true
        let idle = isForOne ? limits.idleTimeout.map { IdleLimit($0.duration, telling: explainer) } : nil
        defer { (role as? Hub)?.leaveTerminal() }
        var options = try limits.options(isQuiet: quiet)
        options.resetsUnfinished = role.owesWhole
        let bound = try await bind(to: typed, observer: idle ?? explainer)
        defer { bound.close() }
        Interruption.isComing()
        announce(bound, options)
        _ = try readiness.tell(bound.map { ($0.localAddress, $0.typed.kind) }, again: again)
        let server = Server(
            listeners: bound.listeners,
            datagrams: datagramServer(at: bound.datagrams, audience, options),
            role: role,
            isBareEcho: !explain && !json && self.role.isBareEcho(quiet: quiet, framing: messages.chosen),
            cutOffs: limits.cutOffs(of: role, isQuiet: quiet),
            explained: explained(again: again)
        )
        try await run(server, isForOne: isForOne, idle, options, audience)
    }

    private func run(
        _ server: Server,
        isForOne: Bool,
        _ idle: IdleLimit?,
        _ options: ServeOptions,
        _ audience: Audience?
    ) async throws {
        let service = Service(server, drain: limits.drain?.duration, audience: audience)
        let (limit, keepsOn) = (limits.timeout?.duration, role.keepStdin)
        try await service.run(undone: isForOne ? server.undone : .nothing) {
            if isForOne { return try await server.serveOnce(options, within: limit, idle) }
            if let hub = server.role as? Hub { service.takePart(in: hub, keepsOn: keepsOn) }
            try await server.serve(options)
        }
    }

    /// Only when all are there: a script takes the first word of one for a server that runs.
    private func announce(_ bound: [BoundAddress], _ options: ServeOptions) {
        for (index, one) in bound.enumerated() {
            EventLog.current?.tellListening(one.localAddress, one.typed.kind)
            let place: Announcement.Place = index < bound.count - 1 ? .earlier : bound.count == 1 ? .only : .last
            Announcement(of: one.localAddress, one.typed, family.preference, isQuiet: quiet, place: place, options)
                .say()
        }
    }

    private func datagramServer(
        at places: [DatagramServer.Place],
        _ audience: Audience?,
        _ options: ServeOptions
    ) -> DatagramServer? {
        if places.isEmpty { return nil }
        return DatagramServer(places: places, answer: role.datagramAnswer, audience: audience, options: options)
    }

    private var explainer: Explainer? { explain ? Explainer.shared : nil }

    private func bind(to typed: [TypedAddress], observer: (any SocketObserver)?) async throws -> [BoundAddress] {
        var bound: [BoundAddress] = []
        do {
            for address in typed { bound.append(try await bind(to: address, observer: observer)) }
            return bound
        } catch {
            bound.close()
            throw error
        }
    }

    private func bind(to address: TypedAddress, observer: (any SocketObserver)?) async throws -> BoundAddress {
        do {
            let socket: BoundAddress.Socket =
                address.kind == .datagram
                ? .datagrams(try await bindDatagrams(to: address, observer: observer))
                : .connections(try await bindListener(to: address, observer: observer))
            return BoundAddress(typed: address, socket: socket)
        } catch let error as SocketError {
            if let failure = await family.contradiction(error, address.endpoint) { throw failure }
            // Of several addresses, the one that failed.
            throw Failure(error, address, command: "serve")
        }
    }

    private func bindListener(to address: TypedAddress, observer: (any SocketObserver)?) async throws -> Listener {
        var options = ListenerOptions()
        if let loops { options.loops = try EventLoopGroup(count: loops) }
        options.observer = EventLog.observing(observer)
        keepAlive.apply(to: &options)
        options.family = try family.preference(for: address.endpoint)
        let listener = try await Listener.bind(to: address.endpoint, options: options)
        OrderlyExit.closes(listener)
        return listener
    }

    private func explained(again: String) -> @Sendable (SocketError) -> Failure? {
        let framing = messages.framing
        return { error in framing.flatMap { Failure(error, $0, again: again) } }
    }
}
