/// Who speaks: the program that came to the relay, or the one that the relay went to.
enum RelaySide: String, Sendable, CaseIterable {
    case client
    case server

    var other: RelaySide { self == .client ? .server : .client }

    /// Where what it says goes: `client → server`.
    var direction: String { "\(rawValue) → \(other.rawValue)" }
}

/// Two of something, one for each side.
struct PerSide<Value: Sendable>: Sendable {
    private var client: Value
    private var server: Value

    init(_ make: (RelaySide) -> Value) {
        client = make(.client)
        server = make(.server)
    }

    subscript(_ side: RelaySide) -> Value {
        get { side == .client ? client : server }
        set { if side == .client { client = newValue } else { server = newValue } }
    }
}
