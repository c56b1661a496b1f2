/// What the program at one end of a connection does while nothing is sent: out of what its threads do.
enum Occupation: Equatable, Sendable {
    /// It sleeps in the call until something comes on the connection.
    case waits(String)
    /// It sleeps in a call that may be about the connection.
    case mayWait(String)
    /// It does something else: `it (python3, process 77) sleeps in sleep()`, without the first word.
    case busy(String)
    /// The kernel has made the connection, and no program has taken it.
    case notAccepted

    /// nil: nothing can be said with certainty.
    ///
    /// - Parameter program: `python3, process 77`.
    init?(_ activities: [Activity], program: String) {
        var seen: [Activity] = []
        for activity in activities where !seen.contains(activity) { seen.append(activity) }
        if let reads = seen.compactMap(Self.reads).first {
            self = .waits(reads)
        } else if seen.contains(.runs) {
            self = .busy("(\(program)) is running, so it computes")
        } else if let mayRead = seen.compactMap(Self.mayRead).first {
            self = .mayWait(mayRead)
        } else if seen.isEmpty || seen.contains(.unknown) {
            return nil
        } else {
            self = .busy("(\(program)) \(Self.list(seen, ofOne: activities.count == 1))")
        }
    }

    private static func reads(_ activity: Activity) -> String? {
        if case .reads(let call) = activity { call } else { nil }
    }

    private static func mayRead(_ activity: Activity) -> String? {
        if case .mayRead(let call) = activity { call } else { nil }
    }

    /// Threads that wait for others tell less than those that do something: they stand there only where all do.
    private static func list(_ activities: [Activity], ofOne isOne: Bool) -> String {
        let telling = activities.filter { $0 != .waitsForLock && $0 != .waitsForClient }
        let words = (telling.isEmpty ? activities : telling).compactMap { activity in
            if case .elsewhere(let words) = activity { words } else { nil }
        }
        if isOne { return words.joined() }
        return words.count == 1
            ? "has no thread that waits for this connection: one \(words.joined())"
            : "has no thread that waits for this connection: one \(words.joined(separator: ", one "))"
    }

    /// What the side does instead of reading; nil when it may well read.
    func instead(_ side: String) -> String? {
        switch self {
        case .waits, .mayWait: nil
        case .busy(let words): "the \(side) \(words)"
        case .notAccepted: "no program has called accept() for this connection yet"
        }
    }

    /// A sentence for the side that may read, while the other does not.
    func waiting(_ side: String) -> String? {
        switch self {
        case .waits: "The \(side) waits to read"
        case .mayWait: "The \(side) seems to wait to read"
        case .busy, .notAccepted: nil
        }
    }

    /// It sleeps until something comes: no guess.
    var isCertain: Bool {
        if case .waits = self { true } else { false }
    }

    private var call: String? {
        switch self {
        case .waits(let call), .mayWait(let call): call
        case .busy, .notAccepted: nil
        }
    }

    /// How sure it is that the sides wait to read, in parentheses.
    static func evidence(_ sides: [(name: String, occupation: Occupation?)]) -> String {
        if sides.allSatisfy({ $0.occupation?.isCertain == true }) {
            let calls = sides.map { "the \($0.name) asleep in \($0.occupation?.call ?? "")" }
            return "(the kernel shows \(calls.joined(separator: " and ")))"
        }
        let known = sides.compactMap { name, occupation in
            occupation?.call.map { "the \(name) sleeps in \($0)" }
        }
        let others = sides.filter { $0.occupation == nil }.map { "the \($0.name)" }
        let unknown =
            others.isEmpty ? [] : ["\(others.joined(separator: " or ")) may compute, which looks the same from here"]
        return "(so it seems: \((known + unknown).joined(separator: "; ")))"
    }

    static let advice = """
        Nothing is lost, and the connection holds nothing up: look in that program at what it does between its calls of \
        recv() and send()
        """
}
