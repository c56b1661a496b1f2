import ArgumentParser
import Sockeye

/// How `sockeye connect` gets to the server.
struct ConnectRoute: ParsableArguments {
    @Option(
        help: ArgumentHelp("Try so many times more when there is no connection. (default: 0)", valueName: "n"),
        transform: { try TypedCount.parse($0, "from 0 to 1000000") }
    )
    var retry = 0

    @Option(
        help: ArgumentHelp("With --retry: wait so long before each. (default: 1s)", valueName: "time"),
        transform: TypedDuration.init(parsing:)
    )
    var every: TypedDuration?

    @Option(
        help: ArgumentHelp(
            "Through a proxy: socks5://host:port or http://host:port, with user:password@ before the host if it asks. The proxy "
                + "looks up the server's name.",
            valueName: "url"
        ),
        transform: Proxy.init(parsing:)
    )
    var proxy: Proxy?

    func validate() throws {
        // 11 days of a try a second: more is a typing error.
        guard (0...1_000_000).contains(retry) else {
            throw ValidationError("--retry \(retry): from 0 to 1000000 make sense.")
        }
        if every != nil, retry == 0 { throw ValidationError("--every is the pause of --retry, which says how often.") }
    }

    /// 1 s: a server that is just starting is there within that time.
    var pause: Duration { every?.duration ?? .seconds(1) }
}
