import TestSupport
import Testing

@testable import SockeyeCLI

/// What `sockeye explain` advises fits the text around the error, and can be pasted.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ExplainAdviceTests {
    /// The answer, its rows put together again.
    private func page(_ code: String, _ message: String) throws -> String {
        let explain = try Program.sockeye("explain")
        explain.write(PastedMessage.traceback(code, message) + "\n")
        return explain.finish().text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
    }

    @Test func `the line is that of the pasted text, and the program's own line stands below`() throws {
        let text = try page(
            "s.connect((\"127.0.0.1\", 4321))",
            "ConnectionRefusedError: [Errno 111] Connection refused"
        )
        #expect(text.contains("line 6 of the pasted text: ConnectionRefusedError"), "\(text)")
        #expect(text.contains("your program: a.py, line 7: s.connect"), "\(text)")
        #expect(text.contains("finds out which of these it is:\nsockeye doctor 127.0.0.1:4321\n"), "\(text)")
    }

    @Test func `files of Python itself are not the person's program`() throws {
        let text = ErrorText(
            """
            Traceback (most recent call last):
              File "b.py", line 2, in <module>
                run()
              File "/usr/lib/python3.12/socket.py", line 837, in create_connection
                sock.connect(sa)
            TimeoutError: timed out
            """
        )
        let place = text.matches().first.flatMap(text.ownPlace)
        #expect(place?.words == "b.py, line 2: run()")
    }

    @Test func `an error with datagrams gets advice for datagrams`() throws {
        let text = try page("data, a = s.recvfrom(99)", "ConnectionRefusedError: [Errno 111] Connection refused")
        #expect(text.contains("\nsockeye doctor udp:HOST:PORT\n"), "\(text)")
        #expect(text.contains(":\nss -lun\n") && !text.contains("ss -ltn"), "\(text)")
        let held = try page("s = f(socket.SOCK_DGRAM, 4321)", "OSError: [Errno 98] Address already in use")
        #expect(held.contains("--listen udp:PORT"), "\(held)")
    }

    @Test func `the advice names the call that failed`() throws {
        let bind = try page("s.bind(\"127.0.0.1\")", "TypeError: bind(): AF_INET address must be tuple, not str")
        #expect(bind.contains(":\ns.bind((\"127.0.0.1\", PORT))") && !bind.contains("s.connect"), "\(bind)")
        let send = try page("s.sendto(b\"\", 1)", "TypeError: sendto(): AF_INET address must be tuple, not int")
        #expect(send.contains("s.sendto(data, (\"127.0.0.1\", PORT))"), "\(send)")
    }

    @Test func `nobody connects to port 0`() throws {
        let text = try page("s.connect((\"127.0.0.1\", 0))", "ConnectionRefusedError: [Errno 111] Connection refused")
        #expect(text.contains("1. the port is 0: a client cannot connect to port 0"), "\(text)")
        #expect(!text.contains("127.0.0.1:0"), "\(text)")
    }

    @Test func `a wrong name is not in the commands`() throws {
        let text = try page(
            "s.connect((\"http://127.0.0.1\", 4000))",
            "socket.gaierror: [Errno -2] Name or service not known"
        )
        #expect(text.contains("sockeye doctor 127.0.0.1:4000\n"), "\(text)")
        #expect(!text.contains("getent") && !text.contains("2."), "\(text)")
    }

    @Test(arguments: Explanation.all.map(\.id))
    func `at 80 columns no word of the advice is broken, and a command stays whole`(id: String) throws {
        let entry = try #require(Explanation.all.first { $0.id == id })
        let answer = ExplainAnswer(
            matches: [.init(entry: entry, line: 1, text: "", weight: 1)],
            guesses: [],
            place: nil,
            circumstances: Circumstances(surroundings: "", line: "", address: MentionedAddress(in: ""))
        )
        let address = MentionedAddress(in: "127.0.0.1:1337")
        let rows = try #require(answer.page(address, columns: 80)).split(separator: "\n")
        let commands = entry.next.filter { $0.contains("  # ") || $0.hasPrefix("sockeye ") }
            .map { address.fill($0).split(separator: "  # ")[0] }
        let long = rows.filter { $0.count > 80 && !commands.contains($0.drop { $0 == " " }) }
        #expect(long.isEmpty)
        for next in entry.next {
            let command = address.fill(next).split(separator: "  # ")[0]
            #expect(!next.contains("   "), "a command is followed by words that a shell would take for arguments")
            // Behind a command words would be taken for a part of it: interactive zsh knows no `#`.
            if next.contains("  # ") { #expect(rows.contains { $0.drop { $0 == " " } == command }, "\(command)") }
        }
    }

    @Test func `words of a person count only in a short text, and a detail only for its own line`() {
        let log = String(repeating: "all is well\n", count: 9) + "it hangs\n"
        #expect(ErrorText(log).matches().isEmpty)
        let deeper = """
            Traceback (most recent call last):
              File "a.py", line 1, in <module>
                data, address = wrapped.recv(size)
              File "a.py", line 9, in recv
                a, b = x
            ValueError: too many values to unpack (expected 2)
            """
        #expect(ErrorText(deeper).matches().isEmpty)
        #expect(ErrorText("TypeError: f() takes 1 positional argument but 2 were given").matches().isEmpty)
    }
}
