import SockeyeSystem

/// Small pieces of text that findings are made of.
package enum Words {
    package static func time(_ duration: Duration) -> String {
        let milliseconds = Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15
        if milliseconds < 1 { return "\(tenths(milliseconds * 1000)) us" }
        if milliseconds < 1000 { return "\(tenths(milliseconds)) ms" }
        return "\(tenths(milliseconds / 1000)) s"
    }

    private static func tenths(_ value: Double) -> String {
        value >= 100 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
    }

    /// How an attempt ended, in half a line.
    package static func outcome(_ attempt: Attempt) -> String {
        switch attempt.outcome {
        case .connected: "connected"
        case .silent: "no answer within \(time(attempt.duration))"
        case .failed(let errno):
            ([errno.description] + said(attempt.messages)).joined(separator: "; ")
        }
    }

    /// What the network has said, each thing once: a message comes back for each packet.
    static func said(_ messages: [NetworkMessage]) -> [String] {
        messages.map { "the network says: \($0.description)" }.reduce(into: []) { lines, line in
            if !lines.contains(line) { lines.append(line) }
        }
    }

    /// Bytes of somebody else as text without control characters, as many as are wanted.
    package static func printable(_ bytes: [UInt8], most: Int = 60) -> String {
        let text = String(decoding: bytes.prefix(most), as: UTF8.self)
        return String(
            text.map { $0.isASCII && !$0.isNewline && ($0.asciiValue ?? 0) >= 32 && $0.asciiValue != 127 ? $0 : "·" }
        )
    }

    /// A word as a shell takes it: quoted where a character in it means something there, as the brackets of `[::1]:80` do to zsh.
    package static func shell(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._/:@%+=,".utf8.contains(byte)
            }
        }
        return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }

    /// `a, b and c`
    package static func list(_ items: [String]) -> String {
        guard items.count > 1, let last = items.last else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }

    /// `1 client`, `2 clients`
    package static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// `1 client waits`, `2 clients wait`
    package static func waitingClients(_ number: Int) -> String {
        "\(count(number, "client")) \(number == 1 ? "waits" : "wait")"
    }

    /// `second`, `third`, and numbers after that.
    static func ordinal(_ count: Int) -> String {
        ["first", "second", "third", "fourth", "fifth"].dropFirst(count - 1).first ?? "\(count)th"
    }
}
