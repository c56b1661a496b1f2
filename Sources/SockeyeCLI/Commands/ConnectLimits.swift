import ArgumentParser
import Sockeye

/// How long `sockeye connect` waits.
struct ConnectLimits: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Give up when there is no connection after so long: \(TypedDuration.examples). It covers looking up the name "
                + "and trying all its addresses, and nothing that is said afterwards.",
            valueName: "time"
        ),
        transform: TypedDuration.init(parsing:)
    )
    var timeout: TypedDuration?

    @Option(
        help: ArgumentHelp(
            "End a conversation in which no byte goes either way for so long; that is an error.",
            valueName: "time"
        ),
        transform: TypedDuration.init(parsing:)
    )
    var idleTimeout: TypedDuration?

    func validate() throws {
        if let timeout, timeout.duration <= .zero {
            throw ValidationError("--timeout 0: nobody could connect in no time.")
        }
        if let idleTimeout, idleTimeout.duration <= .zero {
            throw ValidationError("--idle-timeout 0: nobody could say anything in no time.")
        }
    }

    /// An attempt that `--timeout` has ended, in words that name it; the library says "after 0.6 seconds". Others as they are.
    func naming(_ error: SocketError) -> SocketError {
        guard let timeout, error.code == .timedOut, error.operation == .connect, error.errno == nil else {
            return error
        }
        let words = "timed out: no answer within \(TimeWords.short(timeout.duration)) (--timeout)"
        let others = error.detail.flatMap { detail in detail.firstRange(of: "; ").map { detail[$0.lowerBound...] } }
        return SocketError(
            .timedOut,
            .connect,
            localAddress: error.localAddress,
            remoteAddress: error.remoteAddress,
            detail: words + (others ?? ""),
            attempts: error.attempts
        )
    }
}
