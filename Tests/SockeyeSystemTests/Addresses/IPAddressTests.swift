import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn) struct `IP addresses` {
    @Test(
        arguments: [
            ("0.0.0.0", 0), ("127.0.0.1", 0x7F00_0001), ("1.2.3.4", 0x0102_0304), ("192.168.1.20", 0xC0A8_0114),
            ("255.255.255.255", 0xFFFF_FFFF),
        ] as [(String, UInt32)]
    )
    func `an IPv4 address is read and printed`(text: String, number: UInt32) throws {
        let address = try #require(IPv4Address(text))
        #expect(address.rawValue == number)
        #expect(address.description == text)
        #expect(IPv4Address(octets: address.octets) == address)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.999", "1.2.3.0004",
        "010.1.1.1", "1.2.3.00", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "0x1.2.3.4", "+1.2.3.4", "-1.2.3.4", "a.b.c.d",
        "١.2.3.4", "1.2.3.4\u{301}",
    ])
    func `what only looks like an IPv4 address is rejected`(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    /// The examples of RFC 5952, and each rule at its limits.
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"),
        ("2001:db8::1", "2001:db8::1"), ("2001:0DB8::0001", "2001:db8::1"),
        ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("0:0:1::", "0:0:1::"), ("1:0:0:2:0:0:0:0", "1:0:0:2::"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1"), ("::FFFF:7f00:1", "::ffff:127.0.0.1"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("ABCD:EF01::", "abcd:ef01::"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func `an IPv6 address is printed as RFC 5952 says`(text: String, canonical: String) throws {
        let address = try #require(IPv6Address(text))
        #expect(address.description == canonical)
        #expect(IPv6Address(canonical) == address)
        #expect(IPv6Address(octets: address.octets) == address)
        #expect(IPv6Address(groups: address.groups) == address)
    }

    @Test(arguments: [
        "", ":", ":::", "1", "::1::", "1::2::3", ":1", "1:", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "::1:2:3:4:5:6:7:8", "12345::", "g::", "::1 ", " ::1", "[::1]",
        "fe80::1%2", "1.2.3.4", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "::256.1.1.1", "::01.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4", "+1::", "::-1", "::1/64",
    ])
    func `what only looks like an IPv6 address is rejected`(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0", "any"), ("0.0.0.1", ""), ("127.0.0.1", "loopback"), ("127.255.255.255", "loopback"),
        ("128.0.0.1", ""), ("10.0.0.1", "private"), ("11.0.0.1", ""), ("172.15.255.255", ""), ("172.16.0.0", "private"),
        ("172.31.255.255", "private"), ("172.32.0.0", ""), ("192.168.0.1", "private"), ("192.169.0.0", ""),
        ("169.254.1.1", "link-local"), ("169.255.0.0", ""), ("223.255.255.255", ""), ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"), ("240.0.0.0", ""), ("100.63.255.255", ""), ("100.64.0.0", "carrier"),
        ("100.127.255.255", "carrier"), ("100.128.0.0", ""),
    ])
    func `an IPv4 address knows its range, and so does its mapped form`(text: String, range: String) throws {
        let address = try #require(IPv4Address(text))
        #expect(ranges(of: .ipv4(address, port: 1)) == range)
        #expect(ranges(of: .ipv6(IPv6Address(mapping: address), port: 1)) == range)
        #expect(IPv6Address(mapping: address).mappedIPv4 == address)
    }

    @Test(arguments: [
        ("::", "any"), ("::1", "loopback"), ("::2", ""), ("fbff::", ""), ("fc00::", "private"), ("fdff::1", "private"),
        ("fe00::", ""), ("fe80::1", "link-local"), ("febf::1", "link-local"), ("fec0::1", ""), ("ff02::1", "multicast"),
        ("2001:db8::1", ""),
    ])
    func `an IPv6 address knows its range`(text: String, range: String) throws {
        let address = try #require(IPv6Address(text))
        #expect(ranges(of: .ipv6(address, port: 1)) == range)
        #expect(address.mappedIPv4 == nil)
    }

    @Test func `the constants are what they are called`() {
        #expect(IPv4Address.loopback.isLoopback && IPv4Address.any.isAny)
        #expect(IPv6Address.loopback.isLoopback && IPv6Address.any.isAny)
        #expect(IPv4Address.loopback.description == "127.0.0.1")
        #expect(IPv6Address.loopback.description == "::1")
    }

    private func ranges(of address: SocketAddress) -> String {
        let answers = [
            (address.isAny, "any"), (address.isLoopback, "loopback"), (address.isPrivate, "private"),
            (address.isLinkLocal, "link-local"), (address.isMulticast, "multicast"),
            (address.isCarrierGradeNAT, "carrier"),
        ]
        return answers.filter(\.0).map(\.1).joined(separator: " ")
    }
}
