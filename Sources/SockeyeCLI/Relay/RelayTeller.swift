import SockeyeSystem

/// Keeps the story of one relayed connection, and has its sentences written. Without `--explain` it does nothing.
final class RelayTeller: Sendable {
    private let number: Int
    private let log: RelayLog
    private let story = Locked(RelayStory())

    init(number: Int, log: RelayLog) {
        self.number = number
        self.log = log
    }

    func tell(_ event: @autoclosure () -> RelayStory.Event) async {
        guard log.isExplaining else { return }
        let event = event()
        await log.explain(number, story.with { $0.take(event) })
    }
}

extension Remark {
    /// The fields are described in docs/recordings.md.
    func json(at time: Duration, _ connection: Int) -> JSONValue {
        .object([
            .init(name: "time", value: .seconds(time)), .init(name: "connection", value: .integer(connection)),
            .init(name: "event", value: .string("explain")), .init(name: "id", value: .string(id)),
            .init(name: "words", value: .string(words)),
        ])
    }
}
