/// Why a text is not an ``Endpoint``, and what to write instead.
///
/// ```swift
/// do {
///     _ = try Endpoint(parsing: "localhost:70000")
/// } catch {
///     print(error)      // "localhost:70000": port 70000: ports go from 0 to 65535
/// }
/// ```
public struct EndpointError: Error, Hashable, Sendable {
    /// What was given, unchanged. Show ``description`` to people: this may hold control characters.
    public let text: String

    /// What is wrong, without the text and without the suggestions: "no port".
    public let problem: String

    /// What to write instead, the likeliest first: complete texts, each of which `Endpoint(parsing:)` accepts.
    /// Empty where nothing could be guessed.
    public let suggestions: [String]

    package init(text: String, problem: String, suggestions: [String] = []) {
        self.text = text
        self.problem = problem
        self.suggestions = suggestions
    }
}

extension EndpointError: CustomStringConvertible {
    /// One line that is safe on a terminal, as in `"localhost": no port: write localhost:1337`.
    public var description: String {
        let statement = "\(Self.quote(text)): \(problem)"
        if suggestions.isEmpty { return statement }
        return statement + ": write " + suggestions.joined(separator: " or ")
    }

    /// A number of what was given, for a message, without all of its digits if there are very many.
    static func shorten(_ number: Substring) -> String {
        // UInt64.max has 20 digits.
        number.count <= 20 ? String(number) : number.prefix(20) + "…"
    }

    /// A part of what was given, between quotation marks, for a message. What a terminal would not show is escaped,
    /// and all but the beginning of a very long text is left out.
    package static func quote(_ text: some StringProtocol) -> String {
        // Three times the longest path; a longer message hides what it says.
        let limit = 320
        let shown = text.unicodeScalars.prefix(limit)
        let ending = shown.endIndex == text.unicodeScalars.endIndex ? "" : "…"
        return "\"" + EscapedBytes.escape(String(String.UnicodeScalarView(shown))) + ending + "\""
    }
}
