import ArgumentParser
import Sockeye

extension Connect {
    /// Datagrams have no end. 1 second: longer than a round trip around the world takes, shorter than a person minds.
    private static let datagramPatience = Duration.seconds(1)

    private func refuseWhatNeedsConnections() throws {
        let flaw: String? =
            if route.proxy != nil {
                "--proxy: it passes connections on, and datagrams would go past it."
            } else if route.retry > 0 {
                "--retry: datagrams have no connection that could be refused at once."
            } else if ending.crlf {
                "--crlf: a datagram is a whole message by itself, without line ends."
            } else if ending.noHalfClose {
                "--no-half-close: datagrams have no end that the peer could be told."
            } else if keepAlive.keepAlive != nil {
                "--keep-alive: datagrams have no connection to keep."
            } else {
                nil
            }
        if let flaw { throw ValidationError(flaw) }
    }

    /// What the flags say about a client of datagrams, where they mean anything.
    func talkInDatagrams(_ typed: TypedAddress) async throws {
        if reconnect {
            throw ValidationError("--reconnect: datagrams have no connection; each line goes out by itself.")
        }
        if messages.framing != nil { throw ValidationError("--framing: a datagram is a whole message by itself.") }
        if limits.timeout != nil || limits.idleTimeout != nil {
            throw ValidationError("--timeout and --idle-timeout are for connections; for datagrams there is --wait.")
        }
        try refuseWhatNeedsConnections()
        try await Failure.explaining(typed, command: "connect") {
            if explain { Explainer.shared.hasConnections.with { $0 = false } }
            var options = DatagramOptions()
            options.observer = EventLog.observing(explain ? Explainer.shared : nil)
            options.family = try family.preference(for: typed.endpoint)
            let source = try source.address()
            try family.check(source, for: typed.endpoint)
            options.source = source.map(Endpoint.address)
            let progress = ConnectProgress()
            let client = DatagramConnect(
                address: typed,
                options: options,
                patience: ending.wait?.duration ?? Self.datagramPatience,
                conduct: ending.conduct,
                progress: progress
            )
            do {
                let target = SafeText.line(typed.text)
                let undone = progress.undone(target, beginning: "the address of \(target) was known")
                try await Interruption.ends(undone: undone) { try await client.run() }
            } catch {
                throw await family.contradiction(error, typed.endpoint, from: source) ?? error
            }
        }
    }
}
