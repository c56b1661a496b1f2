/// One sentence of `--explain`, with a name that scripts and tests know it by; the name never changes, the words may.
struct Remark: Sendable, Equatable {
    let id: String
    let words: String

    init(_ id: String, _ words: String) {
        self.id = id
        self.words = words
    }
}
