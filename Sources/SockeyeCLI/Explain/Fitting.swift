/// What facts around an error change in its entry: causes that cannot be, those that are likely now, and other words.
struct Fitting: Sendable {
    let id: String
    /// All of them have to be there.
    let facts: Set<Circumstances.Fact>
    /// Causes that cannot be, by how they begin.
    var drop: [String] = []
    /// Causes that come first now, by how they begin.
    var first: [String] = []
    /// New causes, in front of all.
    var add: [String] = []
    /// All causes there are now, where the entry's own do not fit.
    var causes: [String]?
    var title: String?
    var meaning: String?
    /// Advice that does not fit, by how it begins; and advice in front of the rest.
    var dropNext: [String] = []
    var addNext: [String] = []
    var next: [String]?

    init(_ id: String, _ facts: Set<Circumstances.Fact>, _ change: (inout Fitting) -> Void) {
        self.id = id
        self.facts = facts
        change(&self)
    }

    func apply(to entry: inout Explanation) {
        title.map { entry.title = $0 }
        meaning.map { entry.meaning = $0 }
        causes.map { entry.causes = $0 }
        next.map { entry.next = $0 }
        func begins(_ text: String, _ starts: [String]) -> Bool { starts.contains { text.hasPrefix($0) } }
        let kept = entry.causes.filter { !begins($0, drop) }
        let remaining = kept.isEmpty && add.isEmpty ? entry.causes : kept
        let ahead = first.flatMap { start in remaining.filter { $0.hasPrefix(start) } }
        entry.causes = add + ahead + remaining.filter { !ahead.contains($0) }
        entry.next = addNext + entry.next.filter { !begins($0, dropNext) }
    }

    static let all: [Fitting] = connecting + serving + conversing + datagrams
}
