import Testing

@testable import SockeyeCLI

/// What stands around an error drops the causes that cannot be, and brings up those that are likely.
@Suite struct FittingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        /// How the first cause begins.
        let first: String
        /// What is not said any more.
        let gone: [String]
        var meaning = ""

        var testDescription: String { name }
    }

    private static func answer(_ text: String) -> (entry: Explanation, place: ProgramPlace?)? {
        let pasted = ErrorText(text)
        guard let match = pasted.matches().first else { return nil }
        let place = pasted.ownPlace(of: match)
        let line = match.text + " " + (place?.code ?? "")
        let circumstances = Circumstances(
            surroundings: pasted.surroundings(of: match),
            line: line,
            frames: pasted.frames(of: match),
            address: MentionedAddress(in: line)
        )
        return (circumstances.fitted(match.entry), place)
    }

    @Test(arguments: rows)
    func `causes that cannot be are gone`(row: Row) throws {
        let entry = try #require(Self.answer(row.text)).entry
        #expect(entry.causes.first?.hasPrefix(row.first) == true, "\(entry.causes)")
        let whole = ([entry.title, entry.meaning] + entry.causes + entry.next).joined(separator: "\n")
        for words in row.gone { #expect(!whole.contains(words), "\(words): \(whole)") }
        #expect(entry.meaning.contains(row.meaning), "\(entry.meaning)")
        #expect(!entry.causes.isEmpty && !entry.next.isEmpty)
    }

    @Test(arguments: Fitting.all.indices)
    func `a fitting names causes and advice that are there`(index: Int) throws {
        let fitting = Fitting.all[index]
        let entry = try #require(Explanation.all.first { $0.id == fitting.id })
        for start in fitting.drop + fitting.first {
            #expect(entry.causes.count { $0.hasPrefix(start) } == 1, "\(fitting.id): \(start)")
        }
        for start in fitting.dropNext {
            #expect(entry.next.count { $0.hasPrefix(start) } == 1, "\(fitting.id): \(start)")
        }
        #expect(Set(fitting.drop).isDisjoint(with: fitting.first))
        #expect(fitting.drop.count < entry.causes.count || !fitting.add.isEmpty, "\(fitting.id): nothing is left")
    }

    @Test(arguments: [
        (
            "Error: connect ECONNREFUSED 127.0.0.1:1337\n    at TCPConnectWrap.afterConnect (node:net:1:2)\n"
                + "    at main (file:///srv/chat/client.mjs:7:3)", "client.mjs, line 7"
        ),
        (
            "java.net.ConnectException: Connection refused\n\tat java.base/sun.nio.ch.Net.connect0(Native Method)\n"
                + "\tat chat.Client.main(Client.java:12)", "Client.java, line 12"
        ),
        (
            "thread 'main' panicked at src/main.rs:4:52:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 111, kind: "
                + "ConnectionRefused, message: \"Connection refused\" }", "main.rs, line 4"
        ),
        (
            "panic: dial tcp 127.0.0.1:1: connect: connection refused\n\ngoroutine 1 [running]:\nmain.main()\n"
                + "\t/srv/chat/main.go:12 +0x1d", "main.go, line 12"
        ),
        (
            "System.Net.Sockets.SocketException (111): Connection refused\n"
                + "   at System.Net.Sockets.Socket.Connect()\n   at P.Main() in /srv/chat/P.cs:line 9", "P.cs, line 9"
        ),
    ])
    func `the place in the person's own program is found in other languages too`(text: String, words: String) throws {
        #expect(try #require(Self.answer(text)).place?.words == words)
    }

    @Test func `what is not shown changes nothing`() {
        for entry in Explanation.all {
            let plain = Circumstances(surroundings: "", line: "", address: MentionedAddress(in: "")).fitted(entry)
            #expect(plain.causes == entry.causes && plain.next == entry.next && plain.meaning == entry.meaning)
        }
    }

    private static func python(_ code: String, _ message: String) -> String { PastedMessage.traceback(code, message) }

    static let rows: [Row] = connecting + serving + conversing + datagrams

    @Test(arguments: [
        ("json.load(open('config.json'))", "json.decoder.JSONDecodeError: Extra data: line 2 column 1 (char 3)"),
        ("n = int(input('age? '))", "ValueError: invalid literal for int() with base 10: ''"),
        ("pickle.load(open('a', 'rb'))", "EOFError: Ran out of input"),
        ("open('a?b.txt')", "OSError: [Errno 22] Invalid argument: 'a?b.txt'"),
        ("print(i)", "BrokenPipeError: [Errno 32] Broken pipe"),
        ("for i in range(n):", "TypeError: 'str' object cannot be interpreted as an integer"),
        ("sys.stdout.write(b'hi')", "TypeError: write() argument must be str, not bytes"),
        ("open('a').read()", "ValueError: I/O operation on closed file."),
        ("os.close(99)", "OSError: [Errno 9] Bad file descriptor"),
        ("os.fork()", "BlockingIOError: [Errno 11] Resource temporarily unavailable"),
        ("while True: x += 1", "KeyboardInterrupt"),
        ("f(s)", "ValueError: Invalid argument: bad mode"),
        ("sys.stdout.flush()", "BrokenPipeError: [Errno 32] Broken pipe"),
        ("text = sys.stdin.readline()", "OSError: [Errno 9] Bad file descriptor"),
        ("result = os.fork()", "BlockingIOError: [Errno 11] Resource temporarily unavailable"),
    ])
    func `a line of the program that shows no socket is not explained by one`(code: String, message: String) throws {
        let match = try #require(ErrorText(Self.python(code, message)).matches().first)
        #expect(match.entry.isOtherMatter, "\(match.entry.title)")
        #expect(try #require(Self.answer(Self.python(code, message))).entry.title == match.entry.title)
    }

    @Test(arguments: [
        ("s.send(open('a', 'rb').read())", "BrokenPipeError: [Errno 32] Broken pipe"),
        ("print(s.recv(9))", "OSError: [Errno 9] Bad file descriptor"),
        ("s.connect((input(), 9))", "ConnectionRefusedError: [Errno 111] Connection refused"),
        ("name = input()", "EOFError: EOF when reading a line"),
        ("conn.write(open('a').read())", "BrokenPipeError: [Errno 32] Broken pipe"),
        ("for i in range(3): fetch(i)", "ConnectionResetError: [Errno 104] Connection reset by peer"),
        ("print(fetch())", "ConnectionRefusedError: [Errno 111] Connection refused"),
        ("time.sleep(9)", "KeyboardInterrupt"),
        ("self.conn.write(open('a').read())", "BrokenPipeError: [Errno 32] Broken pipe"),
    ])
    func `a line that shows a socket is explained by it`(code: String, message: String) throws {
        #expect(try #require(ErrorText(Self.python(code, message)).matches().first).entry.isOtherMatter == false)
    }

    @Test(arguments: [
        "bash: ./server.sh: Permission denied", "open /etc/shadow: permission denied",
        "java.io.FileNotFoundException: /etc/shadow (Permission denied)",
        "Error: EACCES: permission denied, open '/etc/shadow'", "open secrets.txt: permission denied",
        "PermissionError: [Errno 13] Permission denied: 'a.txt'", "zsh: permission denied: ./server.sh",
        "permission denied: ./run.sh",
    ])
    func `a permission of a file is about no network`(text: String) throws {
        #expect(try #require(Self.answer(text)).entry.meaning.contains("No network is concerned"))
    }

    @Test(arguments: [
        (
            "curl: (7) Failed to connect to a.example port 80 after 3062 ms: Couldn't connect to server",
            "connecting failed, and the message does not say whether it was refused or nothing answered"
        ),
        (
            "curl: (7) Failed to connect to a.example port 80 after 3 ms: Couldn't connect to server",
            "connection refused: the computer was reached, and no program takes connections on that port"
        ),
        (python("s.recv(9)", "TimeoutError: timed out"), "timed out while waiting for data"),
        ("TypeError: recv() takes at least 1 argument (0 given)", "the call was given too many values, or too few"),
        (
            "NameError: name 'socket' is not defined",
            "Python's module socket was not imported, or its name is misspelt"
        ),
        (
            "Error: This socket has been ended by the other party",
            "the other side has ended the connection, and this side sends"
        ),
        ("Connection closed by foreign host.", "the other side has ended the connection"),
        (
            python("os.fork()", "BlockingIOError: [Errno 11] Resource temporarily unavailable"),
            "this line is about another process, and not about a socket"
        ),
    ])
    func `messages that share an entry are told apart by its title`(text: String, title: String) throws {
        #expect(try #require(Self.answer(text)).entry.title == title)
    }

    @Test func `nothing of sockets is fitted to what is about something else`() throws {
        let line = "curl: (7) Failed to connect to a.example port 80 after 3062 ms: Couldn't connect to server"
        var entry = try #require(ErrorText(line).matches().first).entry
        entry.isOtherMatter = true
        let circumstances = Circumstances(surroundings: line, line: line, address: MentionedAddress(in: line))
        #expect(circumstances.fitted(entry).title == entry.title)
    }

    @Test func `a permission to bind a Unix socket is about a socket, although the message ends with a file`() throws {
        let text = Self.python("s.bind('/srv/x.sock')", "PermissionError: [Errno 13] Permission denied: '/srv/x.sock'")
        #expect(try !#require(Self.answer(text)).entry.meaning.contains("No network is concerned"))
    }

    /// Two frames of a traceback: the person's own, and one of a library.
    private static func frames(_ own: String, library: String, _ message: String) -> String {
        """
        Traceback (most recent call last):
          File "chat/a.py", line 7, in <module>
            \(own)
            ~~~~^^^
          File "/usr/lib/python3.11/json/__init__.py", line 293, in load
            \(library)
            ^^^^^^^^
        \(message)
        """
    }

    @Test func `of several frames the person's own tells what it is about`() throws {
        func isOther(_ text: String) throws -> Bool {
            try #require(ErrorText(text).matches().first, "\(text)").entry.isOtherMatter
        }
        let extra = "json.decoder.JSONDecodeError: Extra data: line 2 column 1 (char 3)"
        #expect(try isOther(Self.frames("json.load(open('a'))", library: "return loads(fp.read())", extra)))
        // A file that a library opens is not one that the person's line is about.
        let invalid = "OSError: [Errno 22] Invalid argument"
        #expect(try !isOther(Self.frames("fetch(x)", library: "with open(name) as f:", invalid)))
        // It may look like a file, and the library opens a connection.
        let refused = "ConnectionRefusedError: [Errno 111] Connection refused"
        #expect(try !isOther(Self.frames("open(x)", library: "self.sock.connect(sa)", refused)))
        // What an earlier frame opened is not what the last one is about, which does not show its line.
        let hidden = Self.frames("f(open(x))", library: "y", refused)
            .replacing("/usr/lib/python3.11/json/__init__.py", with: "chat/b.py")
            .replacing("    y\n    ^^^^^^^^\n", with: "")
        #expect(try !isOther(hidden))
    }

    @Test(arguments: [
        ">>> open('a?b')\nTraceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\n"
            + "OSError: [Errno 22] Invalid argument: 'a?b'",
        ">>> print('x')\nBrokenPipeError: [Errno 32] Broken pipe",
        "Exception ignored in: <_io.TextIOWrapper name='<stdout>' mode='w' encoding='utf-8'>\n"
            + "BrokenPipeError: [Errno 32] Broken pipe",
    ])
    func `what was typed at Python's own prompt, and its output at the end, are told from sockets`(text: String) throws
    {
        #expect(try #require(ErrorText(text).matches().first).entry.isOtherMatter)
    }

    @Test(arguments: [
        ("OSError: [Errno 104] Broken pipe", "broken-pipe"),
        ("ConnectionRefusedError: [Errno 104]", "connection-refused"),
        ("OSError: [Errno 104] no words", "connection-reset"),
    ])
    func `where the words and the number disagree, the words are right`(text: String, id: String) throws {
        #expect(ErrorText(text).matches().first?.entry.id == id)
    }

    @Test(arguments: [
        ("read tcp 192.168.1.5:54321->10.0.0.9:8080: read: connection reset by peer", "10.0.0.9", "likely the other"),
        ("write tcp 10.0.0.9:8080->192.168.1.5:54321: write: broken pipe", "10.0.0.9", "likely this program"),
        ("read tcp 10.0.0.1:40000->10.0.0.9:8080: i/o timeout", "10.0.0.9", "likely the other"),
        ("read tcp 10.0.0.1:50000->10.0.0.9:50001: i/o timeout", "10.0.0.9", "does not show"),
    ])
    func `of Go's two addresses the first is this program's`(text: String, host: String, words: String) throws {
        #expect(MentionedAddress(in: text).host == host)
        #expect(try #require(Self.answer(text)).entry.meaning.contains(words))
    }

    private static let connecting = [
        Row(
            name: "refused on this computer",
            text: python("s.connect((\"127.0.0.1\", 4321))", "ConnectionRefusedError: [Errno 111] Connection refused"),
            first: "the server is not running",
            gone: ["firewall", "another computer\n", "localhost", "'*:"],
            meaning: "This computer itself answered"
        ),
        Row(
            name: "refused by another computer",
            text: "dial tcp 192.168.1.20:8080: connect: connection refused",
            first: "the server is not running",
            gone: ["localhost"]
        ),
        Row(
            name: "refused at ::1, in Node",
            text: "Error: connect ECONNREFUSED ::1:1337",
            first: "::1 is this computer's IPv6 address",
            gone: ["firewall", "'*:"]
        ),
        Row(
            name: "refused by the way of a library",
            text: python(
                "urlopen(url).read()",
                "urllib.error.URLError: <urlopen error [Errno 111] Connection refused>"
            ),
            first: "the server is not running",
            gone: ["UDP"]
        ),
        Row(
            name: "refused at localhost",
            text: python("s.connect((\"localhost\", 1))", "ConnectionRefusedError: [Errno 111] Connection refused"),
            first: "\"localhost\" led to",
            gone: ["firewall"]
        ),
        Row(
            name: "no answer from the internet",
            text: python("s.connect((\"8.8.4.4\", 1337))", "TimeoutError: [Errno 110] Connection timed out"),
            first: "a firewall drops",
            gone: ["private address", "Wi-Fi"]
        ),
        Row(
            name: "no answer within the home",
            text: python("s.connect((\"192.168.1.9\", 1337))", "TimeoutError: [Errno 110] Connection timed out"),
            first: "the address is wrong",
            gone: []
        ),
        Row(
            name: "no network for IPv6",
            text: python("s.connect((\"2606:4700::1111\", 80))", "OSError: [Errno 101] Network is unreachable"),
            first: "the address is IPv6",
            gone: []
        ),
        Row(
            name: "sendto on a connected socket",
            text: python("s.sendto(b'x', a)", "OSError: [Errno 106] Transport endpoint is already connected"),
            first: "sendto with an address",
            gone: ["a loop that reconnects"]
        ),
        Row(
            name: "shutdown after the other has gone",
            text: python("s.shutdown(socket.SHUT_RDWR)", "OSError: [Errno 107] Transport endpoint is not connected"),
            first: "the other side had reset",
            gone: ["in a client: connect before"],
            meaning: "shutdown was called"
        ),
    ]

    private static let serving = [
        Row(
            name: "a port that Windows does not give",
            text: python(
                "s.bind((\"\", 80))",
                "PermissionError: [WinError 10013] An attempt was made to access a socket"
            ),
            first: "on Windows: another program",
            gone: ["without being administrator", "use a port of 1024"]
        ),
        Row(
            name: "a port that is taken, on Windows",
            text: python(
                "s.bind((\"\", 8080))",
                "OSError: [WinError 10048] Only one usage of each socket address (protocol/network address/port) is "
                    + "normally permitted"
            ),
            first: "your own server still runs",
            gone: ["it ended a moment ago", "setsockopt"]
        ),
        Row(
            name: "a port that is taken, in Node, which reuses addresses",
            text: "Error: listen EADDRINUSE: address already in use :::8080",
            first: "your own server still runs",
            gone: ["it ended a moment ago", "s.setsockopt"],
            meaning: "another program listens on now"
        ),
        Row(
            name: "port 5000",
            text: "Error: listen EADDRINUSE: address already in use 0.0.0.0:5000",
            first: "another program uses the port: 5000",
            gone: []
        ),
        Row(
            name: "a low port",
            text: python("s.bind((\"0.0.0.0\", 80))", "PermissionError: [Errno 13] Permission denied"),
            first: "the server wants a port below 1024",
            gone: ["Hyper-V", "broadcast", "Unix socket", "netsh"]
        ),
        Row(
            name: "a high port",
            text: python("s.bind((\"0.0.0.0\", 8080))", "PermissionError: [Errno 13] Permission denied"),
            first: "a firewall on this computer",
            gone: ["below 1024", "use a port of 1024"]
        ),
        Row(
            name: "a file",
            text: python("open('log.txt', 'w')", "PermissionError: [Errno 13] Permission denied: 'log.txt'"),
            first: "the file or its folder",
            gone: ["below 1024", "broadcast"],
            meaning: "No network is concerned"
        ),
        Row(
            name: "a broadcast",
            text: python("s.sendto(b'', (\"192.168.1.255\", 9))", "PermissionError: [Errno 13] Permission denied"),
            first: "datagrams to a broadcast",
            gone: ["below 1024"]
        ),
        Row(
            name: "an address that is not this computer's, at bind",
            text: python("s.bind((h, p))", "OSError: [Errno 99] Cannot assign requested address"),
            first: "the address is the router's",
            gone: ["a client gets it from connect"]
        ),
    ]

    private static let conversing = [
        Row(
            name: "select with the keyboard on Windows",
            text: python(
                "select.select([sys.stdin, s], [], [])",
                "OSError: [WinError 10038] An operation was attempted on something that is not a socket"
            ),
            first: "on Windows select takes sockets only",
            gone: ["in C:"]
        ),
        Row(
            name: "a timeout of an unknown call",
            text: "TimeoutError: timed out",
            first: "if it was connecting",
            gone: ["The connection stands"]
        ),
        Row(
            name: "a reset while connecting",
            text: python("s.connect((h, p))", "ConnectionResetError: [Errno 104] Connection reset by peer"),
            first: "something in between took",
            gone: ["a firewall, proxy or router gave up"],
            meaning: "being made"
        ),
        Row(
            name: "accept that times out",
            text: python("c, a = s.accept()", "TimeoutError: timed out"),
            first: "no client was started",
            gone: ["The connection stands", "newline"],
            meaning: "accept waits for a client"
        ),
        Row(
            name: "send that times out",
            text: python("s.sendall(data)", "TimeoutError: timed out"),
            first: "the other program does not call receive",
            gone: ["newline"],
            meaning: "takes no more bytes"
        ),
        Row(
            name: "a closed socket in Python",
            text: python("s.recv(9)", "OSError: [Errno 9] Bad file descriptor"),
            first: "close stands inside",
            gone: ["in C:"]
        ),
        Row(
            name: "too many sockets in accept",
            text: python("c, a = s.accept()", "OSError: [Errno 24] Too many open files"),
            first: "the server does not close its clients'",
            gone: []
        ),
        Row(
            name: "a client that has gone before accept",
            text: "accept tcp [::]:80: software caused connection abort",
            first: "the client closed or broke off",
            gone: ["antivirus", "Windows"]
        ),
    ]

    private static let datagrams = [
        Row(
            name: "refused datagram",
            text: "read udp 127.0.0.1:5->127.0.0.1:9: recvfrom: connection refused",
            first: "a datagram (UDP) came to a port",
            gone: ["ss -ltn", "takes connections"],
            meaning: "UDP has no connection"
        ),
        Row(
            name: "a refused receive, which only UDP has",
            text: python("d = s.recv(9)", "ConnectionRefusedError: [Errno 111] Connection refused"),
            first: "a datagram (UDP) came to a port",
            gone: ["ss -ltn"],
            meaning: "UDP has no connection"
        ),
        Row(
            name: "reset of recvfrom on Windows",
            text: python(
                "d, a = s.recvfrom(9)",
                "ConnectionResetError: [WinError 10054] An existing connection was forcibly closed by the remote host"
            ),
            first: "an earlier sendto went to a port",
            gone: ["RST"],
            meaning: "UDP has no connection"
        ),
        Row(
            name: "recvfrom that times out",
            text: python("d, a = s.recvfrom(9)", "TimeoutError: timed out"),
            first: "a datagram (UDP) was lost",
            gone: ["The connection stands", "newline"],
            meaning: "UDP has no connection"
        ),
        Row(
            name: "a UDP port that is taken",
            text: python("f(socket.SOCK_DGRAM).bind((h, 9))", "OSError: [Errno 98] Address already in use"),
            first: "your own server still runs",
            gone: ["TIME_WAIT", "SO_REUSEADDR"],
            meaning: "UDP port"
        ),
        Row(
            name: "send on a UDP socket without connect",
            text: python(
                "socket.socket(type=socket.SOCK_DGRAM).send(b'')",
                "OSError: [Errno 107] Transport endpoint is not connected"
            ),
            first: "send or getpeername on a UDP socket",
            gone: ["accept"],
            meaning: "UDP"
        ),
    ]
}
