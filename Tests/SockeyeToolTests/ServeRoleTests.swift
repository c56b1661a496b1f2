import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI
@testable import SockeyeSystem

/// `sockeye serve` with files and programs, and Python at the other end.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ServeRoleTests {
    /// A folder of its own, which goes away with the test.
    final class Folder {
        let path = NSTemporaryDirectory() + "sockeye-\(UUID().uuidString.prefix(8))"

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

        func data(_ name: String) -> Data? { FileManager.default.contents(atPath: "\(path)/\(name)") }
    }

    static let large = Data((0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 9) })

    private func client(_ body: String, _ port: String) throws -> String {
        let outcome = try Program.python(Script.client(body), port).finish()
        #expect(outcome.errors == "")
        return outcome.text
    }

    private func end(_ server: Program) -> Outcome {
        server.send(SIGINT)
        return server.finish(closingInput: false)
    }

    // MARK: Files

    @Test func `a file is sent to each client, and then the end`() throws {
        let folder = try Folder()
        try Self.large.write(to: URL(fileURLWithPath: "\(folder.path)/file"))
        // With a drain: what the last client has sent may still be on its way to standard output.
        let server = try Program.sockeye("serve", "--drain", "2m", "--send", "\(folder.path)/file", "0")
        let port = try server.port()
        for _ in 1...2 {
            let outcome = try Program.sockeye("connect", port).finish()
            #expect(outcome.output == Self.large)
            #expect(outcome.status == 0)
        }
        // A client that talks first, more than any buffer holds, is not stuck.
        let body = "s.sendall(b'.' * 20_000_000); s.shutdown(1); print(len(read_all(s)))"
        #expect(try client(body, port) == "5000000\n")
        let outcome = end(server)
        #expect(outcome.output.count == 20_000_000)
        #expect(outcome.status == 0)
    }

    @Test func `a file that becomes shorter while it is sent is no end to its client`() throws {
        let folder = try Folder()
        let path = "\(folder.path)/file"
        try Data().write(to: URL(fileURLWithPath: path))
        // Longer than what the kernel holds for a client that does not read.
        #expect(truncate(path, 64_000_000) == 0)
        let server = try Program.sockeye("serve", "--once", "--send", path, "0")
        let body = """
            import os
            s.recv(1); os.truncate('\(path)', 1000)
            try: read_all(s); print('an end')
            except ConnectionResetError: print('a reset')
            """
        #expect(try client(body, try server.port()) == "a reset\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("it became shorter while it was sent: "), "\(outcome.errors)")
    }

    @Test func `a file that becomes shorter is told of one client, and the next ones are served`() throws {
        let folder = try Folder()
        let path = "\(folder.path)/file"
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(truncate(path, 64_000_000) == 0)
        let server = try Program.sockeye("serve", "--send", path, "0")
        let body = """
            import os
            s.recv(1); os.truncate('\(path)', 1000)
            try: read_all(s); print('an end')
            except ConnectionResetError: print('a reset')
            print(len(read_all(connect())))
            """
        #expect(try client(body, try server.port()) == "a reset\n1000\n")
        try server.wait(for: "it became shorter while it was sent: ")
        #expect(end(server).status == 0)
    }

    @Test func `a file that grows is sent as far as it goes`() throws {
        let folder = try Folder()
        let path = "\(folder.path)/file"
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(truncate(path, 64_000_000) == 0)
        let server = try Program.sockeye("serve", "--once", "--send", path, "0")
        let body = "import os\ns.recv(1); os.truncate('\(path)', 64_000_005); print(len(read_all(s)))"
        #expect(try client(body, try server.port()) == "64000004\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(arguments: [
        (["--send", "/nonexistent/file"], "(ENOENT)"), (["--send", "/tmp"], "(EISDIR)"),
        (["--receive", "/nonexistent/file"], "(ENOENT)"),
        (["--exec", "no-such-program-here -x"], "PATH has no program"),
        (["--exec", "/etc/passwd"], "may not be run"),
    ])
    func `what is not there is told before the first client`(options: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["serve", "0"] + options).finish()
        #expect(outcome.text == "")
        #expect(outcome.status == 64)
        for part in ["sockeye: could not ", "what happened:", "likely cause:", "try next:", words] {
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
    }

    @Test func `a file takes what one client sends`() throws {
        let folder = try Folder()
        try Data("what was there before, and is longer".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/in"))
        let server = try Program.sockeye("serve", "--receive", "\(folder.path)/in", "0")
        let port = try server.port()
        #expect(try client("s.sendall(b'hi\\0'); s.shutdown(1); print(read_all(s))", port) == "b''\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "")
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("3 bytes in \(folder.path)/in"))
        #expect(folder.data("in") == Data("hi\0".utf8))
    }

    @Test func `a client that vanishes leaves what came, and an error`() throws {
        let folder = try Folder()
        let server = try Program.sockeye("serve", "--receive", "\(folder.path)/in", "0")
        let port = try server.port()
        _ = try client(
            "s.sendall(b'half')\nwhile True:\n  import fcntl, termios; b = bytearray(4); fcntl.ioctl(s, 0x5411, b)\n  if not any(b): break\nreset(s)",
            port
        )
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("(ECONNRESET)"), "\(outcome.errors)")
    }

    @Test func `a folder takes a file for each client, and none is overwritten`() throws {
        let folder = try Folder()
        let server = try Program.sockeye("serve", "--receive", folder.path, "0")
        let port = try server.port()
        let body = """
            c = socket.socket(); c.bind(('127.0.0.1', 0)); own = c.getsockname()[1]
            open(sys.argv[2] + '/0002-127.0.0.1-%d' % own, 'w').write('mine')
            s.sendall(b'first'); s.shutdown(1); read_all(s)
            c.connect(('127.0.0.1', int(sys.argv[1]))); c.sendall(b'second'); c.shutdown(1); read_all(c); print(own)
            """
        let outcome = try Program.python(Script.client(body), port, folder.path).finish()
        #expect(outcome.errors == "")
        let own = outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(folder.names.count == 3)
        #expect(folder.names.first?.wholeMatch(of: #/0001-127\.0\.0\.1-\d+/#) != nil, "\(folder.names)")
        #expect(folder.data("0002-127.0.0.1-\(own)") == Data("mine".utf8))
        #expect(folder.data("0003-127.0.0.1-\(own)") == Data("second".utf8))
        #expect(end(server).status == 0)
    }

    @Test func `names of files lead nowhere else, whatever the client's address is`() throws {
        let evil = try SocketAddress.unix(path: "../../etc/passwd")
        let rows: [(SocketAddress, String)] = [
            (evil, "0007-unix"), (.unixUnnamed, "0007-unix"), (.ipv4(.loopback, port: 9), "0007-127.0.0.1-9"),
            (.ipv6(.loopback, port: 9), "0007-1-9"),
        ]
        for (address, name) in rows { #expect(FileReceiver.name(7, address) == name) }
        #expect(FileReceiver.name(12_345, .unixUnnamed) == "12345-unix")
    }

    // MARK: The terminal

    @Test func `a server's own input goes to its one client, also after that has finished`() throws {
        let server = try Program.sockeye("serve", "--terminal", "0")
        let port = try server.port()
        let client = try Program.python(
            Script.client("s.sendall(b'question'); s.shutdown(1); print(read_all(s))"),
            port
        )
        try server.wait(for: "question", in: .output)
        server.write("late answer\n")
        let outcome = server.finish()
        #expect(outcome.text == "question")
        #expect(outcome.status == 0)
        #expect(client.finish().text == "b'late answer\\n'\n")
    }

    // MARK: Programs

    @Test func `a program gets what the client sends, and the client what it writes`() throws {
        let server = try Program.sockeye("serve", "--exec", "cat", "0")
        let port = try server.port()
        let tool = try Program.sockeye("connect", port)
        Thread.detachNewThread {
            tool.write(Self.large)
            tool.closeInput()
        }
        let outcome = tool.finish(closingInput: false)
        #expect(outcome.output == Self.large)
        #expect(outcome.status == 0)
        #expect(end(server).text == "")
    }

    @Test func `an answer that begins with the client's end is not lost`() throws {
        let server = try Program.sockeye("serve", "--shell", "wc -c; sleep 0.3; echo bye", "0")
        #expect(
            try client("s.sendall(b'.' * 1_000_000); s.shutdown(1); print(read_all(s))", server.port())
                == "b'1000000\\nbye\\n'\n"
        )
        #expect(end(server).status == 0)
    }

    @Test func `a program that ends without reading loses nothing of its answer`() throws {
        let server = try Program.sockeye("serve", "--shell", "head -c 3000000 /dev/zero", "0")
        let body = """
            t = threading.Thread(target=lambda: s.sendall(b'.' * 5_000_000)); t.daemon = True; t.start()
            print(len(read_all(s)))
            """
        #expect(try client(body, server.port()) == "3000000\n")
        #expect(end(server).status == 0)
    }

    @Test func `a program finds the addresses, and no descriptor that is not its own`() throws {
        let server = try Program.sockeye(
            "serve",
            "--shell",
            "env | grep ^SOCKEYE_ | sort; ls /proc/self/fd | tr '\\n' ' '",
            "0"
        )
        let port = try server.port()
        let text = try client("print(s.getsockname()[1]); s.shutdown(1); print(read_all(s).decode())", port)
        let own = try #require(text.split(separator: "\n").first)
        let expected = """
            SOCKEYE_LOCAL_ADDRESS=127.0.0.1
            SOCKEYE_LOCAL_PORT=\(port)
            SOCKEYE_REMOTE_ADDRESS=127.0.0.1
            SOCKEYE_REMOTE_PORT=\(own)
            """
        #expect(text.contains(expected), "\(text)")
        // 3 is the folder that ls reads.
        #expect(text.contains("0 1 2 3 "), "\(text)")
        #expect(!text.contains(" 4 "), "\(text)")
        _ = end(server)
    }

    @Test func `a program's words are split as in a shell`() throws {
        let server = try Program.sockeye("serve", "--exec", #"printf '%s|' 'a b' "c \"d\"" e\ f '' $HOME *"#, "0")
        #expect(try client("print(read_all(s).decode())", server.port()) == "a b|c \"d\"|e f||$HOME|*|\n")
        _ = end(server)
    }

    @Test func `a client that vanishes takes its program along, and none is left behind`() throws {
        let server = try Program.sockeye("serve", "--shell", "echo $$; sleep 1000", "0")
        let port = try server.port()
        let body = """
            import os
            def gone(pid):
                try: os.kill(pid, 0); return False
                except ProcessLookupError: return True
            pid = int(s.makefile().readline()); reset(s)
            while not gone(pid): pass
            s = connect(); pid = int(s.makefile().readline()); print(pid, flush=True)
            sys.stdin.readline()
            while not gone(pid): pass
            print('gone')
            """
        let client = try Program.python(Script.client(body), port)
        try client.wait(for: "\n", in: .output)
        // Ending the server ends the second one's program too.
        #expect(end(server).status == 0)
        client.write("go\n")
        #expect(client.finish().text.hasSuffix("gone\n"))
    }

    @Test func `a program's failure is said`() throws {
        let server = try Program.sockeye("serve", "--shell", "exit 3", "0")
        #expect(try client("print(read_all(s))", server.port()) == "b''\n")
        try server.wait(for: "has ended with status 3\n")
        _ = end(server)
    }

    @Test func `a program that ends with its client has not failed, and one that somebody ends is told`() throws {
        let server = try Program.sockeye("serve", "--exec", "yes", "0")
        #expect(try client("s.recv(1); reset(s)", server.port()) == "")
        try server.wait(for: "has gone before its command was done, which was ended by signal ")
        _ = end(server)
        let other = try Program.sockeye("serve", "--shell", "kill -9 $$", "0")
        #expect(try client("print(read_all(s))", other.port()) == "b''\n")
        try other.wait(for: " was ended by signal 9\n")
        _ = end(other)
    }

    @Test(
        arguments: [
            ("a", ["a"]), (" a  b\t", ["a", "b"]), ("'a b' c", ["a b", "c"]), (#""a \"b\" \\ \n""#, [#"a "b" \ \n"#]),
            (#"a\ b"#, ["a b"]), ("''", [""]), ("a'b'\"c\"", ["abc"]), ("'a\"b'", ["a\"b"]), ("a", ["a"]), ("", nil),
            ("  ", nil), ("'a", nil), ("\"a", nil), ("a\\", nil),
        ] as [(String, [String]?)]
    )
    func `a command is split into words`(text: String, words: [String]?) {
        #expect((try? CommandWords.split(text)) == words)
    }

    @Test(arguments: [
        (["--exec", "'a"], "opened and not closed"), (["--exec", ""], "no command"),
        (["--exec", "a\\"], "after the last"),
        (["--echo", "--hub"], "Choose one of"), (["--keep-stdin"], "--keep-stdin goes with --hub"),
        (["--exec", "cat", "--framing", "lines"], "--framing goes with"), (["--hub", "--once"], "needs two"),
    ])
    func `what does not go together is wrong usage`(options: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["serve", "0"] + options).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    // MARK: Several addresses

    @Test func `several addresses are served at once`() throws {
        let folder = try Folder()
        let server = try Program.sockeye("serve", "--reply", "ok", "0", "[::1]:0", "unix:\(folder.path)/s")
        let errors = try server.wait(for: "Ctrl-C ends it.\n")
        let addresses = errors.matches(of: #/Listening on (\S+)\n/#).map { String($0.output.1) }
        #expect(addresses.count == 3)
        for address in addresses {
            let tool = try Program.sockeye("connect", address)
            tool.write("x")
            #expect(tool.finish().text == "ok")
        }
        let outcome = end(server)
        #expect(outcome.text == "xxx")
        #expect(outcome.status == 0)
        #expect(folder.names == [])
    }

    @Test func `of several addresses the one that cannot be had is named, and nothing is left behind`() throws {
        let folder = try Folder()
        let outcome = try Program.sockeye("serve", "unix:\(folder.path)/s", "192.0.2.77:1337").finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("could not listen on 192.0.2.77:1337"), "\(outcome.errors)")
        #expect(folder.names == [])
    }

    @Test func `once takes the first client of any address`() throws {
        let server = try Program.sockeye("serve", "--once", "0", "0")
        let errors = try server.wait(for: "Ctrl-C ends it.\n")
        let ports = errors.matches(of: #/Listening on 127.0.0.1:(\d+)\n/#).map { String($0.output.1) }
        let body = """
            s.sendall(b'x'); s.shutdown(1); print(read_all(s).decode())
            """
        #expect(try client(body, try #require(ports.last)) == "Got it!\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "x")
        #expect(outcome.status == 0)
    }

    @Test(arguments: [
        ("--shell", "exit 3", "with status 3"), ("--shell", "kill -9 $$", "by signal 9"),
        ("--exec", "false", "with status 1"),
    ])
    func `a command that fails for the one client is the status of the server`(
        option: String,
        command: String,
        words: String
    ) throws {
        for others in [[], ["--quiet"]] {
            let server = try Program.sockeye(arguments: ["serve", "--once", option, command, "0"] + others)
            #expect(try client("print(read_all(s))", server.port()) == "b''\n")
            let outcome = server.finish(closingInput: false)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("what happened: the command "), "\(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
    }

    @Test func `a command that fails for one of many does not end the server`() throws {
        let server = try Program.sockeye("serve", "--shell", "exit 3", "0")
        #expect(try client("print(read_all(s))", server.port()) == "b''\n")
        try server.wait(for: "has ended with status 3\n")
        #expect(end(server).status == 0)
    }
}
