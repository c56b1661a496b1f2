import SockeyeSystem

/// A file that was named to be written and cannot be.
extension Failure {
    /// What peers send cannot be written. A reader that has gone is none of these.
    static func output(_ error: Errno) -> Failure {
        let (cause, next) =
            switch error {
            case .badDescriptor:
                (
                    "it was closed when the command was started (>&-)",
                    "the same command with >/dev/null instead drops what comes"
                )
            case .noSpace:
                ("the disk is full", "df .   says how much room there is")
            default:
                ("where it leads cannot take any more", "the same command with > FILE, a file in another place")
            }
        return Failure(
            attempted: "write to standard output",
            happened: "\(error)",
            cause: cause,
            next: [next],
            status: networkFailed
        )
    }

    static func unwritable(
        _ attempted: String,
        _ error: Errno,
        status: Int32 = wrongUsage,
        next: [String]
    ) -> Failure {
        let cause =
            switch error {
            case .isDirectory: "it is a folder, and a file is wanted"
            case .fileExists: "a device, a pipe or a link is there, and only a file is replaced and taken away again"
            case .noSpace: "the disk is full"
            default: "its folder is not there, or is not yours to write in"
            }
        return Failure(attempted: attempted, happened: "\(error)", cause: cause, next: next, status: status)
    }

    /// The program for the one client of `serve --once` has failed.
    ///
    /// - Parameter command: As a shell takes it.
    init(commandFor client: SocketAddress, _ command: String, status: Int32) {
        let command = SafeText.line(command)
        let signal = status > 128 ? status - 128 : nil
        self.init(
            attempted: "serve \(client) with \(command)",
            happened: signal.map { "the command was ended by signal \($0)" }
                ?? "the command has ended with status \(status)",
            cause: signal == nil
                ? "it says so of itself that it failed"
                : "the client went before it was done, or somebody has ended it",
            next: ["\(command); echo $?   runs it without a client"],
            status: Self.networkFailed
        )
    }
}
