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
}
