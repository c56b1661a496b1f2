import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye serve`: a server that replies, echoes or discards.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A server: prints what clients send, and answers.",
        discussion: """
            sockeye serve                     port 1337 of this computer, answers "Got it!"
            sockeye serve '*:1337'            the same, for other computers too
            sockeye serve --echo 7000         sends everything back
            sockeye serve --once 0 > file     one client, on a free port, into a file
            sockeye serve unix:/tmp/x.sock    a Unix socket
            sockeye serve --framing length:2  answers whole messages, each with its length in two bytes before it
            sockeye serve '*:1337' --allow 192.168.0.0/16 --max-connections 100 --idle-timeout 1m

            Ctrl-C ends it, with status 0.
            """
    )

    @Argument(help: "Where to listen: port, host:port, '*:port' for every interface, or unix:/path.")
    var address = "1337"

    @Option(help: ArgumentHelp("What to answer to each piece that comes. (default: Got it!)", valueName: "text"))
    var reply: String?

    @Flag(help: "Send everything back.")
    var echo = false

    @Flag(help: "Answer nothing.")
    var discard = false

    @Flag(help: "Serve one connection, then end.")
    var once = false

    @Flag(name: .shortAndLong, help: "Print neither clients nor what they send.")
    var quiet = false

    @Flag(help: "Say in plain words what happens on each socket.")
    var explain = false

    @Option(help: ArgumentHelp("How many threads serve. (default: one for each core)", valueName: "n"))
    var loops: Int?

    @OptionGroup(title: "Messages")
    var messages: FramingOptions

    @OptionGroup
    var family: FamilyChoice

    @OptionGroup(title: "Limits")
    var limits: ServeLimits

    func validate() throws {
        try limits.validate(isOnce: once)
        if [echo, discard, reply != nil].filter(\.self).count > 1 {
            throw ValidationError("Choose one of --reply, --echo and --discard.")
        }
        if let loops, !(1...1024).contains(loops) {
            throw ValidationError("--loops \(loops): from 1 to 1024 make sense.")
        }
        if !echo, !discard, let flaw = messages.flaw(ofReply: replyText) { throw flaw }
    }

    private var replyText: String { reply ?? "Got it!" }

    func run() async throws {
        let typed: TypedAddress
        do {
            typed = try TypedAddress(address, command: "serve")
        } catch {
            try error.end()
        }
        try await Failure.explaining(typed, command: "serve") {
            var options = ListenerOptions()
            if let loops { options.loops = try EventLoopGroup(count: loops) }
            if explain { options.observer = Explainer() }
            let idle = once ? limits.idleTimeout.map { IdleLimit($0.duration, telling: options.observer) } : nil
            if let idle { options.observer = idle }
            options.family = try family.preference(for: typed.endpoint)
            let listener = try await Listener.bind(to: typed.endpoint, options: options)
            defer { UnixSocketFile.remove(listener.localAddress) }
            Announcement(of: listener.localAddress, typed, isQuiet: quiet).say()
            let audience = quiet ? nil : Audience()
            let service = Service(listener: listener, drain: limits.drain?.duration, audience: audience)
            let conversation = ServerConversation(
                answer: answer,
                framing: messages.chosen,
                audience: audience
            )
            let again = "sockeye serve \(Failure.quoted(typed.endpoint.description))"
            try await service.run {
                if once {
                    try await serveOnce(listener, conversation, idle, again: again)
                } else {
                    try await serve(on: listener, conversation, again: again)
                }
            }
        }
    }

    private func serveOnce(
        _ listener: Listener,
        _ conversation: ServerConversation,
        _ idle: IdleLimit?,
        again: String
    ) async throws {
        let connection = try await firstClient(of: listener)
        listener.close()
        do {
            if let idle {
                try await idle.run { try await conversation.hold(with: connection) }
            } else {
                try await conversation.hold(with: connection)
            }
        } catch {
            await connection.close()
            throw (error as? SocketError).flatMap { explained($0, again) } ?? error
        }
        await connection.close()
    }

    private func firstClient(of listener: Listener) async throws -> Connection {
        guard let limit = limits.timeout?.duration else { return try await listener.accept() }
        do {
            return try await withTimeout(limit) { try await listener.accept() }
        } catch let error as SocketError where error.code == .timedOut {
            throw Failure(
                attempted: "wait for a client on \(listener.localAddress)",
                happened: "none came within \(limit), which is the limit of --timeout",
                cause: "the client is not started, or tries another address",
                next: ["sockeye connect \(Failure.quoted("\(listener.localAddress)"))   is a client"],
                status: Failure.networkFailed
            )
        }
    }

    private func serve(on listener: Listener, _ conversation: ServerConversation, again: String) async throws {
        let options = try limits.options()
        if echo, quiet, messages.chosen == nil {
            // The bare loop and nothing around it: this is what benchmarks measure.
            return try await listener.serve(options: options) { connection in
                while let bytes = try await connection.receiveLent() { try await connection.send(bytes) }
            }
        }
        try await listener.serve(options: options) { connection in
            do {
                try await conversation.hold(with: connection)
            } catch let error as SocketError where error.code == .reset {
                let answer = error.errno.map(\.description) ?? "reset"
                Console.say("\(connection.remoteAddress) has vanished in the middle of the conversation: \(answer)")
            } catch let error as SocketError {
                guard let failure = explained(error, again) else { throw error }
                // One client's mistake: the others are served on.
                Console.say(failure.description)
            }
        }
    }

    private func explained(_ error: SocketError, _ again: String) -> Failure? {
        messages.framing.flatMap { Failure(error, $0, again: again) }
    }

    private var answer: ServerConversation.Answer {
        if echo { return .echo }
        return discard ? .nothing : .text(Array(replyText.utf8))
    }
}
