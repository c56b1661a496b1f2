import Foundation
import TestSupport
import Testing

/// `sockeye serve --hub`: what one says, every other hears.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct HubTests {
    /// Members that have joined: the hub says so when they can hear.
    private static let prelude = """

        import select
        def read_line(s):
            data = b''
            while not data.endswith(b'\\n'): data += read_exactly(s, 1)
            return data
        def is_silent(s): return not select.select([s], [], [], 0)[0]

        """

    private func hub(_ options: String...) throws -> (Program, String) {
        let server = try Program.sockeye(arguments: ["serve", "--hub", "0"] + options)
        return (server, try server.port())
    }

    /// Waits until so many have joined, which only the hub can say.
    private func wait(_ server: Program, members: Int) throws {
        try server.wait(for: "has joined\n", times: members)
    }

    private func end(_ server: Program) -> Outcome {
        server.send(SIGINT)
        return server.finish(closingInput: false)
    }

    @Test func `what one says every other hears, and not itself`() throws {
        let (server, port) = try hub()
        let body = """
            a, b, c = s, connect(), connect()
            print('ready', flush=True); sys.stdin.readline()
            a.sendall(b'from a\\n'); print(read_line(b), read_line(c))
            b.sendall(b'from b\\n'); print(read_line(a), read_line(c))
            c.close(); a.sendall(b'again\\n'); print(read_line(b)); print(is_silent(a))
            """
        let client = try Program.python(Script.prelude + Self.prelude + "s = connect()\n" + body, port)
        try client.wait(for: "ready", in: .output)
        try wait(server, members: 3)
        client.write("go\n")
        let text = client.finish().text
        #expect(text == "ready\nb'from a\\n' b'from a\\n'\nb'from b\\n' b'from b\\n'\nb'again\\n'\nTrue\n")
        let outcome = end(server)
        #expect(outcome.text == "from a\nfrom b\nagain\n")
        #expect(outcome.errors.contains("has left"))
        #expect(outcome.status == 0)
    }

    @Test func `with a framing whole messages pass, however they were cut`() throws {
        let (server, port) = try hub("--framing", "length:2")
        let body = """
            a, b, c = s, connect(), connect()
            print('ready', flush=True); sys.stdin.readline()
            def pack(m): return struct.pack('>H', len(m)) + m
            ones, twos = pack(b'1' * 3000), pack(b'2' * 3000)
            for x, y in zip(range(0, 3002, 2), range(0, 3002, 2)):
                a.sendall(ones[x:x + 2]); b.sendall(twos[y:y + 2])
            got = {read_exactly(c, 3002), read_exactly(c, 3002)}
            print(got == {ones, twos}, read_exactly(a, 3002) == twos, read_exactly(b, 3002) == ones)
            """
        let client = try Program.python(Script.prelude + Self.prelude + "s = connect()\n" + body, port)
        try client.wait(for: "ready", in: .output)
        try wait(server, members: 3)
        client.write("go\n")
        #expect(client.finish().text == "ready\nTrue True True\n")
        #expect(end(server).output.count == 6002)
    }

    @Test func `a member that does not read is cut off, and the others hear everything`() throws {
        let (server, port) = try hub("--quiet")
        let body = """
            a, b, slow = s, connect(), connect()
            # Without words of the hub: whoever hears has joined.
            def joined(x):
                while True:
                    a.sendall(b'?\\n')
                    if select.select([x], [], [], 0.05)[0]: return
            for x in (b, slow): joined(x)
            count = 0
            a.sendall(b'!\\n')
            while read_exactly(b, 1) != b'!': pass  # the question marks before it
            read_exactly(b, 1)
            for _ in range(40):
                t = threading.Thread(target=lambda: a.sendall(b'x' * 1_000_000)); t.start()
                count += read_exactly(b, 1_000_000).count(b'x'); t.join()
            print(count)
            try:
                while slow.recv(1 << 20): pass
                print('finished')
            except ConnectionResetError: print('cut off')
            """
        let client = try Program.python(Script.prelude + Self.prelude + "s = connect()\n" + body, port).finish()
        #expect(client.errors == "")
        #expect(client.text == "40000000\ncut off\n")
        let outcome = end(server)
        #expect(outcome.errors.contains("does not keep up, and is cut off"))
        #expect(outcome.text == "")
        #expect(outcome.status == 0)
    }

    @Test func `the server's own input takes part, and its end is the end`() throws {
        let (server, port) = try hub()
        let client = try Program.python(
            Script.prelude + Self.prelude
                + "s = connect(); s.sendall(b'hi\\n'); print(read_line(s)); print(read_all(s))",
            port
        )
        try server.wait(for: "hi\n", in: .output)
        server.write("hello\n")
        try client.wait(for: "hello", in: .output)
        server.write("bye")
        let outcome = server.finish()
        #expect(outcome.text == "hi\n")
        #expect(outcome.status == 0)
        #expect(client.finish().text == "b'hello\\n'\nb'bye'\n")
    }

    @Test func `at the server's terminal a line can be typed while others speak`() throws {
        let port = try Peers.closedPort()
        let body = """
            go = listen()
            while True:
                try: s = connect(); break
                except OSError: select.select([], [], [], 0.02)
            go.accept(); s.sendall(b'in between\\n'); print(read_line(s)); print(read_all(s))
            """
        let client = try Program.python(Script.prelude + Self.prelude + body, port)
        let outcome = try Terminal.play(
            [
                ["has joined\r\n", "half a l"], ["> half a l", "", try client.firstLine()],
                ["in between\r\n\r\u{1B}[K> half a l", "ine\n"], ["half a line\r\n", "\u{4}"],
            ],
            ["serve", "--hub", port]
        )
        #expect(outcome.status == 0)
        #expect(client.finish().text.hasSuffix("\nb'half a line\\n'\nb''\n"))
    }

    @Test(arguments: [true, false])
    func `keep-stdin goes on, and so does a hub whose input is empty`(speaks: Bool) throws {
        let (server, port) = try speaks ? hub("--keep-stdin") : hub()
        if speaks { server.write("nobody hears it\n") }
        server.closeInput()
        let body = """
            t = connect(); print('ready', flush=True); sys.stdin.readline()
            s.sendall(b'still here\\n'); print(read_line(t))
            """
        let client = try Program.python(Script.prelude + Self.prelude + "s = connect()\n" + body, port)
        try wait(server, members: 2)
        client.write("go\n")
        #expect(client.finish().text == "ready\nb'still here\\n'\n")
        #expect(end(server).status == 0)
    }

    @Test func `500 members hear everything that is said`() throws {
        let (server, port) = try hub()
        let body = """
            import resource
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            all = [s] + [connect() for _ in range(499)]
            print('ready', flush=True); sys.stdin.readline()
            for i in range(10): all[i].sendall(b'%04d\\n' % i)
            heard = [sorted(read_line(x) for _ in range(9 if n < 10 else 10)) for n, x in enumerate(all)]
            everything = [b'%04d\\n' % i for i in range(10)]
            print(all_right := sum(h == [e for i, e in enumerate(everything) if i != n] for n, h in enumerate(heard)))
            """
        let client = try Program.python(Script.prelude + Self.prelude + "s = connect()\n" + body, port)
        try client.wait(for: "ready", in: .output)
        try wait(server, members: 500)
        client.write("go\n")
        let outcome = client.finish()
        #expect(outcome.errors == "")
        #expect(outcome.text == "ready\n500\n")
        #expect(end(server).status == 0)
    }
}
