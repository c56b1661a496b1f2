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

            Ctrl-C ends it, with status 0.
            """
    ).ofTool()

    @Argument(
        help:
            "Where to listen: port, host:port, '*:port' for every interface, udp:port, or unix:/path; several are possible."
    )
    var addresses = ["1337"]

    @OptionGroup
    var role: ServeRoleOptions

    @Flag(help: "Serve one connection, or one datagram, then end.")
    var once = false

    @Flag(name: .shortAndLong, help: "Print neither clients nor what they send.")
    var quiet = false

    @Flag(help: "Say in plain words what happens on each socket, who waits for whom, and who closed first.")
    var explain = false

    @Flag(help: "Each event as a line of JSON on standard output, which has what clients send too.")
    var json = false

    @Option(help: ArgumentHelp("How many threads serve. (default: one for each core)", valueName: "n"))
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
            typed = try addresses.map { text in try TypedAddress(text, command: "serve") }
        } catch let failure as Failure {
            try failure.end()
        }
        if let datagrams = typed.first(where: { $0.kind == .datagram }) { return try await serveDatagrams(datagrams) }
        try await Failure.explaining(typed[0], command: "serve") {
            let again = "sockeye serve \(Failure.quoted(typed[0].endpoint.description))"
            try readiness.check(again: again)
            let audience = quiet ? nil : Audience()
            let role = try role.role(framing: messages.chosen, audience: audience)
            Explainer.shared.source.with { $0 = self.role.source }
            let isForOne = once || self.role.terminal || (role as? FileReceiver)?.isForOne == true
            let idle = isForOne ? limits.idleTimeout.map { IdleLimit($0.duration, telling: explainer) } : nil
            defer { (role as? Hub)?.leaveTerminal() }
            let options = try limits.options(isQuiet: quiet)
            var listeners: [Listener] = []
            defer { for listener in listeners { listener.close() } }
            for (index, address) in typed.enumerated() {
                let listener = try await bind(to: address, observer: idle ?? explainer)
                listeners.append(listener)
                EventLog.current?.tellListening(listener.localAddress, .stream)
                let isLast = index == typed.count - 1
                Announcement(of: listener.localAddress, address, isQuiet: quiet || !isLast, options).say()
            }
            _ = try readiness.tell(listeners.map(\.localAddress), again: again)
            let server = Server(
                listeners: listeners,
                role: role,
                isBareEcho: !explain && self.role.isBareEcho(quiet: quiet, framing: messages.chosen),
                explained: explained(again: again)
            )
            let service = Service(listeners: listeners, drain: limits.drain?.duration, audience: audience)
            let (limit, keepsOn) = (limits.timeout?.duration, self.role.keepStdin)
            try await service.run {
                if isForOne { return try await server.serveOnce(within: limit, idle) }
                if let hub = role as? Hub { service.takePart(in: hub, keepsOn: keepsOn) }
                try await server.serve(options)
            }
        }
    }

    private var explainer: Explainer? { explain ? Explainer.shared : nil }

    private func bind(to address: TypedAddress, observer: (any SocketObserver)?) async throws -> Listener {
        var options = ListenerOptions()
        if let loops { options.loops = try EventLoopGroup(count: loops) }
        options.observer = EventLog.observing(observer)
        keepAlive.apply(to: &options)
        options.family = try family.preference(for: address.endpoint)
        do {
            return try await Listener.bind(to: address.endpoint, options: options)
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
