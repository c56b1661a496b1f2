/// What the last line of code in a traceback does, where that tells apart errors that share one message.
///
/// Other than the socket call it holds for one line only: the frames above have nothing to do with it.
enum CallDetail {
    static let textMethod = "sockeye_text_method"
    static let unpacking = "sockeye_unpacking"
    static let threadTarget = "sockeye_thread_target"
    static let severalNumbers = "sockeye_several_numbers"

    static let quickFailure = "sockeye_quick_failure"

    /// For curl's `Failed to connect … after 3 ms`: that a computer is reached and refuses takes no seconds.
    static func ofTime(in line: String) -> String { line.contains(#/ after \d{1,3} ms/#) ? quickFailure : "" }

    /// For Python's `int('5\n6\n')`, where a newline stands between digits; else empty.
    static func ofNumber(in line: String) -> String {
        line.contains(#/base 10: b?'[^']*\d *(\\r)?\\n *-?\d/#) ? severalNumbers : ""
    }

    /// A word that no message has, for phrases to look for; empty: a line of no such kind. nil: a line that shows no code.
    static func word(in code: String) -> String? {
        let isMark = code.allSatisfy { "^~ \t".contains($0) }
        if isMark || code.hasPrefix("File \"") || code.hasPrefix("at ") { return nil }
        if code.contains("_target(") { return threadTarget }
        if code.contains(#/^\w+, *\w+ *= *[\w.]+\.(recv|recvfrom|accept)\([\w, ]*\)/#) { return unpacking }
        let sends = [".send(", ".sendall(", ".sendto("].contains { code.contains($0) }
        let methods = [
            ".split(", ".replace(", ".find(", ".partition(", ".startswith(", ".endswith(", ".strip(", ".count(",
        ]
        return !sends && methods.contains { code.contains($0) } ? textMethod : ""
    }
}
