import Foundation
import TestSupport
import Testing

/// How commands end: by a signal, by an input that cannot be read, by a reader that goes away, by a time limit.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct EndingTests {
    // MARK: Standard input

    @Test(arguments: [[], ["--framing", "lines"], ["--reconnect"]])
    func `an input that cannot be read is an error`(options: [String]) throws {
        let server = try Program.sockeye("serve", "0")
        let folder = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/tmp"))
        let arguments = ["connect", try server.port()] + options
        let outcome = try Program(Program.sockeyePath, arguments, input: folder).finish()
        #expect(outcome.text == "")
        #expect(outcome.status == 1)
        for part in ["could not read standard input", "is a directory (EISDIR)", "likely cause:", "try next:"] {
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
        server.send(SIGINT)
        server.finish()
    }

    // MARK: Standard output

    /// The command in a pipe, of which somebody reads the first line; its own status.
    private func headOfPipe(_ command: String) throws -> Program {
        try Program(
            "/bin/bash",
            ["-c", "\"$0\" \(command) | head -1; exit ${PIPESTATUS[0]}", Program.sockeyePath]
        )
    }

    @Test func `a server whose output nobody reads any more ends quietly`() throws {
        let server = try headOfPipe("serve --reply ok 0")
        let port = try server.port()
        let client = try Program.python(Script.client("s.sendall(b'hi\\n'); print(read_all(s))"), port).finish()
        #expect(client.text == "b'ok'\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "hi\n")
        #expect(outcome.status == 0)
        #expect(outcome.errors.split(separator: "\n").last?.hasPrefix("Connection from") == true, "\(outcome.errors)")
    }

    /// As `nc` and `curl` do; `ncat` and `socat` complain. What was to be read has been read.
    @Test func `a client whose output nobody reads any more ends quietly, whatever is left of its input`() throws {
        let lines = "while True: c.sendall(b'line\\n' * 1000)"
        let body = "c, _ = l.accept()\ntry:\n    \(lines)\nexcept OSError: print('gone')"
        let server = try Program.python(Script.server(body))
        let client = try headOfPipe("connect \(server.firstLine())")
        // The input stays open.
        let outcome = client.finish(closingInput: false)
        #expect(outcome.text == "line\n")
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(server.finish().text.hasSuffix("gone\n"))
    }

    @Test func `a client of datagrams does so too`() throws {
        let script = """
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])
            data, peer = s.recvfrom(9)
            try:
                s.connect(peer)
                while True: s.send(b'line\\n')
            except ConnectionRefusedError: print('gone')
            """
        let server = try Program.python(script)
        let client = try headOfPipe("connect udp:127.0.0.1:\(server.firstLine())")
        client.write("hi")
        let outcome = client.finish(closingInput: false)
        #expect(outcome.text == "line\n")
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(server.finish().text.hasSuffix("gone\n"))
    }

    @Test func `a client that is being answered when the reader goes gets all of its answer`() throws {
        let server = try headOfPipe("serve --echo 0")
        let body = """
            data = b'\\n' * 3_000_000
            other = connect()
            t = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(1))); t.start()
            first = read_exactly(s, 1)  # by now its first line has been printed, and head ends
            print(len(first + read_all(s)) == len(data)); t.join(); print(read_all(other))
            """
        let client = try Program.python(Script.client(body), server.port()).finish()
        #expect(client.text == "True\nb''\n")
        #expect(client.errors == "")
        #expect(server.finish(closingInput: false).status == 0)
    }

    @Test(arguments: ["--once", "--echo"])
    func `a server without clients ends when nobody reads its output any more`(option: String) throws {
        let shell = try Program(
            "/bin/bash",
            ["-c", "\"$0\" serve \(option) 0 | true; exit ${PIPESTATUS[0]}", Program.sockeyePath]
        )
        let outcome = shell.finish(closingInput: false)
        #expect(outcome.status == 0)
        #expect(outcome.errors.hasSuffix("Ctrl-C ends it.\n"))
    }

    /// A closed output is no reader that has gone: nobody has seen anything.
    @Test(arguments: [">&-", ">/dev/full"])
    func `an output that takes nothing is an error`(output: String) throws {
        for command in ["connect --receive-only", "connect --json", "connect --framing lines --receive-only"] {
            let peer = try Program.python(Script.server("c, _ = l.accept(); c.sendall(b'x\\n'); c.close()"))
            let line = "'\(Program.sockeyePath)' \(command) 127.0.0.1:\(try peer.firstLine()) \(output)"
            let outcome = try Program.shell(line).finish()
            #expect(outcome.status == 1, "\(command)")
            for part in ["could not write to standard output", "what happened:", "likely cause:", "try next:"] {
                #expect(outcome.errors.contains(part), "\(outcome.errors)")
            }
            peer.finish()
        }
    }

    @Test(arguments: [
        "--help", "serve --help", "help serve", "help address", "help", "--version", "--help-hidden",
        "serve --help-hidden", "--generate-completion-script bash", "tour", "lesson", "resolve localhost",
    ])
    func `what is asked for and cannot be written is an error`(command: String) throws {
        let outcome = try Program.shell("'\(Program.sockeyePath)' \(command) > /dev/full").finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("could not write to standard output"), "\(outcome.errors)")
    }

    @Test func `a server whose output is closed says so with the first bytes, and one that writes nothing needs none`()
        throws
    {
        let server = try Program.shell("'\(Program.sockeyePath)' serve 0 >&-")
        let body = "s.sendall(b'hi')\ntry: read_all(s); print('end')\nexcept ConnectionResetError: print('reset')"
        #expect(try Program.python(Script.client(body), server.port()).finish().text == "reset\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("it was closed when the command was started (>&-)"), "\(outcome.errors)")

        let quiet = try Program.shell("exec '\(Program.sockeyePath)' serve --quiet 0 >&-")
        let client = try Program.python(Script.client("s.sendall(b'hi'); print(s.recv(9))"), quiet.port()).finish()
        #expect(client.text == "b'Got it!'\n")
        quiet.send(SIGINT)
        #expect(quiet.finish(closingInput: false).status == 0)
    }

    // MARK: Signals

    @Test func `a second Ctrl-C does not wait for the drain`() throws {
        let server = try Program.sockeye("serve", "--drain", "1h", "0")
        let client = try Program.python(Script.client("s.sendall(b'x'); print(s.recv(9)); s.recv(9)"), server.port())
        try client.wait(for: "Got it!", in: .output)
        server.send(SIGINT)
        try server.wait(for: "Taking no more clients")
        // SLEEP: two signals within 10 ms are one wish.
        usleep(100_000)
        server.send(SIGINT)
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "x")
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasSuffix("0 finished, 1 was cut off.\n"), "\(outcome.errors)")
        client.finish()
    }

    /// Nobody has a meaning for it here, so it does what the system says: it ends the process.
    @Test func `a signal without a meaning ends the command as it ends any program`() throws {
        // Started from here it would inherit a mask in which the signal is blocked.
        let unmasked = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv(sys.argv[1], sys.argv[1:])
            """
        let server = try Program.python(unmasked, Program.sockeyePath, "serve", "0")
        _ = try server.port()
        server.send(SIGUSR1)
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "")
        #expect(outcome.status == 128 + SIGUSR1)
    }

    // MARK: Time limits

    @Test func `connect gives up after its time limit, and says what was waited for`() throws {
        // A queue that is full: the kernel drops what would be one too many, so connecting hangs.
        let script = """
            l = socket.socket(); l.bind(('127.0.0.1', 0)); l.listen(0); print(l.getsockname()[1])
            held = []
            for i in range(8):
                c = socket.socket(); c.setblocking(False); c.connect_ex(l.getsockname()); held.append(c)
            sys.stdin.read()
            """
        let server = try Program.python(Script.prelude + script)
        let port = try server.firstLine()
        let outcome = try Program.sockeye("connect", "127.0.0.1:\(port)", "--timeout", "500ms").finish()
        #expect(outcome.text == "")
        #expect(outcome.status == 1)
        for part in [
            "could not connect to 127.0.0.1:\(port)", "no answer within 500 ms (--timeout)", "likely cause:",
            "try next:",
        ] {
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
        server.finish()
    }

    @Test func `a time limit for connecting says nothing about what comes later`() throws {
        // SLEEP: the peer answers later than the limit, which covers connecting only.
        let script = "import time\nc, _ = l.accept(); read_all(c); time.sleep(1); c.sendall(b'late'); c.close()"
        let server = try Program.python(Script.server(script))
        let outcome = try Program.sockeye("connect", server.firstLine(), "--timeout", "800ms").finish()
        #expect(outcome.text == "late")
        #expect(outcome.status == 0)
        server.finish()
    }

    @Test(arguments: [["connect"], ["connect", "--reconnect"]])
    func `silence ends a client`(command: [String]) throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); print(c.recv(9)); sys.stdin.read()"))
        let tool = try Program.sockeye(arguments: command + [server.firstLine(), "--idle-timeout", "300ms"])
        tool.write("hi\n")
        let outcome = tool.finish(closingInput: false)
        #expect(outcome.text == "")
        #expect(outcome.status == 1)
        for part in ["nothing went either way for 300 ms", "likely cause:", "try next:"] {
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
        server.finish()
    }

    @Test func `a reader of standard output that takes its time is no silence of the peer's`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); c.sendall(b'.' * 20_000_000); c.close()"))
        // SLEEP: the pause is what is tested. It is longer than the limit, and that is long for bytes that are on their way.
        let line = "'\(Program.sockeyePath)' connect --receive-only --idle-timeout 1s \(try server.firstLine())"
        let outcome = try Program.shell("{ \(line); echo status $? >&2; } | { sleep 2.5; wc -c; }").finish()
        #expect(outcome.text.contains("20000000"), "\(outcome.text) \(outcome.errors)")
        #expect(outcome.errors.contains("status 0"), "\(outcome.errors)")
        server.finish()
    }

    @Test func `bytes that keep coming keep a client`() throws {
        // SLEEP: a byte each 50 ms, for longer than the limit of silence.
        let script = "import time\nc, _ = l.accept()\nfor i in range(60): c.sendall(b'.'); time.sleep(0.05)\nc.close()"
        let server = try Program.python(Script.server(script))
        let outcome = try Program.sockeye("connect", server.firstLine(), "--idle-timeout", "2s").finish()
        #expect(outcome.text == String(repeating: ".", count: 60))
        #expect(outcome.status == 0)
        server.finish()
    }

    @Test func `silence ends the one client of a server`() throws {
        let server = try Program.sockeye("serve", "--once", "--idle-timeout", "300ms", "0")
        #expect(try Program.python(Script.client("print(read_all(s))"), server.port()).finish().text == "b''\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("nothing went either way for 300 ms"))
    }

    @Test func `a server for one client does not wait for ever`() throws {
        let outcome = try Program.sockeye("serve", "--once", "--timeout", "300ms", "0").finish()
        #expect(outcome.text == "")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("none came within 300 ms"))
    }

    @Test(arguments: [
        (["serve", "--timeout", "1s"], "--once waits"), (["serve", "--once", "--timeout", "0"], "in no time"),
        (["connect", "1", "--timeout", "0"], "in no time"), (["connect", "1", "--idle-timeout", "0"], "in no time"),
        (["connect", "1", "--timeout", "soon"], "soon"),
    ])
    func `a wrong time limit is wrong usage`(command: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: command).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    // MARK: Words

    @Test func `a port that is suggested is free`() throws {
        let script = """
            while True:
                a, b = socket.socket(), socket.socket(); a.bind(('127.0.0.1', 0)); port = a.getsockname()[1]
                try: b.bind(('127.0.0.1', port + 1)); break
                except (OSError, OverflowError): a.close(); b.close()
            a.listen(); b.listen(); print(port); sys.stdin.read()
            """
        let holder = try Program.python(Script.prelude + script)
        let port = try #require(Int(holder.firstLine()))
        let outcome = try Program.sockeye("serve", String(port)).finish()
        #expect(outcome.status == 1)
        #expect(!outcome.errors.contains("sockeye serve \(port + 1)\n"), "\(outcome.errors)")
        let other = try #require(outcome.errors.firstMatch(of: #/sockeye serve (\d+)\n/#)).output.1
        let server = try Program.sockeye("serve", String(other))
        #expect(try server.port() == other)
        server.send(SIGINT)
        server.finish()
        holder.finish()
    }

    @Test func `explain names the address of a connect that failed, and calls nothing a wait that was none`() throws {
        let port = try Peers.closedPort()
        let failed = try Program.sockeye("connect", "127.0.0.1:\(port)", "--explain").finish()
        #expect(failed.errors.contains(#/connect: 127\.0\.0\.1:\d+: failed after [\d.]+ [mu]?s: connection refused/#))
        let server = try Program.sockeye("serve", "--explain", "0")
        _ = try Program.python(Script.client("s.sendall(b'hello'); s.recv(99); s.close()"), server.port()).finish()
        try server.wait(for: "close: the conversation")
        server.send(SIGINT)
        let errors = server.finish(closingInput: false).errors
        #expect(errors.contains(#/recv: 5 bytes from 127\.0\.0\.1:\d+, [\d.]+ [mu]?s after it was called\n/#))
        #expect(!errors.contains("waited"))
    }
}
