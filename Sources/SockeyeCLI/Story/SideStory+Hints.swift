import SockeyeSystem

// What is missing while both sides wait: certain where this side reads messages and one is not whole, else a guess from the
// last bytes.
extension SideStory {
    func hint(_ look: Look) -> String {
        if let unfinished = look.unfinished { return unfinishedHint(unfinished) }
        switch lastToSpeak {
        case .own: return ownHint
        case .peer: return peerHint
        case nil:
            return """
                Neither has sent anything: each believes that it is the other's turn. One of them has to send first\(ownTurn)
                """
        }
    }

    /// The framing is what this side was told; the other program may not know of it.
    private func unfinishedHint(_ words: String) -> String {
        """
        This side waits for a whole message, and only a part is there: \(words). The \(peer) has to send the rest; if it believes \
        that it has sent everything, it ends its messages otherwise than --framing says here
        """
    }

    private var ownHint: String {
        guard let turn, turn.who == .own, turn.what.byteCount > 0 else {
            return """
                The \(own), this side, spoke last. If the \(peer) reads a line, it waits for a newline; if it reads a length \
                first, for as many bytes; if it reads until the end, for FIN, which comes when this side closes or calls \
                shutdown(SHUT_WR)
                """
        }
        let hint = SilenceHint(turn: turn.what, speaker: own, reader: peer, speakerNote: ", this side,")
        let isLine = turn.what.closing.last == UInt8(ascii: "\n")
        let framing = isLine || source != .prompt ? "" : ". With --framing lines each line goes out with its newline"
        return hint.words + framing
    }

    private var peerHint: String {
        let start = "The \(peer) spoke last, and it is this side's turn to answer, or the \(peer) has more to send"
        let turn = turn.flatMap { $0.who == .peer ? $0.what : nil }
        let missing = turn.flatMap { SilenceHint(turn: $0, speaker: peer, reader: own).missingLength }
        return start + (missing.map { ": \($0)" } ?? "") + ownTurn
    }

    /// What makes this side send, for whoever does not know whose turn it is.
    private var ownTurn: String {
        switch source {
        case .prompt: ". This side sends when you have typed a line and pressed Enter"
        case .input: ". This side sends what comes on its standard input, and nothing is there now"
        case .peer: ". This side answers what comes, and says nothing by itself"
        case .nobody: ". This side only receives"
        }
    }
}

extension SideStory.Source {
    /// A person where standard input is a terminal.
    static var ofStandardInput: Self { StandardStream.input.isTerminal ? .prompt : .input }
}
