import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn) struct `Addresses in the kernel's form` {
    static let addresses: [SocketAddress] = [
        .ipv4(.loopback, port: 1337), .ipv4(.any, port: 0), .ipv4(IPv4Address(rawValue: 0x0102_0304), port: 65_535),
        .ipv6(.loopback, port: 1337), .ipv6(.any, port: 0), .ipv6(.loopback, port: 1, zone: 7),
        SocketAddress(kind: .ipv6(.loopback, port: 1, zone: .max, flow: 0xFFFFF)),
        SocketAddress(kind: .unixPath(Array("/tmp/x.sock".utf8))), SocketAddress(kind: .unixPath([0x2F, 0xFF])),
        SocketAddress(kind: .unixPath(.init(repeating: 97, count: SocketAddress.maximumUnixNameBytes))),
        SocketAddress(kind: .unixAbstract(Array("name".utf8))), SocketAddress(kind: .unixAbstract([0, 1, 0])),
        SocketAddress(kind: .unixAbstract(.init(repeating: 98, count: SocketAddress.maximumUnixNameBytes))),
        .unixUnnamed,
    ]

    @Test(arguments: addresses)
    func `come back as they went in`(address: SocketAddress) {
        let raw = RawSocketAddress(address)
        #expect(raw.address == address)
    }

    @Test(arguments: [
        SocketAddress(kind: .unixPath(.init(repeating: 97, count: 108))),
        SocketAddress(kind: .unixAbstract(.init(repeating: 97, count: 108))),
        SocketAddress(kind: .unixPath(.init(repeating: 97, count: 100_000))),
    ])
    func `a name that is too long is refused and overflows nothing (FlyingFox #230)`(address: SocketAddress) throws {
        let socket = try Socket(.unix)
        #expect(throws: SocketError.self) { try socket.bind(to: address) }
    }

    @Test(arguments: addresses.filter { $0.family == .unix && $0.unixPath == nil && $0 != .unixUnnamed })
    func `an abstract name that is bound is the name that is told`(address: SocketAddress) throws {
        let socket = try Socket(.unix)
        try socket.bind(to: address)
        #expect(try socket.localAddress == address)
    }
}
