internal import Synchronization

/// How many connections there may be, of one listener or of several that share this.
///
///     let places = ServePlaces(100)
///     options.places = places     // of every listener that is served
///
/// A place is taken when a client is there, and not before it is accepted: a listener that held one while it waits would
/// keep it from the others.
package final class ServePlaces: Sendable {
    private struct State {
        var taken = 0
        /// Those who wait for a place. Each may have gone on meanwhile, which rings for nobody.
        var waiting: [Alarm] = []
    }

    private let most: Int
    private let state = Mutex(State())

    /// - Parameter most: From 1 up.
    package init(_ most: Int) {
        self.most = most
    }

    /// False: there is none.
    func take() -> Bool {
        state.withLock { state in
            guard state.taken < most else { return false }
            state.taken += 1
            return true
        }
    }

    func giveBack() {
        state.withLock { $0.taken -= 1 }
        wakeAll()
    }

    /// Lets all who wait look again. With few listeners that is cheaper than to know who waits for what.
    func wakeAll() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for alarm in waiting { alarm.ring() }
    }

    /// Rings when there may be a place; nil when there is one now.
    func alarmIfFull() -> Alarm? {
        state.withLock { state in
            guard state.taken >= most else { return nil }
            let alarm = Alarm()
            state.waiting.append(alarm)
            return alarm
        }
    }
}
