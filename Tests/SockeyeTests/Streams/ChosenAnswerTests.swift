import SockeyeSystem
import SockeyeTesting
import Testing

@testable import Sockeye

/// What the torture run has found, each by itself: answers of the kernel that come once in a blue moon.
@Suite(.timeLimit(.minutes(1))) struct `Rare answers of the kernel` {
    /// The edge that says so lies between the look and the wait: whoever waits on it then waits in vain, and closes with unread
    /// input, which resets the connection.
    @Test(arguments: Link.allCases)
    func `a close does not miss input that comes just after it has looked`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await other.send("pending")
            await until("it has come") { one.registration.snapshot.isReady(.read) }
            try one.inject(.failure(of: .receive, with: .wouldBlock))
            await one.close()
            #expect(try await other.receive(upTo: 9) == nil, "the end, and no reset")
        }
    }

    /// More than a close drops in one turn, and no edge to say so any more.
    @Test(arguments: Link.allCases)
    func `a close drops all of the pending input, however much there is`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await other.send(Pattern.bytes(100))
            await until("it has come") { one.registration.snapshot.isReady(.read) }
            try one.inject(.shortReceives())
            await one.close()
            #expect(try await other.receive(upTo: 9) == nil, "the end, and no reset")
        }
    }
}
