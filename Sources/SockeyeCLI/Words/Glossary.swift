import SockeyeSystem

/// The words of TCP that `--explain` uses, each told once a run: behind the line in which it comes first.
struct Glossary: Sendable {
    private var told: Set<String> = []

    /// What a beginner has to know for this line; nil where it has no new word.
    mutating func note(for line: String) -> String? {
        let words = Set(line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }.map(String.init))
        let new = Self.terms.filter { words.contains($0.word) && told.insert($0.word).inserted }
        return new.isEmpty ? nil : new.map { "\($0.word): \($0.meaning)" }.joined(separator: ". ")
    }

    private static let terms: [(word: String, meaning: String)] = [
        ("SYN", "the packet with which a client asks for a connection"),
        ("ESTABLISHED", "connected, both may send"),
        ("FIN", "the packet that says \"I have finished sending\""),
        ("RST", "the packet that breaks a connection off at once"),
        ("FIN_WAIT1", "this end has sent its FIN, and the other computer has not confirmed it yet"),
        ("FIN_WAIT2", "this end has sent its FIN, and waits for the other's"),
        ("CLOSE_WAIT", "the other end has sent its FIN, and this program has not closed yet"),
        ("LAST_ACK", "both have sent their FIN, and this end waits for the last confirmation"),
        ("TIME_WAIT", "over; the end that finished first keeps its address a while, in case late packets come"),
        ("CLOSED", "nothing is left of the connection"),
        ("EPIPE", "the error \"broken pipe\""),
        ("ECONNRESET", "the error \"connection reset by peer\""),
        ("SO_REUSEADDR", "an option of a socket, set with setsockopt()"),
        ("segments", "the packets in which TCP carries bytes"),
        ("back-pressure", "a slow reader slows the sender down, so that nothing is lost"),
    ]
}
