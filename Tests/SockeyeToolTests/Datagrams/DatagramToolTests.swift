import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI
@testable import SockeyeSystem

/// `udp:` and `unix-datagram:`, with Python, the netcats and socat at the other end.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct DatagramToolTests {
    /// A socket `s` of Python, and the address that was named.
    private static let udp = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(30)
        peer = ('127.0.0.1', int(sys.argv[1])) if len(sys.argv) > 1 else None

        """

    private static let unix = """
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.settimeout(30)
        path = sys.argv[1]

        """

    @Test func `a client that only sends drops the answer, and one that explains tells of no connection`() throws {
        let server = try Program.sockeye("serve", "--echo", "udp:127.0.0.1:0")
        let address = "udp:127.0.0.1:\(try server.port())"
        let client = try Program.sockeye("connect", "--send-only", "--explain", address)
        client.write("hi")
        client.closeInput()
        let outcome = client.finish()
        #expect(outcome.status == 0)
        #expect(outcome.text == "")
        for word in ["ESTABLISHED", "RST", "closed first"] {
            #expect(!outcome.errors.contains(word), "\(outcome.errors)")
        }
        #expect(outcome.errors.contains("send"))
        _ = end(server)
    }

    private func end(_ server: Program) -> Outcome {
        server.send(SIGINT)
        return server.finish(closingInput: false)
    }

    private func path() -> String {
        NSTemporaryDirectory() + "sockeye-tool-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
    }

    // MARK: serve

    @Test func `several peers at once are answered, each by itself, the empty datagrams too`() throws {
        let server = try Program.sockeye("serve", "--echo", "udp:0")
        let script =
            Self.udp + """
                others = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(20)]
                for round in range(10):
                    for i, o in enumerate(others): o.sendto(b'%d %d' % (i, round), peer)
                    for i, o in enumerate(others):
                        o.settimeout(30); assert o.recvfrom(99) == (b'%d %d' % (i, round), peer)
                s.sendto(b'', peer); assert s.recv(99) == b''
                s.sendto(b'x' * 60000, peer); assert s.recv(65535) == b'x' * 60000
                print('done')
                """
        #expect(try Program.python(script, server.port()).finish().text == "done\n")
        let outcome = end(server)
        #expect(outcome.status == 0)
        #expect(outcome.errors.matches(of: #/Datagrams from udp:127.0.0.1:/#).count == 21)
        #expect(outcome.errors.contains("sockeye connect udp:"))
        #expect(outcome.errors.contains("To let other computers in: sockeye serve --echo 'udp:*:"))
        #expect(outcome.text.hasPrefix("0 0"))
    }

    @Test func `in silence it echoes in batches, and what cannot be answered holds up nobody`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "udp:0")
        let script =
            Self.udp + """
                for i in range(100): s.sendto(b'%d' % i, peer)
                for i in range(100): assert s.recv(99) == b'%d' % i
                gone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); gone.sendto(b'x', peer); gone.close()
                s.sendto(b'', peer); assert s.recv(99) == b''
                print('done')
                """
        #expect(try Program.python(script, server.port()).finish().text == "done\n")
        let outcome = end(server)
        #expect(outcome.status == 0)
        #expect(outcome.text == "")
    }

    @Test(arguments: [
        ["nc.openbsd", "-u", "-w1", "127.0.0.1", "PORT"], ["ncat", "-u", "127.0.0.1", "PORT"],
        ["socat", "-t1", "-", "UDP4:127.0.0.1:PORT"],
    ])
    func `another client gets its reply`(command: [String]) throws {
        guard let path = Peers.path(command[0]) else {
            print("skipped: \(command[0]) is not installed")
            return
        }
        let server = try Program.sockeye("serve", "--reply", "ok", "udp:0")
        let port = try server.port()
        let client = try Program(path, command.dropFirst().map { $0.replacing("PORT", with: port) })
        client.write("over there\n")
        // Not all of them wait for an answer after the end of their input.
        try client.wait(for: "ok", in: .output)
        client.send(SIGTERM)
        #expect(client.finish().text == "ok")
        #expect(end(server).text == "over there\n")
    }

    @Test func `one datagram and no more, when that is asked for`() throws {
        let server = try Program.sockeye("serve", "--once", "udp:0")
        let script = Self.udp + "s.sendto(b'only', peer); print(s.recv(99).decode())"
        #expect(try Program.python(script, server.port()).finish().text == "Got it!\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "only")
        #expect(outcome.status == 0)
        let silent = try Program.sockeye("serve", "--once", "--timeout", "50ms", "udp:0").finish()
        #expect(silent.status == 1)
        #expect(silent.errors.contains(#/\| sockeye connect udp:127\.0\.0\.1:\d+\n/#), "\(silent.errors)")
    }

    @Test func `whom it may not answer it does not hear`() throws {
        let server = try Program.sockeye("serve", "--deny", "127.0.0.2/32", "udp:0.0.0.0:0")
        let script =
            Self.udp + """
                t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); t.bind(('127.0.0.2', 0))
                t.sendto(b'denied', peer)
                s.sendto(b'welcome', peer); print(s.recv(99).decode())
                t.setblocking(False)
                try: print('answered', t.recv(99))
                except BlockingIOError: pass
                """
        #expect(try Program.python(script, server.port()).finish().text == "Got it!\n")
        #expect(end(server).text == "welcome")
    }

    @Test func `no more peers than allowed, and the others when they are silent`() throws {
        let server = try Program.sockeye("serve", "--max-connections", "1", "--idle-timeout", "1ms", "udp:0")
        let script =
            Self.udp + """
                t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); t.settimeout(1)
                s.sendto(b'first', peer); assert s.recv(99) == b'Got it!'
                while True:
                    t.sendto(b'second', peer)
                    try: t.recv(99); break
                    except TimeoutError: pass
                print('done')
                """
        #expect(try Program.python(script, server.port()).finish().text == "done\n")
        #expect(end(server).text.hasPrefix("firstsecond"))
    }

    @Test func `it ends when nobody reads its output any more`() throws {
        let server = try Program.shell("{ \(Program.sockeyePath) serve --echo udp:0; echo status $? >&2; } | true")
        try server.wait(for: "status 0")
        server.finish()
    }

    @Test func `a Unix socket: peers with a name, without one, and one that never reads`() throws {
        let path = path()
        let server = try Program.sockeye("serve", "--echo", "unix-datagram:\(path)")
        try server.wait(for: "Listening on unix-datagram:\(path)\n")
        let script =
            Self.unix + """
                # A socket of its own: the kernel tells the name that the sender has by the time of the receive.
                u = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); u.sendto(b'nameless', path)
                s.bind(path + '.1')
                s.sendto(b'named', path); assert s.recv(99) == b'named'
                t = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); t.bind(path + '.2')
                for i in range(1000): t.sendto(b'never read', path)
                s.sendto(b'still there', path); assert s.recv(99) == b'still there'
                os.remove(path + '.1'); os.remove(path + '.2'); print('done')
                """
        #expect(try Program.python(script, path).finish().text == "done\n")
        let outcome = end(server)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("a Unix socket without a name cannot be answered"))
        #expect(!FileManager.default.fileExists(atPath: path))
        if let socat = Peers.path("socat") {
            let again = try Program.sockeye("serve", "--reply", "ok", "unix-datagram:\(path)")
            try again.wait(for: "Listening")
            let client = try Program(socat, ["-t1", "-", "UNIX-SENDTO:\(path),bind=\(path).3"])
            client.write("x")
            #expect(client.finish().text == "ok")
            #expect(end(again).text == "x")
        }
    }

    @Test func `a Unix path is taken over from a socket that has died, and not from one that lives`() throws {
        let path = path()
        let dead = Self.unix + "s.bind(path); print('left')"
        #expect(try Program.python(dead, path).finish().text == "left\n")
        let server = try Program.sockeye("serve", "unix-datagram:\(path)")
        try server.wait(for: "Listening on unix-datagram:\(path)\n")
        let second = try Program.sockeye("serve", "unix-datagram:\(path)").finish()
        #expect(second.status == 1)
        #expect(second.errors.contains("could not take datagrams on unix-datagram:\(path)\n"), "\(second.errors)")
        #expect(second.errors.contains("sockeye (process \(server.id)) already takes datagrams there"))
        #expect(second.errors.contains("sockeye serve unix-datagram:\(path)2"))
        #expect(end(server).status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    // MARK: connect

    @Test func `a read of the input is a datagram, and the answers are waited for`() throws {
        let script =
            Self.udp + """
                s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])
                data, who = s.recvfrom(65535)
                print(len(data), data[:9])
                for i in range(3): s.sendto(b'answer %d;' % i, who)
                """
        let server = try Program.python(script)
        let client = try Program.sockeye("connect", "udp:127.0.0.1:\(server.firstLine())")
        client.write("one\ntwo\n")
        let outcome = client.finish()
        #expect(outcome.text == "answer 0;answer 1;answer 2;")
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(server.finish().text.contains(#"8 b'one\ntwo\n'"#))
    }

    @Test(arguments: [[], ["--json"], ["--source", "127.0.0.3"]])
    func `what is sent to all of a network, each of them answers`(options: [String]) throws {
        let script =
            Self.udp + """
                t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                for one in (s, t): one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(('0.0.0.0', 0)); t.bind(s.getsockname()); print(s.getsockname()[1])
                for one, word in ((s, b'one '), (t, b'two ')):
                    data, who = one.recvfrom(99); one.sendto(word + data, who); print(who[0])
                """
        let server = try Program.python(script)
        let port = try server.firstLine()
        let client = try Program.sockeye(arguments: ["connect", "udp:127.255.255.255:\(port)"] + options)
        client.write("hi")
        // Which of them is the first, nobody knows.
        try client.wait(for: "one hi", in: .output)
        try client.wait(for: "two hi", in: .output)
        let outcome = client.finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors == "Datagrams from udp:127.0.0.1:\(port)\n")
        let remote = #""event":"datagram","remote":"127.0.0.1:\#(port)""#
        #expect(outcome.text.ranges(of: remote).count == (options == ["--json"] ? 2 : 0), "\(outcome.text)")
        let own = options.first == "--source" ? "127.0.0.3" : "127.0.0.1"
        #expect(server.finish().text == "\(port)\n\(own)\n\(own)\n")
    }

    @Test func `no answer is no error, and is said`() throws {
        let script = Self.udp + "s.bind(('127.0.0.1', 0)); print(s.getsockname()[1]); s.recv(99); input()"
        let server = try Program.python(script)
        let client = try Program.sockeye("connect", "--wait", "20ms", "udp:127.0.0.1:\(server.firstLine())")
        client.write("x")
        let outcome = client.finish()
        #expect(outcome.text == "")
        #expect(outcome.errors.contains("No answer"))
        #expect(outcome.status == 0)
        server.write("\n")
        server.finish()
    }

    @Test func `nobody there is told in four parts`() throws {
        let port = try Program.python(Self.udp + "s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])").finish().text
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let client = try Program.sockeye("connect", "udp:127.0.0.1:\(port)")
        client.write("x")
        // The input is still open: the answer ends it.
        let outcome = client.finish(closingInput: false)
        #expect(outcome.status == 1)
        for part in [
            "could not get an answer from udp:127.0.0.1:\(port)", "what happened: connection refused (ECONNREFUSED)",
            "port unreachable", "likely cause:  no program takes datagrams on port \(port)",
            "try next: ", "  sockeye serve udp:\(port)\n",
        ] {
            #expect(outcome.errors.contains(part), "\(part) in \(outcome.errors)")
        }
    }

    @Test func `to a Unix socket it has a name, so that it is answered`() throws {
        let path = path()
        let script =
            Self.unix + """
                s.bind(path); print('bound')
                data, who = s.recvfrom(99); s.sendto(b'hello ' + data, who); os.remove(path)
                """
        let server = try Program.python(script, path)
        _ = try server.firstLine()
        let client = try Program.sockeye("connect", "unix-datagram:\(path)")
        client.write("you")
        #expect(client.finish().text == "hello you")
        server.finish()
        let gone = try Program.sockeye("connect", "unix-datagram:\(path)").finish()
        #expect(gone.status == 1)
        #expect(gone.errors.contains("no server has made this socket"))
    }

    @Test func `each step is told in words`() throws {
        let server = try Program.sockeye("serve", "--explain", "udp:0")
        let port = try server.port()
        let client = try Program.sockeye("connect", "--explain", "--wait", "20ms", "udp:\(port)")
        client.write("hi")
        try client.wait(for: "recvmsg: a datagram of 7 bytes from 127.0.0.1:\(port)")
        let outcome = client.finish()
        #expect(outcome.errors.contains("sendmsg: a datagram of 2 bytes for 127.0.0.1:\(port)"))
        let said = end(server).errors
        #expect(said.contains("socket, bind: datagrams for 127.0.0.1:\(port) are now taken"))
        #expect(said.contains("sendmsg: a datagram of 7 bytes"))
    }

    @Test(arguments: [
        (["connect", "udp:1", "--proxy", "socks5://127.0.0.1:1"], "--proxy"),
        (["connect", "udp:1", "--retry", "3"], "--retry"),
        (["connect", "udp:1", "--crlf"], "--crlf"), (["connect", "udp:1", "--keep-alive", "1s"], "--keep-alive"),
        (["serve", "udp:0", "--drain", "1s"], "--drain"), (["serve", "udp:0", "--framing", "lines"], "--framing"),
        (["serve", "udp:0", "--loops", "2"], "--loops"), (["connect", "udp:1", "--reconnect"], "--reconnect"),
        (["connect", "udp:1", "--timeout", "1s"], "--wait"),
        (["serve", "udp:unix:/tmp/x"], "unix-datagram:/tmp/x"), (["connect", "udp:70000"], "udp:1337"),
        (["bench", "udp:1337"], "has none"), (["serve", "unix-datagram:"], "unix-datagram:"),
    ])
    func `wrong usage says what is meant`(arguments: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: arguments).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    @Test func `a port that is taken names who has it`() throws {
        let server = try Program.sockeye("serve", "udp:0")
        let port = try server.port()
        let outcome = try Program.sockeye("serve", "udp:\(port)").finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("sockeye (process \(server.id)) already takes datagrams on port \(port)"))
        #expect(end(server).status == 0)
    }
}

@Suite(.inTurn) struct `The peers of a datagram server` {
    private func address(_ number: Int) -> SocketAddress {
        .ipv4(IPv4Address(rawValue: UInt32(number)), port: 9)
    }

    @Test func `are remembered while they speak, and forgotten when they are silent`() throws {
        let start = ContinuousClock.now
        var peers = DatagramPeers(limit: nil, idleTime: .seconds(10))
        let greeted = peers.greet(address(1), at: start)
        var first = try #require(greeted)
        #expect(first.isNew)
        first.isNew = false
        peers.update(first, address(1))
        #expect(peers.greet(address(1), at: start + .seconds(9))?.isNew == false)
        #expect(peers.greet(address(2), at: start + .seconds(18)) != nil)
        #expect(peers.count == 2)
        #expect(peers.greet(address(2), at: start + .seconds(20)) != nil)
        #expect(peers.count == 1)
        #expect(peers.greet(address(1), at: start + .seconds(21))?.isNew == true)
    }

    @Test func `that are made up cost no memory`() {
        let start = ContinuousClock.now
        var peers = DatagramPeers(limit: nil, idleTime: nil)
        for number in 0..<5000 {
            #expect(peers.greet(address(number), at: start + .milliseconds(number)) != nil)
            #expect(peers.count <= DatagramPeers.most)
        }
        // The ones that were heard last are those that are kept.
        #expect(peers.greet(address(4999), at: start + .seconds(5)) != nil)
        #expect(peers.count == DatagramPeers.most)
    }

    @Test func `are no more than allowed`() {
        let start = ContinuousClock.now
        var peers = DatagramPeers(limit: 2, idleTime: .seconds(10))
        #expect(peers.greet(address(1), at: start) != nil)
        #expect(peers.greet(address(2), at: start) != nil)
        #expect(peers.greet(address(3), at: start + .seconds(1)) == nil)
        #expect(peers.greet(address(1), at: start + .seconds(1)) != nil)
        #expect(peers.greet(address(3), at: start + .seconds(12)) != nil)
    }
}
