import Foundation
import Testing

extension Program {
    /// Stops the program, as Ctrl-Z does, and returns when each of its threads stands still: the signal is only the beginning.
    func stop(location: SourceLocation = #_sourceLocation) throws {
        send(SIGSTOP)
        let deadline = Date(timeIntervalSinceNow: Self.watchdogSeconds)
        while try !standsStill {
            guard Date() < deadline else {
                Issue.record("it does not stop", sourceLocation: location)
                throw CancellationError()
            }
            sched_yield()
        }
    }

    func goOn() { send(SIGCONT) }

    private var standsStill: Bool {
        get throws {
            let tasks = "/proc/\(id)/task"
            return try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
                // A thread that has gone meanwhile does nothing either.
                guard let line = try? String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8) else {
                    return true
                }
                // The state stands behind the name, which may hold anything.
                return line.split(separator: ")").last?.hasPrefix(" T") == true
            }
        }
    }
}
