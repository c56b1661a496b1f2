import ArgumentParser

/// A whole number as a person types it. Whether it makes sense, each option says itself.
enum TypedCount {
    /// - Parameter range: What makes sense, in words.
    /// - Throws: what a number looks like.
    static func parse(_ text: String, _ range: String) throws -> Int {
        if let number = Int(text) { return number }
        throw ValidationError("a whole number \(range)")
    }

    /// The same where parts of one make sense.
    static func parseRate(_ text: String, _ range: String) throws -> Double {
        if let number = Double(text) { return number }
        throw ValidationError("a number \(range)")
    }

    /// A port that is connected to.
    static func parsePort(_ text: String) throws -> UInt16 {
        if let port = UInt16(text) { return port }
        throw ValidationError("a port is a number from 1 to 65535")
    }
}
