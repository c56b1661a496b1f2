/// What a command had promised and did not do, since a signal ended it: then it has not succeeded.
struct Undone: Sendable {
    static let nothing = Undone { nil }

    /// A line for a person; nil when all was done, or nothing was promised. It is asked when all is over.
    let words: @Sendable () -> String?
}
