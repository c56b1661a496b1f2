import Foundation
import TestSupport
import Testing

/// Connections and datagrams, served by one command at several addresses.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct MixedAddressTests {
    private let folder: ServeRoleTests.Folder

    init() throws { folder = try ServeRoleTests.Folder() }

    private func file(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func end(_ server: Program) -> Outcome {
        server.send(SIGINT)
        return server.finish(closingInput: false)
    }

    /// As the server has announced them.
    private func addresses(of server: Program) throws -> [String] {
        let errors = try server.wait(for: "Ctrl-C ends it.\n")
        return errors.matches(of: #/Listening on (\S+)\n/#).map { String($0.output.1) }
    }

    private func answer(at address: String, to words: String) throws -> String {
        let client = try Program.sockeye("connect", address)
        client.write(words)
        // A datagram has no end to wait for.
        try client.wait(for: words, in: .output)
        client.closeInput()
        return client.finish().text
    }

    @Test(arguments: [[], ["--quiet"]])
    func `streams and datagrams of every kind are served at once`(options: [String]) throws {
        let (stream, datagram) = (file("s"), file("d"))
        let server = try Program.sockeye(
            arguments: ["serve", "--echo", "0", "udp:0", "unix:\(stream)", "udp:[::1]:0", "unix-datagram:\(datagram)"]
                + options + ["--port-file", file("ports")]
        )
        // Quiet, it says nothing after its addresses.
        let errors = try server.wait(for: "Listening on unix-datagram:\(datagram)\n")
        let all = errors.matches(of: #/Listening on (\S+)\n/#).map { String($0.output.1) }
        let kinds = ["127.0.0.1:", "udp:127.0.0.1:", "unix:", "udp:[::1]:", "unix-datagram:"]
        #expect(all.count == 5)
        for (address, kind) in zip(all, kinds) {
            #expect(address.hasPrefix(kind))
            #expect(try answer(at: address, to: "to \(kind)") == "to \(kind)")
        }
        let ports = try Program.shell("until test -e \(file("ports")); do :; done; cat \(file("ports"))")
        let told = all.map { $0.hasPrefix("unix") ? $0 : String($0.split(separator: ":").last ?? "") }
        #expect(ports.finish().text == told.joined(separator: "\n") + "\n")
        let outcome = end(server)
        #expect(outcome.status == 0)
        #expect(outcome.text == (options.isEmpty ? kinds.map { "to \($0)" }.joined() : ""))
        #expect(folder.names == [])
    }

    @Test(arguments: [0, 1, 2])
    func `once serves the client or the datagram that is first, and nobody else`(first: Int) throws {
        let server = try Program.sockeye("serve", "--once", "0", "udp:0", "udp:0")
        let address = try addresses(of: server)[first]
        let client = try Program.sockeye("connect", address, "--wait", "10s")
        client.write("only")
        try client.wait(for: "Got it!", in: .output)
        client.send(SIGINT)
        client.finish()
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "only")
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test func `while a client is served alone, no datagrams are taken`() throws {
        let server = try Program.sockeye("serve", "--once", "--port-file", file("ports"), "0", "udp:0")
        let all = try addresses(of: server)
        let client = try Program.sockeye("connect", all[0])
        client.write("here")
        try client.wait(for: "Got it!", in: .output)
        let other = try Program.sockeye("connect", all[1])
        other.write("x")
        let refused = other.finish()
        #expect(refused.status == 1)
        #expect(refused.errors.contains("connection refused"), "\(refused.errors)")
        #expect(client.finish().status == 0)
        #expect(server.finish(closingInput: false).text == "here")
    }

    @Test(arguments: [0, 1])
    func `at a terminal the first who sends is answered, and nobody else heard`(first: Int) throws {
        let port = try Peers.closedPort()
        let script = """
            import socket, sys
            port = int(sys.argv[1])
            s, t = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
            s.connect(('127.0.0.1', port)); s.settimeout(1); answer = b''
            while not answer:
                try: s.send(b'question'); answer = s.recv(99)
                except (ConnectionRefusedError, TimeoutError): pass
            t.sendto(b'stranger', ('127.0.0.1', port)); s.settimeout(30); s.send(b'more'); print(answer, s.recv(99))
            try: socket.create_connection(('127.0.0.1', port)); print('connected')
            except ConnectionRefusedError: print('refused')
            """
        let client = try Program.python(script, port)
        let outcome = try Terminal.play(
            [
                ["Datagrams from udp:127.0.0.1:", ""], ["question", ""], ["> ", "one\n"], ["more", ""],
                ["> ", "two\n"], ["> ", "\u{4}"],
            ],
            ["serve", "--terminal", "udp:\(port)"] + (first == 0 ? [] : [port])
        )
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(!outcome.text.contains("stranger"), "\(outcome.text)")
        #expect(client.finish().text == "b'one' b'two'\nrefused\n")
    }

    @Test func `who has no name is heard, and not answered`() throws {
        let path = file("d")
        let server = try Program.sockeye("serve", "--terminal", "unix-datagram:\(path)")
        try server.wait(for: "Ctrl-C ends it.\n")
        let script = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.sendto(b'one', sys.argv[1])
            sys.stdin.readline(); s.sendto(b'two', sys.argv[1])
            """
        let client = try Program.python(script, path)
        server.write("answer")
        try server.wait(for: "Not sent: a Unix socket without a name cannot be answered")
        client.write("\n")
        try server.wait(for: "onetwo", in: .output)
        #expect(client.finish().status == 0)
        #expect(end(server).status == 0)
    }

    @Test func `silence ends a conversation in datagrams that has a limit`() throws {
        let server = try Program.sockeye("serve", "--terminal", "--idle-timeout", "50ms", "udp:0")
        let client = try Program.sockeye("connect", "udp:\(server.port())", "--send-only")
        client.write("one")
        client.finish()
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "one")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("which is the limit of --idle-timeout"), "\(outcome.errors)")
    }

    @Test func `what comes from a pipe goes to the first who sends, until a signal`() throws {
        let server = try Program.sockeye("serve", "--terminal", "--json", "udp:0")
        let port = try server.port()
        server.write("answer")
        server.closeInput()
        let client = try Program.sockeye("connect", "udp:\(port)", "--wait", "10s")
        client.write("one")
        try client.wait(for: "answer", in: .output)
        client.write("two")
        try server.wait(for: #""text":"two""#, in: .output)
        client.send(SIGINT)
        client.finish()
        let outcome = end(server)
        #expect(outcome.status == 0)
        #expect(outcome.text.contains(#""event":"datagram","local":"127.0.0.1:\#(port)","remote":"#), "\(outcome.text)")
    }

    @Test(arguments: [(["0", "udp:0"], "a client"), (["udp:0"], "a datagram")])
    func `who is waited for in vain is said`(addresses: [String], whom: String) throws {
        let server = try Program.sockeye(arguments: ["serve", "--once"] + addresses)
        try server.wait(for: "Ctrl-C ends it.\n")
        let outcome = end(server)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("sockeye: ended before \(whom) came"), "\(outcome.errors)")
        let late = try Program.sockeye(arguments: ["serve", "--once", "--timeout", "50ms"] + addresses).finish()
        #expect(late.status == 1)
        #expect(late.errors.contains("which is the limit of --timeout"), "\(late.errors)")
    }

    @Test func `each address has its event, and what comes says to which`() throws {
        let socket = file("d")
        let server = try Program.sockeye("serve", "--json", "udp:0", "unix-datagram:\(socket)", "0")
        let all = try addresses(of: server)
        for (index, address) in all.prefix(2).enumerated() {
            let client = try Program.sockeye("connect", address)
            client.write("hi")
            try client.wait(for: "Got it!", in: .output)
            client.finish()
            try server.wait(for: #""event":"datagram""#, times: index + 1, in: .output)
        }
        let text = end(server).text
        for (address, transport) in zip(all, ["udp", "unix-datagram", "tcp"]) {
            #expect(text.contains(#""event":"listening","address":"\#(address)""#), "\(text)")
            #expect(text.contains(#""transport":"\#(transport)""#), "\(text)")
        }
        #expect(text.contains(#""event":"datagram","local":"\#(all[0].dropFirst(4))","remote":"#), "\(text)")
        #expect(text.contains(#""event":"datagram","local":"unix:\#(socket)","remote":"#), "\(text)")
    }

    @Test func `a drain is for the connections, and datagrams are not taken any more`() throws {
        let server = try Program.sockeye("serve", "--echo", "--drain", "30s", "udp:0", "0")
        let all = try addresses(of: server)
        let client = try Program.sockeye("connect", all[1])
        client.write("one")
        try client.wait(for: "one", in: .output)
        server.send(SIGTERM)
        try server.wait(for: "Taking no more clients")
        // Until the socket is closed, which comes right after those words.
        let script = """
            import socket, sys
            while True:
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('127.0.0.1', int(sys.argv[1])))
                s.settimeout(1)
                try: s.send(b'x'); s.recv(9)
                except ConnectionRefusedError: print('refused'); break
            """
        #expect(try Program.python(script, String(all[0].split(separator: ":")[2])).finish().text == "refused\n")
        client.write("two")
        try client.wait(for: "onetwo", in: .output)
        #expect(client.finish().text == "onetwo")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.errors.contains("1 finished, 0 were cut off."), "\(outcome.errors)")
        #expect(outcome.status == 0)
    }

    @Test func `it ends when nobody reads its output any more`() throws {
        let server = try Program.shell(
            "{ \(Program.sockeyePath) serve --echo udp:0 0 udp:0; echo status $? >&2; } | true"
        )
        try server.wait(for: "status 0")
        server.finish()
    }

    @Test func `the one that cannot be had is named, and nothing is left behind`() throws {
        let holder = try Program.sockeye("serve", "udp:0", "0")
        let address = try addresses(of: holder)[0]
        let outcome = try Program.sockeye("serve", "unix:\(file("s"))", "udp:0", address).finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("could not take datagrams on \(address)"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("Listening"))
        #expect(folder.names == [])
        #expect(end(holder).status == 0)
    }

    @Test func `the limit of peers is one for all addresses of datagrams`() throws {
        let server = try Program.sockeye("serve", "--max-connections", "1", "udp:0", "udp:0")
        let script = """
            import socket, sys
            s, t = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
            one, other = [('127.0.0.1', int(port)) for port in sys.argv[1:]]
            s.settimeout(30); s.sendto(b'first', one); assert s.recv(9) == b'Got it!'
            t.sendto(b'second', other); s.sendto(b'again', one); assert s.recv(9) == b'Got it!'
            # Both sockets are served on one thread, in turn: by now the second would have been answered.
            s.sendto(b'.', one); s.recv(9); t.setblocking(False)
            try: print(t.recv(9))
            except BlockingIOError: print('dropped')
            """
        let ports = try addresses(of: server).map { String($0.split(separator: ":")[2]) }
        #expect(try Program.python(script, ports[0], ports[1]).finish().text == "dropped\n")
        #expect(end(server).text == "firstagain.")
    }

    @Test func `what is for connections goes with datagrams beside them`() throws {
        let server = try Program.sockeye(
            arguments: ["serve", "--echo", "--framing", "lines", "--keep-alive", "9s", "--loops", "2", "0", "udp:0"]
        )
        let all = try addresses(of: server)
        #expect(try answer(at: all[0], to: "line\n") == "line\n")
        #expect(try answer(at: all[1], to: "no line") == "no line")
        #expect(end(server).status == 0)
    }

    @Test(arguments: [
        (["--hub"], "--hub and udp:0: nobody says"), (["--send", "/dev/null"], "--send and udp:0: datagrams get lost"),
        (["--receive", "/tmp"], "--discard writes all that comes"), (["--exec", "cat"], "--exec and udp:0: a program"),
        (["--shell", "cat"], "--shell and udp:0: a program"),
    ])
    func `what needs a connection is refused, with the reason`(options: [String], words: String) throws {
        for addresses in [["udp:0"], ["0", "udp:0"]] {
            let outcome = try Program.sockeye(arguments: ["serve"] + addresses + options).finish()
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
            #expect(!outcome.errors.contains("Listening"))
        }
    }

    @Test(arguments: [
        (["udp:4444", "udp:4444"], "udp:4444 is given twice"),
        (["4444", "udp:4444", "udp:127.0.0.1:4444"], "udp:4444 and udp:127.0.0.1:4444 are the same address"),
        (["unix:/nodir/s", "unix-datagram:/nodir/s"], "unix:/nodir/s and unix-datagram:/nodir/s are the same"),
    ])
    func `the same address twice is wrong usage`(addresses: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["serve"] + addresses).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
}
