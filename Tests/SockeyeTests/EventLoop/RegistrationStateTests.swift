import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn) struct `The state of a registration` {
    private typealias State = RegistrationState

    /// A transition, and what is seen of the state after it.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let check: @Sendable () -> Bool
        var testDescription: String { name }
    }

    private static func after(_ change: (inout State) -> Void, from start: State = .initial) -> State {
        var state = start
        change(&state)
        return state
    }

    private static func read(_ state: inout State) -> State.Wake {
        state.signal(read: true, write: false, readEnded: false, bothEnded: false)
    }

    private static func finished(_ state: inout State) -> State.Wake {
        state.signal(read: true, write: false, readEnded: true, bothEnded: false)
    }

    private static func broken(_ state: inout State) -> State.Wake {
        state.signal(read: false, write: false, readEnded: false, bothEnded: true)
    }

    static let rows: [Row] = [
        Row(name: "a new one has room to write and nothing to read") {
            State.initial.isReady(.write) && !State.initial.isReady(.read)
        },
        Row(name: "one that connects is ready for nothing") {
            !State.connecting.isReady(.write) && !State.connecting.isReady(.read)
        },
        Row(name: "a second operation in the same direction is busy, in the other it begins") {
            var state = State.initial
            return state.begin(.read) == .begun && state.begin(.read) == .busy && state.begin(.write) == .begun
                && state.begin(.write) == .busy
        },
        Row(name: "what has ended may begin again") {
            var state = State.initial
            _ = state.begin(.read)
            return !state.end(.read) && state.begin(.read) == .begun
        },
        Row(name: "nothing begins on a closed one, busy or not") {
            var state = State.initial
            _ = state.begin(.read)
            _ = state.close()
            return state.begin(.read) == .closed && state.begin(.write) == .closed
        },
        Row(name: "an unready direction suspends, and its event wakes it once") {
            var state = State.initial
            _ = state.begin(.read)
            return state.suspend(.read, isOwner: false) && read(&state) == .read && read(&state) == []
        },
        Row(name: "an event before suspending prevents it") {
            var state = State.initial
            _ = state.begin(.read)
            return read(&state) == [] && !state.suspend(.read, isOwner: false)
        },
        Row(name: "an event of the other direction does not wake") {
            var state = State.initial
            _ = state.begin(.read)
            _ = state.suspend(.read, isOwner: false)
            return state.signal(read: false, write: true, readEnded: false, bothEnded: false) == []
                && state.isWaiting(.read)
        },
        Row(name: "what was found before an event does not undo the event") {
            var state = State.initial
            let count = state.eventCount
            _ = read(&state)
            state.noLongerReady(.read, since: count)
            return state.isReady(.read)
        },
        Row(name: "what was found after it does") {
            var state = after { _ = read(&$0) }
            state.noLongerReady(.read, since: state.eventCount)
            return !state.isReady(.read)
        },
        Row(name: "the end stays known, whatever a read finds") {
            var state = after { _ = finished(&$0) }
            state.noLongerReady(.read, since: state.eventCount)
            return state.isReady(.read) && state.isEnded(.read) && !state.isEnded(.write)
        },
        Row(name: "a broken connection wakes both directions, for ever") {
            var state = State.connecting
            _ = state.begin(.read)
            _ = state.begin(.write)
            _ = state.suspend(.read, isOwner: false)
            _ = state.suspend(.write, isOwner: false)
            let wake = broken(&state)
            state.noLongerReady(.write, since: state.eventCount)
            return wake == [.read, .write] && !state.suspend(.write, isOwner: false) && state.isEnded(.read)
        },
        Row(name: "a cancellation wakes whoever waits, and who would wait next") {
            var state = State.initial
            _ = state.begin(.read)
            let early = state.cancel(.read)
            let suspends = state.suspend(.read, isOwner: false)
            return !early && !suspends && state.isCancelled(.read)
        },
        Row(name: "a cancellation ends with its operation") {
            var state = State.initial
            _ = state.begin(.read)
            _ = state.cancel(.read)
            _ = state.end(.read)
            _ = state.begin(.read)
            return !state.isCancelled(.read) && state.suspend(.read, isOwner: false) && state.cancel(.read)
        },
        Row(name: "a cancellation that comes too late does nothing") {
            var state = State.initial
            return !state.cancel(.read) && !state.isCancelled(.read)
        },
    ]

    @Test(arguments: rows)
    func `a transition does what its row says`(row: Row) {
        #expect(row.check())
    }

    static let endings: [Row] = [
        Row(name: "closing wakes both") {
            var state = State.connecting
            for direction in [Direction.read, .write] {
                _ = state.begin(direction)
                _ = state.suspend(direction, isOwner: false)
            }
            let (wake, release) = state.close()
            return wake == [.read, .write] && !release && !state.end(.read) && state.end(.write)
        },
        Row(name: "closing an idle one releases, and closing again does not") {
            var state = State.initial
            return state.close().release && !state.close().release
        },
        Row(name: "a quick call holds the descriptor") {
            var state = State.initial
            return state.hold() && !state.close().release && !state.hold() && state.letGo()
        },
        Row(name: "no more than 255 quick calls at once") {
            var state = State.initial
            let held = (0..<300).filter { _ in state.hold() }.count
            return held == 255 && state.begin(.read) == .begun && state.eventCount == State.initial.eventCount
        },
        Row(name: "abort is told from close") {
            after { _ = $0.close(abruptly: true) }.isAborted && !after { _ = $0.close() }.isAborted
        },
        Row(name: "who closed may wait while lingering, and nobody else begins") {
            var state = State.initial
            _ = state.close()
            state.linger()
            return !state.refusesWaiting && state.begin(.read) == .closed && state.suspend(.read, isOwner: false)
        },
        Row(name: "a cancelled owner does not suspend, others do") {
            var state = State.connecting
            _ = state.begin(.read)
            _ = state.begin(.write)
            _ = state.suspend(.read, isOwner: true)
            let wake = state.cancelOwner()
            return wake == .read && !state.suspend(.read, isOwner: true) && state.suspend(.write, isOwner: false)
        },
        Row(name: "the end of the stream is remembered") {
            !State.initial.hasSeenEnd && after { $0.noteEnd() }.hasSeenEnd
        },
        Row(name: "the count of events wraps round without touching anything else") {
            // Whatever bits it has: those that are set when all are.
            let counter = State(bits: .max).eventCount
            var state = State(bits: State.initial.bits | counter)
            _ = state.begin(.read)
            let before = state
            _ = state.signal(read: false, write: false, readEnded: false, bothEnded: false)
            return counter != 0 && state.eventCount == 0 && state.bits == before.bits & ~counter
        },
    ]

    @Test(arguments: endings)
    func `an ending does what its row says`(row: Row) {
        #expect(row.check())
    }
}
