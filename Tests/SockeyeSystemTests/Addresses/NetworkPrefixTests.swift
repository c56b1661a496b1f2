import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn) struct `Network prefixes` {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("192.168.1.20", "192.168.1.20", true), ("192.168.1.20", "192.168.1.21", false),
        ("192.168.1.128/25", "192.168.1.127", false), ("192.168.1.128/25", "192.168.1.200", true),
        ("172.16.0.0/12", "172.31.255.255", true), ("172.16.0.0/12", "172.32.0.0", false),
        ("255.255.255.255/32", "255.255.255.255", true), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::1", false), ("::/0", "2001:db8::1", true),
        ("::1", "::1", true), ("::1/128", "::2", false), ("2001:db8::/32", "2001:db8:ffff::", true),
        ("2001:db8::/64", "2001:db8::ffff:0:0:1", true), ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::8000:0:0:0/65", "2001:db8::8000:0:0:1", true), ("2001:db8::8000:0:0:0/65", "2001:db8::1", false),
        ("::ffff:127.0.0.1", "127.0.0.1", true), ("::ffff:127.0.0.1", "127.0.0.2", false),
        ("::ffff:10.0.0.0/104", "10.9.9.9", true), ("::ffff:0:0/96", "1.2.3.4", true), ("::ffff:0:0/96", "::1", false),
        ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false), ("::/0", "::ffff:1.2.3.4", false),
    ])
    func `an address is in the network that has its first bits`(network: String, address: String, isIn: Bool) throws {
        let socketAddress: SocketAddress =
            if let ip = IPv4Address(address) {
                .ipv4(ip, port: 80)
            } else {
                .ipv6(try #require(IPv6Address(address)), port: 80)
            }
        #expect(try NetworkPrefix(parsing: network).contains(socketAddress) == isIn)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3", "10.1.2.3/32"), ("::1", "::1/128"), ("FE80:0::/10", "fe80::/10"),
        ("0.0.0.0/0", "0.0.0.0/0"), ("::/0", "::/0"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
    ])
    func `a network prints in its shortest form`(text: String, printed: String) throws {
        #expect(try NetworkPrefix(parsing: text).description == printed)
        #expect(try NetworkPrefix(parsing: printed) == NetworkPrefix(parsing: text))
    }

    @Test(arguments: [
        ("", "no IPv4 or IPv6 address"), ("example.org/8", "no IPv4 or IPv6 address"), ("10.0.0.0/33", "from 0 to 32"),
        ("::/129", "from 0 to 128"), ("10.0.0.0/", "from 0 to 32"), ("10.0.0.0/-1", "from 0 to 32"),
        ("10.0.0.0/8/8", "from 0 to 32"), ("10.0.0.0/+8", "from 0 to 32"), ("10.1.2.3/8", "behind the first 8"),
        ("::1/64", "behind the first 64"), ("127.0.0.1:80", "no IPv4 or IPv6 address"), ("10.0.0.0/ 8", "from 0 to 32"),
    ])
    func `a wrong network is explained`(text: String, explanation: String) {
        let error = #expect(throws: EndpointError.self) { try NetworkPrefix(parsing: text) }
        #expect(error?.description.contains(explanation) == true, "\(error?.description ?? "")")
    }

    @Test func `a Unix client is in no network`() throws {
        #expect(try !NetworkPrefix(parsing: "0.0.0.0/0").contains(.unixUnnamed))
    }
}
