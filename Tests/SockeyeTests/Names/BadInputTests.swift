import Foundation
import SockeyeSystem
import SockeyeTesting
import TestSupport
import Testing

@testable import Sockeye

/// What people get wrong, at each thing that takes an address or an option: the error says which and why.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Bad input` {
    /// Who is given it.
    enum Taker: String, CaseIterable, Sendable {
        case connecting, listening, sending, receiving, packets
        /// Our blocking socket, of the family that it would be right for.
        case blockingConnect, blockingBind

        static let clients: [Taker] = [.connecting, .sending, .blockingConnect]
        static let servers: [Taker] = [.listening, .receiving, .blockingBind]
        static let withPackets = clients + servers + [.packets]

        func take(_ endpoint: Endpoint, _ family: AddressFamily) async throws {
            switch self {
            case .connecting: try await Connection.connect(to: endpoint).abort()
            case .packets: try await PacketConnection.connect(to: endpoint).abort()
            case .listening: try await Listener.bind(to: endpoint).close()
            case .sending: try await DatagramSocket.connect(to: endpoint).close()
            case .receiving: try await DatagramSocket.bind(to: endpoint).close()
            case .blockingConnect: try Socket(family).connect(to: endpoint)
            case .blockingBind: try Socket(family).bind(to: endpoint)
            }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let endpoint: Endpoint
        let family: AddressFamily
        let code: SocketError.Code
        /// What the error names, and why.
        let words: [String]
        let takers: [Taker]

        var testDescription: String { endpoint.description }

        init(
            _ endpoint: Endpoint,
            _ code: SocketError.Code,
            _ words: String...,
            at takers: [Taker] = Taker.clients + Taker.servers,
            on family: AddressFamily = .ipv4
        ) {
            self.endpoint = endpoint
            self.family = family
            self.code = code
            self.words = words
            self.takers = takers
        }
    }

    private static let tooLong = String(repeating: "x", count: 108)
    private static let folder = ScratchFolder.path() + "-folder"
    private static let file = ScratchFolder.path() + "-file"
    private static func unix(_ path: String) -> Endpoint { .unix(path) }

    static let rows = [
        // Texts and names.
        Row("no port at all", .invalidAddress, "space inside the address", at: Taker.withPackets),
        Row("localhost:70000", .invalidAddress, "port 70000: ports go from 0 to 65535", at: Taker.withPackets),
        Row("nobody-knows-this.invalid:1", .nameNotFound, #""nobody-knows-this.invalid""#, at: Taker.withPackets),
        // Zones and interfaces.
        Row("[fe80::1]:9", .invalidArgument, "[fe80::1]:9", "needs its network interface, as in", on: .ipv6),
        Row("[ff02::1]:9", .invalidArgument, "[ff02::1]:9", "needs its network interface", at: [.sending], on: .ipv6),
        Row("[fe80::1%nonet9]:9", .invalidAddress, #"no network interface named "nonet9""#, on: .ipv6),
        Row("[fe80::1%99999]:9", .unreachable, "no network interface number 99999", at: Taker.clients, on: .ipv6),
        Row("[fe80::1%99999]:9", .invalidAddress, "no network interface number 99999", at: Taker.servers, on: .ipv6),
        // Addresses that are somebody else's, or nobody's.
        Row("192.0.2.77:0", .addressNotAvailable, "bind 192.0.2.77:0", "not of this computer", at: Taker.servers),
        Row("[2001:db8::7]:0", .addressNotAvailable, "bind [2001:db8::7]:0", at: Taker.servers, on: .ipv6),
        Row("127.0.0.1:0", .refused, "connect 127.0.0.1:0", "nobody can be reached at port 0", at: [.connecting]),
        Row("239.1.2.3:9", .unreachable, "239.1.2.3:9", "the address of a group", at: [.connecting]),
        // The broadcast of the loopback: the way there is known without a network, too.
        Row("127.255.255.255:9", .permissionDenied, "DatagramOptions.broadcast", at: [.sending]),
        Row("127.0.0.1:9", .unsupported, "only Unix sockets carry sequenced packets", "IPv4 address", at: [.packets]),
        Row("[::1]:9", .unsupported, "only Unix sockets carry sequenced packets", "IPv6 address", at: [.packets]),
        // Paths.
        Row(unix(folder), .refused, "it is a folder", at: Taker.clients + [.packets], on: .unix),
        Row(unix(folder), .addressInUse, "it is a folder", at: Taker.servers, on: .unix),
        Row(unix(file), .refused, "it is a file that is no socket", at: Taker.clients + [.packets], on: .unix),
        Row(unix(file), .addressInUse, "it is a file that is no socket", at: Taker.servers, on: .unix),
        Row("unix:/nowhere9/x", .nameNotFound, #"there is no folder "/nowhere9""#, at: Taker.withPackets, on: .unix),
        Row(unix(file + "/x"), .system, "is no folder", at: Taker.withPackets, on: .unix),
        Row("unix:/tmp/nobody-made-this-9", .nameNotFound, "there is no such file", at: Taker.clients, on: .unix),
        Row(unix(tooLong), .invalidAddress, "at most 107 bytes", at: Taker.withPackets, on: .unix),
    ]

    private static func makeFiles() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: file, contents: Data())
    }

    @Test(arguments: rows)
    func `is told, with what it was and why`(row: Row) async throws {
        try Self.makeFiles()
        for taker in row.takers {
            // Without IPv6 the first word is that there is none, which another test has.
            let error = await socketError { try await taker.take(row.endpoint, row.family) }
            let text = "\(taker) \(row.endpoint): \(error?.description ?? "no error")"
            #expect(error?.code == row.code, "\(text)")
            for words in row.words { #expect(error?.description.contains(words) == true, "\(text)") }
        }
    }

    @Test func `a path that this user may not use is told, by everybody`() async throws {
        guard geteuid() != 0 else {
            // Root may do everything: the permission is refused in the kernel's place.
            return try await refusedPaths()
        }
        for taker in [Taker.listening, .receiving, .blockingBind] {
            let error = await socketError { try await taker.take("unix:/sys/x.sock", .unix) }
            #expect(error?.code == .permissionDenied)
            #expect(error?.description.contains(#""/sys""#) == true)
        }
    }

    private func refusedPaths() async throws {
        for taker in [Taker.listening, .receiving, .blockingBind] {
            let error = await socketError {
                try await withFaults(.failure(of: .bind, with: .permissionDenied)) {
                    try await taker.take("unix:/tmp/x9.sock", .unix)
                }
            }
            #expect(error?.description.contains(#"this user may not create a file in "/tmp""#) == true, "\(taker)")
        }
        for taker in Taker.clients {
            let error = await socketError {
                try await withFaults(.failure(of: .connect, with: .permissionDenied)) {
                    try await taker.take("unix:/tmp/x9.sock", .unix)
                }
            }
            #expect(error?.description.contains(#"this user may not look into "/tmp""#) == true, "\(taker)")
        }
    }

    @Test func `a computer without IPv6 says so, at everything that takes an address`() async throws {
        for taker in Taker.allCases where taker != .packets && taker != .blockingConnect && taker != .blockingBind {
            let error = await socketError {
                try await withFaults(.failure(of: .create, with: .addressFamilyNotSupported)) {
                    try await taker.take("[::1]:9", .ipv6)
                }
            }
            #expect(error?.code == .unsupported)
            #expect(error?.description.contains("this computer has no IPv6") == true, "\(taker)")
            #expect(error?.description.contains("[::1]:9") == true, "\(taker)")
        }
    }

    @Test(arguments: ["a\0b", "localhost\0.example", "\0"])
    func `a name that holds a NUL is not cut short`(name: String) async throws {
        let error = await socketError { _ = try await Resolver.system.answer(for: name) }
        #expect(error?.code == .nameNotFound)
        #expect(error?.description.contains(#"\x00"#) == true)
        #expect(error?.description.contains("holds a NUL") == true)
        #expect(Syscalls.interfaceIndex("lo\0x") == nil)
    }
}
