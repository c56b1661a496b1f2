import Foundation
import TestSupport
import Testing

/// The netcats, socat and curl, where they are installed.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct OtherToolsTests {
    @Test(arguments: [
        ["nc", "-N", "127.0.0.1", "PORT"], ["ncat", "127.0.0.1", "PORT"], ["socat", "-t5", "-", "TCP4:127.0.0.1:PORT"],
    ])
    func `another client gets its echo`(command: [String]) throws {
        guard let path = Peers.path(command[0]) else {
            print("skipped: \(command[0]) is not installed")
            return
        }
        let server = try Program.sockeye("serve", "--echo", "0")
        let port = try server.port()
        let client = try Program(path, command.dropFirst().map { $0.replacing("PORT", with: port) })
        client.write("over there\n")
        let outcome = client.finish()
        #expect(outcome.text == "over there\n")
        #expect(outcome.status == 0)
        server.send(SIGTERM)
        #expect(server.finish().status == 0)
    }

    @Test func `curl is asked in its own language and answered`() throws {
        guard let curl = Peers.path("curl") else {
            print("skipped: curl is not installed")
            return
        }
        let reply = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n"
        let server = try Program.sockeye("serve", "--reply", reply, "0")
        let arguments = ["-sS", "--noproxy", "*", "--max-time", "20", "http://127.0.0.1:\(try server.port())/x"]
        let outcome = try Program(curl, arguments).finish()
        #expect(outcome.text == "hi\n")
        #expect(outcome.status == 0)
        server.send(SIGTERM)
        #expect(server.finish().text.hasPrefix("GET /x HTTP/1.1\r\n"))
    }

    @Test(arguments: [
        ["nc", "-N", "-l", "127.0.0.1", "PORT"], ["ncat", "-l", "127.0.0.1", "PORT"],
        ["socat", "-t5", "-", "TCP4-LISTEN:PORT,bind=127.0.0.1,reuseaddr"],
    ])
    func `another server is talked to`(command: [String]) throws {
        guard let path = Peers.path(command[0]) else {
            print("skipped: \(command[0]) is not installed")
            return
        }
        let port = try Peers.closedPort()
        let server = try Program(path, command.dropFirst().map { $0.replacing("PORT", with: port) })
        try Self.waitForListener(port)
        let client = try Program.sockeye("connect", "127.0.0.1:\(port)")
        client.write("over there\n")
        try server.wait(for: "over there\n", in: .output)
        server.write("over here\n")
        server.closeInput()
        let outcome = client.finish()
        #expect(outcome.text == "over here\n")
        #expect(outcome.status == 0)
        #expect(server.finish().text == "over there\n")
    }

    /// They do not say when they listen, so the kernel's table is asked.
    private static func waitForListener(_ port: String) throws {
        let hexadecimal = String(Int(port) ?? 0, radix: 16, uppercase: true)
        let deadline = Date(timeIntervalSinceNow: Program.watchdogSeconds)
        while Date() < deadline {
            let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
            if table.contains("\(hexadecimal) 00000000:0000 0A") { return }
        }
    }
}
