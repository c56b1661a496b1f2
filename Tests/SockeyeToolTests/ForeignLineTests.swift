import TestSupport
import Testing

@testable import SockeyeCLI

/// Lines that have nothing to do with sockets are told so, and get no guess.
@Suite(.inTurnWithPrograms, .ownThread) struct ForeignLineTests {
    @Test(arguments: [
        ("nc: command not found", "no program called nc"),
        ("zsh: command not found: telnet", "no program called telnet"),
        ("sh: 1: foo: not found", "no program called foo"),
        ("bash: line 1: foo: command not found", "no program called foo"),
        ("'telnet' is not recognized as an internal or external command,", "no program called telnet"),
        ("E: Unable to locate package netcat", "no program called netcat"),
        ("exec: \"nc\": executable file not found in $PATH", "no program called nc"),
        ("No module named 'numpy'", "needs numpy"), ("ModuleNotFoundError: No module named 'numpy'", "needs numpy"),
        ("Error: Cannot find module 'express'", "needs express"),
        ("Caused by: java.lang.ClassNotFoundException: Server", "needs Server"),
        ("server.c:12:10: fatal error: winsock2.h: No such file or directory", "Windows' own"),
        ("a.c:1:10: fatal error: 'netinet/in.h' file not found", "on Windows there is none"),
        ("a.o: undefined reference to `__imp_socket'", "a library of their own"),
        ("a.o: undefined reference to `foo'", "calls foo"),
        ("SyntaxError: invalid syntax", "own text or data"), ("KeyError: 'port'", "own text or data"),
        ("java.lang.NullPointerException", "own text or data"),
        ("Segmentation fault (core dumped)", "own text or data"),
        ("json.decoder.KeyError: 1", "own text or data"),
        ("OSError: [Errno 28] No space left on device", "disk is full"), ("Killed", "memory"),
        ("cat: /etc/foo: No such file or directory", "a path that is not there"),
        ("Host key verification failed.", "it is ssh's"),
    ])
    func `a line about something else is told so`(line: String, words: String) throws {
        #expect(ErrorText(line).matches().isEmpty)
        let foreign = try #require(ForeignLine.last(in: ErrorText(line)))
        #expect(foreign.cause.contains(words), "\(foreign.cause)")
        #expect(!foreign.next.isEmpty)
    }

    @Test(arguments: [
        "hello world", "conection refussed", "TypeError: fetch failed",
        "ImportError: cannot import name 'a' from 'socket'", "all is well", "",
    ])
    func `what is not plain is not told`(line: String) {
        #expect(ForeignLine.last(in: ErrorText(line)) == nil)
    }

    @Test func `the last line that says something counts`() {
        let text = ErrorText("KeyError: 1\nbash: nc: command not found\n$\n")
        #expect(ForeignLine.last(in: text)?.cause.contains("nc") == true)
    }

    @Test func `it gets no guess, and what nc is used for is named`() throws {
        let outcome = try Program.sockeye("explain", "nc: command not found").finish()
        #expect(outcome.status == 1 && outcome.text == "")
        #expect(outcome.errors.contains("it is not about sockets: there is no program called nc"))
        #expect(outcome.errors.contains("  sockeye connect HOST:PORT") && !outcome.errors.contains("sockeye explain"))
        let json = try Program.sockeye("explain", "--json", "No module named 'numpy'").finish()
        #expect(json.text.contains(#""known":false,"guesses":[]"#), "\(json.text)")
    }

    @Test func `a message that begins with a dash is no option`() throws {
        let outcome = try Program.sockeye("explain", "-bash: ./server: Permission denied").finish()
        #expect(outcome.status == 0 && outcome.text.contains("about a file"), "\(outcome.errors)")
    }

    @Test func `both addresses of localhost are told of together`() throws {
        let explain = try Program.sockeye("explain")
        explain.write(
            "AggregateError [ECONNREFUSED]: \n  [errors]: [\n    Error: connect ECONNREFUSED ::1:3999\n"
                + "    Error: connect ECONNREFUSED 127.0.0.1:3999\n"
        )
        let text = explain.finish().text
        #expect(text.contains("both addresses of this computer") && !text.contains("\"localhost\" led"), "\(text)")
    }

    @Test func `Java on Windows is told of Windows`() throws {
        let text = try Program.sockeye("explain", "java.net.BindException: Address already in use: NET_Bind").finish()
            .text
        #expect(text.contains("netstat -ano") && !text.contains("SO_REUSEADDR") && !text.contains("sockeye doctor"))
        let refused = "java.net.ConnectException: Connection refused: connect"
        #expect(
            Circumstances(surroundings: "", line: refused, address: MentionedAddress(in: "")).facts.contains(.windows)
        )
    }

    @Test func `ssh that does not let somebody in is no socket's matter`() throws {
        let text = try Program.sockeye("explain", "git@github.com: Permission denied (publickey).").finish().text
        #expect(text.hasPrefix("ssh was not let in"), "\(text)")
    }
}
