import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// `--proxy`, with small proxies in Python between the tool and a server in Python that speaks first.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ProxyTests {
    private func talk(through proxy: Program, _ scheme: String, host: String = "127.0.0.1", _ options: String...) throws
        -> (tool: Outcome, server: Program)
    {
        let server = try Program.python(
            Script.server("c, _ = l.accept(); c.sendall(b'220'); c.sendall(read_all(c)[::-1]); c.close()")
        )
        let (port, proxyPort) = (try server.firstLine(), try proxy.firstLine())
        let url = scheme.replacing("PROXY", with: "127.0.0.1:\(proxyPort)")
        let tool = try Program.sockeye(arguments: ["connect", "\(host):\(port)", "--proxy", url] + options)
        tool.write("hi")
        return (tool.finish(), server)
    }

    private func expect(_ outcome: Outcome, _ parts: String..., location: SourceLocation = #_sourceLocation) {
        #expect(outcome.text == "", sourceLocation: location)
        #expect(outcome.status == 1, sourceLocation: location)
        for part in ["could not connect to", "through the proxy", "what happened:", "likely cause:", "try next:"]
            + parts
        {
            #expect(outcome.errors.contains(part), "\(part) in \(outcome.errors)", sourceLocation: location)
        }
    }

    @Test(arguments: [("127.0.0.1", "1 127.0.0.1"), ("localhost", "3 localhost")])
    func `socks5 connects, and the proxy looks up names`(host: String, asked: String) throws {
        let proxy = try Program.python(ProxyScript.socks())
        let (tool, server) = try talk(through: proxy, "socks5://PROXY", host: host)
        #expect(tool.text == "220ih")
        #expect(tool.errors == "")
        #expect(tool.status == 0)
        #expect(proxy.finish().text.hasSuffix("\n\(asked)\n"))
        server.finish()
    }

    @Test func `socks5 tells user and password`() throws {
        let proxy = try Program.python(ProxyScript.socks(user: "me", password: "p@ss/word"))
        let (tool, server) = try talk(through: proxy, "socks5://me:p%40ss%2Fword@PROXY")
        #expect(tool.text == "220ih")
        #expect(tool.status == 0)
        proxy.finish()
        server.finish()
    }

    @Test(arguments: [
        ("socks5://me:wrong@PROXY", "does not accept user and password", "misspelt"),
        ("socks5://PROXY", "wants to know who asks", "it asks for a user and a password"),
    ])
    func `socks5 without the right password is explained`(url: String, happened: String, cause: String) throws {
        let proxy = try Program.python(ProxyScript.socks(user: "me", password: "right"))
        expect(try talk(through: proxy, url).tool, happened, cause)
        proxy.finish()
    }

    @Test(arguments: [
        (2, "does not allow it"), (4, "cannot reach it"), (5, "the server refused the proxy"), (99, "with code 99"),
    ])
    func `what a socks5 proxy refuses is explained`(code: Int, words: String) throws {
        let proxy = try Program.python(ProxyScript.socks(code: code))
        expect(try talk(through: proxy, "socks5://PROXY").tool, words)
        proxy.finish()
    }

    @Test func `http connects, and what the server says first is not lost`() throws {
        let proxy = try Program.python(ProxyScript.http())
        let (tool, server) = try talk(through: proxy, "http://PROXY/")
        #expect(tool.text == "220ih")
        #expect(tool.errors == "")
        #expect(tool.status == 0)
        #expect(proxy.finish().text.contains(#/\nCONNECT 127\.0\.0\.1:\d+ HTTP\/1\.1\n/#))
        server.finish()
    }

    @Test func `http tells user and password`() throws {
        // "me:secret" as Base64.
        let proxy = try Program.python(ProxyScript.http(authorization: "bWU6c2VjcmV0"))
        let (tool, server) = try talk(through: proxy, "http://me:secret@PROXY")
        #expect(tool.text == "220ih")
        #expect(tool.status == 0)
        proxy.finish()
        server.finish()
    }

    @Test(arguments: [
        ("http://PROXY", "HTTP/1.1 407", "it asks for a user"),
        ("http://me:wrong@PROXY", "HTTP/1.1 407", "does not accept"),
    ])
    func `http without the right password is explained`(url: String, happened: String, cause: String) throws {
        let proxy = try Program.python(ProxyScript.http(authorization: "bWU6c2VjcmV0"))
        expect(try talk(through: proxy, url).tool, happened, cause)
        proxy.finish()
    }

    @Test(arguments: [
        ("HTTP/1.1 403 Forbidden", "rules forbid"), ("HTTP/1.0 502 Bad Gateway", "cannot be reached from the proxy"),
        ("SSH-2.0-x", "another kind of server"),
    ])
    func `what an http proxy refuses is explained`(answer: String, cause: String) throws {
        let proxy = try Program.python(ProxyScript.http(answer: answer))
        expect(try talk(through: proxy, "http://PROXY").tool, cause)
        proxy.finish()
    }

    @Test func `a proxy of the other kind is recognised`() throws {
        let script = "c, _ = l.accept(); c.recv(3); c.sendall(b'HTTP/1.1 400 Bad Request\\r\\n\\r\\n'); c.close()"
        let proxy = try Program.python(Script.server(script))
        expect(try talk(through: proxy, "socks5://PROXY").tool, "it is a proxy for HTTP")
        proxy.finish()
    }

    @Test func `a server of another kind that stays is not waited for`() throws {
        let greeter = try Program.python(
            Script.server("c, _ = l.accept(); c.sendall(b'SSH-2.0-x\\r\\n'); sys.stdin.read()")
        )
        // Without a limit it would be waited for until the watchdog.
        expect(
            try talk(through: greeter, "http://PROXY", "--timeout", "10m").tool,
            "not that of HTTP",
            "another kind"
        )
        greeter.send(SIGKILL)
    }

    @Test func `a proxy that is not there is not the server`() throws {
        let port = try Peers.closedPort()
        let outcome = try Program.sockeye("connect", "localhost:1", "--proxy", "http://127.0.0.1:\(port)").finish()
        expect(outcome, "connection refused (ECONNREFUSED)", "the proxy is not there")
    }

    @Test func `a proxy that says nothing is left after the time limit`() throws {
        let proxy = try Program.python(Script.server("c, _ = l.accept(); sys.stdin.read()"))
        let arguments = [
            "connect", "localhost:1", "--proxy", "socks5://127.0.0.1:\(try proxy.firstLine())", "--timeout", "500ms",
        ]
        let outcome = try Program.sockeye(arguments: arguments).finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the proxy does not answer"), "\(outcome.errors)")
        proxy.finish()
    }

    @Test(arguments: [
        ("proxy:1080", "no socks5:// or http://"), ("ftp://proxy:1", "kind ftp"),
        ("socks5://proxy", "no address behind it"),
        ("http://me@proxy:1", "user without a password"), ("http://a%zz:b@proxy:1", "% that is not followed"),
        ("socks5://:x@proxy:1", "empty"), ("http://a%3Ab:c@proxy:1", "colon"),
    ])
    func `a wrong proxy is wrong usage`(url: String, words: String) throws {
        let outcome = try Program.sockeye("connect", "localhost:1", "--proxy", url).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.errors.contains("socks5://user:password@host:port"), "\(outcome.errors)")
    }

    @Test func `what only this computer can reach does not go through a proxy`() throws {
        let outcome = try Program.sockeye("connect", "unix:/tmp/x", "--proxy", "http://localhost:1").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("a proxy connects over TCP"), "\(outcome.errors)")
    }
}
