/// Reads the text of an ``Endpoint``, and where it is wrong finds out what was meant.
///
/// This file decides which form the text has; each form is read in a file of its own. Bytes are compared, not
/// characters: a combining accent after a colon makes one `Character` of the two, and the colon would be missed.
struct EndpointParser {
    /// What was written, unchanged.
    let text: String

    /// Off while a suggestion is tried out, so that trying one cannot lead to the next without end.
    var suggests = true

    /// The port of the tutorial, used in suggestions where none was written.
    static let examplePort: UInt16 = 1337

    func parse() throws(EndpointError) -> Endpoint.Kind {
        try checkLetters()
        if text.utf8.starts(with: "unix:".utf8) { return try parseUnix(text.dropFirst(5)) }
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw error("a letter outside ASCII: write an international name in its xn-- form")
        }
        try checkOtherSyntax()
        // From here on every character is one byte.
        if text.hasPrefix("[") { return try parseBracketed() }
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        switch fields.count {
        case 1: return try parseBare()
        case 2: return try parse(host: fields[0], port: fields[1])
        default: throw tooManyColons(fields)
        }
    }

    /// What no form may hold: nothing at all, NUL, space in the wrong place.
    private func checkLetters() throws(EndpointError) {
        if text.isEmpty {
            throw error("no address", suggesting: ["localhost:\(Self.examplePort)"])
        }
        if text.utf8.contains(0) {
            throw error("a NUL, which no address holds")
        }
        let scalars = text.unicodeScalars
        let isSurrounded = [scalars.first, scalars.last].contains { $0?.properties.isWhitespace == true }
        // A path may hold a space, but one at its end is a slip of the finger.
        let isPath = text.utf8.starts(with: "unix:".utf8)
        if isSurrounded || (!isPath && scalars.contains(where: \.properties.isWhitespace)) {
            let words = scalars.split(whereSeparator: \.properties.isWhitespace).map { String($0) }
            let candidates = isPath ? [trimmed] : [words.joined(separator: ":"), words.joined()]
            throw error(isSurrounded ? "space around the address" : "space inside the address", trying: candidates)
        }
    }

    private var trimmed: String {
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let end = text.unicodeScalars.reversed().drop(while: isSpace)
        return String(String.UnicodeScalarView(end.reversed().drop(while: isSpace)))
    }

    /// One word: a bare port, or a host whose port is missing.
    private func parseBare() throws(EndpointError) -> Endpoint.Kind {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        if !digits.isEmpty, digits.allSatisfy(\.isWholeNumber) {
            return .loopback(port: try parsePort(text[...], after: ""))
        }
        // What is wrong with the host matters more than the missing port.
        _ = try parseHost(text[...], port: 0)
        throw error("no port", trying: ["\(text):\(Self.examplePort)"])
    }

    private func parse(host: Substring, port: Substring) throws(EndpointError) -> Endpoint.Kind {
        if host.isEmpty {
            let number = port.isEmpty ? Self.examplePort : try parsePort(port, after: "localhost:")
            throw error("no host, and * is every interface", suggesting: ["*:\(number)", "localhost:\(number)"])
        }
        return try parseHost(host, port: try parsePort(port, after: host + ":"))
    }

    /// Reads a port. `prefix` is what was written before it, for the suggestion.
    func parsePort(_ port: Substring, after prefix: Substring) throws(EndpointError) -> UInt16 {
        if port.isEmpty {
            throw error("no port", trying: ["\(prefix)\(Self.examplePort)"])
        }
        if port.hasPrefix("-"), port.count > 1, port.dropFirst().allSatisfy(\.isWholeNumber) {
            throw error("port \(EndpointError.shorten(port)): a port is not negative; ports go from 0 to 65535")
        }
        guard port.allSatisfy(\.isWholeNumber) else {
            let digits = port.prefix(while: \.isWholeNumber)
            let isFollowedByPath = port.dropFirst(digits.count).hasPrefix("/")
            let problem = "port \(EndpointError.quote(port)): a port is a number from 0 to 65535"
            if isFollowedByPath { throw error(problem, trying: ["\(prefix)\(digits)"]) }
            throw error(problem, trying: Self.usualPorts[port.lowercased()].map { ["\(prefix)\($0)"] } ?? [])
        }
        if port.hasPrefix("0"), port.count > 1 {
            let digits = port.drop { $0 == "0" }
            let problem = "port \(EndpointError.shorten(port)): a port has no leading zeros"
            throw error(problem, trying: ["\(prefix)\(digits.isEmpty ? "0" : digits)"])
        }
        guard let number = UInt16(port) else {
            throw error("port \(EndpointError.shorten(port)): ports go from 0 to 65535")
        }
        return number
    }
}
