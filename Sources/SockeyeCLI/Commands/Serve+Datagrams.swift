import ArgumentParser
import Sockeye

extension Serve {
    /// What the flags say about a server of datagrams, where they mean anything.
    func serveDatagrams(_ typed: TypedAddress) async throws {
        if limits.drain != nil {
            throw ValidationError("--drain: datagrams are no conversations that could be finished.")
        }
        if messages.framing != nil {
            throw ValidationError("--framing: a datagram is a whole message by itself.")
        }
        if keepAlive.keepAlive != nil { throw ValidationError("--keep-alive: datagrams have no connection to keep.") }
        if addresses.count > 1 {
            throw ValidationError("Datagrams are served at one address; start a second command for another.")
        }
        if !role.takesMessages || role.hub || role.terminal {
            throw ValidationError(
                "Datagrams go with --reply, --echo and --discard: files, programs and hubs take connections."
            )
        }
        if let loops, loops > 1 { throw ValidationError("--loops \(loops): one datagram socket lives on one thread.") }
        try await Failure.explaining(typed, command: "serve") {
            let server = DatagramServe(
                address: typed,
                family: try family.preference(for: typed.endpoint),
                answer: datagramAnswer,
                isQuiet: quiet,
                once: once,
                timeout: limits.timeout?.duration,
                explain: explain,
                options: try limits.options(isQuiet: quiet),
                readiness: readiness
            )
            try await server.run()
        }
    }

    private var datagramAnswer: ServerConversation.Answer {
        if role.echo { return .echo }
        return role.discard ? .nothing : .text(Array((role.reply ?? "Got it!").utf8))
    }
}
