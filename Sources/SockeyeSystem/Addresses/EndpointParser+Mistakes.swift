/// What people write instead of an endpoint, and what they meant by it.
extension EndpointParser {
    /// Texts that follow another syntax: URLs, and Unix names whose scheme is missing.
    func checkOtherSyntax() throws(EndpointError) {
        if let separator = firstRange(of: "://") { throw pastedURL(separator) }
        if ["/", "./", "../", "~/", "@"].contains(where: { text.hasPrefix($0) }) {
            throw error("no scheme before the name of a Unix socket", trying: ["unix:\(text)"])
        }
        if ["UNIX:", "Unix:"].contains(where: { text.hasPrefix($0) }) {
            throw error("the scheme is written in lower case", trying: ["unix:\(text.dropFirst(5))"])
        }
    }

    private func pastedURL(_ separator: Range<String.Index>) -> EndpointError {
        let scheme = text[..<separator.lowerBound]
        let authority = text[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let port = Self.usualPorts[scheme.lowercased()] ?? "\(Self.examplePort)"
        return error("a URL, and an address is a host and a port", trying: ["\(host)", "\(host):\(port)"])
    }

    /// From the register at iana.org: for a URL without a port, and for the name of a service in place of its port. Names are
    /// not looked up, since what they stand for would differ from one computer to the next.
    static let usualPorts = [
        "http": "80", "ws": "80", "https": "443", "wss": "443", "ftp": "21", "ssh": "22", "redis": "6379",
        "smtp": "25", "domain": "53", "telnet": "23", "imap": "143", "pop3": "110", "echo": "7", "discard": "9",
        "postgres": "5432", "postgresql": "5432", "mysql": "3306", "mqtt": "1883", "amqp": "5672",
    ]

    /// More than one colon outside brackets: an IPv6 address without them, a scheme, or a slip.
    func tooManyColons(_ fields: [Substring]) -> EndpointError {
        if let bracketed = bracketedIPv6() {
            return error("an IPv6 address needs brackets", suggesting: [bracketed])
        }
        let rest = String(text.dropFirst(fields[0].count + 1))
        // RFC 3986, section 3.1, has more characters; no scheme in use needs them.
        let isScheme = fields[0].first?.isLetter == true && fields[0].allSatisfy { $0.isLetter || $0.isWholeNumber }
        if isScheme, let rest = EndpointParser(text: rest, suggests: false).canonicalText {
            return error("unknown scheme \(EndpointError.quote(fields[0]))", suggesting: [rest])
        }
        let candidates = ["\(fields[0]):\(fields[1])", "\(fields[0]):\(fields[fields.count - 1])"]
        return error("too many colons, and an IPv6 address is written as in [::1]:80", trying: candidates)
    }

    /// The text with brackets where they are missing. `::1:80` is an address as a whole too, but a port at the end is
    /// what nearly everybody means by it.
    private func bracketedIPv6() -> String? {
        let withPort = splitAtLastColon.map { "[\($0.head)]:\($0.tail)" }
        let whole = "[\(text)]:\(Self.examplePort)"
        // Out of "::1]:80" only the first bracket fell.
        let half = "[\(text)"
        let candidates = [withPort, whole, half].compactMap { $0 }
        return candidates.lazy.compactMap { EndpointParser(text: $0, suggests: false).canonicalText }.first
    }
}

/// Errors and their suggestions.
extension EndpointParser {
    /// The text as the endpoint prints itself, or nil if the text is wrong.
    var canonicalText: String? {
        (try? parse()).map { Endpoint(kind: $0).description }
    }

    /// An error with suggestions that are known to be right.
    func error(_ problem: String, suggesting suggestions: [String] = []) -> EndpointError {
        EndpointError(text: text, problem: problem, suggestions: suggestions)
    }

    /// An error with the first of the candidates that is right, if one is.
    func error(_ problem: String, trying candidates: [String]) -> EndpointError {
        guard suggests else { return error(problem) }
        // Printed anew, because what was written may hold characters that no message should show as they are.
        let right = candidates.lazy.compactMap { EndpointParser(text: $0, suggests: false).canonicalText }.first
        return error(problem, suggesting: right.map { [$0] } ?? [])
    }

    private func firstRange(of needle: String) -> Range<String.Index>? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(needle) { return start..<text.index(start, offsetBy: needle.count) }
            start = text.index(after: start)
        }
        return nil
    }
}
