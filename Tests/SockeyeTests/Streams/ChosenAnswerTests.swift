import SockeyeSystem
import SockeyeTesting
import TestSupport
import Testing

@testable import Sockeye

/// What the torture run has found, each by itself: answers of the kernel that come once in a blue moon.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Rare answers of the kernel` {
    /// The edge that says so lies between the look and the wait: whoever waits on it then waits in vain, and closes with unread
    /// input, which resets the connection.
    ///
    /// (Over TCP the peer has seen the end before, and hears of the reset only when it sends.)
    @Test(arguments: [Link.unix, .pair])
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
    @Test(arguments: [Link.unix, .pair])
    func `a close drops all of the pending input, however much there is`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await other.send(Pattern.bytes(100))
            await until("it has come") { one.registration.snapshot.isReady(.read) }
            try one.inject(Trickle())
            await one.close()
            #expect(try await other.receive(upTo: 9) == nil, "the end, and no reset")
        }
    }

    @Test(arguments: Family.allCases)
    func `a blocking connect that a signal interrupts goes on`(family: Family) async throws {
        try await withListener(family) { listener in
            let client = try withFaults(.failure(of: .connect, with: .interrupted)) {
                let client = try Socket(family.addressFamily)
                try client.connect(to: listener.localAddress)
                return RawPeer(adopting: client.release())
            }
            let accepted = try await listener.accept()
            try client.sendNow("x")
            #expect(try await accepted.receive(upTo: 9) == [120])
            client.close()
            accepted.abort()
        }
    }

    @Test func `a blocking connect that a signal interrupts tells how it ended`() async throws {
        let nobody = try await Listener.bind(to: "127.0.0.1:0")
        nobody.close()
        let error = await socketError {
            try withFaults(.failure(of: .connect, with: .interrupted)) {
                try Socket(.ipv4).connect(to: nobody.localAddress)
            }
        }
        #expect(error?.code == .refused)
        #expect(error?.remoteAddress == nobody.localAddress)
    }

    @Test func `an event loop whose thread cannot be started is an error that says so, and leaves nothing`() async {
        let plan = TorturePlan(.init(call: .startThread, position: 2, answer: .failure(.wouldBlock)))
        let error = await FaultSeam.with(plan) { await socketError { _ = try EventLoopGroup(count: 3) } }
        #expect(error?.code == .exhausted)
        #expect(error?.detail == "no thread is left")
        await until("the loops have ended") { plan.openDescriptors.isEmpty }
    }

    /// For real: connect(2) answers EAGAIN, and no event ever says that there is room.
    @Test func `a Unix server whose queue is full is an error that says so`() async throws {
        var options = ListenerOptions()
        options.backlog = 0
        try await withListener(.unix, options: options) { listener in
            var waiting: [Connection] = []
            var error: SocketError?
            while error == nil, waiting.count < 10 {
                error = await socketError {
                    waiting.append(try await Connection.connect(to: listener.localAddress.endpoint))
                }
            }
            #expect(error?.code == .exhausted)
            #expect(error?.errno == .wouldBlock)
            for connection in waiting { connection.abort() }
        }
    }
}

/// One byte a receive, although there are more.
private final class Trickle: FaultPlan {
    func answer(to call: SystemCall, on descriptor: Int32) -> FaultAnswer {
        call == .receive ? .atMost(1, nudges: false) : .none
    }
    func answered(_ call: SystemCall, on descriptor: Int32, _ result: Result<Int, Errno>) {}
    func opened(_ descriptor: Int32) {}
    func watched(_ descriptor: Int32) {}
    func closing(_ descriptor: Int32) {}
}
