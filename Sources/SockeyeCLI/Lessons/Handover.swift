import SockeyeSystem

/// Something that one thread has and another waits for, once.
final class Handover<Value: Sendable>: Sendable {
    private let value = Locked<Value?>(nil)
    private let isThere = Semaphore()

    func give(_ value: Value) {
        self.value.with { $0 = value }
        isThere.signal()
    }

    /// Blocks the thread until it is there.
    func take() -> Value {
        isThere.wait()
        // Whoever comes next finds it too.
        defer { isThere.signal() }
        guard let value = value.with(\.self) else { return take() }
        return value
    }
}

extension Handover where Value == Bool {
    /// For a sign without content.
    func give() { give(true) }

    func wait() { _ = take() }
}
