import Foundation
import TestSupport
import Testing

/// `serve --once --send --idle-timeout` and `connect --idle-timeout`: a reader that takes its time is not a silent one.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct IdleSendTests {
    private func file(in scratch: Scratch, _ count: Int) throws -> String {
        let path = scratch.file("sent")
        try Data(repeating: 0x2E, count: count).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Reads 3,000,000 bytes in twice the limit, after the kernel has taken all of them from the sender.
    private static let slowly = """
        import time
        def read_slowly(s):
            total = 0
            while True:
                piece = b''
                while len(piece) < 75000:
                    bytes = s.recv(75000 - len(piece))
                    if not bytes: return total + len(piece)
                    piece += bytes
                total += len(piece); time.sleep(0.1)

        """

    // SLEEP: the reader's pace is what is tested.
    @Test(arguments: [["--once"], []])
    func `a client that reads slowly gets the whole file, and is no failure`(options: [String]) throws {
        let scratch = try Scratch()
        let path = try file(in: scratch, 3_000_000)
        let server = try Program.sockeye(arguments: ["serve", "--send", path, "--idle-timeout", "2s", "0"] + options)
        let body = "s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)\nprint(read_slowly(s))"
        let client = try Program.python(Script.prelude + Self.slowly + "s = connect()\n" + body, server.port())
        #expect(client.finish().text == "3000000\n")
        if options.isEmpty { server.send(SIGINT) }
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(!outcome.errors.contains("nothing went either way"), "\(outcome.errors)")
    }

    // SLEEP: the reader's pace is what is tested.
    @Test func `a server that reads slowly gets all of standard input`() throws {
        let script = "c, _ = l.accept(); print(read_slowly(c)); c.close()"
        let server = try Program.python(Script.prelude + Self.slowly + "l = listen()\n" + script)
        let line = "'\(Program.sockeyePath)' connect --idle-timeout 2s \(try server.firstLine())"
        let outcome = try Program.shell("head -c 3000000 /dev/zero | \(line); echo status $?").finish()
        #expect(outcome.text == "status 0\n", "\(outcome.errors)")
        #expect(server.finish().text.hasSuffix("3000000\n"))
    }

    @Test func `a client that has the whole file and does not close is done when it is silent`() throws {
        let scratch = try Scratch()
        let path = try file(in: scratch, 10)
        let server = try Program.sockeye("serve", "--once", "--send", path, "--idle-timeout", "300ms", "0")
        let client = try Program.python(
            Script.client("print(len(read_all(s)), flush=True); sys.stdin.read()"),
            server.port()
        )
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains(" has everything, and was silent for 300 ms"), "\(outcome.errors)")
        #expect(client.finish().text == "10\n")
    }

    @Test func `a client that does not take the file is a failure, and gets no end`() throws {
        let scratch = try Scratch()
        let path = try file(in: scratch, 30_000_000)
        let server = try Program.sockeye("serve", "--once", "--send", path, "--idle-timeout", "300ms", "0")
        let body = """
            sys.stdin.readline()
            try: read_all(s); print('an end')
            except ConnectionResetError: print('a reset')
            """
        let client = try Program.python(Script.client(body), server.port())
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("nothing went either way for 300 ms"), "\(outcome.errors)")
        client.write("\n")
        #expect(client.finish().text == "a reset\n")
    }

    /// The system says that such a file has a page, and there is less.
    @Test(arguments: ["/sys/class/net/lo/mtu", "/proc/sys/kernel/ostype"])
    func `a file that the system makes as it is read is sent to its end`(path: String) throws {
        let content = try String(contentsOfFile: path, encoding: .utf8)
        let server = try Program.sockeye("serve", "--once", "--send", path, "0")
        let client = try Program.python(Script.client("print(read_all(s).decode(), end='')"), server.port())
        #expect(client.finish().text == content)
        #expect(server.finish(closingInput: false).status == 0)
    }
}
