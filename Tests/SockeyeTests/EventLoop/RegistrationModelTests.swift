import TestSupport
import Testing

@testable import Sockeye

/// What must hold whatever comes in whatever order, checked beside each transition.
private struct Model {
    var state = RegistrationState.initial
    /// Directions in which an operation runs, and those of them that are suspended.
    var running: Set<Direction> = []
    var suspended: Set<Direction> = []
    var held = 0
    var isClosed = false
    var releases = 0
    var problems: [String] = []

    private static let both: [Direction] = [.read, .write]

    mutating func step(_ random: inout SplitMix) {
        let direction = Self.both[Int.random(in: 0...1, using: &random)]
        switch Int.random(in: 0..<9, using: &random) {
        case 0: begin(direction)
        case 1: suspend(direction)
        case 2, 3: signal(&random)
        case 4: cancel(direction)
        case 5: end(direction)
        case 6: if Int.random(in: 0..<4, using: &random) == 0 { close(abruptly: Bool.random(using: &random)) }
        case 7: hold()
        default: letGo()
        }
        check()
    }

    private mutating func begin(_ direction: Direction) {
        let expected: RegistrationState.Begin = isClosed ? .closed : running.contains(direction) ? .busy : .begun
        let actual = state.begin(direction)
        if actual != expected { problems.append("begin \(direction): \(actual), not \(expected)") }
        if actual == .begun { running.insert(direction) }
    }

    private mutating func suspend(_ direction: Direction) {
        guard running.contains(direction), !suspended.contains(direction) else { return }
        let mayWait = !state.isReady(direction) && !isClosed && !state.isCancelled(direction)
        let waits = state.suspend(direction, isOwner: false)
        if waits != mayWait { problems.append("suspend \(direction): \(waits), not \(mayWait)") }
        if waits { suspended.insert(direction) }
    }

    private mutating func signal(_ random: inout SplitMix) {
        if Bool.random(using: &random) {
            for direction in Self.both { state.noLongerReady(direction, since: state.eventCount) }
        }
        let ended = [state.isEnded(.read), state.isEnded(.write)]
        let wake = state.signal(
            read: Bool.random(using: &random),
            write: Bool.random(using: &random),
            readEnded: Int.random(in: 0..<8, using: &random) == 0,
            bothEnded: Int.random(in: 0..<16, using: &random) == 0
        )
        resume(wake)
        for (direction, was) in zip(Self.both, ended) where was && !state.isEnded(direction) {
            problems.append("the end of \(direction) was forgotten")
        }
        for direction in suspended where state.isReady(direction) {
            problems.append("\(direction) is ready, and its task sleeps on")
        }
    }

    private mutating func cancel(_ direction: Direction) {
        let wakes = state.cancel(direction)
        if wakes != suspended.contains(direction) { problems.append("cancel \(direction): \(wakes)") }
        if wakes { suspended.remove(direction) }
    }

    private mutating func end(_ direction: Direction) {
        guard running.contains(direction), !suspended.contains(direction) else { return }
        running.remove(direction)
        if state.end(direction) { releases += 1 }
    }

    private mutating func close(abruptly: Bool) {
        let (wake, release) = state.close(abruptly: abruptly)
        if isClosed, release || !wake.isEmpty { problems.append("closed twice") }
        isClosed = true
        resume(wake)
        if release { releases += 1 }
        if !suspended.isEmpty { problems.append("\(suspended) sleeps on after close") }
    }

    private mutating func hold() {
        let holds = state.hold()
        if holds == isClosed { problems.append("hold: \(holds)") }
        if holds { held += 1 }
    }

    private mutating func letGo() {
        guard held > 0 else { return }
        held -= 1
        if state.letGo() { releases += 1 }
    }

    private mutating func resume(_ wake: RegistrationState.Wake) {
        for (direction, bit) in [(Direction.read, RegistrationState.Wake.read), (.write, .write)] {
            guard wake.contains(bit) else { continue }
            if suspended.remove(direction) == nil { problems.append("\(direction) was woken and did not sleep") }
        }
    }

    private mutating func check() {
        let isIdle = running.isEmpty && held == 0
        let expected = isClosed && isIdle ? 1 : 0
        if releases != expected { problems.append("released \(releases) times, not \(expected)") }
        for direction in Self.both where state.isWaiting(direction) != suspended.contains(direction) {
            problems.append("isWaiting(\(direction)) is wrong")
        }
    }

    /// Ends all that runs, as every program does in the end.
    mutating func finish() {
        close(abruptly: false)
        for direction in running { end(direction) }
        while held > 0 { letGo() }
        check()
    }
}

@Suite(.inTurn) struct `The state of a registration, in any order` {
    @Test func `wakes whoever sleeps, forgets no end, and is released exactly once`() {
        var random = SplitMix(seed: 42)
        for round in 0..<5_000 {
            var model = Model()
            for _ in 0..<Int.random(in: 1...30, using: &random) { model.step(&random) }
            model.finish()
            #expect(model.problems.isEmpty, "round \(round)")
            if !model.problems.isEmpty { return }
        }
    }
}
