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
            sockeye serve 1337 '[::1]:8000' unix:/tmp/x.sock  several addresses at once
            sockeye serve udp:1337            datagrams; also unix-datagram:/tmp/x.sock
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
            Where to listen: port, host:port, '*:port' for every interface, or unix:/path, and several of these; or one \
            udp:port or unix-datagram:/path, alone.
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
        if let datagrams = typed.first(where: { $0.kind == .datagram }) { return try await serveDatagrams(datagrams) }
        try RepeatedAddress.check(typed)
        try await Failure.explaining(typed[0], command: "serve") { try await serve(at: typed) }
    }

    private func serve(at typed: [TypedAddress]) async throws {
        let again = "sockeye serve \(Failure.quoted(typed[0].endpoint.description))"
        try readiness.check(again: again)
        let audience = quiet ? nil : Audience()
        let role = try role.role(framing: messages.chosen, audience: audience, isOnce: once)
        Explainer.shared.source.with { $0 = self.role.source }
        if let file = role as? FileReceiver, file.isForOne {
            try limits.validate(forOneOf: "--receive with a file, not a folder,")
        }
        let isForOne = once || self.role.terminal || (role as? FileReceiver)?.isForOne == true
        let idle = isForOne ? limits.idleTimeout.map { IdleLimit($0.duration, telling: explainer) } : nil
        defer { (role as? Hub)?.leaveTerminal() }
        var options = try limits.options(isQuiet: quiet)
        options.resetsUnfinished = role.owesWhole
        let listeners = try await bind(to: typed, observer: idle ?? explainer)
        defer { for listener in listeners { listener.close() } }
        Interruption.isComing()
        announce(listeners, typed, options)
        _ = try readiness.tell(listeners.map(\.localAddress), again: again)
        let server = Server(
            listeners: listeners,
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
        let drain = limits.drain?.duration
        let (listeners, cutOffs) = (server.listeners, server.cutOffs)
        let service = Service(listeners: listeners, drain: drain, audience: audience, cutOffs: cutOffs)
        let (limit, keepsOn) = (limits.timeout?.duration, role.keepStdin)
        try await service.run(undone: isForOne ? server.undone : .nothing) {
            if isForOne { return try await server.serveOnce(options, within: limit, idle) }
            if let hub = server.role as? Hub { service.takePart(in: hub, keepsOn: keepsOn) }
            try await server.serve(options)
        }
    }

    /// Only when all are there: a script takes the first word of one for a server that runs.
    private func announce(_ listeners: [Listener], _ typed: [TypedAddress], _ options: ServeOptions) {
        for (index, (listener, address)) in zip(listeners, typed).enumerated() {
            EventLog.current?.tellListening(listener.localAddress, .stream)
            let place: Announcement.Place = index < typed.count - 1 ? .earlier : typed.count == 1 ? .only : .last
            Announcement(of: listener.localAddress, address, isQuiet: quiet, place: place, options).say()
        }
    }

    private var explainer: Explainer? { explain ? Explainer.shared : nil }

    private func bind(to typed: [TypedAddress], observer: (any SocketObserver)?) async throws -> [Listener] {
        var listeners: [Listener] = []
        do {
            for address in typed { listeners.append(try await bind(to: address, observer: observer)) }
            return listeners
        } catch {
            for listener in listeners { listener.close() }
            throw error
        }
    }

    private func bind(to address: TypedAddress, observer: (any SocketObserver)?) async throws -> Listener {
        var options = ListenerOptions()
        if let loops { options.loops = try EventLoopGroup(count: loops) }
        options.observer = EventLog.observing(observer)
        keepAlive.apply(to: &options)
        options.family = try family.preference(for: address.endpoint)
        do {
            let listener = try await Listener.bind(to: address.endpoint, options: options)
            OrderlyExit.closes(listener)
            return listener
        } catch {
            if let failure = await family.contradiction(error, address.endpoint) { throw failure }
            // Of several addresses, the one that failed.
            throw Failure(error, address, command: "serve")
        }
    }

    private func explained(again: String) -> @Sendable (SocketError) -> Failure? {
        let framing = messages.framing
        return { error in framing.flatMap { Failure(error, $0, again: again) } }
    }
}
