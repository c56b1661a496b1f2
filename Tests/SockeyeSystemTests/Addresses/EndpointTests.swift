import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn) struct `Endpoints` {
    @Test(
        arguments: [
            ("localhost:1337", .host("localhost", port: 1337)),
            ("example.org.:80", .host("example.org.", port: 80)),
            ("my_service.internal-1:0", .host("my_service.internal-1", port: 0)),
            ("Example.ORG:80", .host("Example.ORG", port: 80)),
            ("xn--bcher-kva.example:80", .host("xn--bcher-kva.example", port: 80)),
            ("web.1:80", .host("web.1", port: 80)),
            ("1password.com:443", .host("1password.com", port: 443)),
            ("1.2.3.4.nip.io:80", .host("1.2.3.4.nip.io", port: 80)),
            ("localhost:65535", .host("localhost", port: 65535)),
            ("127.0.0.1:80", .address(.ipv4(.loopback, port: 80))),
            ("0.0.0.0:0", .address(.ipv4(.any, port: 0))),
            ("[::1]:1337", .address(.ipv6(.loopback, port: 1337))),
            ("[::]:80", .address(.ipv6(.any, port: 80))),
            ("[fe80::1%2]:80", .address(.ipv6(IPv6Address("fe80::1")!, port: 80, zone: 2))),
            ("[::ffff:127.0.0.1]:80", .address(.ipv6(IPv6Address(mapping: .loopback), port: 80))),
            ("[::1%lo]:80", .zoned(.loopback, zone: "lo", port: 80)),
            ("[fe80::1%br-0a1b2c3d4e5f]:80", .zoned(IPv6Address("fe80::1")!, zone: "br-0a1b2c3d4e5f", port: 80)),
            ("*:1337", .any(port: 1337)),
            ("*:0", .any(port: 0)),
            ("1337", .loopback(port: 1337)),
            ("0", .loopback(port: 0)),
            ("unix:/tmp/x.sock", .address(try! .unix(path: "/tmp/x.sock"))),
            ("unix:relative.sock", .address(try! .unix(path: "relative.sock"))),
            ("unix:/tmp/my socket", .address(try! .unix(path: "/tmp/my socket"))),
            ("unix:/tmp/a:b", .address(try! .unix(path: "/tmp/a:b"))),
            ("unix:@abstract", .address(try! .unix(abstract: Array("abstract".utf8)))),
            (#"unix:@a\x00\xffb"#, .address(try! .unix(abstract: [0x61, 0, 0xFF, 0x62]))),
            (#"unix:\x40x"#, .address(try! .unix(path: "@x"))),
            (#"unix:a\\b"#, .address(try! .unix(path: #"a\b"#))),
            ("unix:/tmp/bücher", .address(try! .unix(path: "/tmp/bücher"))),
        ] as [(String, Endpoint.Kind)]
    )
    func `each form is read, and printed as it was`(text: String, kind: Endpoint.Kind) throws {
        let endpoint = try Endpoint(parsing: text)
        #expect(endpoint.kind == kind)
        #expect(endpoint.description == text)
        #expect(Endpoint(stringLiteral: text) == endpoint)
        #expect(try endpoint.checked() == endpoint)
    }

    @Test(arguments: [
        ("[0:0::1]:80", "[::1]:80"), ("[::FFFF:7F00:1]:80", "[::ffff:127.0.0.1]:80"),
        ("[fe80::1%0]:80", "[fe80::1]:80"),
        ("[fe80::1%02]:80", "[fe80::1%2]:80"), (#"unix:\x61"#, "unix:a"), (#"unix:@\x41"#, "unix:@A"),
    ])
    func `what can be written in two ways is printed in one`(text: String, canonical: String) throws {
        #expect(try Endpoint(parsing: text).description == canonical)
    }

    @Test(
        arguments: [
            (.loopback(port: 1337), "1337", 1337), (.any(port: 80), "*:80", 80),
            (.host("localhost", port: 1), "localhost:1", 1),
            (.host("::1", port: 80), "[::1]:80", 80), (.host("[::1]", port: 80), "[::1]:80", 80),
            (.host("fe80::1%eth0", port: 80), "[fe80::1%eth0]:80", 80),
            (.host("10.0.0.1", port: 80), "10.0.0.1:80", 80),
            (.host("*", port: 80), "*:80", 80), (.address(.ipv4(.any, port: 9)), "0.0.0.0:9", 9),
            (.unix("/tmp/x.sock"), "unix:/tmp/x.sock", nil), (.unix("@x"), "unix:@x", nil),
            (.unix("@@x"), "unix:@@x", nil),
            (.unix(#"a\x41"#), #"unix:a\\x41"#, nil), (.unix(" a "), #"unix:\x20a\x20"#, nil),
            (.unix("//a"), #"unix:\x2f/a"#, nil), (.unix("(unnamed)"), #"unix:\x28unnamed)"#, nil),
            (.unix("a\nb\u{85}"), #"unix:a\x0ab\xc2\x85"#, nil), (.unix("@a b"), "unix:@a b", nil),
            (.address(try! .unix(path: "@x")), #"unix:\x40x"#, nil),
            (.address(try! .unix(abstract: [0xFF, 0x20, 0x41])), #"unix:@\xff\x20A"#, nil),
        ] as [(Endpoint, String, UInt16?)]
    )
    func `what is made from parts is printed so that it reads back`(endpoint: Endpoint, text: String, port: UInt16?)
        throws
    {
        #expect(endpoint.description == text)
        #expect(endpoint.port == port)
        #expect(try Endpoint(parsing: text) == endpoint)
    }

    @Test func `a wrong literal is an error when it is used, not where it stands`() throws {
        let endpoint: Endpoint = "localhost:70000"
        let error = try #require(throws: EndpointError.self) { try endpoint.checked() }
        #expect(error.description == #""localhost:70000": port 70000: ports go from 0 to 65535"#)
        #expect(endpoint.kind == .invalid(error))
        #expect(endpoint.description == "localhost:70000")
        #expect(endpoint.port == nil)
    }

    @Test(
        arguments: [
            .host("", port: 80), .host("a b", port: 80), .host("unix", port: 80), .host("unix:/x", port: 80),
            .host("localhost:80", port: 80), .host("/tmp/x", port: 80), .host("1.2.3", port: 80),
            .host("x\0", port: 80),
            .host("[::1]:80", port: 80), .unix(""), .unix("@"), .unix("a\0b"), .address(.unixUnnamed),
            .unix(String(repeating: "a", count: 108)),
        ] as [Endpoint]
    )
    func `wrong parts are an error when they are used`(endpoint: Endpoint) {
        #expect(throws: EndpointError.self) { try endpoint.checked() }
    }

    @Test func `random text neither traps nor reads back as something else`() {
        var generator = SplitMix64(state: 1337)
        let pieces = [
            "localhost", "127.0.0.1", "::", "1", "ffff", "[", "]", ":", "%", "eth0", "*", "unix:", "@", "/", "//", ".",
            "..", "-", "_", " ", "\0", "\n", "\r\n", "\\", #"\x00"#, #"\xff"#, #"\x2"#, "80", "65536", "é", "e\u{301}",
            "\u{301}", "http", "://", "fe80::1", "0x1f", "010", "(unnamed)", "1337",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...6, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined()
            let endpoint = Endpoint(stringLiteral: text)
            if case .invalid(let error) = endpoint.kind {
                #expect(error.text == text)
                #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
                for suggestion in error.suggestions {
                    #expect(throws: Never.self, "\(error)") { try Endpoint(parsing: suggestion) }
                }
            } else {
                accepted += 1
                #expect(Endpoint(stringLiteral: endpoint.description) == endpoint, "\(text)")
            }
        }
        #expect(accepted > 300)
    }
}

/// A generator whose numbers are the same in every run, so that a failure can be repeated.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
