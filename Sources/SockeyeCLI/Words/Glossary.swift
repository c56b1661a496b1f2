import SockeyeSystem

/// The words of TCP that a beginner has to know. `--explain` tells each once a run, behind the line in which it comes first; a page
/// of the doctor or of `sockeye explain` tells those that it uses at its end.
struct Glossary: Sendable {
    private var told: Set<String> = []

    /// What a beginner has to know for this line; nil where it has no new word.
    mutating func note(for line: String) -> String? {
        let words = Set(line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }.map(String.init))
        let new = Self.terms.filter { words.contains($0.word) && told.insert($0.word).inserted }
        return new.isEmpty ? nil : new.map { "\($0.word): \($0.meaning)" }.joined(separator: ". ")
    }

    /// What a beginner has to know for a page, in the order of the list; a word that is only the name, in parentheses, of what
    /// stands before it is left out.
    static func notes(for page: String) -> [String] {
        let words = Set(page.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }.map(String.init))
        return (terms + pageTerms).filter { term in
            let isThere = term.word.contains(" ") ? page.contains(term.word) : words.contains(term.word)
            return isThere && !page.contains("(\(term.word))")
        }
        .map { "\($0.word): \($0.meaning)" }
    }

    /// These stand on pages alone.
    private static let pageTerms: [(word: String, meaning: String)] = [
        (
            "ICMP",
            "the messages in which computers and routers say what became of a packet; the numbers are their kinds"
        ),
        (
            "ICMPv6",
            "the messages in which computers and routers say what became of a packet; the numbers are their kinds"
        ),
        ("IPV6_V6ONLY", "an option of a socket: on, it takes clients over IPv6 alone; off, over IPv4 too"),
        ("SO_BROADCAST", "an option of a socket, without which it sends nothing to all at once"),
        ("backlog", "the queue of clients that are connected, and not accepted yet by the program"),
        ("default route", "the way for every address that no other line of the table knows: to the router"),
        ("DHCP", "how a router gives computers their addresses"),
        ("NAT", "a router puts its own address in the place of those behind it"),
        ("MTU", "the largest packet that a network carries"),
        ("SIGPIPE", "a signal that ends a program which writes to a connection that is gone"),
        ("descriptor", "the number by which a program names an open file or socket"),
        ("SELinux", "rules of the system for what each program may do"),
    ]

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
