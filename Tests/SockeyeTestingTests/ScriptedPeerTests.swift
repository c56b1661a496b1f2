import Sockeye
import SockeyeSystem
import SockeyeTesting
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `A scripted peer` {
    /// What is tested here: a client that asks and a server that answers.
    private func ask(_ endpoint: Endpoint) async throws -> String? {
        try await withConnection(to: endpoint) { connection in
            try await connection.send("name?\n")
            return try await connection.lines.next()
        }
    }

    /// The mismatch that `body` throws.
    private func mismatch(_ body: () async throws -> Void) async -> ScriptMismatch? {
        do {
            try await body()
            return nil
        } catch {
            return error as? ScriptMismatch
        }
    }

    @Test func `is a server for a client`() async throws {
        let peer = ScriptedPeer(.expect("name?\n"), .send("sock"), .send("eye\n"), .finishSending, .expectEnd)
        #expect(try await peer.serve { try await ask($0) } == "sockeye")
        // One script, many clients.
        let names = try await peer.serve { endpoint in [try await ask(endpoint), try await ask(endpoint)] }
        #expect(names == ["sockeye", "sockeye"])
    }

    @Test func `is a server over a Unix socket, and removes its file`() async throws {
        let peer = ScriptedPeer(.expect("name?\n"), .send("sockeye\n"))
        let name = try await Link.unix.withListener { listener in
            listener.close()
            if case .unixPath(let path) = listener.localAddress.kind { SystemFile.remove(path) }
            let name = try await peer.serve(at: .address(listener.localAddress)) { try await ask($0) }
            #expect(SystemFile.isSocket(listener.localAddress.unixPath ?? "") == nil)
            return name
        }
        #expect(name == "sockeye")
    }

    @Test(arguments: Link.allCases.filter { $0 != .pair })
    func `is a client for a server`(link: Link) async throws {
        try await link.withListener { listener in
            async let serving: Void = listener.serve { connection in
                for try await line in connection.lines { try await connection.send(line.uppercased() + "\n") }
            }
            let cue = Cue()
            let peer = ScriptedPeer(
                .send("one\ntw"),
                .expect("ONE\n"),
                .wait(for: cue),
                .pause(.milliseconds(1)),
                .send("o\n"),
                .expect("TWO\n"),
                .finishSending,
                .expectEnd
            )
            async let playing: Void = peer.connect(to: .address(listener.localAddress))
            cue.give()
            try await playing
            listener.close()
            try await serving
        }
    }

    @Test(arguments: Link.tcp)
    func `resets, and sees a reset`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await ScriptedPeer(.send("half"), .reset).play(on: other)
            #expect(await socketError { while try await one.receive(upTo: 9) != nil {} }?.code == .reset)
        }
        try await link.withEnds { one, other in
            async let playing: Void = ScriptedPeer(.expect("x"), .expectReset).play(on: other)
            try await one.send("x")
            one.abort()
            try await playing
        }
    }

    @Test func `shows what it expected and what it got, and where they differ`() async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send("help\n")
            let error = await mismatch { try await ScriptedPeer(.send("?"), .expect("hello\n")).play(on: other) }
            #expect(
                error?.description == """
                    step 2 of 2, expect 6 bytes: byte 4 is another
                      expected "hello\\n"
                      received "help\\n"
                                   ^
                    """
            )
            #expect(error?.step == 2)
            #expect(error?.expected == Array("hello\n".utf8))
            #expect(error?.received == Array("help\n".utf8))
        }
    }

    @Test func `shows the place where long messages differ, and bytes that are no text`() async throws {
        try await Link.pair.withEnds { one, other in
            let expected = [UInt8](repeating: 120, count: 1000)
            var sent = expected
            sent[500] = 0
            try await one.send(sent)
            let error = await mismatch { try await ScriptedPeer(.expect(expected)).play(on: other) }
            let lines = try #require(error).description.split(separator: "\n").map(String.init)
            #expect(lines[0] == "step 1 of 1, expect 1000 bytes: byte 501 is another")
            #expect(lines[1] == "  expected …\"\(String(repeating: "x", count: 64))\"… (1000 bytes)")
            #expect(
                lines[2]
                    == "  received …\"\(String(repeating: "x", count: 24))\\x00\(String(repeating: "x", count: 39))\"… (1000 bytes)"
            )
            #expect(lines[3] == String(repeating: " ", count: 11 + 2 + 24) + "^")
        }
    }

    @Test(
        arguments: [
            ([.expect("abc")], "step 1 of 1, expect 3 bytes: the stream ended after 2 of them"),
            ([.expect("a"), .expectEnd], "step 2 of 2, expect the end: there was more"),
            ([.expect("ab"), .expectReset], "step 2 of 2, expect a reset: the stream ended without one"),
        ] as [([ScriptedPeer.Step], String)]
    )
    func `says in words what came instead`(steps: [ScriptedPeer.Step], words: String) async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send("ab")
            try await one.finishSending()
            let error = await mismatch { try await ScriptedPeer(steps: steps).play(on: other) }
            #expect(error?.description.split(separator: "\n").first.map(String.init) == words)
        }
    }

    @Test(
        arguments: [
            ([.expect("abc")], "step 1 of 1, expect 3 bytes: it took longer than"),
            ([.expectEnd], "step 1 of 1, expect the end: it took longer than"),
            ([.wait(for: Cue())], "step 1 of 1, wait for the cue: it took longer than"),
        ] as [([ScriptedPeer.Step], String)]
    )
    func `does not wait for ever`(steps: [ScriptedPeer.Step], words: String) async throws {
        try await Link.pair.withEnds { one, other in
            if case .expect = steps[0] { try await one.send("ab") }
            let peer = ScriptedPeer(steps: steps, timeLimit: .milliseconds(100))
            let error = await mismatch { try await peer.play(on: other) }
            let text = error?.description ?? ""
            #expect(text.hasPrefix(words))
            if case .expect = steps[0] { #expect(error?.received == Array("ab".utf8)) }
        }
    }

    @Test func `tells of a client that never came, and of what the client threw`() async throws {
        let peer = ScriptedPeer(.expect("hello"), .send("x"))
        let nobody = await mismatch { try await peer.serve { _ in } }
        #expect(
            nobody?.description
                == "step 1 of 2, expect 5 bytes: nobody has connected\n  expected \"hello\"\n  received \"\"\n            ^"
        )
        let wrong = await mismatch { _ = try await peer.serve { try await ask($0) } }
        #expect(wrong?.step == 1)
        #expect(wrong?.bodyError is SocketError)
        #expect(wrong?.description.contains("and what was tested threw: receive 127.0.0.1:") == true)
    }

    @Test func `ends at once when its task is cancelled`() async throws {
        try await Link.pair.withEnds { _, other in
            for step in [ScriptedPeer.Step.expect("x"), .expectEnd, .wait(for: Cue()), .pause(.seconds(100))] {
                let playing = Task { try await ScriptedPeer(step).play(on: other) }
                playing.cancel()
                await #expect(throws: CancellationError.self) { try await playing.value }
            }
        }
    }
}
