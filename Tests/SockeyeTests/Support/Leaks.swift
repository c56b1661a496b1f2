import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

/// Counts what must not be left behind. For a process of its own (`#expect(processExitsWith:)`), where nothing else runs.
struct Belongings {
    var descriptors: Int
    var registrations: Int

    static var now: Belongings {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return Belongings(
            descriptors: names.count,
            registrations: Registration.live.load(ordering: .sequentiallyConsistent)
        )
    }
}

/// Runs `body` once to warm up and then `count` times, after which nothing more is open than before.
func leavesNothing(
    times count: Int = 20,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async throws {
    try await body()
    await until("the first round is over", sourceLocation: sourceLocation) { Belongings.now.registrations == 0 }
    let before = Belongings.now
    for _ in 0..<count { try await body() }
    // The test library opens a descriptor now and then: what leaks, leaks in each round.
    await until("everything is closed: \(before) before", sourceLocation: sourceLocation) {
        let now = Belongings.now
        return now.registrations == before.registrations && now.descriptors < before.descriptors + max(2, count / 2)
    }
}
