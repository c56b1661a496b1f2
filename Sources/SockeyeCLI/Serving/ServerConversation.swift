import Sockeye

/// What the server says to one client, and shows of it.
struct ServerConversation: ServerRole {
    enum Answer {
        case text([UInt8])
        case echo
        case nothing
    }

    let answer: Answer
    let framing: Framing?
    /// Who is shown what clients send; nil for nobody.
    let audience: Audience?

    /// Until the client has finished sending, or falls silent when nobody reads standard output any more.
    func hold(with connection: Connection) async throws {
        let dialogue = Dialogue(connection, framing)
        if audience != nil { Console.say("Connection from \(connection.remoteAddress)") }
        var display = dialogue.display
        while let bytes = try await dialogue.next(shownTo: audience) {
            await audience?.show(display.render(bytes))
            switch answer {
            case .text(let text): try await dialogue.send(text)
            case .echo: try await dialogue.send(bytes)
            case .nothing: break
            }
        }
        await audience?.show(display.finish())
    }
}
