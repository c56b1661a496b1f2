import SockeyeSystem

/// Ends the process from where the command cannot return: what it leaves behind is put in order all the same.
enum OrderlyExit {
    static func status(_ status: Int32) -> Never {
        PortFile.removeAll()
        ThisProcess.exit(status)
    }
}
