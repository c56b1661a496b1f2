import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// `--keep-alive`, as the kernel sees it: a socket that has it has a timer that runs (`02` in /proc/net/tcp).
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct KeepAliveTests {
    /// A client of Python's, which looks up the server's end of its own connection.
    private static let look = """
        s = connect(); s.sendall(b'1'); s.recv(99)
        ends = [':%04X' % name[1] for name in (s.getpeername(), s.getsockname())]
        rows = [line.split() for line in open('/proc/net/tcp')][1:]
        print([row[5][:2] for row in rows if row[1].endswith(ends[0]) and row[2].endswith(ends[1])])
        """

    @Test(arguments: [(["--keep-alive", "30s"], "['02']\n"), ([], "['00']\n")])
    func `a server's connections have it when it is asked for, and only then`(options: [String], answer: String) throws
    {
        let server = try Program.sockeye(arguments: ["serve", "--quiet"] + options + ["0"])
        let client = try Program.python(Script.prelude + Self.look, server.port()).finish()
        server.send(SIGINT)
        #expect(client.errors == "")
        #expect(client.text == answer)
        #expect(server.finish(closingInput: false).status == 0)
    }

    @Test(arguments: ["500ms", "0", "10h"])
    func `a time that the kernel does not have is a wrong command`(time: String) throws {
        let outcome = try Program.sockeye("connect", "--keep-alive", time, "1").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("--keep-alive: whole seconds, from 1s to 32767s"))
    }

    @Test func `a Unix socket has none, and says so`() throws {
        let outcome = try Program.sockeye("connect", "--keep-alive", "30s", "unix:@sockeye-nobody").finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("could not set an option of the socket for unix:@sockeye-nobody"))
        #expect(outcome.errors.contains("this is a Unix socket, and only TCP has the option"))
    }
}
