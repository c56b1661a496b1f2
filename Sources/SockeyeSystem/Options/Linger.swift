/// What closing a socket does with bytes that have been sent and are not with the peer yet. In C: `struct linger`.
public enum Linger: Sendable, Hashable, CustomStringConvertible {
    /// `close` returns at once, and the kernel goes on sending. The default.
    case inBackground
    /// `close` returns at once, drops what has not arrived, and the peer gets a reset.
    case reset
    /// `close` blocks its thread until everything has arrived, for at most so long: whole seconds, from 1 s.
    ///
    /// Only for ``Socket``: a connection shares its thread with others, and its `close()` sees to what was sent by itself.
    case wait(Duration)

    public var description: String {
        switch self {
        case .inBackground: "in background"
        case .reset: "reset"
        case .wait(let time): "wait \(time.shortText)"
        }
    }
}
