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

    @OptionGroup(title: "Limits")
    var limits: ServeLimits

    func validate() throws {
        if once, limits.isAnySet {
            throw ValidationError("--once serves a single connection: the limits for many do not go with it.")
        }
        if [echo, discard, reply != nil].filter(\.self).count > 1 {
            throw ValidationError("Choose one of --reply, --echo and --discard.")
        }
        if let loops, !(1...1024).contains(loops) {
            throw ValidationError("--loops \(loops): from 1 to 1024 make sense.")
        }
    }

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
            let listener = try await Listener.bind(to: typed.endpoint, options: options)
            defer { UnixSocketFile.remove(listener.localAddress) }
            Announcement(of: listener.localAddress, typed, isQuiet: quiet).say()
            let farewell = Locked<Task<Void, any Error>?>(nil)
            try await Interruption.ends {
                try await serve(on: listener)
            } onSignal: { task in
                guard let drain = limits.drain?.duration else { return task.cancel() }
                farewell.with { $0 = LoopTask.start { await Self.shutDown(listener, drain) } }
            }
            try await farewell.with { $0 }?.value
        }
    }

    private static func shutDown(_ listener: Listener, _ drain: Duration) async {
        Console.say("Taking no more clients; those that are there have \(drain) to finish.")
        let summary = await listener.shutdown(drain: drain)
        Console.say("\(summary.finished) finished, \(summary.cancelled) were cut off.")
    }

    private func serve(on listener: Listener) async throws {
        let conversation = ServerConversation(answer: answer, isQuiet: quiet)
        if once {
            let connection = try await listener.accept()
            listener.close()
            do {
                try await conversation.hold(with: connection)
            } catch {
                await connection.close()
                throw error
            }
            await connection.close()
        } else if echo && quiet {
            // The bare loop and nothing around it: this is what benchmarks measure.
            try await listener.serve(options: limits.options()) { connection in
                while let bytes = try await connection.receiveLent() { try await connection.send(bytes) }
            }
        } else {
            try await listener.serve(options: limits.options()) { connection in
                do {
                    try await conversation.hold(with: connection)
                } catch let error as SocketError where error.code == .reset {
                    let answer = error.errno.map(\.description) ?? "reset"
                    Console.say("\(connection.remoteAddress) has vanished in the middle of the conversation: \(answer)")
                }
            }
        }
    }

    private var answer: ServerConversation.Answer {
        if echo { return .echo }
        return discard ? .nothing : .text(Array((reply ?? "Got it!").utf8))
    }
}

/// What the server says to one client, and shows of it.
struct ServerConversation: Sendable {
    enum Answer {
        case text([UInt8])
        case echo
        case nothing
    }

    let answer: Answer
    let isQuiet: Bool

    /// Until the client has finished sending.
    func hold(with connection: Connection) async throws {
        if !isQuiet { Console.say("Connection from \(connection.remoteAddress)") }
        var display = Output.standard.display()
        while let bytes = try await connection.receive(upTo: 65_536) {
            if !isQuiet { await Output.standard.write(display.render(bytes)) }
            switch answer {
            case .text(let text): try await connection.send(text)
            case .echo: try await connection.send(bytes)
            case .nothing: break
            }
        }
        if !isQuiet { await Output.standard.write(display.finish()) }
    }
}
