import Sockeye

/// Standard input to the peer and the peer to standard output, both at once, until the peer has finished.
struct PipeSession: Sendable {
    let connection: Connection
    let input: Input

    /// - Throws: what ended one of the directions early; what came before is written.
    func run() async throws {
        async let receiving = receive()
        let sendFailure = await send()
        // What the peer did explains why sending failed, so its answer comes first.
        if let failure = await receiving ?? sendFailure { throw failure }
    }

    /// All of the input, then FIN: the end of the input is part of the conversation.
    private func send() async -> SocketError? {
        do {
            while let bytes = await input.next() { try await connection.send(bytes) }
            try await connection.finishSending()
            return nil
        } catch {
            return error
        }
    }

    /// Whatever comes, for as long as it takes: only the peer knows when its reply is complete.
    private func receive() async -> SocketError? {
        defer { input.endWhenNothingIsReady() }
        var display = Output.standard.display()
        do {
            while let bytes = try await connection.receive(upTo: 65_536) {
                await Output.standard.write(display.render(bytes))
            }
            await Output.standard.write(display.finish())
            return nil
        } catch {
            await Output.standard.write(display.finish())
            return error
        }
    }
}
