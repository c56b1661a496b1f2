/// A port that somebody may have meant instead of the one that was asked for, where nothing listens. It is a guess, and says why.
///
/// Most listeners of a computer have nothing to do with the question: a name service, a printer, a remote shell. So only a number
/// that is easily taken for the other, one that servers of one's own often have, or a program of the kind that people write is
/// a guess worth telling.
package struct LikelyPort: Sendable, Equatable {
    package let port: UInt16
    /// Why it may be the one: half a sentence.
    package let reason: String
    /// The number itself speaks for it, and not only that some server of one's own may be there.
    package let isNear: Bool

    /// 3: more guesses say less.
    private static let most = 3

    /// Where the tutorials of the usual languages and frameworks put their servers.
    private static let ofTutorials: Set<UInt16> = [1337, 3000, 5000, 8000, 8080, 8888, 9000, 12_345, 65_432]
    /// Numbers that stand for each other.
    private static let alternates: [Set<UInt16>] = [
        [80, 8000, 8008, 8080, 8888], [443, 8443], [1883, 8883], [5222, 5223], [6667, 6697],
    ]
    /// Programs in which programs of one's own run, and those that stand in for a server.
    private static let ofOnesOwn = [
        "python", "node", "java", "ruby", "php", "perl", "deno", "bun", "dotnet", "go", "swift", "sockeye", "nc",
        "ncat", "socat",
    ]

    /// The most likely first, at most three.
    ///
    /// - Parameter found: The ports where somebody listens, and the program's name where it is known.
    package static func guesses(insteadOf asked: UInt16, among found: [(port: UInt16, program: String?)])
        -> [LikelyPort]
    {
        var guesses: [(rank: Int, guess: LikelyPort)] = []
        for (port, program) in found where !guesses.contains(where: { $0.guess.port == port }) {
            if let (rank, reason) = reason(asked, port, program) {
                guesses.append((rank, LikelyPort(port: port, reason: reason, isNear: rank < 2)))
            }
        }
        return guesses.sorted { ($0.rank, distance($0.guess.port, asked)) < ($1.rank, distance($1.guess.port, asked)) }
            .prefix(most).map(\.guess)
    }

    private static func distance(_ one: UInt16, _ other: UInt16) -> Int { abs(Int(one) - Int(other)) }

    private static func reason(_ asked: UInt16, _ port: UInt16, _ program: String?) -> (rank: Int, words: String)? {
        guard port != asked else { return nil }
        if alternates.contains(where: { $0.contains(asked) && $0.contains(port) }) {
            return (0, "one of the numbers that are used instead of \(asked)")
        }
        // Below 1024 each number has a service of its own, and nobody takes 22 or 53 for another.
        guard port >= 1024, asked >= 1024 else { return nil }
        if distance(port, asked) == 1 { return (1, "the number next to it") }
        if distance(port, asked) == 2 { return (1, "a number near it") }
        if isSlip(asked, port) { return (1, "almost the same digits") }
        let isOwn = program.map { name in ofOnesOwn.contains { name == $0 || isVersion(name, of: $0) } } ?? false
        if isOwn { return (2, "a program of the kind that one starts oneself") }
        if program == nil, ofTutorials.contains(port) { return (3, "a number that servers of one's own often have") }
        return nil
    }

    /// `python3`, `python3.12`
    private static func isVersion(_ name: String, of program: String) -> Bool {
        name.hasPrefix(program) && name.dropFirst(program.count).allSatisfy { $0.isNumber || $0 == "." }
    }

    /// One digit is another, two neighbours are swapped, or one is missing or too many.
    private static func isSlip(_ one: UInt16, _ other: UInt16) -> Bool {
        let (a, b) = (Array(String(one)), Array(String(other)))
        guard a.count == b.count else {
            let (long, short) = a.count > b.count ? (a, b) : (b, a)
            return long.count == short.count + 1
                && long.indices.contains { index in Array(long[..<index] + long[(index + 1)...]) == short }
        }
        let different = a.indices.filter { a[$0] != b[$0] }
        if different.count == 1 { return true }
        return different.count == 2 && different[1] == different[0] + 1 && a[different[0]] == b[different[1]]
            && a[different[1]] == b[different[0]]
    }
}

extension LikelyPort {
    /// For a list of what was seen.
    var words: String { "port \(port) is a guess: \(reason)" }
}
