import ArgumentParser
import Sockeye

extension Connect {
    /// Datagrams have no end. 1 second: longer than a round trip around the world takes, shorter than a person minds.
    private static let datagramPatience = Duration.seconds(1)

    /// What the flags say about a client of datagrams, where they mean anything.
    func talkInDatagrams(_ typed: TypedAddress) async throws {
        if reconnect {
            throw ValidationError("--reconnect: datagrams have no connection; each line goes out by itself.")
        }
        if messages.framing != nil { throw ValidationError("--framing: a datagram is a whole message by itself.") }
        if limits.timeout != nil || limits.idleTimeout != nil {
            throw ValidationError("--timeout and --idle-timeout are for connections; for datagrams there is --wait.")
        }
        try await Failure.explaining(typed, command: "connect") {
            var options = DatagramOptions()
            options.observer = EventLog.observing(explain ? Explainer.shared : nil)
            options.family = try family.preference(for: typed.endpoint)
            let source = try source.address()
            try family.check(source, for: typed.endpoint)
            options.source = source.map(Endpoint.address)
            let client = DatagramConnect(
                address: typed,
                options: options,
                patience: ending.wait?.duration ?? Self.datagramPatience
            )
            do {
                try await Interruption.ends { try await client.run() }
            } catch {
                throw await family.contradiction(error, typed.endpoint, from: source) ?? error
            }
        }
    }
}
