import Foundation
import TestSupport
import Testing

/// `sockeye resolve`, beside `getent`.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ResolveTests {
    /// The addresses in the first column, each once.
    private func addresses(_ text: String) -> [String] {
        var seen: Set<String> = []
        return text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
            .filter { seen.insert($0).inserted }
    }

    @Test func `this computer has two addresses, each with its family and kind`() throws {
        let outcome = try Program.sockeye("resolve", "localhost").finish()
        #expect(
            outcome.text == """
                127.0.0.1  IPv4  loopback, this computer only
                ::1        IPv6  loopback, this computer only

                """
        )
        #expect(outcome.errors.hasPrefix("localhost has 2 addresses; the look-up took "))
        #expect(outcome.status == 0)
    }

    @Test(arguments: [
        ("127.0.0.1", "IPv4  loopback"), ("10.1.2.3", "IPv4  private"), ("169.254.1.1", "IPv4  link-local"),
        ("8.8.8.8", "IPv4  public"), ("100.64.0.1", "IPv4  shared"), ("224.0.0.1", "IPv4  multicast"),
        ("192.0.2.1", "IPv4  documentation"), ("0.0.0.0", "IPv4  unspecified"), ("240.0.0.1", "IPv4  reserved"),
        ("::1", "IPv6  loopback"), ("fd00::1", "IPv6  private"), ("fe80::1%lo", "IPv6  link-local"),
        ("2606:4700::1111", "IPv6  public"), ("ff02::1", "IPv6  multicast"), ("2001:db8::1", "IPv6  documentation"),
    ])
    func `an address has a kind`(address: String, words: String) throws {
        let outcome = try Program.sockeye("resolve", address).finish()
        #expect(outcome.text.hasPrefix("\(address)  \(words)"))
        #expect(outcome.status == 0)
    }

    @Test(arguments: [
        ("unix:/tmp/x", "nothing to look up", "sockeye connect unix:/tmp/x\n"),
        ("unix-datagram:/tmp/x", "nothing to look up", "sockeye connect unix-datagram:/tmp/x\n"),
        ("udp:unix:/tmp/x", "nothing to look up", "sockeye connect unix:/tmp/x\n"),
        ("/tmp/x", "nothing to look up", "sockeye connect unix:/tmp/x\n"),
        ("udp:localhost:80", "udp: stands before it", "sockeye resolve localhost\n"),
        ("TCP:[::1]:80", "tcp: stands before it", "sockeye resolve ::1 --connect 80\n"),
        ("*:80", "every interface", "ip -brief address\n"), ("*", "every interface", "ip -brief address\n"),
        ("1337", "a port alone", "sockeye resolve localhost --connect 1337\n"),
        ("https://example.org/a", "the URL of a page", "sockeye resolve example.org --connect 443\n"),
        ("http://example.org:8080/a", "the URL of a page", "sockeye resolve example.org --connect 8080\n"),
        ("ftp://example.org", "the URL of a page", "sockeye resolve example.org\n"),
        ("ftp://me:secret@example.org:21/a", "the URL of a page", "sockeye resolve example.org --connect 21\n"),
        ("localhost:80", "there is a port after the name", "sockeye resolve localhost --connect 80\n"),
    ])
    func `another form of an address is told what it is`(text: String, words: String, next: String) throws {
        let outcome = try Program.sockeye("resolve", text).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains(words) && outcome.errors.contains(next), "\(outcome.errors)")
    }

    @Test func `with a port it says what happens at each address`() throws {
        let server = try Program.python(Script.server("while True: l.accept()[0].close()"))
        let port = try server.firstLine()
        let outcome = try Program.sockeye("resolve", "localhost", "--connect", port).finish()
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains(#/^127\.0\.0\.1  .*  connected after [\d.]+ (us|ms|s)$/#) == true)
        #expect(lines.last?.contains("connection refused (ECONNREFUSED) after ") == true)
        #expect(outcome.status == 0)
        server.send(SIGKILL)
        server.finish()
    }

    @Test func `with a port where nobody listens the status is 1`() throws {
        let outcome = try Program.sockeye("resolve", "127.0.0.1", "--connect", try Peers.closedPort()).finish()
        #expect(outcome.text.contains("connection refused (ECONNREFUSED) after "))
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("its only address does not answer: connection refused"), "\(outcome.errors)")
        #expect(outcome.errors.contains("try next:"), "\(outcome.errors)")
    }

    @Test func `JSON is a line an address, which Python reads`() throws {
        let port = try Peers.closedPort()
        let outcome = try Program.sockeye("resolve", "localhost", "--connect", port, "--json").finish()
        let script = """
            import json, sys
            for line in sys.stdin:
                o = json.loads(line)
                if o['event'] == 'error':
                    print(o['status'], o['code'], o['attempted'])
                    continue
                assert o['connectSeconds'] >= 0 and o['lookUpSeconds'] >= 0
                print(o['name'], o['address'], o['family'], o['kind'], o['port'], o['outcome'], o['errno'])
            """
        let reader = try Program.python(script)
        reader.write(outcome.output)
        #expect(
            reader.finish().text == """
                localhost 127.0.0.1 IPv4 loopback \(port) refused ECONNREFUSED
                localhost ::1 IPv6 loopback \(port) refused ECONNREFUSED
                1 refused connect to port \(port) of localhost

                """
        )
    }

    @Test(arguments: [
        (["localhost:80"], "sockeye resolve localhost --connect 80"), (["-4", "::1"], "asks for IPv4"),
        (["-4", "-6", "x"], "Choose one of -4 and -6"), (["localhost", "--connect", "0"], "port 0"),
        (["[::1"], "could not look up"), (["fe80::1%nonet9"], "no network interface named \"nonet9\""),
    ])
    func `wrong usage is told, with status 64`(arguments: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["resolve"] + arguments).finish()
        #expect(outcome.errors.contains(words))
        #expect(outcome.text == "")
        #expect(outcome.status == 64)
    }

    @Test func `a name of this computer has the addresses that getent has`() throws {
        let getent = try #require(Peers.path("getent"))
        let name = ProcessInfo.processInfo.hostName
        let theirs = try Program(getent, ["ahosts", name]).finish()
        guard theirs.status == 0, name != "localhost" else {
            print("skipped: this computer has no name that getent knows")
            return
        }
        let ours = try Program.sockeye("resolve", name).finish()
        #expect(addresses(ours.text) == addresses(theirs.text))
    }

    // MARK: In namespaces

    @Test func `a name in the hosts file has the addresses that getent has, in its order`() throws {
        if Namespace.skip() { return }
        let hosts = ["127.0.0.7 many.example", "2001:db8::7 many.example", "127.0.0.8 many.example other.example"]
        let script = """
            # getent leaves a family out that has loopback addresses only.
            ip address add 10.9.9.9/32 dev lo; ip address add 2001:db8::9/64 dev lo
            printf '\(hosts.joined(separator: "\\n"))\\n' > "$2" && mount --bind "$2" /etc/hosts || exit 9
            getent ahosts many.example; echo; "$1" resolve many.example; echo; "$1" resolve -4 many.example
            """
        let file = NSTemporaryDirectory() + "sockeye-hosts-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let outcome = try Namespace.run(script, [file]).finish()
        let parts = outcome.text.components(separatedBy: "\n\n")
        try #require(parts.count == 3, "\(outcome)")
        #expect(addresses(parts[0]).count == 3)
        #expect(addresses(parts[1]) == addresses(parts[0]))
        #expect(Set(addresses(parts[2])) == ["127.0.0.7", "127.0.0.8"])
    }

    /// Runs the tool where the name service is ours.
    private func withNameService(_ arguments: String...) throws -> Outcome {
        let file = NSTemporaryDirectory() + "sockeye-resolv-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let script = """
            echo 'nameserver 127.0.0.1' > "$2" && mount --bind "$2" /etc/resolv.conf || exit 9
            tool="$1"; service="$3"; shift 3
            if [ -n "$service" ]; then exec python3 -c "$service" "$tool" "$@"; else exec "$tool" "$@"; fi
            """
        let isDead = arguments.first == "dead"
        return try Namespace.run(
            script,
            [file, isDead ? "" : NameService.script] + arguments.dropFirst(isDead ? 1 : 0)
        ).finish()
    }

    @Test func `an alias is told by what it stands for`() throws {
        if Namespace.skip() { return }
        let outcome = try withNameService("resolve", "alias.example")
        #expect(Set(addresses(outcome.text)) == ["127.0.0.5", "::1"])
        #expect(outcome.errors.contains("alias.example has 2 addresses, and is called real.example; the look-up took"))
        let one = try withNameService("resolve", "-6", "alias.example", "--json")
        #expect(one.text.contains(#""canonicalName":"real.example","address":"::1""#))
        #expect(one.text.split(separator: "\n").count == 1)
    }

    @Test func `a dead name service, a failing one and an unknown name are told apart`() throws {
        if Namespace.skip() { return }
        let unknown = try withNameService("resolve", "nosuch.example")
        #expect(unknown.errors.contains("no computer is known by the name \"nosuch.example\""))
        #expect(unknown.errors.contains("misspelt"))
        let failing = try withNameService("resolve", "broken.example")
        #expect(failing.errors.contains("the name service gave no answer"))
        let dead = try withNameService("dead", "connect", "real.example:80")
        #expect(dead.errors.contains("the name servers cannot be asked"))
        for outcome in [unknown, failing, dead] { #expect(outcome.status == 1) }
    }

    @Test func `a silent name service is given up after the time limit`() throws {
        if Namespace.skip() { return }
        let outcome = try withNameService("resolve", "slow.example", "--timeout", "100ms")
        #expect(outcome.errors.contains("timed out: after 0.1 seconds"))
        #expect(outcome.errors.contains("--timeout 30s"))
        #expect(outcome.status == 1)
    }
}
