import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn) struct `Socket addresses` {
    @Test(
        arguments: [
            (.ipv4(.loopback, port: 1337), "127.0.0.1:1337"),
            (.ipv4(.any, port: 0), "0.0.0.0:0"),
            (.ipv6(.loopback, port: 1337), "[::1]:1337"),
            (.ipv6(IPv6Address("fe80::1")!, port: 80, zone: 2), "[fe80::1%2]:80"),
            (.ipv6(IPv6Address("::ffff:127.0.0.1")!, port: 80), "127.0.0.1:80"),
            (SocketAddress(kernelName: Array("/tmp/x.sock".utf8)), "unix:/tmp/x.sock"),
            (SocketAddress(kernelName: Array("/tmp/x.sock\0\0".utf8)), "unix:/tmp/x.sock"),
            (SocketAddress(kernelName: Array("/tmp/a b".utf8)), "unix:/tmp/a b"),
            (SocketAddress(kernelName: Array("/tmp/caf\u{e9}".utf8)), "unix:/tmp/caf\u{e9}"),
            (SocketAddress(kernelName: Array("/tmp/\u{1b}[31m".utf8)), #"unix:/tmp/\x1b[31m"#),
            (SocketAddress(kernelName: Array("/tmp/\u{202e}x".utf8)), #"unix:/tmp/\xe2\x80\xaex"#),
            (SocketAddress(kernelName: [0x2F, 0xFF, 0x61]), #"unix:/\xffa"#),
            (SocketAddress(kernelName: Array("@x".utf8)), #"unix:\x40x"#),
            (SocketAddress(kernelName: Array("//x".utf8)), #"unix:\x2f/x"#),
            (SocketAddress(kernelName: Array("(unnamed)".utf8)), #"unix:\x28unnamed)"#),
            (SocketAddress(kernelName: Array("\0abstract".utf8)), "unix:@abstract"),
            (SocketAddress(kernelName: Array("\0a\0b\\".utf8)), #"unix:@a\x00b\\"#),
            (SocketAddress(kernelName: []), "unix:(unnamed)"),
        ] as [(SocketAddress, String)]
    )
    func `an address is printed as people write it`(address: SocketAddress, text: String) {
        #expect(address.description == text)
    }

    @Test func `a zone is printed by name where one is known`() throws {
        let address = SocketAddress.ipv6(try #require(IPv6Address("fe80::1")), port: 80, zone: 2)
        #expect(address.description { $0 == 2 ? "eth0" : nil } == "[fe80::1%eth0]:80")
        #expect(address.description { _ in nil } == "[fe80::1%2]:80")
        let withoutZone = SocketAddress.ipv6(.loopback, port: 80)
        #expect(withoutZone.description { _ in "eth0" } == "[::1]:80")
    }

    @Test func `family and port are those of the parts`() throws {
        #expect(SocketAddress.ipv4(.any, port: 7).family == .ipv4)
        #expect(SocketAddress.ipv4(.any, port: 7).port == 7)
        #expect(SocketAddress.ipv6(.any, port: 8).family == .ipv6)
        #expect(SocketAddress.ipv6(.any, port: 8).port == 8)
        let unix = try SocketAddress.unix(path: "/tmp/x")
        #expect(unix.family == .unix)
        #expect(unix.port == nil)
        #expect(unix.unixPath == "/tmp/x")
        #expect(SocketAddress.unixUnnamed.unixPath == nil)
        #expect(AddressFamily.allCases.map(\.description) == ["IPv4", "IPv6", "Unix"])
    }

    @Test func `addresses are equal if all their parts are`() throws {
        let mapped = SocketAddress.ipv6(IPv6Address(mapping: .loopback), port: 80)
        #expect(mapped != .ipv4(.loopback, port: 80))
        #expect(SocketAddress.ipv6(.loopback, port: 80, zone: 1) != .ipv6(.loopback, port: 80))
        // Equal as strings, since Swift compares by canonical equivalence; two different files on a disk.
        #expect(try SocketAddress.unix(path: "caf\u{e9}") != SocketAddress.unix(path: "cafe\u{301}"))
        #expect(try SocketAddress.unix(path: "x") != SocketAddress.unix(abstract: Array("x".utf8)))
    }

    @Test func `an address is small enough to hand around`() {
        #expect(MemoryLayout<SocketAddress>.size <= 40)
    }

    @Test func `a Unix name may have 107 bytes and not one more`() throws {
        let longest = String(repeating: "a", count: 107)
        #expect(try SocketAddress.unix(path: longest).unixPath == longest)
        #expect(try SocketAddress.unix(abstract: Array(longest.utf8)).family == .unix)
        let error = try #require(throws: EndpointError.self) { try SocketAddress.unix(path: longest + "a") }
        #expect(error.problem == "path of 108 bytes: the path of a Unix socket has at most 107 bytes")
        let abstractError = try #require(throws: EndpointError.self) {
            try SocketAddress.unix(abstract: Array(repeating: 0, count: 120))
        }
        #expect(abstractError.problem == "name of 120 bytes: the name of a Unix socket has at most 107 bytes")
    }

    @Test func `a Unix path is neither empty nor cut short by a NUL`() {
        #expect(throws: EndpointError.self) { try SocketAddress.unix(path: "") }
        #expect(throws: EndpointError.self) { try SocketAddress.unix(path: "/tmp/x\0y") }
        #expect(throws: EndpointError.self) { try SocketAddress.unix(abstract: []) }
    }

    @Test func `a name that the kernel reports is never rejected`() {
        let full = Array(repeating: UInt8(ascii: "a"), count: 108)
        #expect(SocketAddress(kernelName: full).kind == .unixPath(full))
        #expect(SocketAddress(kernelName: [0]).kind == .unixAbstract([]))
    }
}
