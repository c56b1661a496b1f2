import ArgumentParser

/// A whole number as a person types it. Whether it makes sense, each option says itself.
enum TypedCount {
    /// - Parameter range: What makes sense, in words.
    /// - Throws: what a number looks like.
    static func parse(_ text: String, _ range: String) throws -> Int {
        if let number = Int(text) { return number }
        throw ValidationError("a whole number \(range)")
    }
}
