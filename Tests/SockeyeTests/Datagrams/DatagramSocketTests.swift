import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Datagrams` {
    @Test(arguments: Family.allCases)
    func `keep messages apart and tell who sent them`(family: Family) async throws {
        try await withTwoBound(family) { one, other in
            try await one.send("first", to: other.localAddress)
            try await one.send("second", to: other.localAddress)
            let first: Datagram = try await other.receive()
            #expect(first.bytes == Array("first".utf8))
            #expect(first.from == one.localAddress)
            #expect(!first.isTruncated)
            #expect(first.localAddress == nil)
            #expect(try await other.receiveText() == "second")
            try await other.send([1, 2, 3], to: first.from)
            let (bytes, from) = try await one.receive()
            #expect(bytes == [1, 2, 3])
            #expect(from == other.localAddress)
        }
    }

    @Test(arguments: Family.allCases)
    func `an empty one is a message and no end, both ways`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            try await client.send([])
            try await client.send("")
            try await client.send("x")
            let first = try await server.receive(upTo: 16)
            #expect(first.bytes == [])
            #expect(!first.isTruncated)
            #expect(try await server.receive(upTo: 16).bytes == [])
            #expect(try await server.receiveText() == "x")
            try await server.send([], to: first.from)
            #expect(try await client.receive(upTo: 16).bytes == [])
        }
    }

    @Test(arguments: Family.allCases)
    func `one that is cut short is told, and the next is whole`(family: Family) async throws {
        try await withTwoBound(family) { one, other in
            try await one.send("abcdef", to: other.localAddress)
            try await one.send("xyz", to: other.localAddress)
            let cut: Datagram = try await other.receive(upTo: 4)
            #expect(cut.bytes == Array("abcd".utf8))
            #expect(cut.isTruncated)
            #expect(cut.header.originalByteCount == 6)
            let whole: Datagram = try await other.receive(upTo: 3)
            #expect(whole.bytes == Array("xyz".utf8))
            #expect(!whole.isTruncated)
        }
    }

    @Test(arguments: Family.allCases)
    func `a connected one sends without an address, and hears nobody else`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            #expect(client.remoteAddress == server.localAddress)
            try await client.send("hi")
            let datagram: Datagram = try await server.receive()
            #expect(datagram.from == client.localAddress)
            try await withBound(family) { stranger in
                // A Unix socket's peer is nobody else's to send to.
                let error = await socketError { try await stranger.send("stranger", to: client.localAddress) }
                #expect(error?.code == (family == .unix ? .permissionDenied : nil))
                try await server.send("friend", to: datagram.from)
                #expect(try await client.receiveText() == "friend")
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `go into the caller's memory, after what is there`(family: Family) async throws {
        try await withTwoBound(family) { one, other in
            try await one.send("abcdef", to: other.localAddress)
            try await one.send("ghi", to: other.localAddress)
            var seen: [Datagram.Header] = []
            var text: [UInt8] = []
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
            defer { unsafe memory.deallocate() }
            var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
            seen.append(try await other.receive(into: &span))
            seen.append(try await other.receive(into: &span))
            let count = unsafe span.finalize(for: memory)
            text = unsafe Array(memory[..<count])
            #expect(text == Array("abcdefgh".utf8))
            #expect(seen.map(\.byteCount) == [6, 2])
            #expect(seen.map(\.isTruncated) == [false, true])
            #expect(seen.map(\.from) == [one.localAddress, one.localAddress])
        }
    }

    @Test(arguments: Family.allCases)
    func `of the largest size arrive whole`(family: Family) async throws {
        var options = DatagramOptions()
        options.sendBufferBytes = 1 << 18
        if family != .unix { options.receiveBufferBytes = 1 << 18 }
        let size = ["ipv4": 65_507, "ipv6": 65_527, "unix": 150_000][family.rawValue] ?? 0
        try await withTwoBound(family, options: options) { one, other in
            try await one.send(Pattern.bytes(size), to: other.localAddress)
            let datagram: Datagram = try await other.receive(upTo: 200_000)
            #expect(datagram.bytes.count == size)
            #expect(Pattern.matches(datagram.bytes, at: 0))
        }
    }

    @Test func `a name leads to the address that this socket can send to`() async throws {
        for family in Family.tcp {
            try await withTwoBound(family) { one, other in
                let endpoint = Endpoint.loopback(port: try #require(other.localAddress.port))
                try await one.send("by name", to: endpoint)
                #expect(try await other.receiveText() == "by name")
            }
        }
        try await withBound(.ipv4) { server in
            let port = try #require(server.localAddress.port)
            try await withDatagramSocket(to: .host("localhost", port: port)) { try await $0.send("hello") }
            #expect(try await server.receiveText() == "hello")
        }
    }

    @Test func `a socket for every interface takes both families, and sends to both`() async throws {
        let socket = try await DatagramSocket.bind(to: "*:0")
        defer { socket.close() }
        let port = try #require(socket.localAddress.port)
        for family in Family.tcp {
            try await withBound(family) { peer in
                try await peer.send("to both", to: .loopback(port: port))
                let datagram: Datagram = try await socket.receive()
                #expect(datagram.from.description == peer.localAddress.description)
                try await socket.send("back", to: datagram.from)
                #expect(try await peer.receiveText() == "back")
                try await socket.send("unasked", to: peer.localAddress)
                #expect(try await peer.receiveText() == "unasked")
            }
        }
    }

    @Test(arguments: Family.tcp)
    func `leave by the source that was asked for`(family: Family) async throws {
        try await withBound(family) { server in
            var options = DatagramOptions()
            options.source = try await SocketAddress.deserted(family).endpoint
            try await withDatagramSocket(to: server.localAddress.endpoint, options: options) { client in
                #expect(client.localAddress.endpoint == options.source)
                try await client.send("x")
                let (_, from) = try await server.receive()
                #expect(from.endpoint == options.source)
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `are not bound by a source, which is for connecting`(family: Family) async throws {
        var options = DatagramOptions()
        options.source = family.freshEndpoint()
        let observed = Observed()
        options.observer = observed
        let error = await socketError { [options] in
            try await DatagramSocket.bind(to: family.freshEndpoint(), options: options).close()
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.operation == .bind)
        #expect(error?.detail?.contains("only connect takes one") == true)
        #expect(observed.all.map(\.error?.code) == [.invalidArgument])
    }

    @Test func `a Unix client has a name to answer to, unless it is told not to`() async throws {
        try await withConnectedClient(.unix) { client, server in
            try await client.send("with a name")
            let datagram: Datagram = try await server.receive()
            try await server.send("answer", to: datagram.from)
            #expect(try await client.receiveText() == "answer")
        }
        var options = DatagramOptions()
        options.unixName = .off
        try await withConnectedClient(.unix, client: options) { client, server in
            #expect(client.localAddress == .unixUnnamed)
            try await client.send("without")
            let datagram: Datagram = try await server.receive()
            #expect(datagram.from == .unixUnnamed)
            let error = await socketError { try await server.send("answer", to: datagram.from) }
            #expect(error?.code == .invalidAddress)
            #expect(error?.detail?.contains("has no name") == true)
        }
    }

    @Test func `abstract names need no file`() async throws {
        let name = Endpoint.unix("@sockeye-datagrams-\(UInt64.random(in: 0 ... .max))")
        try await withDatagramSocket(boundTo: name) { server in
            try await withDatagramSocket(to: name) { client in
                try await client.send("abstract")
                #expect(try await server.receiveText() == "abstract")
            }
        }
    }
}
