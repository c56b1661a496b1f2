import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

/// What a network may cut apart, over real sockets, each with a watchdog: a read that misses its end waits for ever.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `What the network cuts apart` {
    /// A read that is to end with CR LF, in each way in which one can ask for it.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let read: @Sendable (Connection) async throws -> [UInt8]?
    }

    static let ways: [Way] = [
        Way(testDescription: "lines") { try await $0.lines.next().map { Array($0.utf8) } },
        Way(testDescription: "lines at the limit") {
            try await $0.lines(maximumLength: 4).next().map { Array($0.utf8) }
        },
        Way(testDescription: "messages(.lines)") { try await $0.messages(.lines).next() },
        Way(testDescription: "delimited") { try await $0.messages(.delimited(by: "\r\n")).next() },
        Way(testDescription: "delimited at the limit") {
            try await $0.messages(.delimited(by: "\r\n", maximumLength: 4)).next()
        },
        Way(testDescription: "receive(until:)") {
            try await $0.receive(until: "\r\n", upTo: 6).map { $0.dropLast(2) }
        },
    ]

    @Test(arguments: Link.allCases, ways)
    func `the CR of CR LF that arrives in a piece of its own ends a line with the LF`(link: Link, way: Way) async throws
    {
        try await link.withEnds { one, other in
            let reading = Task { try await way.read(other) }
            try await one.send("line")
            await until("the line has been looked at") { other.byteCountHeld == 4 && other.isWaiting(.read) }
            try await one.send("\r")
            await until("the CR has been looked at") { other.byteCountHeld == 5 && other.isWaiting(.read) }
            try await one.send("\n")
            let line = try? await within(.seconds(10)) {
                try await withTaskCancellationHandler {
                    try await reading.value
                } onCancel: {
                    reading.cancel()
                }
            }
            #expect(line == Array("line".utf8))
            #expect(other.byteCountHeld == nil, "CR and LF are gone with the line")
        }
    }

    /// Another reader must not get in between, and what a cancellation relies on must hold.
    @Test(arguments: Link.allCases)
    func `the claim of a read lasts from its first receive to its last`(link: Link) async throws {
        try await link.withEnds { one, other in
            let reading = Task { try await other.receive(exactly: 4) }
            for count in 1...3 {
                try await one.send("x")
                await until("\(count) have been taken in") { other.byteCountHeld == count && other.isWaiting(.read) }
                let hasClaim = other.registration.snapshot.isBusy(.read)
                #expect(hasClaim, "after \(count) receives")
            }
            try await one.send("x")
            #expect(try await reading.value == Array("xxxx".utf8))
            let hasClaim = other.registration.snapshot.isBusy(.read)
            #expect(!hasClaim)
        }
    }
}
