import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Time limits` {
    @Test(arguments: Family.allCases)
    func `a receive that takes too long ends and says which it was`(family: Family) async throws {
        try await withEnds(family) { client, _ in
            let error = await socketError {
                try await withTimeout(.milliseconds(50)) { _ = try await client.receive(upTo: 10) }
            }
            #expect(error?.code == .timedOut)
            #expect(error?.operation == .receive)
            #expect(error?.errno == nil, "the kernel has not given up: we have")
            #expect(error?.remoteAddress == client.remoteAddress)
        }
    }

    @Test(arguments: Family.allCases)
    func `what is done in time is returned and the clock stops`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await server.send("quick")
            let text = try await withTimeout(.seconds(3600)) { try await client.receiveText(count: 5) }
            #expect(text == "quick")
        }
    }

    @Test(arguments: Family.allCases)
    func `after a time limit nothing that came is lost`(family: Family) async throws {
        try await withEnds(family) { client, server in
            for round in 0..<50 {
                _ = await socketError { try await withTimeout(.zero) { _ = try await client.receive(upTo: 10) } }
                try await server.send("\(round % 10)")
                #expect(try await client.receiveText(count: 1) == "\(round % 10)")
            }
        }
    }

    @Test func `a send to a peer that does not read can be bounded`() async throws {
        try await withRawClient(.ipv4) { server, _ in
            let error = await socketError {
                try await withTimeout(.milliseconds(100)) {
                    while true { try await server.send(Pattern.bytes(1_000_000)) }
                }
            }
            #expect(error?.code == .timedOut)
            #expect(error?.operation == .send)
            #expect(error?.description.contains("bytes had gone out") == true, "\(String(describing: error))")
            // Half a message has gone out: another would be taken for its rest.
            let next = await socketError { try await server.send("next") }
            #expect(next?.code == .notConnected)
            #expect(next?.description.contains("cut off in the middle") == true)
        }
    }

    @Test func `the caller's cancellation is not a time limit`() async throws {
        try await withEnds(.ipv4) { client, _ in
            let task = Task {
                await socketError { try await withTimeout(.seconds(3600)) { _ = try await client.receive(upTo: 10) } }
            }
            await client.untilWaiting(.read)
            task.cancel()
            #expect(await task.value?.code == .cancelled)
        }
    }

    @Test func `an error of the body is passed on`() async throws {
        struct Oops: Error {}
        await #expect(throws: Oops.self) { try await withTimeout(.seconds(3600)) { throw Oops() } }
    }

    @Test func `ten thousand time limits at once keep their order and leave no timer`() async throws {
        let loops = try EventLoopGroup(count: 1)
        let ended = Collected<Int>()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<10_000 {
                group.addTask(executorPreference: loops.loops[0]) {
                    let isOver = await LoopTimer.sleep(for: .milliseconds(index % 5 * 20), on: loops.loops[0])
                    #expect(isOver)
                    ended.add(index % 5)
                }
            }
        }
        #expect(ended.all.count == 10_000)
        #expect(ended.all.last == 4)
    }
}
