internal import SockeyeSystem

// # Happy Eyeballs
//
// A name often has an IPv6 and an IPv4 address, and often one of the two leads nowhere: without an answer the kernel
// takes two minutes to say so. Trying one after the other makes a person wait for that; trying all at once floods
// servers. RFC 8305 is the middle way. The first address is tried, and 250 ms later, or as soon as it fails, the next
// one beside it, of the other family; whichever connects first is kept, and the others are given up.
//
// This file decides, and has neither sockets nor a clock; `Connection+Race.swift` does what it says.

/// Which address is tried when, and which one wins (RFC 8305). Times are counted from the beginning of the race.
struct ConnectionRace {
    /// What is to be done next.
    enum Action: Equatable {
        /// Try to connect to `addresses[index]`.
        case start(Int)
        /// The race is over: give up all attempts that still run, and call nothing any more.
        case finish(Ending)
    }

    enum Ending: Equatable {
        case won(Int)
        /// Every address has failed.
        case lost
        case outOfTime
        case cancelled
    }

    enum Attempt {
        case untried
        case running
        case connected
        case failed(SocketError)
    }

    /// "Connection Attempt Delay": RFC 8305, section 5, recommends 250 ms.
    static let attemptDelay = Duration.milliseconds(250)

    /// How many attempts may run beside each other. 16 take four seconds to start; a name with more silent addresses
    /// than that is better waited for than flooded.
    static let maximumRunning = 16

    /// In the order in which they are tried.
    let addresses: [SocketAddress]
    /// What has become of each.
    private(set) var attempts: [Attempt]
    private let deadline: Duration?
    private var nextIndex = 0
    private var nextStart: Duration?
    private var isOver = false

    /// - Parameters:
    ///   - addresses: Best first, as the resolver has them.
    ///   - deadline: When it is over whatever has been reached; nil for never.
    init(_ addresses: [SocketAddress], deadline: Duration?) {
        self.addresses = Self.interleaved(addresses)
        self.deadline = deadline
        attempts = Array(repeating: .untried, count: addresses.count)
    }

    /// The families by turns, beginning with that of the best address (RFC 8305, section 4).
    static func interleaved(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard let first = addresses.first else { return [] }
        let preferred = addresses.filter { $0.family == first.family }
        let others = addresses.filter { $0.family != first.family }
        var mixed: [SocketAddress] = []
        for index in 0..<max(preferred.count, others.count) {
            if index < preferred.count { mixed.append(preferred[index]) }
            if index < others.count { mixed.append(others[index]) }
        }
        return mixed
    }

    /// When `clockReached` is to be called; nil while nothing waits for the clock.
    var wakeUp: Duration? {
        isOver ? nil : [nextStart, deadline].compactMap(\.self).min()
    }

    // MARK: What happens

    mutating func begin() -> [Action] {
        addresses.isEmpty ? finish(.lost) : startNext(at: .zero)
    }

    /// An attempt has connected.
    mutating func connected(_ index: Int) -> [Action] {
        guard !isOver else { return [] }
        attempts[index] = .connected
        return finish(.won(index))
    }

    /// An attempt has failed: the next address need not wait for its turn.
    mutating func failed(_ index: Int, _ error: SocketError, at now: Duration) -> [Action] {
        guard !isOver else { return [] }
        attempts[index] = .failed(error)
        if nextIndex < addresses.count { return startNext(at: now) }
        return runningCount == 0 ? finish(.lost) : []
    }

    /// The clock has come to `wakeUp`, or beyond it.
    mutating func clockReached(_ now: Duration) -> [Action] {
        guard !isOver else { return [] }
        if let deadline, now >= deadline { return finish(.outOfTime) }
        // One and not all that are due: a thread that was held up has had no time for answers either.
        guard let nextStart, now >= nextStart else { return [] }
        return startNext(at: now)
    }

    /// The task was cancelled.
    mutating func cancelled() -> [Action] {
        isOver ? [] : finish(.cancelled)
    }

    private var runningCount: Int {
        attempts.count { if case .running = $0 { true } else { false } }
    }

    private mutating func startNext(at now: Duration) -> [Action] {
        let index = nextIndex
        nextIndex += 1
        attempts[index] = .running
        let mayGoOn = nextIndex < addresses.count && runningCount < Self.maximumRunning
        nextStart = mayGoOn ? now + Self.attemptDelay : nil
        return [.start(index)]
    }

    private mutating func finish(_ ending: Ending) -> [Action] {
        isOver = true
        return [.finish(ending)]
    }
}

// MARK: Telling what happened

extension ConnectionRace {
    /// One error for all the addresses: the one that says most, with the others in its detail.
    func error(_ ending: Ending, for endpoint: Endpoint, after limit: Duration?) -> SocketError {
        let whole: SocketError.Code? =
            switch ending {
            case .outOfTime: .timedOut
            case .cancelled: .cancelled
            case .won, .lost: nil
            }
        let tried = zip(addresses, attempts).map { address, attempt in
            if case .failed(let error) = attempt { return error }
            return SocketError(whole ?? .cancelled, .connect, remoteAddress: address)
        }
        // The whole is named after an address that never answered; the failures of the others follow.
        let pending = whole.flatMap { code in tried.first { $0.code == code && $0.errno == nil } }
        guard let best = pending ?? tried.min(by: { Self.rank($0) < Self.rank($1) }) else {
            return SocketError(.nameNotFound, .resolve, detail: "\(endpoint) has no address")
        }
        guard whole != nil || tried.count > 1 else { return best }
        let others = zip(tried, attempts).filter { $0.0.remoteAddress != best.remoteAddress }.map(Self.words)
        let time = ending == .outOfTime ? limit.map { "after \($0)" } : nil
        let list = others.isEmpty ? nil : "also tried " + others.joined(separator: ", ")
        let details = [time, best.detail, list].compactMap(\.self)
        return SocketError(
            whole ?? best.code,
            .connect,
            errno: best.errno,
            localAddress: best.localAddress,
            remoteAddress: best.remoteAddress,
            detail: details.isEmpty ? nil : details.joined(separator: "; "),
            attempts: tried.count > 1 ? tried : []
        )
    }

    private static func words(_ error: SocketError, _ attempt: Attempt) -> String {
        let address = error.remoteAddress.map(\.description) ?? "?"
        return switch attempt {
        case .failed: "\(address): \(error.errno?.description ?? error.code.words)"
        case .running: "\(address): no answer yet"
        case .untried, .connected: "\(address): its turn had not come"
        }
    }

    /// Which failure tells most about a server that is there: who resets has taken the connection before, a refusal comes
    /// from its computer, a missing route from here.
    private static func rank(_ error: SocketError) -> Int {
        switch error.code {
        case .reset: 0
        case .refused: 1
        case .timedOut: 2
        case .unreachable, .addressNotAvailable, .unsupported: 4
        default: 3
        }
    }
}
