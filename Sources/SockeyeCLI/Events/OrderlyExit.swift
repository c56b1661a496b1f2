import Sockeye
import SockeyeSystem

/// Ends the process from where the command cannot return: what it leaves behind is put in order all the same.
enum OrderlyExit {
    private static let closings = Locked<[@Sendable () -> Void]>([])

    static func status(_ status: Int32) -> Never {
        PortFile.removeAll()
        ThisProcess.exit(status)
    }

    /// The files of its Unix sockets go with the process, however that ends.
    static func closes(_ listener: Listener) {
        closes { listener.close() }
    }

    static func closes(_ closing: @escaping @Sendable () -> Void) {
        closings.with { $0.append(closing) }
    }

    static func closeAll() {
        for close in closings.with(\.self) { close() }
    }
}
