import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

/// Happy Eyeballs as a table: what the resolver says and what becomes of each address, and what is tried when. The
/// clock is a number that is set to the next thing that happens, so nothing waits.
@Suite(.inTurn) struct `The race of the addresses` {
    /// What becomes of an address, so many milliseconds after it was first tried.
    enum Fate: Sendable {
        case connects(Int)
        case refused(Int)
        case unreachable(Int)
        case silent
    }

    struct Row: Sendable {
        let what: String
        /// In the resolver's order; 4 and 6 are the families: "4a" is 192.0.2.10, "6a" is 2001:db8::10.
        let names: [String]
        let fates: [Fate]
        var deadline: Int?
        /// Cancelled at that time.
        var cancelled: Int?
        /// "name@milliseconds" for each attempt, then how and when it ended, then in brackets who was given up.
        let expected: String
    }

    static let rows: [Row] = [
        // One family.
        Row(what: "one address", names: ["4a"], fates: [.connects(10)], expected: "4a@0 won:4a@10 []"),
        Row(what: "one address, refused", names: ["4a"], fates: [.refused(5)], expected: "4a@0 lost@5 []"),
        Row(
            what: "the first is quick",
            names: ["6a", "4a"],
            fates: [.connects(249), .connects(1)],
            expected: "6a@0 won:6a@249 []"
        ),
        Row(
            what: "two of a family",
            names: ["4a", "4b"],
            fates: [.silent, .connects(10)],
            expected: "4a@0 4b@250 won:4b@260 [4a]"
        ),
        Row(
            what: "at once, without the clock",
            names: ["6a", "4a"],
            fates: [.connects(0), .connects(0)],
            expected: "6a@0 won:6a@0 []"
        ),
        // The delay of 250 ms.
        Row(
            what: "IPv6 leads nowhere",
            names: ["6a", "4a"],
            fates: [.silent, .connects(20)],
            expected: "6a@0 4a@250 won:4a@270 [6a]"
        ),
        Row(
            what: "the first comes in late",
            names: ["6a", "4a"],
            fates: [.connects(300), .connects(100)],
            expected: "6a@0 4a@250 won:6a@300 [4a]"
        ),
        Row(
            what: "the second overtakes",
            names: ["6a", "4a"],
            fates: [.connects(900), .connects(100)],
            expected: "6a@0 4a@250 won:4a@350 [6a]"
        ),
        Row(
            what: "the third wins",
            names: ["6a", "4a", "6b"],
            fates: [.silent, .silent, .connects(1)],
            expected: "6a@0 4a@250 6b@500 won:6b@501 [6a 4a]"
        ),
        Row(
            what: "every delay is counted from the last start",
            names: ["6a", "4a", "6b", "4b"],
            fates: [.refused(100), .silent, .silent, .connects(5)],
            expected: "6a@0 4a@100 6b@350 4b@600 won:4b@605 [4a 6b]"
        ),
        // A failure starts the next one at once.
        Row(
            what: "refused at once",
            names: ["6a", "4a"],
            fates: [.refused(0), .connects(3)],
            expected: "6a@0 4a@0 won:4a@3 []"
        ),
        Row(
            what: "no route at once",
            names: ["6a", "4a"],
            fates: [.unreachable(0), .connects(30)],
            expected: "6a@0 4a@0 won:4a@30 []"
        ),
        Row(
            what: "refused one after the other",
            names: ["6a", "4a", "6b", "4b"],
            fates: [.refused(1), .refused(1), .refused(1), .connects(1)],
            expected: "6a@0 4a@1 6b@2 4b@3 won:4b@4 []"
        ),
        Row(
            what: "an older attempt fails beside a younger one",
            names: ["6a", "4a", "6b"],
            fates: [.refused(300), .silent, .connects(10)],
            expected: "6a@0 4a@250 6b@300 won:6b@310 [4a]"
        ),
        Row(
            what: "a failure at the moment of the next start",
            names: ["6a", "4a", "6b"],
            fates: [.refused(250), .silent, .connects(10)],
            expected: "6a@0 4a@250 6b@250 won:6b@260 [4a]"
        ),
        Row(
            what: "the last one fails, an older one connects",
            names: ["6a", "4a"],
            fates: [.connects(700), .refused(10)],
            expected: "6a@0 4a@250 won:6a@700 []"
        ),
        // Order.
        Row(
            what: "families by turns",
            names: ["6a", "6b", "6c", "4a", "4b"],
            fates: [.refused(1), .refused(1), .refused(1), .refused(1), .refused(1)],
            expected: "6a@0 4a@1 6b@2 4b@3 6c@4 lost@5 []"
        ),
        Row(
            what: "the resolver's first family goes first",
            names: ["4a", "4b", "6a"],
            fates: [.refused(1), .refused(1), .refused(1)],
            expected: "4a@0 6a@1 4b@2 lost@3 []"
        ),
        Row(
            what: "one of the other family at the end",
            names: ["6a", "6b", "6c", "6d", "4a"],
            fates: [.silent, .silent, .silent, .silent, .connects(1)],
            expected: "6a@0 4a@250 won:4a@251 [6a]"
        ),
        Row(
            what: "an address that is there twice counts once",
            names: ["4a", "4a", "6a"],
            fates: [.refused(1), .refused(1), .refused(1)],
            expected: "4a@0 6a@1 lost@2 []"
        ),
        // All fail.
        Row(
            what: "both refused",
            names: ["6a", "4a"],
            fates: [.refused(1), .refused(2)],
            expected: "6a@0 4a@1 lost@3 []"
        ),
        Row(
            what: "it waits for the last one",
            names: ["6a", "4a"],
            fates: [.refused(2000), .refused(1)],
            expected: "6a@0 4a@250 lost@2000 []"
        ),
        // The deadline.
        Row(
            what: "time is up in the first attempt",
            names: ["6a", "4a"],
            fates: [.silent, .silent],
            deadline: 100,
            expected: "6a@0 outOfTime@100 [6a]"
        ),
        Row(
            what: "time is up between two",
            names: ["6a", "4a", "6b"],
            fates: [.silent, .silent, .silent],
            deadline: 400,
            expected: "6a@0 4a@250 outOfTime@400 [6a 4a]"
        ),
        Row(
            what: "one address has a deadline too",
            names: ["4a"],
            fates: [.silent],
            deadline: 50,
            expected: "4a@0 outOfTime@50 [4a]"
        ),
        Row(
            what: "in time by a millisecond",
            names: ["4a"],
            fates: [.connects(49)],
            deadline: 50,
            expected: "4a@0 won:4a@49 []"
        ),
        Row(
            what: "looking up has used the time up",
            names: ["4a"],
            fates: [.silent],
            deadline: -10,
            expected: "4a@0 outOfTime@0 [4a]"
        ),
        Row(
            what: "at the deadline nothing new begins",
            names: ["6a", "4a"],
            fates: [.silent, .connects(1)],
            deadline: 250,
            expected: "6a@0 outOfTime@250 [6a]"
        ),
        // Cancellation.
        Row(
            what: "cancelled in the first",
            names: ["6a", "4a"],
            fates: [.silent, .silent],
            cancelled: 10,
            expected: "6a@0 cancelled@10 [6a]"
        ),
        Row(
            what: "cancelled with two under way",
            names: ["6a", "4a"],
            fates: [.silent, .silent],
            cancelled: 300,
            expected: "6a@0 4a@250 cancelled@300 [6a 4a]"
        ),
    ]

    static let nobodyAnswers = Row(
        what: "never more than sixteen at once",
        names: (0..<20).map { "4" + String(UnicodeScalar(UInt8(ascii: "a") + $0)) },
        fates: Array(repeating: .silent, count: 15) + [.silent, .refused(1), .refused(1), .refused(1), .refused(1)],
        deadline: 60_000,
        expected: (0..<16).map { "4" + String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) + "@\($0 * 250)" }
            .joined(separator: " ") + " outOfTime@60000 ["
            + (0..<16).map { "4" + String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) }.joined(separator: " ") + "]"
    )

    @Test(arguments: rows + [nobodyAnswers])
    func `goes by the table`(row: Row) async throws {
        let resolver = Resolver.fixed(["both.example": row.names.map(Self.address)])
        let addresses = try await resolver.addresses(of: "both.example:80")
        var fates: [SocketAddress: Fate] = [:]
        for (name, fate) in zip(row.names, row.fates) { fates[Self.address(name).with(port: 80)] = fate }
        var simulation = Simulation(
            race: ConnectionRace(addresses, deadline: row.deadline.map { .milliseconds($0) }),
            fates: fates,
            cancelled: row.cancelled
        )
        #expect(simulation.run() == row.expected, "\(row.what)")
    }

    @Test func `there are rows enough`() {
        #expect(Self.rows.count + 1 >= 25)
    }

    @Test func `a clock that comes late starts one attempt, not all that were due`() {
        var race = ConnectionRace(["4a", "6a", "4b"].map(Self.address), deadline: nil)
        #expect(race.begin() == [.start(0)])
        #expect(race.clockReached(.milliseconds(249)) == [])
        #expect(race.clockReached(.seconds(3)) == [.start(1)])
        #expect(race.wakeUp == .milliseconds(3250))
    }

    @Test func `nothing happens after the end`() {
        var race = ConnectionRace(["4a", "6a"].map(Self.address), deadline: .seconds(1))
        _ = race.begin()
        #expect(race.connected(0) == [.finish(.won(0))])
        #expect(race.connected(1) == [])
        #expect(race.failed(1, SocketError(.refused, .connect), at: .zero) == [])
        #expect(race.clockReached(.seconds(9)) == [])
        #expect(race.cancelled() == [])
        #expect(race.wakeUp == nil)
    }

    @Test func `no address at all is lost`() {
        var race = ConnectionRace([], deadline: nil)
        #expect(race.begin() == [.finish(.lost)])
    }

    // MARK: Errors

    @Test func `the error of a lost race has each address with its outcome`() throws {
        var race = ConnectionRace(["6a", "4a", "6b"].map { Self.address($0).with(port: 80) }, deadline: nil)
        _ = race.begin()
        _ = race.failed(0, Self.error(.networkUnreachable, race.addresses[0]), at: .zero)
        _ = race.failed(1, Self.error(.timedOut, race.addresses[1]), at: .zero)
        _ = race.failed(2, Self.error(.connectionRefused, race.addresses[2]), at: .zero)
        let error = race.error(.lost, for: "both.example:80", after: nil)
        #expect(error.code == .refused)
        #expect(error.remoteAddress == race.addresses[2])
        #expect(error.attempts.map(\.remoteAddress) == race.addresses)
        #expect(error.attempts.map(\.errno) == [.networkUnreachable, .timedOut, .connectionRefused])
        #expect(
            error.description == """
                connect [2001:db8::11]:80: connection refused (ECONNREFUSED): also tried [2001:db8::10]:80: network is \
                unreachable (ENETUNREACH), 192.0.2.10:80: timed out (ETIMEDOUT)
                """
        )
    }

    @Test func `who had taken the connection tells more than who refuses`() throws {
        var race = ConnectionRace(["6a", "4a"].map { Self.address($0).with(port: 80) }, deadline: nil)
        _ = race.begin()
        _ = race.failed(0, Self.error(.connectionRefused, race.addresses[0]), at: .zero)
        _ = race.failed(1, Self.error(.connectionReset, race.addresses[1]), at: .zero)
        let error = race.error(.lost, for: "both.example:80", after: nil)
        #expect(error.code == .reset)
        #expect(error.remoteAddress == race.addresses[1])
        #expect(error.detail == "also tried [2001:db8::10]:80: connection refused (ECONNREFUSED)")
    }

    @Test func `the error of a race out of time says who was not heard and who was not asked`() throws {
        var race = ConnectionRace(["6a", "4a", "6b"].map { Self.address($0).with(port: 80) }, deadline: .seconds(2))
        _ = race.begin()
        _ = race.failed(0, Self.error(.connectionRefused, race.addresses[0]), at: .zero)
        let error = race.error(.outOfTime, for: "both.example:80", after: .seconds(2))
        #expect(error.code == .timedOut)
        #expect(error.attempts.map(\.code) == [.refused, .timedOut, .timedOut])
        #expect(
            error.description == """
                connect 192.0.2.10:80: timed out: after 2.0 seconds; also tried [2001:db8::10]:80: connection refused \
                (ECONNREFUSED), [2001:db8::11]:80: its turn had not come
                """
        )
    }

    private static func error(_ errno: Errno, _ address: SocketAddress) -> SocketError {
        SocketError(errno, .connect, remoteAddress: address)
    }

    /// "6b" is 2001:db8::11.
    static func address(_ name: String) -> SocketAddress {
        let number = name.utf8.last.map { $0 - UInt8(ascii: "a") } ?? 0
        if name.hasPrefix("4") { return .ipv4(IPv4Address(192, 0, 2, 10 + number), port: 0) }
        let low = 0x10 + UInt16(number)
        return .ipv6(IPv6Address(groups: [0x2001, 0xDB8, 0, 0, 0, 0, 0, low]), port: 0)
    }

    static func name(_ address: SocketAddress) -> String {
        switch address.kind {
        case .ipv4(let ip, _): "4" + String(UnicodeScalar(UInt8(ascii: "a") + ip.octets[3] - 10))
        case .ipv6(let ip, _, _, _): "6" + String(UnicodeScalar(UInt8(ascii: "a") + UInt8(ip.groups[7] - 0x10)))
        default: "?"
        }
    }
}

/// A race whose addresses behave as a row says, on a clock that jumps from one thing that happens to the next.
private struct Simulation {
    var race: ConnectionRace
    let fates: [SocketAddress: `The race of the addresses`.Fate]
    let cancelled: Int?
    private var now = 0
    private var due: [(time: Int, index: Int)] = []
    private var running: [Int] = []
    private var log: [String] = []
    private var isOver = false

    init(race: ConnectionRace, fates: [SocketAddress: `The race of the addresses`.Fate], cancelled: Int?) {
        self.race = race
        self.fates = fates
        self.cancelled = cancelled
    }

    mutating func run() -> String {
        perform(race.begin())
        while !isOver {
            let wakeUp = race.wakeUp.map { Int($0 / .milliseconds(1)) }.map { max($0, now) }
            let answer = due.min { ($0.time, $0.index) < ($1.time, $1.index) }
            guard let next = [wakeUp, answer?.time, cancelled].compactMap(\.self).min() else {
                return log.joined(separator: " ") + " stuck"
            }
            now = next
            if cancelled == next {
                perform(race.cancelled())
            } else if let wakeUp, wakeUp == next {
                // The clock first: an answer of the same millisecond comes after it.
                perform(race.clockReached(.milliseconds(now)))
            } else if let answer {
                due.removeAll { $0.index == answer.index }
                running.removeAll { $0 == answer.index }
                perform(outcome(of: answer.index))
            }
        }
        return log.joined(separator: " ")
    }

    private mutating func outcome(of index: Int) -> [ConnectionRace.Action] {
        let address = race.addresses[index]
        switch fates[address] {
        case .connects: return race.connected(index)
        case .refused:
            return race.failed(
                index,
                SocketError(.connectionRefused, .connect, remoteAddress: address),
                at: .milliseconds(now)
            )
        case .unreachable, .silent, nil:
            return race.failed(
                index,
                SocketError(.networkUnreachable, .connect, remoteAddress: address),
                at: .milliseconds(now)
            )
        }
    }

    private mutating func perform(_ actions: [ConnectionRace.Action]) {
        for action in actions {
            switch action {
            case .start(let index):
                log.append("\(name(index))@\(now)")
                running.append(index)
                switch fates[race.addresses[index]] {
                case .connects(let after), .refused(let after), .unreachable(let after):
                    due.append((now + after, index))
                case .silent, nil: break
                }
            case .finish(let ending):
                let words =
                    switch ending {
                    case .won(let index): "won:\(name(index))"
                    case .lost: "lost"
                    case .outOfTime: "outOfTime"
                    case .cancelled: "cancelled"
                    }
                log.append("\(words)@\(now) [\(running.map(name).joined(separator: " "))]")
                isOver = true
            }
        }
    }

    private func name(_ index: Int) -> String { `The race of the addresses`.name(race.addresses[index]) }
}
