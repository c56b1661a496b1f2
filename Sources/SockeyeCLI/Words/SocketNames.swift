import Sockeye

/// What `--explain` calls the sockets of a run. A listener is one too, but the first client is the first to whoever reads, so
/// only connections have numbers: the same as in the events of `--json`.
struct SocketNames: Sendable {
    private var listeners: Set<SocketEvent.ID> = []
    private var numbers: [SocketEvent.ID: Int] = [:]
    private var last = 0

    /// What stands before the words of an event.
    mutating func name(for event: SocketEvent) -> String {
        if event.operation == .listen { listeners.insert(event.socket) }
        // A name has several addresses, and one that fails is no connection.
        if event.operation == .connect, event.error != nil { return "" }
        return name(of: event.socket)
    }

    /// `#1 `, or `listener: `.
    mutating func name(of socket: SocketEvent.ID) -> String {
        if listeners.contains(socket) { return "listener: " }
        if let number = numbers[socket] { return "#\(number) " }
        last += 1
        numbers[socket] = last
        return "#\(last) "
    }

    /// Once it is closed.
    mutating func forget(_ socket: SocketEvent.ID) { numbers[socket] = nil }
}
