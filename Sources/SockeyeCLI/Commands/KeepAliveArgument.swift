import ArgumentParser
import Sockeye

/// `--keep-alive`: whether a peer that has vanished is noticed.
struct KeepAliveArgument: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ask a peer that has been silent for so long (whole seconds: 30s, 5m) whether it is still there, and give it up after six questions without an answer, 10 s apart. (default: never)",
            valueName: "time"
        ),
        transform: TypedDuration.init(parsing:)
    )
    var keepAlive: TypedDuration?

    func validate() throws {
        guard let keepAlive else { return }
        let (seconds, rest) = keepAlive.duration.components
        if rest != 0 || !(1...32_767).contains(seconds) {
            throw ValidationError("--keep-alive: whole seconds, from 1s to 32767s (about 9h).")
        }
    }

    /// Sets it on what a connection or a listener is made with.
    func apply(to options: inout some SocketTuning) {
        guard let keepAlive else { return }
        options.keepAlive = KeepAlive(idle: keepAlive.duration)
    }
}
