import Sockeye
import SockeyeSystem

/// Ends the process from where the command cannot return: what it leaves behind is put in order all the same.
enum OrderlyExit {
    private static let listeners = Locked<[Listener]>([])

    static func status(_ status: Int32) -> Never {
        PortFile.removeAll()
        ThisProcess.exit(status)
    }

    /// The files of its Unix sockets go with the process, however that ends.
    static func closes(_ listener: Listener) {
        listeners.with { $0.append(listener) }
    }

    static func closeListeners() {
        for listener in listeners.with(\.self) { listener.close() }
    }
}
