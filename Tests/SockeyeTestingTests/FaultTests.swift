import Sockeye
import SockeyeSystem
import SockeyeTesting
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Injected faults` {
    private let message = Array("a message of some length".utf8)

    @Test(arguments: Link.allCases)
    func `short receives hand out one byte at a time, and all of them`(link: Link) async throws {
        try await link.withEnds { one, other in
            try other.inject(.shortReceives())
            try await one.send(message)
            try await one.finishSending()
            var pieces: [[UInt8]] = []
            while let piece = try await other.receive(upTo: 100) { pieces.append(piece) }
            #expect(pieces == message.map { [$0] })
        }
    }

    @Test(arguments: Link.allCases)
    func `short receives are put together by a read of something whole`(link: Link) async throws {
        try await link.withEnds { one, other in
            try other.inject(.shortReceives(of: 2))
            async let whole = other.receive(exactly: message.count)
            try await one.send(message)
            #expect(try await whole == message)
        }
    }

    @Test(arguments: Link.allCases)
    func `short sends send everything all the same`(link: Link) async throws {
        try await link.withEnds { one, other in
            try one.inject(.shortSends())
            async let whole = other.receive(exactly: message.count)
            try await one.send(message)
            #expect(try await whole == message)
        }
    }

    @Test(arguments: Link.allCases)
    func `the call that is named fails, and the next one does not`(link: Link) async throws {
        try await link.withEnds { one, other in
            try other.inject(
                .failure(of: .receive, with: .noBufferSpace, atCall: 2),
                .failure(of: .send, with: .outOfMemory)
            )
            try await one.send("a")
            #expect(try await other.receive(upTo: 9) == Array("a".utf8))
            try await one.send("b")
            let error = await socketError { _ = try await other.receive(upTo: 9) }
            #expect(error?.errno == .noBufferSpace)
            #expect(error?.code == .exhausted)
            #expect(try await other.receive(upTo: 9) == Array("b".utf8))
            #expect(await socketError { try await other.send("x") }?.errno == .outOfMemory)
            try await other.send("y")
            #expect(try await one.receive(upTo: 9) == Array("y".utf8))
        }
    }

    @Test(arguments: Link.allCases, [Errno.interrupted, .wouldBlock])
    func `an interrupted call and one that would block go on`(link: Link, errno: Errno) async throws {
        try await link.withEnds { one, other in
            for end in [one, other] {
                try end.inject(.failure(of: .receive, with: errno), .failure(of: .send, with: errno))
            }
            try await one.send("ping")
            #expect(try await other.receive(exactly: 4) == Array("ping".utf8))
            try await other.send("pong")
            #expect(try await one.receive(exactly: 4) == Array("pong".utf8))
        }
    }

    @Test(arguments: Link.allCases)
    func `every call from one on fails`(link: Link) async throws {
        try await link.withEnds { one, _ in
            try one.inject(.failure(of: .send, with: .timedOut, fromCall: 3))
            for _ in 1...2 { try await one.send("x") }
            for _ in 3...5 { #expect(await socketError { try await one.send("x") }?.code == .timedOut) }
            try one.inject()
            try await one.send("well again")
        }
    }

    @Test(arguments: Link.allCases)
    func `a reset comes after as many bytes as it says`(link: Link) async throws {
        try await link.withEnds { one, other in
            try other.inject(.reset(afterReceiving: 7))
            // Whoever waits in the other direction hears of it too, so here nothing else does.
            try await one.send(message)
            #expect(try await other.receive(exactly: 7) == Array(message.prefix(7)))
            let error = await socketError { _ = try await other.receive(upTo: 1) }
            #expect(error?.code == .reset)
            #expect(await socketError { try await other.send("x") }?.code == .reset)
            if Link.tcp.contains(link) {
                #expect(await socketError { _ = try await one.receive(upTo: 1) }?.code == .reset)
            } else {
                #expect(try await one.receive(upTo: 1) == nil)
            }
        }
    }

    @Test(arguments: Link.allCases)
    func `a reset in the middle of a send says how far it came, and wakes the reader`(link: Link) async throws {
        try await link.withEnds { one, _ in
            try one.inject(.reset(afterSending: 5))
            async let reading = socketError { _ = try await one.receive(upTo: 1) }
            let error = await socketError { try await one.send(message) }
            #expect(error?.code == .reset)
            #expect(error?.detail == "5 of \(message.count) bytes had gone out")
            #expect(await reading?.code == .reset)
        }
    }

    @Test(arguments: Link.allCases)
    func `late receives are late, and a time limit is in time`(link: Link) async throws {
        try await link.withEnds { one, other in
            try other.inject(.lateReceives(by: .seconds(100)))
            try await one.send("x")
            try await one.finishSending()
            let error = await socketError {
                try await withTimeout(.milliseconds(20)) { _ = try await other.receive(upTo: 1) }
            }
            #expect(error?.code == .timedOut)
            try other.inject(.lateReceives(by: .milliseconds(30)))
            let start = ContinuousClock.now
            #expect(try await other.receive(upTo: 1) == Array("x".utf8))
            #expect(ContinuousClock.now - start >= .milliseconds(30))
            #expect(try await other.receive(upTo: 1) == nil)
        }
    }

    @Test(arguments: Link.allCases)
    func `late sends are late, and receiving is not`(link: Link) async throws {
        try await link.withEnds { one, other in
            try one.inject(.lateSends(by: .milliseconds(30)))
            try await other.send("in time")
            #expect(try await one.receive(exactly: 7) == Array("in time".utf8))
            let start = ContinuousClock.now
            try await one.send("late")
            #expect(ContinuousClock.now - start >= .milliseconds(30))
            #expect(try await other.receive(exactly: 4) == Array("late".utf8))
        }
    }

    @Test func `faults go with their connection, and not over to the next one with its number`() async throws {
        await #expect(processExitsWith: .success) {
            // A process of its own, where nobody else takes the number.
            for _ in 0..<20 {
                let (one, other) = try Connection.pair()
                try one.inject(.failure(of: .receive, with: .timedOut, fromCall: 1), .shortSends())
                try other.inject(.failure(of: .send, with: .timedOut, fromCall: 1))
                one.abort()
                other.abort()
                let next = try Connection.pair()
                try await next.0.send("fine")
                try await next.1.send("fine")
                let received = [try await next.0.receive(upTo: 9), try await next.1.receive(upTo: 9)]
                #expect(received == [Array("fine".utf8), Array("fine".utf8)])
                next.0.abort()
                next.1.abort()
            }
            #expect(!FaultSeam.isOn, "the last connection under a plan has gone, and the seam costs a branch again")
        }
    }

    @Test func `a closed connection and a closed listener take none`() async throws {
        let (one, other) = try Connection.pair()
        defer { other.abort() }
        one.abort()
        #expect(await socketError { try one.inject(.shortSends()) }?.code == .closed)
        let listener = try await Listener.bind(to: "127.0.0.1:0")
        listener.close()
        #expect(await socketError { try listener.inject(.shortSends()) }?.code == .closed)
    }
}
