import Foundation
import TestSupport
import Testing

/// What somebody new to the tool ran into.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct StrangerTests {
    @Test(arguments: ["/etc/hostname", "/tmp"])
    func `a file or a folder that is no socket is never to be removed`(path: String) throws {
        for command in ["serve", "connect"] {
            let outcome = try Program.sockeye(command, "unix:\(path)").finish()
            #expect(outcome.status == 1)
            #expect(!outcome.errors.contains("rm "), "\(outcome.errors)")
            #expect(outcome.errors.contains("no socket"), "\(outcome.errors)")
        }
    }

    @Test func `closed standard streams are not mistaken for sockets`() throws {
        let server = try Program.sockeye("serve", "0")
        let port = try server.port()
        let tool = Program.sockeyePath
        let line = "'\(tool)' connect \(port) <&- >&- 2>&-"
        let outcome = try Program.shell(line).finish()
        #expect(outcome.status == 0)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).status == 0)
    }

    @Test func `port 0 and a star are explained to a client`() throws {
        #expect(try Program.sockeye("connect", "0").finish().errors.contains("port 0 cannot be connected to"))
        let star = try Program.sockeye("connect", "*:1").finish()
        #expect(star.errors.contains("a client connects to one computer"), "\(star.errors)")
    }

    @Test func `an interface and a name that are not there are explained`() throws {
        let zone = try Program.sockeye("connect", "[::1%nope]:80").finish()
        #expect(zone.errors.contains("no network interface named \"nope\""), "\(zone.errors)")
        #expect(zone.errors.contains("ip -brief address"), "\(zone.errors)")
        let name = try Program.sockeye("connect", "unix:@sockeye-test-nobody").finish()
        #expect(name.status == 1)
        #expect(name.errors.contains("no program listens at that name"), "\(name.errors)")
    }

    @Test func `a program that does not accept is not taken for a computer that is off`() throws {
        let script = """
            import socket, sys
            l = socket.socket(); l.bind(('127.0.0.1', 0)); l.listen(0)
            clients = [socket.socket() for _ in range(3)]
            for c in clients:
                c.setblocking(False)
                c.connect_ex(l.getsockname())
            print(l.getsockname()[1], flush=True)
            sys.stdin.readline()
            """
        let server = try Program.python(script)
        let address = "127.0.0.1:\(try server.firstLine())"
        let outcome = try Program.sockeye("connect", "--json", "--timeout", "300ms", address).finish()
        #expect(outcome.status == 1)
        for told in [outcome.errors, outcome.text] {
            #expect(told.contains("timed out: no answer within 300 ms (--timeout)"), "\(told)")
            #expect(told.contains("the program there does not accept"), "\(told)")
            #expect(told.contains("sockeye doctor \(address)"), "\(told)")
            #expect(!told.contains("ping"), "\(told)")
        }
        server.finish()
    }

    @Test func `the one client of --once is the first that is let in`() throws {
        let server = try Program.sockeye("serve", "--once", "--deny", "127.0.0.2/32", "0")
        let script = """
            t = socket.socket(); t.bind(('127.0.0.2', 0)); t.connect(('127.0.0.1', int(sys.argv[1])))
            try: print(t.recv(9))
            except ConnectionError: print('turned away')
            s = connect(); s.sendall(b'x'); print(s.recv(9))
            """
        let client = try Program.python(Script.prelude + script, server.port()).finish()
        #expect(client.text == "turned away\nb'Got it!'\n", "\(client.errors)")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0)
        #expect(outcome.text == "x")
        #expect(outcome.errors.contains(" is not let in: --deny 127.0.0.2/32"), "\(outcome.errors)")
    }

    @Test func `each of several addresses is told how it is reached, and no line drops the others`() throws {
        let scratch = try Scratch()
        let path = scratch.file("u.sock")
        let server = try Program.sockeye("serve", "0", "unix:\(path)", "[::1]:0")
        try server.wait(for: "Ctrl-C ends it.")
        server.send(SIGINT)
        let errors = server.finish(closingInput: false).errors
        #expect(errors.contains("sockeye connect unix:\(path)\n"), "\(errors)")
        #expect(errors.contains(#/sockeye connect \d+\n/#), "\(errors)")
        #expect(errors.contains(#/sockeye connect '\[::1\]:\d+'\n/#), "\(errors)")
        #expect(!errors.contains("sockeye serve"), "\(errors)")
        #expect(errors.ranges(of: "Ctrl-C ends it.").count == 1, "\(errors)")
    }

    @Test(arguments: ["--hub", "--terminal"])
    func `a server that cannot read its input is proposed a server's command`(role: String) throws {
        let server = try Program.shell("exec \(Program.sockeyePath) serve \(role) 0 < /")
        let client = try Program.python(Script.client("read_all(s)"), server.port())
        try server.wait(for: "try next:")
        server.send(SIGINT)
        let errors = server.finish(closingInput: false).errors
        #expect(errors.contains("sockeye serve \(role) ADDRESS < file"), "\(errors)")
        #expect(!errors.contains("sockeye connect ADDRESS"), "\(errors)")
        client.finish()
    }

    @Test(arguments: [
        ("bench --size 0 1", "from 1 to 16M"), ("bench --size 17M 1", "--size 16M"),
        ("bench --rate -1 1", "--rate -1\n"),
    ])
    func `a load that cannot be is told as it was typed, with its limits`(line: String, words: String) throws {
        let outcome = try Program.sockeye(arguments: line.split(separator: " ").map(String.init)).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    @Test(arguments: [
        ("unix:/tmp/LONG/n.sock", "unix:/tmp/n.sock"), ("unix:/tmp/LONG", "unix:/tmp/x.sock"),
        ("unix:LONG", "unix:/tmp/x.sock"), ("unix:@LONG", "unix:@" + String(repeating: "x", count: 20)),
    ])
    func `a path that is too long is answered with a short one`(typed: String, short: String) throws {
        let path = typed.replacing("LONG", with: String(repeating: "x", count: 120))
        let outcome = try Program.sockeye("serve", path).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.hasSuffix("  sockeye serve \(short)\n"), "\(outcome.errors)")
    }

    @Test func `a web address is explained`() throws {
        let outcome = try Program.sockeye("connect", "http://localhost:80/").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("localhost:80"), "\(outcome.errors)")
    }
}
