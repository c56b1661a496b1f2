/// The named sets and maps of a table of nftables, as far as they are of ports.
enum NftablesSet {
    /// `22`, `100-200`, or `1337 : drop` of a map.
    struct Element {
        let value: String
        /// The words behind the colon.
        let verdict: [String]

        init(_ text: String) {
            let parts = text.split(separator: ":", maxSplits: 1).map { $0.split(whereSeparator: \.isWhitespace) }
            value = parts.first?.first.map(String.init) ?? ""
            verdict = parts.count > 1 ? parts[1].map(String.init) : []
        }
    }

    /// By name; those of one table hide those of another with the same name, which then are unknown.
    static func all(in text: String) -> [String: [Element]] {
        var found: [String: [Element]] = [:]
        var ambiguous: Set<String> = []
        var name: String?
        var body = ""
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count >= 3, words[0] == "set" || words[0] == "map", words[2] == "{" {
                name = String(words[1])
                body = ""
            } else if words == ["}"], let done = name {
                if found[done] != nil { ambiguous.insert(done) }
                found[done] = elements(of: body)
                name = nil
            } else if name != nil {
                body += line + " "
            }
        }
        for name in ambiguous { found[name] = nil }
        return found
    }

    /// nil for sets of something else than ports alone.
    private static func elements(of body: String) -> [Element]? {
        let words = body.split(whereSeparator: \.isWhitespace)
        guard zip(words, words.dropFirst()).contains(where: { $0 == "type" && $1 == "inet_service" }),
            !words.contains(".")
        else { return nil }
        guard let start = body.firstIndex(of: "{"), let end = body.lastIndex(of: "}"), start < end else { return [] }
        return body[body.index(after: start)..<end].split(separator: ",").map { Element(String($0)) }
    }
}
