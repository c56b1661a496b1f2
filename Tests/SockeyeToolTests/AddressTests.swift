import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeCLI

/// `-4`, `-6`, `--source`, zones, and a computer without IPv6.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct AddressTests {
    @Test(arguments: [("-4", "0.0.0.0", "127.0.0.1", "::1"), ("-6", "[::]", "::1", "127.0.0.1")])
    func `a server of one family takes clients of that one only`(
        option: String,
        bound: String,
        inside: String,
        outside: String
    ) throws {
        let server = try Program.sockeye("serve", option, "*:0")
        let port = try server.port()
        try server.wait(for: "Listening on \(bound):\(port)")
        let script = """
            import socket, sys
            try: print(socket.create_connection((sys.argv[1], int(sys.argv[2])), 20).close())
            except OSError as error: print(type(error).__name__)
            """
        #expect(try Program.python(script, inside, port).finish().text == "None\n")
        // Nothing keeps another program from having the port in the other family.
        #expect(
            ["ConnectionRefusedError\n", "None\n"].contains(try Program.python(script, outside, port).finish().text)
        )
        server.send(SIGTERM)
        let clients = server.finish().errors.split(separator: "\n").filter { $0.hasPrefix("Connection from ") }
        #expect(clients.count == 1)
        #expect(clients.first?.contains(inside) == true)
    }

    @Test func `every form that the help shows is taken, as it is pasted`() throws {
        let page = try Program.sockeye("help", "address").finish().text
        let forms = page.matches(of: #/(?m)^(\S+) {2,}\S/#).map { String($0.output.1) }.filter {
            $0.contains(#/\d|@|sock/#)
        }
        #expect(forms.count == 13)
        for form in forms {
            let pasted = try Program.shell("printf %s \(form)").finish().text
            for command in ["serve", "connect", "relay", "replay talk"] {
                let address = try TypedAddress(pasted, command: command)
                #expect(address.kind == (pasted.contains(#/^(udp|unix-datagram):/#) ? .datagram : .stream), "\(form)")
            }
            // What the shell would take for a pattern is quoted.
            #expect(form.contains(#/[*\[]/#) == form.hasPrefix("'"), "\(form)")
        }
    }

    @Test(arguments: [
        ("bench", ":7000", ["localhost:7000"]), ("connect", ":7000", ["localhost:7000"]),
        ("serve", ":7000", ["'*:7000'", "localhost:7000"]), ("connect", "example.org:99999", ["example.org:1337"]),
        ("connect", "7000:localhost", ["localhost:7000"]), ("connect", "example.org:http", ["example.org:80"]),
        ("connect", "192.168.1:7000", ["7000"]), ("connect", "udp:7000:localhost", ["udp:localhost:7000"]),
        ("bench", "udp:[::1]:7000", ["'[::1]:7000'"]), ("bench", "unix-datagram:@x", ["unix:@x"]),
        ("connect", "tls:example.org:443", ["example.org:443"]),
    ])
    func `what is proposed has as much of what was typed as can be used`(
        command: String,
        text: String,
        next: [String]
    ) {
        let failure = #expect(throws: Failure.self) { try TypedAddress(text, command: command) }
        #expect(failure?.next == next.map { "sockeye \(command) \($0)" })
    }

    @Test func `both families reach a server on every interface, and IPv4 is printed as IPv4`() throws {
        let server = try Program.sockeye("serve", "*:0")
        let port = try server.port()
        for address in ["127.0.0.1", "[::1]"] {
            let client = try Program.sockeye("connect", "\(address):\(port)")
            client.write("hi")
            #expect(client.finish().text == "Got it!")
        }
        server.send(SIGTERM)
        let errors = server.finish().errors
        #expect(errors.contains("Connection from 127.0.0.1:"))
        #expect(errors.contains("Connection from [::1]:"))
        #expect(!errors.contains("ffff"))
    }

    @Test(arguments: ["127.0.0.9", "127.0.0.9:0"])
    func `a client comes from its source`(source: String) throws {
        let server = try Program.python(
            Script.server("c, peer = l.accept(); print(peer[0]); read_all(c); c.close()")
        )
        let client = try Program.sockeye("connect", "--source", source, "127.0.0.1:\(server.firstLine())")
        #expect(client.finish().status == 0)
        #expect(server.finish().text.hasSuffix("\n127.0.0.9\n"))
    }

    @Test(arguments: [
        (["--source", "4000", "1"], "0.0.0.0:4000"), (["--source", "localhost:1", "1"], "not a name"),
        (["--source", "unix:/tmp/x", "1"], "address of this computer"), (["-4", "-6", "1"], "Choose one of -4 and -6"),
        (["--source", "fe80::1%nonet9", "1"], "nonet9"), (["-6", "127.0.0.1:1"], "-6 asks for IPv6"),
        (["-4", "unix:/tmp/x.sock"], "it is a Unix socket"),
        (["--source", "::1", "127.0.0.1:1"], "127.0.0.1:1 is IPv4, and --source is IPv6"),
    ])
    func `wrong addresses are wrong usage`(arguments: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["connect"] + arguments).finish()
        #expect(outcome.errors.contains(words))
        #expect(outcome.status == 64)
    }

    @Test func `a source of another computer is told, with those of this one`() throws {
        let outcome = try Program.sockeye("connect", "--source", "192.0.2.77", "127.0.0.1:1").finish()
        #expect(outcome.errors.contains("(EADDRNOTAVAIL); from 192.0.2.77\n"))
        #expect(outcome.errors.contains("--source takes an address of this computer"))
        #expect(outcome.status == 1)
    }

    // MARK: Zones

    @Test func `a link-local address is reached through its interface`() throws {
        if Namespace.skip() { return }
        let script = """
            ip link add va type veth peer name vb
            ip address add fe80::1/64 dev va nodad; ip address add fe80::2/64 dev vb nodad
            ip link set va up; ip link set vb up
            exec "$1" serve --echo '[fe80::1%va]:0'
            """
        let server = try Namespace.run(script)
        let port = try server.port()
        let client = try Namespace.enter(server, Program.sockeyePath, "connect", "[fe80::1%vb]:\(port)")
        client.write("over the wire\n")
        let outcome = client.finish()
        #expect(outcome.text == "over the wire\n", "\(outcome)")
        let python = try Namespace.enter(
            server,
            "python3",
            "-c",
            """
            import socket, sys
            s = socket.create_connection(('fe80::1%vb', int(sys.argv[1])), 20)
            s.sendall(b'x'); print(s.recv(1), s.getpeername()[3] == socket.if_nametoindex('vb'))
            """,
            port
        ).finish()
        #expect(python.text == "b'x' True\n", "\(python)")
        let resolved = try Namespace.enter(server, Program.sockeyePath, "resolve", "fe80::1%vb", "--connect", port)
        #expect(resolved.finish().text.hasPrefix("fe80::1%vb  IPv6  link-local, this network segment only  connected"))
        server.send(SIGTERM)
        let errors = server.finish().errors
        // The kernel chooses which of its own link-local addresses it comes from.
        #expect(errors.contains("Connection from [fe80::"))
        #expect(
            errors.contains("Others on this network segment reach it with: sockeye connect '[fe80::1%eth0]:\(port)'")
        )
    }

    @Test func `a link-local address without its interface says what is missing`() throws {
        for command in ["connect", "serve"] {
            let outcome = try Program.sockeye(command, "[fe80::1]:7000").finish()
            #expect(outcome.errors.contains("needs its network interface"), "\(outcome)")
            #expect(outcome.errors.contains("sockeye \(command) '[fe80::1%eth0]:7000'"))
            #expect(outcome.status == 1)
        }
    }

    // MARK: Without IPv6

    /// Runs the tool where the kernel answers as one without IPv6 does: a filter makes `socket(AF_INET6)` fail.
    private func withoutIPv6(_ arguments: String...) throws -> Program {
        let script = """
            import ctypes, os, struct, sys
            calls = {'x86_64': 41, 'aarch64': 198}
            if os.uname().machine not in calls: sys.exit('no filter')
            def line(code, yes, no, k): return struct.pack('HBBI', code, yes, no, k)
            lines = b''.join([
                line(0x20, 0, 0, 0), line(0x15, 0, 3, calls[os.uname().machine]),
                line(0x20, 0, 0, 16), line(0x15, 0, 1, 10),
                line(0x06, 0, 0, 0x00050000 | 97), line(0x06, 0, 0, 0x7fff0000)])
            memory = ctypes.create_string_buffer(lines)
            class Filter(ctypes.Structure): _fields_ = [('count', ctypes.c_ushort), ('lines', ctypes.c_void_p)]
            filter = Filter(6, ctypes.cast(memory, ctypes.c_void_p))
            libc = ctypes.CDLL(None)
            if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(filter), 0, 0): sys.exit('no filter')
            os.execv(sys.argv[1], sys.argv[1:])
            """
        return try Program("/usr/bin/env", ["python3", "-c", script, Program.sockeyePath] + arguments)
    }

    @Test func `a computer without IPv6 listens on every interface of IPv4`() throws {
        let refused = try withoutIPv6("serve", "-6", "*:0").finish()
        guard !refused.errors.contains("no filter") else {
            print("skipped: this kernel takes no filter for system calls")
            return
        }
        #expect(refused.errors.contains("(EAFNOSUPPORT); this computer has no IPv6"))
        #expect(refused.status == 1)
        let server = try withoutIPv6("serve", "--echo", "*:0")
        let port = try server.port()
        try server.wait(for: "Listening on 0.0.0.0:\(port)")
        let client = try withoutIPv6("connect", "localhost:\(port)")
        client.write("hi\n")
        #expect(client.finish().text == "hi\n")
        server.send(SIGTERM)
        server.finish()
        let asked = try withoutIPv6("connect", "[::1]:\(port)").finish()
        #expect(asked.errors.contains("this computer has no IPv6"))
    }
}
