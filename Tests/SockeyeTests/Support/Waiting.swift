import TestSupport
import Testing

@testable import Sockeye

extension Connection {
    func isWaiting(_ direction: Direction) -> Bool { registration.snapshot.isWaiting(direction) }

    /// Returns once a task is suspended in a receive, or in a send.
    func untilWaiting(_ direction: Direction, sourceLocation: SourceLocation = #_sourceLocation) async {
        await until("a task waits in \(self.remoteAddress)", sourceLocation: sourceLocation) { isWaiting(direction) }
    }
}
