import ArgumentParser
import Sockeye

/// What `sockeye connect` does at the end of its input, and which directions it uses at all.
///
/// Unless told otherwise it sends all of its input, then the end, and goes on receiving until the peer has finished too.
struct ConnectEnding: ParsableArguments {
    @Flag(help: "At the end of the input do not tell the peer: some servers take that for the end of everything.")
    var noHalfClose = false

    @Option(
        help: ArgumentHelp(
            "After the end of the input, go on receiving for at most so long. (default: until the peer has finished; for "
                + "datagrams, which have no end, until nothing has come for 1s)",
            valueName: "time"
        ),
        transform: TypedDuration.init(parsing:)
    )
    var wait: TypedDuration?

    @Flag(help: "Send all of the input, then end, and drop what comes.")
    var sendOnly = false

    @Flag(help: "Leave standard input alone, and print what comes until the peer has finished.")
    var receiveOnly = false

    @Flag(help: "End each line that is sent with CR LF instead of LF; at a prompt too, where else nothing is added.")
    var crlf = false

    func validate() throws {
        if sendOnly, receiveOnly { throw ValidationError("Choose one of --send-only and --receive-only.") }
        if receiveOnly, noHalfClose || wait != nil || crlf {
            throw ValidationError("--receive-only sends nothing, so --no-half-close, --wait and --crlf say nothing.")
        }
        if sendOnly, wait != nil || noHalfClose {
            throw ValidationError(
                "--send-only does not wait for what comes, so --wait and --no-half-close say nothing."
            )
        }
    }

    var conduct: Conduct {
        Conduct(
            halfCloses: !noHalfClose,
            wait: wait?.duration,
            sends: !receiveOnly,
            receives: !sendOnly,
            endsLinesWithReturn: crlf
        )
    }
}

/// The same for the sessions.
struct Conduct: Sendable {
    var halfCloses = true
    /// nil: until the peer has finished.
    var wait: Duration?
    var sends = true
    var receives = true
    var endsLinesWithReturn = false
    /// Whether an input from which nothing has come is left alone once the peer has finished; at a prompt, whether that ends the
    /// conversation.
    var endsWithPeer = true
}
