import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// `sockeye explain`: real messages lead to their entries, wherever they stand, and unknown ones to an honest answer.
@Suite(.inTurnWithPrograms, .ownThread) struct ExplainTests {
    private func id(_ text: String) -> String? { ErrorText(text).matches().first?.entry.id }

    @Test(arguments: PastedMessage.table)
    func `a message leads to its entry`(message: PastedMessage) {
        #expect(id(message.text) == message.id)
    }

    @Test func `the table covers the languages, and every entry`() {
        #expect(PastedMessage.table.count >= 80)
        #expect(Set(PastedMessage.table.map(\.language)).count >= 8)
        let unreached = Set(Explanation.all.map(\.id)).subtracting(PastedMessage.table.map(\.id))
        #expect(unreached.isEmpty)
    }

    @Test func `an entry has a name of its own, causes, and something to try`() {
        #expect(Set(Explanation.all.map(\.id)).count == Explanation.all.count)
        for entry in Explanation.all {
            #expect(!entry.causes.isEmpty && !entry.next.isEmpty && !entry.phrases.isEmpty, "\(entry.id)")
            #expect(entry.meaning.count > 40, "\(entry.id)")
        }
        let errnos = Explanation.all.flatMap(\.errnos)
        #expect(Set(errnos).count == errnos.count, "an errno that two entries have is explained by chance")
        #expect(Set(errnos).isSubset(of: ErrorNumber.all.map(\.name)))
        #expect(Set(Explanation.all.flatMap(\.followsFrom)).isSubset(of: Explanation.all.map(\.id)))
        let owners = Dictionary(
            grouping: Explanation.all.flatMap { entry in
                Set(entry.phrases.map { $0.lowercased() }).map { (phrase: $0, id: entry.id) }
            },
            by: \.phrase
        )
        let shared = owners.filter { $0.value.count > 1 }.keys.sorted()
        #expect(shared.isEmpty, "a phrase that two entries have is explained by chance")
    }

    @Test(arguments: ErrorNumber.all.map(\.name))
    func `a number of each system leads to an entry`(name: String) throws {
        let number = try #require(ErrorNumber.all.first { $0.name == name })
        for (text, value) in [
            ("[Errno \(number.linux)]", number.linux), ("errno: \(number.mac)", number.mac),
            ("[WinError \(number.windows)]", number.windows), ("os error \(number.linux)", number.linux),
        ] where value != 0 {
            #expect(id(text) != nil, "\(text)")
        }
    }

    @Test func `in a Python traceback the last error counts, and source lines do not`() {
        let text = """
            Traceback (most recent call last):
              File "client.py", line 5, in <module>
                s.sendall(data)  # BrokenPipeError may come here
            ConnectionResetError: [Errno 104] Connection reset by peer

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "client.py", line 9, in <module>
                s.connect(("127.0.0.1", 1337))
            ConnectionRefusedError: [Errno 111] Connection refused
            """
        let matches = ErrorText(text).matches()
        #expect(matches.map(\.entry.id) == ["connection-refused", "connection-reset"])
        #expect(matches.first?.line == 11)
        #expect(MentionedAddress(in: "connect(('127.0.0.1', 1337))").fill("{address}") == "127.0.0.1:1337")
    }

    @Test(arguments: [
        ("    s.bind((host, port))", "address-not-mine"), ("    s.connect((host, port))", "address-not-connectable"),
    ])
    func `the call in a traceback tells apart what one message says of two errors`(call: String, expected: String) {
        let head = "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n\(call)\n"
        #expect(id(head + "OSError: [Errno 99] Cannot assign requested address") == expected)
    }

    @Test(arguments: [
        (
            "Exception in thread \"main\" java.lang.RuntimeException: no\n\tat A.main(A.java:3)\n"
                + "Caused by: java.net.ConnectException: Connection refused\n\tat sun.nio.ch.Net.pollConnect(Native Method)",
            "connection-refused"
        ),
        (
            "node:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\nError: connect ECONNREFUSED ::1:1337\n"
                + "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16) {\n  errno: -111,\n"
                + "  code: 'ECONNREFUSED',\n  syscall: 'connect'\n}",
            "connection-refused"
        ),
        (
            "thread 'main' panicked at src/main.rs:4:52:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 98, kind: "
                + "AddrInUse, message: \"Address already in use\" }\nnote: run with `RUST_BACKTRACE=1`",
            "address-in-use"
        ),
        (
            "2024/05/01 12:00:00 dial tcp 127.0.0.1:1337: connect: connection\nrefused\nexit status 1",
            "connection-refused"
        ),
    ])
    func `an error within a whole output is found`(text: String, expected: String) {
        #expect(id(text) == expected)
    }

    @Test(arguments: [
        ("dial tcp 192.0.2.7:8080: connect: connection refused", "192.0.2.7", "8080"),
        ("connect ECONNREFUSED [::1]:1337", "[::1]", "1337"),
        ("Failed: example.org:443 (a.py:12)", "example.org", "443"),
        ("('::1', 1337)", "[::1]", "1337"), ("    s.connect((\"192.0.2.9\", 1337))", "192.0.2.9", "1337"),
        ("client.py:12: refused at 12:30", "HOST", "PORT"),
        ("curl: (7) Failed to connect to localhost port 8000 after 0 ms", "localhost", "8000"),
        ("Error: connect ECONNREFUSED ::1:1337", "[::1]", "1337"), ("EADDRINUSE: address in use :::80", "[::]", "80"),
        ("nc: connect to localhost (127.0.0.1) port 1337 (tcp) failed", "localhost", "1337"),
        ("HTTPConnectionPool(host='example.org', port=80): Max retries", "example.org", "80"),
        ("localhost/127.0.0.1:99", "127.0.0.1", "99"), ("1.2.3.4:99999", "HOST", "PORT"),
        ("s.connect((\"http://127.0.0.1\", 4000))", "127.0.0.1", "4000"),
        ("s.connect(('127.0.0.1:4000', 4001))", "127.0.0.1", "4001"),
        ("s.connect(('127.0.0.1', 0))", "127.0.0.1", "PORT"),
    ])
    func `the address in a message is found`(text: String, host: String, port: String) {
        let found = MentionedAddress(in: text)
        #expect(found.host == host && found.port == port)
    }

    @Test func `a host goes into a command without the brackets of an IPv6 address`() {
        let address = MentionedAddress(in: "connect ECONNREFUSED [::1]:1337")
        #expect(
            address.fill("getent hosts {host}; sockeye doctor {address}")
                == "getent hosts ::1; sockeye doctor '[::1]:1337'"
        )
    }

    @Test(arguments: [
        "Segmentation fault (core dumped)", "all is well", "IndexError: list index out of range", "errno 4711",
        "exit code 1", "error 404", "😀", "reconnecting", "\u{0}\u{1B}[31m", "*", "nullPointerEPIPException", "REEPIPE",
        "EPIPES", "OSError: [Errno 36] File name too long: 'aaa'", "OSError: [Errno 39] Directory not empty: 'a'",
    ])
    func `what is no socket error is not explained`(text: String) {
        #expect(id(text) == nil)
    }

    @Test(arguments: [
        ("conection refussed", "connection-refused"), ("adress alredy in use", "address-in-use"),
        ("the pipe is broken pipes", "broken-pipe"),
    ])
    func `an unknown text gets the nearest guess`(text: String, expected: String) {
        #expect(id(text) == nil)
        #expect(NearestGuess.entries(for: ErrorText(text)).map(\.id).contains(expected))
    }

    @Test(arguments: [
        "ZeroDivisionError: division by zero", "MemoryError", "IndexError: list index out of range",
    ])
    func `what is near nothing gets no guess`(text: String) {
        #expect(NearestGuess.entries(for: ErrorText(text)).isEmpty)
    }

    @Test func `a huge text is explained by its end`() {
        let text = String(repeating: "all is well, line after line\n", count: 20_000) + "Broken pipe\n"
        #expect(id(text) == "broken-pipe")
        #expect(ErrorText(text).matches().first?.line == 20_001)
        #expect(ErrorText(text).skippedBytes == text.utf8.count - ErrorText.maximumBytes)
    }

    @Test func `a line without an end is looked at from both of its ends`() {
        let filling = String(repeating: "all is well ", count: 100_000)
        #expect(id(filling + "Broken pipe") == "broken-pipe")
        let text = ErrorText("Broken pipe " + filling.prefix(200_000))
        #expect(text.matches().first?.entry.id == "broken-pipe")
        #expect(text.lines.allSatisfy { $0.utf8.count <= ErrorText.maximumLineBytes + 5 })
        #expect(NearestGuess.entries(for: ErrorText(filling)).isEmpty)
    }

    @Test func `what was not looked at is said, and the line is the one of the whole text`() throws {
        let explain = try Program.sockeye("explain")
        let line = String(repeating: "127.0.0.1:99 all is well\n", count: 100_000)
        explain.write(line + "connect to 192.0.2.7:1337\nBroken pipe\n")
        let outcome = explain.finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("the text is long: only its last 256 KiB were looked at"))
        #expect(outcome.text.contains("line 100002 of the pasted text: Broken pipe"), "\(outcome.text)")
    }
}

/// The command itself: streams and status.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ExplainCommandTests {
    @Test func `an argument is explained on standard output`() throws {
        let text = "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 1337)"
        let outcome = try Program.sockeye("explain", text).finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        for part in [
            "connection refused", "it means:", "usual causes: 1. ", "try next:", "sockeye doctor 127.0.0.1:1337",
        ] {
            #expect(outcome.text.contains(part), "\(part) in \(outcome.text)")
        }
    }

    @Test func `words need no quotes, and standard input is read when there are none`() throws {
        #expect(try Program.sockeye("explain", "Broken", "pipe").finish().text.hasPrefix("broken pipe: "))
        let program = try Program.sockeye("explain", "--json")
        program.write("Traceback (most recent call last):\nOSError: [Errno 98] Address already in use\n")
        let outcome = program.finish()
        let object = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
        #expect(object?["id"] as? String == "address-in-use")
        #expect(object?["line"] as? Int == 2)
        #expect(outcome.status == 0)
    }

    @Test func `an unknown text has status 1, the four parts, and the nearest`() throws {
        let outcome = try Program.sockeye("explain", "conection refussed").finish()
        #expect(outcome.text == "")
        #expect(outcome.status == 1)
        for part in ["could not explain", "what happened:", "likely cause:", "try next:", "'connection refused'"] {
            #expect(outcome.errors.contains(part), "\(part) in \(outcome.errors)")
        }
        let json = try Program.sockeye("explain", "--json", "conection refussed").finish()
        let lines = json.text.split(separator: "\n")
        let object = try JSONSerialization.jsonObject(with: Data((lines.first ?? "").utf8)) as? [String: Any]
        #expect(lines.last?.contains(#""event":"error""#) == true, "\(json.text)")
        #expect(object?["known"] as? Bool == false)
        #expect((object?["guesses"] as? [Any])?.isEmpty == false)
        #expect(json.status == 1)
    }

    @Test func `an empty text is wrong usage`() throws {
        let outcome = try Program.sockeye("explain").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("sockeye explain 'Connection refused'"))
    }

    @Test func `control characters of the text are shown, not sent to the terminal`() throws {
        let outcome = try Program.sockeye("explain", "\u{1B}[2J Broken pipe").finish()
        #expect(!outcome.text.contains("\u{1B}"))
        #expect(outcome.text.contains(#"\e[2J Broken pipe"#))
    }
}
