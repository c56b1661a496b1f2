import SockeyeSystem
import TestSupport
import Testing

/// What people write wrongly, and the whole of what they then read.
@Suite(.inTurn) struct `Endpoint errors` {
    @Test(arguments: [
        ("", #""": no address: write localhost:1337"#),
        ("a\0b:80", #""a\x00b:80": a NUL, which no address holds"#),
        (" localhost:80", #""\x20localhost:80": space around the address: write localhost:80"#),
        ("localhost:80\n", #""localhost:80\x0a": space around the address: write localhost:80"#),
        ("localhost 80", #""localhost 80": space inside the address: write localhost:80"#),
        ("localhost :80", #""localhost :80": space inside the address: write localhost:80"#),
        (
            "bücher.example:80",
            #""bücher.example:80": a letter outside ASCII: write an international name in its xn-- form"#
        ),
        ("localhost", #""localhost": no port: write localhost:1337"#),
        ("localhost:", #""localhost:": no port: write localhost:1337"#),
        ("127.0.0.1", #""127.0.0.1": no port: write 127.0.0.1:1337"#),
        ("*", #""*": no port: write *:1337"#),
        (":1337", #"":1337": no host, and * is every interface: write *:1337 or localhost:1337"#),
        (":", #"":": no host, and * is every interface: write *:1337 or localhost:1337"#),
        (":http", #"":http": port "http": a port is a number from 0 to 65535: write localhost:80"#),
        ("[::1]:SMTP", #""[::1]:SMTP": port "SMTP": a port is a number from 0 to 65535: write [::1]:25"#),
        ("localhost:finger", #""localhost:finger": port "finger": a port is a number from 0 to 65535"#),
        ("localhost:70000", #""localhost:70000": port 70000: ports go from 0 to 65535"#),
        ("65536", #""65536": port 65536: ports go from 0 to 65535"#),
        ("localhost:http", #""localhost:http": port "http": a port is a number from 0 to 65535: write localhost:80"#),
        ("localhost:+80", #""localhost:+80": port "+80": a port is a number from 0 to 65535"#),
        ("localhost:-1", #""localhost:-1": port -1: a port is not negative; ports go from 0 to 65535"#),
        ("-1", #""-1": port -1: a port is not negative; ports go from 0 to 65535"#),
        ("localhost:080", #""localhost:080": port 080: a port has no leading zeros: write localhost:80"#),
        (
            "localhost:80/index",
            #""localhost:80/index": port "80/index": a port is a number from 0 to 65535: write localhost:80"#
        ),
        ("localhost:\u{1b}[31m", #""localhost:\x1b[31m": port "\x1b[31m": a port is a number from 0 to 65535"#),
    ])
    func `a port or a letter that is wrong is explained`(text: String, message: String) throws {
        try expect(text, message)
    }

    @Test(arguments: [
        ("::1:80", #""::1:80": an IPv6 address needs brackets: write [::1]:80"#),
        ("::1", #""::1": an IPv6 address needs brackets: write [::1]:1337"#),
        ("fe80::1%eth0:80", #""fe80::1%eth0:80": an IPv6 address needs brackets: write [fe80::1%eth0]:80"#),
        ("::1]:80", #""::1]:80": an IPv6 address needs brackets: write [::1]:80"#),
        ("[::1:80", #""[::1:80": no closing bracket: write [::1]:80"#),
        ("[fe80::1", #""[fe80::1": no closing bracket: write [fe80::1]:1337"#),
        ("[::1]", #""[::1]": no port: write [::1]:1337"#),
        ("[::1]:", #""[::1]:": no port: write [::1]:1337"#),
        ("[::1]80", #""[::1]80": no colon between the bracket and the port: write [::1]:80"#),
        ("[]:80", #""[]:80": nothing in the brackets: write [::1]:80"#),
        ("[127.0.0.1]:80", #""[127.0.0.1]:80": an IPv4 address has no brackets: write 127.0.0.1:80"#),
        ("[localhost]:80", #""[localhost]:80": brackets are only for IPv6 addresses: write localhost:80"#),
        ("[1:2:3]:80", #""[1:2:3]:80": "1:2:3" is not an IPv6 address"#),
        ("[12345::1]:80", #""[12345::1]:80": "12345::1" is not an IPv6 address"#),
        (
            "[fe80::1%]:80",
            #""[fe80::1%]:80": no zone after the %, which is the name of an interface such as eth0: "#
                + "write [fe80::1%eth0]:80"
        ),
        ("[fe80::1%a/b]:80", #""[fe80::1%a/b]:80": zone "a/b": not the name of an interface"#),
        (
            "[fe80::1%sixteenbytesname]:80",
            #""[fe80::1%sixteenbytesname]:80": zone of 16 bytes: the name of an interface has at most 15"#
        ),
        (
            "[fe80::1%4294967296]:80",
            #""[fe80::1%4294967296]:80": zone 4294967296: no interface has so large a number"#
        ),
        (
            "localhost:80:90",
            #""localhost:80:90": too many colons, and an IPv6 address is written as in [::1]:80: write localhost:80"#
        ),
        (
            "localhost::80",
            #""localhost::80": too many colons, and an IPv6 address is written as in [::1]:80: write localhost:80"#
        ),
    ])
    func `brackets and colons are explained`(text: String, message: String) throws {
        try expect(text, message)
    }

    @Test(arguments: [
        ("256.1.1.1:80", #""256.1.1.1:80": number 256 in the IPv4 address: its numbers go from 0 to 255"#),
        ("256.1.1.1", #""256.1.1.1": number 256 in the IPv4 address: its numbers go from 0 to 255"#),
        (
            "010.0.0.1:80",
            #""010.0.0.1:80": number 010 in the IPv4 address: no leading zeros, which some programs read as octal: "#
                + "write 10.0.0.1:80"
        ),
        (
            "1.2.3:80",
            #""1.2.3:80": host "1.2.3": an IPv4 address has four numbers from 0 to 255, as in 127.0.0.1"#
        ),
        (
            "2130706433:80",
            #""2130706433:80": host "2130706433": an IPv4 address has four numbers from 0 to 255, as in 127.0.0.1"#
        ),
        (
            "0x7f000001:80",
            #""0x7f000001:80": host "0x7f000001": an IPv4 address has four numbers from 0 to 255, as in 127.0.0.1"#
        ),
        (
            "1.2.3.4.:80",
            #""1.2.3.4.:80": host "1.2.3.4.": an IPv4 address has four numbers from 0 to 255, as in 127.0.0.1"#
        ),
        ("a..b:80", #""a..b:80": host "a..b": nothing between two dots, or before the first one"#),
        (".:80", #"".:80": host ".": nothing between two dots, or before the first one"#),
        ("a$b:80", #""a$b:80": "$" in the host: a host name has letters, digits, hyphens and dots"#),
        ("-a.b:80", #""-a.b:80": host "-a.b": no part of a host name begins or ends with a hyphen"#),
    ])
    func `a host that is wrong is explained`(text: String, message: String) throws {
        try expect(text, message)
    }

    @Test(arguments: [
        (
            "http://localhost:80/",
            #""http://localhost:80/": a URL, and an address is a host and a port: write localhost:80"#
        ),
        ("https://a@b.org/x?y", #""https://a@b.org/x?y": a URL, and an address is a host and a port: write b.org:443"#),
        ("tcp://[::1]:80", #""tcp://[::1]:80": a URL, and an address is a host and a port: write [::1]:80"#),
        ("tcp:localhost:80", #""tcp:localhost:80": unknown scheme "tcp": write localhost:80"#),
        ("udp:[::1]:80", #""udp:[::1]:80": unknown scheme "udp": write [::1]:80"#),
        ("/tmp/x.sock", #""/tmp/x.sock": no scheme before the name of a Unix socket: write unix:/tmp/x.sock"#),
        ("@name", #""@name": no scheme before the name of a Unix socket: write unix:@name"#),
        ("UNIX:/tmp/x", #""UNIX:/tmp/x": the scheme is written in lower case: write unix:/tmp/x"#),
        ("unix:", #""unix:": no path: write unix:/tmp/x.sock"#),
        ("unix:@", #""unix:@": no name after the @: write unix:@name"#),
        ("unix:///tmp/x", #""unix:///tmp/x": a URL: write unix:/tmp/x"#),
        ("unix://a\nb", #""unix://a\x0ab": a URL: write unix:/a\x0ab"#),
        ("unix:/tmp/x ", #""unix:/tmp/x\x20": space around the address: write unix:/tmp/x"#),
        ("unix:a\0b", #""unix:a\x00b": a NUL, which no address holds"#),
        (#"unix:a\x00b"#, #""unix:a\\x00b": a path cannot hold a NUL, which would end it early"#),
        (#"unix:a\b"#, #""unix:a\\b": a backslash begins \xNN, or is written twice: write unix:a\\b"#),
        ("unix:(unnamed)", #""unix:(unnamed)": a socket without a name cannot be reached: write unix:/tmp/x.sock"#),
    ])
    func `another syntax is recognised`(text: String, message: String) throws {
        try expect(text, message)
    }

    @Test func `what is too long is an error that says both lengths`() throws {
        let label = String(repeating: "a", count: 63)
        #expect(try Endpoint(parsing: "\(label):80").port == 80)
        #expect(problem(of: "\(label)a:80")?.contains("64 bytes") == true)
        #expect(problem(of: "\(label)a:80")?.contains("at most 63") == true)
        let name = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
        #expect(try Endpoint(parsing: "\(name):80").port == 80)
        #expect(try Endpoint(parsing: "\(name).:80").port == 80)
        #expect(problem(of: "\(name)a:80") == "a host name of 254 bytes: a name has at most 253")
        let path = String(repeating: "p", count: 107)
        #expect(try Endpoint(parsing: "unix:\(path)").port == nil)
        #expect(problem(of: "unix:\(path)p") == "path of 108 bytes: the path of a Unix socket has at most 107 bytes")
        #expect(problem(of: "unix:@\(path)p") == "name of 108 bytes: the name of a Unix socket has at most 107 bytes")
    }

    @Test(arguments: ["", "-", "0", "localhost:", "localhost:-", "localhost:0", "1.2.3.", "1.2.3.0", "[::1%", "a"])
    func `a very long text is not repeated in full`(beginning: String) throws {
        let text = beginning + String(repeating: "9", count: 100_000) + (beginning.hasPrefix("[") ? "]:80" : "")
        let error = try #require(throws: EndpointError.self) { try Endpoint(parsing: text) }
        #expect(error.text == text)
        #expect(error.description.utf8.count < 1_000)
    }

    private func expect(_ text: String, _ message: String) throws {
        let error = try #require(throws: EndpointError.self) { try Endpoint(parsing: text) }
        #expect(error.description == message)
        #expect(error.text == text)
        for suggestion in error.suggestions {
            #expect(throws: Never.self) { try Endpoint(parsing: suggestion) }
        }
    }

    private func problem(of text: String) -> String? {
        do throws(EndpointError) {
            _ = try Endpoint(parsing: text)
            return nil
        } catch {
            return error.problem
        }
    }
}
