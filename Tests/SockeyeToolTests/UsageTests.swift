import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// Wrong usage that can be guessed at, or that the argument parser takes for something else.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct UsageTests {
    @Test(
        arguments: [
            ("lenght:4", "length:4"), ("legnth:2le", "length:2le"), ("len:4", "length:4"), ("length", "length:4"),
            ("line", "lines"), ("LINE", "lines"), ("varints", "varint"), ("fxied:12", "fixed:12"),
            ("fixed", "fixed:16"),
            ("deliminter:AB", "delimiter:AB"), ("delimiter", #"delimiter:\n"#), ("lines:5", "lines"),
            ("xyzzy", nil), ("l", nil), ("", nil), ("lenght:5", nil), ("json", nil),
        ] as [(String, String?)]
    )
    func `a framing that is misspelt is guessed`(text: String, meant: String?) {
        let error = #expect(throws: (any Error).self) { try TypedFraming(parsing: text) }
        let words = error.map { "\($0)" } ?? ""
        if let meant {
            #expect(words.contains("did you mean \(SafeText.line(meant))?"), "\(words)")
        } else {
            #expect(!words.contains("did you mean"), "\(words)")
        }
    }

    @Test(arguments: [("", "", 0), ("a", "", 1), ("lenght", "length", 1), ("kitten", "sitting", 3), ("ab", "ba", 1)])
    func `a distance counts the slips`(one: String, other: String, distance: Int) {
        #expect(Spelling.distance(Array(one), Array(other)) == distance)
        #expect(Spelling.distance(Array(other), Array(one)) == distance)
    }

    @Test(
        arguments: [
            (["bench", "7000", "-c", "-1"], "--connections -1"),
            (["bench", "7000", "--size", "-64"], "-64 is negative"),
            (["serve", "--framing", "lines", "--max-message", "-1"], "-1 is negative; a size is"),
            (["serve", "--drain", "-5s"], "-5s is negative; a time is"),
            (["connect", "1", "--wait", "-.5s"], "is negative"),
            (["serve", "--loops", "-1"], "--loops -1: from 1"), (["serve", "--max-connections", "-4"], "at least 1"),
            (["connect", "-6", "::1", "--retry", "-6"], "--retry -6: from 0"),
            (["serve", "-1"], "a port is not negative"),
            (["connect", "-12", "-4"], "a port is not negative"), (["serve", "--drain"], "Missing value for '--drain"),
            (["serve", "--drain", "-q"], "Missing value for '--drain"),
            (["connect", "-4"], "Missing expected argument"),
            (["serve", "--", "--drain", "-5"], "address \"--drain\""),
            (["bench", "7000", "-c", "x"], "a whole number from 1 to"),
            (["bench", "7", "--rate", "x"], "a number from"),
            (["bench", "7000", "-n", "1.5"], "a whole number from 1"),
            (["bench", "7", "--depth", "x"], "a whole number"),
            (["resolve", "localhost", "--connect", "http"], "a port is a number from 1 to 65535"),
            (["replay", "a", "1", "--speed", "x"], "a number above 0"),
            (["serve", "--ready-fd", "x"], "the number of an open descriptor"),
        ] as [([String], String)]
    )
    func `a number that is none, or negative, is called so`(command: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: command).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    @Test(
        arguments: [
            (["conect", "1337"], "no command 'conect'. Did you mean 'sockeye connect 1337'?"),
            (["sever"], "Did you mean 'sockeye serve'?"),
            (["CONNECT", "*:1"], "Did you mean 'sockeye connect '*:1''?"),
            (["Serve", "--echo"], "Did you mean 'sockeye serve --echo'?"),
            (["nonsense", "--help"], "There is no command 'nonsense'.\n"),
            (["1337"], "is an address, and a command comes before it: sockeye connect 1337, or sockeye serve 1337."),
            (["--serve"], "A command has no dashes. Did you mean 'sockeye serve'?"),
            (["--hepl"], "Unknown option '--hepl'. Did you mean '--help'?"),
            (["help", "nonsense"], "There is no command 'nonsense' to help with.\n"),
            (["help", "ADRESS"], "Did you mean 'sockeye help address'?"),
            (["help", "conect"], "Did you mean 'sockeye help connect'?"),
            (["help", "serve", "more"], "Unexpected argument 'more'"),
            (["serve", "--framming", "lines"], "Unknown option '--framming'. Did you mean '--framing'?"),
            (["connect", "1", "--explian"], "Did you mean '--explain'?"),
            (["serve", "--max-connection", "2"], "Did you mean '--max-connections'?"),
            (["serve", "--idle-time", "2s"], "Did you mean '--idle-timeout'?"),
            (["connect", "--idle-timeot", "1s", "1337"], "Did you mean '--idle-timeout'?"),
            (["connect", "--timeout", "soon", "localhost", "1"], "a time is a number with its unit"),
            (["serve", "-echo"], "Unknown option '-echo'. A long option has two dashes: '--echo'."),
            (["connect", "help"], "sockeye help connect\n"),
        ] as [([String], String)]
    )
    func `a slip of the keys is answered with what was meant, and 64`(command: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: command).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    @Test(
        arguments: [
            ("connect localhost 1337", "sockeye connect localhost:1337"),
            ("localhost 1337", "sockeye connect localhost:1337"),
            ("connect --reconnect ::1 1337", "sockeye connect --reconnect '[::1]:1337'"),
            ("nc localhost 1337", "sockeye connect localhost:1337"), ("nc -lk 1337", "sockeye serve 1337"),
            ("-l 1337", "sockeye serve 1337"), ("-l -p 1337", "sockeye serve 1337"), ("-l", "sockeye serve"),
            ("-k 1337", "sockeye serve 1337"),
            ("-lu 1337", "sockeye serve udp:1337"), ("-u localhost 1337", "sockeye connect udp:localhost:1337"),
            ("serve -l", "sockeye serve"), ("serve -k", "sockeye serve"), ("serve -lu", "sockeye serve udp:1337"),
            ("serve --echo -p 20900", "sockeye serve --echo 20900"),
            ("connect -u", "sockeye connect udp:localhost:1337"),
            ("connect -p 20 localhost", "sockeye connect localhost:20"),
            ("connect -v localhost 1", "sockeye connect localhost:1"),
            ("listen 1337", "sockeye serve 1337"), ("client localhost 1337", "sockeye connect localhost:1337"),
            ("server 1337", "sockeye serve 1337"), ("version", "sockeye --version"),
            ("nc -p 1337 localhost", "sockeye connect localhost:1337"),
            ("ncat localhost 1", "sockeye connect localhost:1"),
            ("netcat localhost 1", "sockeye connect localhost:1"),
            ("telnet localhost 80", "sockeye connect localhost:80"),
            ("nc -nv localhost 1", "sockeye connect localhost:1"),
            ("connect -u udp:localhost:1", "sockeye connect udp:localhost:1"),
            ("connect --explain localhost 1", "sockeye connect --explain localhost:1"),
        ]
    )
    func `a line as netcat has it is answered with the one that is right`(typed: String, meant: String) throws {
        let outcome = try Program.sockeye(arguments: typed.split(separator: " ").map(String.init)).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains("Did you mean '\(meant)'?"), "\(outcome.errors)")
    }

    @Test(
        arguments: [
            ("relay localhost:http 1", "sockeye relay localhost:80 1"),
            ("relay localhost 8000", "sockeye relay 1337 localhost:8000"),
            ("relay ::1 1337", "sockeye relay 1338 '[::1]:1337'"),
            ("relay tls:1337 8000", "sockeye relay 1337 8000"),
            ("relay udp:unix:/x udp:8", "sockeye relay unix-datagram:/x udp:8"),
            ("relay 1337 localhost:http", "sockeye relay 1337 localhost:80"),
            ("serve 1337 localhost:http udp:9", "sockeye serve 1337 localhost:80 udp:9"),
        ]
    )
    func `a line that is suggested has all its addresses`(typed: String, meant: String) throws {
        let outcome = try Program.sockeye(arguments: typed.split(separator: " ").map(String.init)).finish()
        #expect(outcome.status == 64)
        #expect(
            outcome.errors.split(whereSeparator: \.isNewline).contains { $0.hasSuffix(" " + meant) },
            "\(outcome.errors)"
        )
    }

    @Test(
        arguments: [
            "serve --bogus", "serve --tls", "foo localhost 1337", "connect a b", "-x", "nc", "nc localhost", "nc -v",
            "connect 1 2", "connect -x 1", "connect --bogus 1s 1337", "connect -x localhost 1337", "relay 1 2 3",
            "resolve localhost 1337",
        ]
    )
    func `what resembles nothing is not guessed at`(typed: String) throws {
        let outcome = try Program.sockeye(arguments: typed.split(separator: " ").map(String.init)).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("Error: "))
        #expect(!outcome.errors.contains("Did you mean"), "\(outcome.errors)")
    }

    @Test(arguments: [
        ["help"], ["help", "serve"], ["help", "address"], ["help", "ADDRESS"], ["help", "help"], ["--help"], ["-h"],
        ["serve", "-h"], ["serve", "--help"], ["--version"], ["help", "--help"], ["serve", "-qh"],
        ["--generate-completion-script", "bash"],
    ])
    func `who asks for help gets it`(command: [String]) throws {
        let outcome = try Program.sockeye(arguments: command).finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        #expect(!outcome.text.isEmpty)
    }

    @Test func `a text that begins with a minus is a text`() throws {
        let server = try Program.sockeye("serve", "--reply", "-1", "0")
        #expect(
            try Program.python(Script.client("s.sendall(b'x'); print(s.recv(9))"), server.port()).finish().text
                == "b'-1'\n"
        )
        server.send(SIGINT)
        server.finish(closingInput: false)
    }

    // MARK: IPv4 and IPv6

    @Test(
        arguments: [
            (["connect", "-6", "--source", "192.0.2.1", "1337"], ["--source is IPv4", "-6 asks for IPv6"]),
            (["connect", "-6", "--source", "192.0.2.1", "udp:1337"], ["--source is IPv4", "-6 asks for IPv6"]),
            (["connect", "-4", "--source", "::1", "localhost:1337"], ["--source is IPv6", "-4 asks for IPv4"]),
            (["connect", "--source", "127.0.0.1", "[::1]:1"], ["[::1]:1 is IPv6", "--source is IPv4"]),
            (
                ["connect", "--source", "127.0.0.1", "unix:/tmp/x"],
                ["unix:/tmp/x is a Unix socket", "--source is IPv4"]
            ),
            (["connect", "-4", "[::1]:1"], ["it is IPv6", "-4 asks for IPv4"]),
            (["connect", "-4", "unix:/tmp/x"], ["it is a Unix socket", "-4 asks for IPv4"]),
            (["resolve", "-4", "::1"], ["the address ::1\n", "it is IPv6", "-4 asks for IPv4"]),
        ] as [([String], [String])]
    )
    func `both sides of a contradiction are named`(command: [String], words: [String]) throws {
        let outcome = try Program.sockeye(arguments: command).finish()
        #expect(outcome.status == 64)
        for part in words + ["likely cause:", "try next:"] {
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
    }

    @Test func `a name that has the other family only is not called misspelt`() throws {
        if Namespace.skip() { return }
        let scratch = try Scratch()
        let hosts = "127.0.0.1 localhost four.example\n2001:db8::6 six.example\n"
        try Data(hosts.utf8).write(to: URL(fileURLWithPath: scratch.file("hosts")))
        try Data("nameserver 127.0.0.1\n".utf8).write(to: URL(fileURLWithPath: scratch.file("resolv.conf")))
        // The name service knows neither of them.
        let script = """
            cd \(scratch.path); mount --bind hosts /etc/hosts && mount --bind resolv.conf /etc/resolv.conf || exit 9
            exec python3 -c "$2" sh -c "$3" sh "$1"
            """
        let commands = """
            for words in 'connect -6 four.example:1' 'connect -4 six.example:1' 'connect -6 udp:four.example:1' \\
                'serve -6 four.example:0' 'resolve -6 four.example' 'connect --source ::1 four.example:1'
            do "$1" $words </dev/null; echo "status $?" >&2; done
            """
        let errors = try Namespace.run(script, [NameService.script, commands]).finish().errors
        #expect(errors.ranges(of: "it has IPv4 only (127.0.0.1), and -6 asks for IPv6\n").count == 4, "\(errors)")
        #expect(errors.ranges(of: "it has IPv6 only (2001:db8::6), and -4 asks for IPv4\n").count == 1, "\(errors)")
        #expect(errors.ranges(of: "it has IPv4 only (127.0.0.1), and --source ::1 is IPv6\n").count == 1, "\(errors)")
        #expect(errors.ranges(of: "status 1\n").count == 6)
        #expect(!errors.contains("misspelt"))
    }
}
