/// The steps of a lesson as rows in the order of time, before anybody draws them.
struct LessonTimeline: Sendable {
    /// One moment: at most one lane says something, the other one may wait.
    struct Row: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            /// A call that returned without waiting: its outcome is in it.
            case call
            /// A call that waits from here on.
            case begin
            /// It goes on.
            case end
            /// Words across both lanes.
            case note
        }

        let kind: Kind
        let time: Duration
        let lane: LessonLane?
        let text: String
        /// What came of it; nil where that comes later.
        let outcome: String?
        let arrow: LessonStep.Arrow?
        var isError = false
        /// The lanes that wait while this happens, the row's own not among them.
        let waiting: Set<LessonLane>
    }

    let rows: [Row]

    init(_ steps: [LessonStep]) {
        var moments: [(time: Duration, order: Int, step: Int, isEnd: Bool)] = []
        for (index, step) in steps.enumerated() {
            // A call that did not sleep stands where its effect is: what it sends, at its beginning, and what it got, at its end.
            let isCause = !step.isOver || step.hasWaited || step.arrow != nil || step.lane == nil
            moments.append((isCause ? step.start : step.end, index * 2, index, false))
            if step.hasWaited { moments.append((step.end, index * 2 + 1, index, true)) }
        }
        moments.sort { ($0.time, $0.order) < ($1.time, $1.order) }
        var waiting: Set<LessonLane> = []
        rows = moments.map { moment in
            let step = steps[moment.step]
            defer {
                if let lane = step.lane, step.hasWaited || !step.isOver {
                    if moment.isEnd { waiting.remove(lane) } else { waiting.insert(lane) }
                }
            }
            return Self.row(step, isEnd: moment.isEnd, waiting: waiting)
        }
    }

    /// `recv() returns` for `recv(1024)`.
    private static func returning(_ call: String) -> String {
        call.contains("(") ? "\(call.prefix { $0 != "(" })() returns" : "\(call): done"
    }

    private static func row(_ step: LessonStep, isEnd: Bool, waiting: Set<LessonLane>) -> Row {
        let waits = step.hasWaited || !step.isOver
        let kind: Row.Kind = step.lane == nil ? .note : isEnd ? .end : waits ? .begin : .call
        return Row(
            kind: kind,
            time: isEnd ? step.end : step.start,
            lane: step.lane,
            text: isEnd ? returning(step.call) : step.call,
            outcome: kind == .note || kind == .begin ? nil : step.outcome,
            arrow: isEnd ? nil : step.arrow,
            isError: step.error != nil,
            waiting: waiting.subtracting(step.lane.map { [$0] } ?? [])
        )
    }
}
