import ArgumentParser
import Sockeye

/// A command line as netcat has it: the host and the port as two words, and `-l`, `-p`, `-k`, `-u`.
enum NetcatHabit {
    /// - Parameter words: What the parser has said of the line.
    /// - Returns: nil where it is no habit of netcat's that is wrong with it.
    static func complaint(_ arguments: [String], after words: String) -> ValidationError? {
        guard let name = arguments.first, ["serve", "connect"].contains(name),
            // An option of another name is the first thing to be mended: what stands behind it may be its value, and no host.
            words.contains(#/^Unknown option '-[lpkunv]/#) || words.contains(#/(?:Unex|Missing ex)pected argument/#)
        else { return nil }
        return complaint(name, Array(arguments.dropFirst()))
    }

    /// - Parameter name: The command that was typed; nil where there was none.
    static func complaint(_ name: String?, _ arguments: [String]) -> ValidationError? {
        let flags = arguments.filter(isFlag)
        let letters = Set(flags.joined())
        var rest = arguments.filter { !isFlag($0) }
        let isServer = name == "serve" || !letters.isDisjoint(with: "lk")
        // -p PORT HOST: of a client it would be the port that it comes from, and is hardly ever meant so.
        if !isServer, letters.contains("p"), rest.count == 2, UInt16(rest[0]) != nil { rest.reverse() }
        // With a command before them, options may stand between.
        let hasPair = (name == "connect" || rest.count == 2) && join(&rest)
        if rest.isEmpty, letters.contains("u") { rest = [isServer ? "1337" : "localhost:1337"] }
        guard hasPair || !flags.isEmpty, isServer || !rest.isEmpty else { return nil }
        if letters.contains("u"), let last = rest.popLast() {
            rest.append(last.hasPrefix("udp:") ? last : "udp:" + last)
        }
        let line = MistypedCommand.line(isServer ? "serve" : "connect", rest)
        let why =
            flags.first.map { "\(SafeText.line($0)) is an option of netcat, not of sockeye." }
            ?? "An address is one word, host:port."
        return ValidationError("\(why) Did you mean '\(line)'?")
    }

    /// The words that stand for a command elsewhere.
    static func command(for word: String) -> String? {
        switch word.lowercased() {
        case "listen": "serve"
        case "client": "connect"
        case "version": "--version"
        default: nil
        }
    }

    /// Whose lines they are.
    static let programs: Set = ["nc", "ncat", "netcat", "telnet"]

    /// `localhost 1337` at the end as one word.
    ///
    /// - Returns: false where there is none.
    static func join(_ words: inout [String]) -> Bool {
        guard words.count >= 2, let port = words.last, UInt16(port) != nil else { return false }
        let host = words[words.count - 2]
        guard
            let joined = ["\(host):\(port)", "[\(host)]:\(port)"].first(where: { (try? Endpoint(parsing: $0)) != nil })
        else { return false }
        words.removeLast(2)
        words.append(joined)
        return true
    }

    /// `sockeye relay localhost 8000`: the host and the port of a server, where two addresses are meant.
    static func relayed(_ host: String, _ port: String) -> Failure? {
        var words = [host, port]
        guard (try? Endpoint(parsing: host)) == nil, join(&words), let server = words.first else { return nil }
        return Failure(
            attempted: "listen on \"\(SafeText.line(host))\"",
            happened: "no port",
            cause:
                "the host and the port of one server as two words, as netcat has them; a relay has an address of its own "
                + "before that of the server",
            next: ["sockeye relay \(port == "1337" ? "1338" : "1337") \(Failure.quoted(server))"],
            status: Failure.wrongUsage
        )
    }

    /// Those that sockeye has too, such as -4, are none of them.
    private static func isFlag(_ word: String) -> Bool { word.wholeMatch(of: #/-[lpkunv]+/#) != nil }
}
