import Sockeye
import SockeyeSystem

/// What is told while a run goes on: a bar with the live rate on a terminal, and a line of JSON each second for programs.
final class BenchProgress: Sendable {
    private struct State {
        var lastTime: UInt64 = 0
        var lastAnswered = 0
        var rate = 0.0
        var isShown = false
        var nextEvent: UInt64 = 0
        var measured: Standing?
    }

    private let state = Locked(State())
    private let showsBar: Bool
    private let writesEvents: Bool
    /// 100 ms: what is drawn more often nobody sees.
    private static let barEvery: UInt64 = 100_000_000
    private static let eventEvery: UInt64 = 1_000_000_000

    init(showsBar: Bool, writesEvents: Bool) {
        self.showsBar = showsBar
        self.writesEvents = writesEvents
    }

    func show(_ standings: [Standing], _ clock: BenchClock, _ plan: BenchPlan) {
        guard showsBar || writesEvents, let now = standings.map(\.time).max() else { return }
        let answered = standings.reduce(0) { $0 + $1.answered }
        let faults = standings.reduce(0) { $0 + $1.faults }
        let texts = state.with { state in
            if now >= clock.start, state.measured == nil {
                state.measured = Standing(time: now, answered: answered)
                state.nextEvent = now + Self.eventEvery
            }
            return (
                bar: showsBar ? bar(&state, now, answered, faults, clock, plan) : nil,
                event: writesEvents && now >= clock.start ? event(&state, now, answered, faults, clock) : nil
            )
        }
        if let bar = texts.bar { Console.put(bar) }
        if let event = texts.event { OwnOutput.write(event) }
    }

    /// Takes the bar away again.
    func clear() {
        let isShown = state.with { state in
            defer { state.isShown = false }
            return state.isShown
        }
        if isShown { Console.put(Prompt.erase) }
    }

    private func bar(
        _ state: inout State,
        _ now: UInt64,
        _ answered: Int,
        _ faults: Int,
        _ clock: BenchClock,
        _ plan: BenchPlan
    ) -> String? {
        guard now >= state.lastTime + Self.barEvery else { return nil }
        if state.lastTime > 0 {
            state.rate = Double(answered - state.lastAnswered) / (Double(now - state.lastTime) / 1e9)
        }
        state.lastTime = now
        state.lastAnswered = answered
        state.isShown = true
        let base = state.measured?.answered ?? answered
        let rate = Figures.short(state.rate) + " messages/s"
        let errors = faults > 0 ? ", \(Figures.grouped(faults)) errors" : ""
        guard now >= clock.start else { return Prompt.erase + "warming up  \(rate)\(errors)" }
        let inTime = plan.duration.map { Double(now - clock.start) / 1e9 / max(Figures.seconds($0), 1e-9) } ?? 0
        let inCount = plan.count.map { Double(answered - base) / Double(max(1, $0)) } ?? 0
        let share = min(1, max(inTime, inCount))
        let columns = min(24, max(0, (StandardStream.error.columns ?? 80) - 52))
        let full = Int((share * Double(columns)).rounded())
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: columns - full)
        return Prompt.erase + "\(bar) \(Figures.padded(String(Int(share * 100)), 3)) %  \(rate)\(errors)"
    }

    private func event(
        _ state: inout State,
        _ now: UInt64,
        _ answered: Int,
        _ faults: Int,
        _ clock: BenchClock
    ) -> String? {
        guard let first = state.measured, now >= state.nextEvent else { return nil }
        state.nextEvent += Self.eventEvery
        let seconds = Double(now - first.time) / 1e9
        let messages = answered - first.answered
        return BenchJSON.progress(seconds: seconds, messages: messages, faults: faults)
    }
}
