import ArgumentParser

/// What the relay does to the bytes, for teaching and for testing: the options of `sockeye relay`.
struct RelayFaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Pass everything on so much later: 50ms, 1s.", valueName: "time"),
        transform: TypedDuration.init(parsing:)
    )
    var latency: TypedDuration?

    @Option(
        help: ArgumentHelp("Vary the latency by up to so much either way; the order stays.", valueName: "time"),
        transform: TypedDuration.init(parsing:)
    )
    var jitter: TypedDuration?

    @Option(
        help: ArgumentHelp("Pass on at most so many bytes a second: 512, 64K or 1M.", valueName: "size"),
        transform: TypedSize.init(parsing:)
    )
    var rate: TypedSize?

    @Option(
        help: ArgumentHelp("End both connections (FIN) after so many bytes of one side.", valueName: "bytes"),
        transform: TypedSize.init(parsing:)
    )
    var cutAfter: TypedSize?

    @Option(
        help: ArgumentHelp("Reset both connections (RST) after so many bytes of one side.", valueName: "bytes"),
        transform: TypedSize.init(parsing:)
    )
    var resetAfter: TypedSize?

    @Option(
        help: ArgumentHelp("Send at most so many bytes at once, with a short pause between.", valueName: "bytes"),
        transform: TypedSize.init(parsing:)
    )
    var slice: TypedSize?

    @Option(
        help: ArgumentHelp("Hold what comes for so long, and send it on as one.", valueName: "time"),
        transform: TypedDuration.init(parsing:)
    )
    var merge: TypedDuration?

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp("Do that only to what this side sends: client or server. (default: both)", valueName: "side")
    )
    var side: RelaySide?

    func validate() throws {
        if jitter != nil, latency == nil {
            throw ValidationError("--jitter varies the latency: give --latency too.")
        }
        if cutAfter != nil, resetAfter != nil {
            throw ValidationError("Choose one of --cut-after and --reset-after: a connection ends once.")
        }
        if side != nil, faults.isNone {
            throw ValidationError(
                "--from says whose bytes suffer, but nothing is done to them: give --latency, --rate, --cut-after, "
                    + "--reset-after, --slice or --merge too."
            )
        }
    }

    /// What makes no sense where there are no connections.
    var flawForDatagrams: String? {
        if slice != nil || merge != nil { return "--slice and --merge are for streams: a datagram stays what it is." }
        if cutAfter != nil || resetAfter != nil {
            return "--cut-after and --reset-after end connections: datagrams have none."
        }
        return nil
    }

    private var faults: RelayFaults {
        RelayFaults(
            latency: latency?.duration ?? .zero,
            jitter: jitter?.duration ?? .zero,
            bytesPerSecond: rate?.byteCount,
            cutAfter: (cutAfter ?? resetAfter)?.byteCount,
            isReset: resetAfter != nil,
            slice: slice?.byteCount,
            merge: merge?.duration ?? .zero
        )
    }

    /// What happens to the bytes of each side.
    var perSide: PerSide<RelayFaults> {
        PerSide { side in self.side == nil || self.side == side ? faults : RelayFaults() }
    }
}

extension RelaySide: ExpressibleByArgument {}

/// What happens to the bytes of one side.
struct RelayFaults: Sendable, Equatable {
    var latency = Duration.zero
    var jitter = Duration.zero
    var bytesPerSecond: Int?
    /// The connection ends after so many bytes.
    var cutAfter: Int?
    /// It does so with a reset.
    var isReset = false
    var slice: Int?
    var merge = Duration.zero

    /// The bytes go on as they come, at once.
    var isNone: Bool { self == RelayFaults() }

    /// When a piece is due that has come now: never before the one ahead of it, or it would overtake.
    func due(at now: ContinuousClock.Instant, after last: ContinuousClock.Instant?) -> ContinuousClock.Instant {
        var delay = latency
        if jitter > .zero { delay += jitter * Double.random(in: -1...1) }
        let due = now + max(delay, .zero)
        guard let last, last > due else { return due }
        return last
    }

    /// How much goes out with one send: no more than a slice, nor than a twentieth of a second is allowed.
    var largestSend: Int {
        min(slice ?? .max, bytesPerSecond.map { max(1, $0 / 20) } ?? .max)
    }

    /// What was done to the bytes, in words for `--explain`.
    var words: String {
        var words: [String] = []
        if slice != nil { words.append("--slice") }
        if merge > .zero { words.append("--merge") }
        if bytesPerSecond != nil { words.append("--rate") }
        return words.joined(separator: ", ")
    }
}
