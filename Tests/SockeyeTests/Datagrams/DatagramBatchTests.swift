import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Batches of datagrams` {
    /// The kernel's queue of a Unix socket has room for ten.
    private static func most(_ family: Family) -> Int { family == .unix ? 8 : 100 }

    @Test(arguments: Family.allCases)
    func `come in order, each with its sender and its length`(family: Family) async throws {
        try await withTwoBound(family) { one, other in
            let count = Self.most(family)
            for number in 0..<count { try await one.send(Pattern.bytes(number, at: number), to: other.localAddress) }
            let batch = try DatagramBatch(capacity: 7)
            var next = 0
            while next < count {
                let came = try await other.receive(into: batch)
                #expect(came == batch.count && (1...7).contains(came))
                for datagram in batch {
                    #expect(datagram.bytes == Pattern.bytes(next, at: next))
                    #expect(datagram.from == one.localAddress)
                    #expect(!datagram.isTruncated)
                    next += 1
                }
            }
            #expect(next == count)
        }
    }

    @Test(arguments: Family.allCases)
    func `go back to whom they came from`(family: Family) async throws {
        try await withBound(family) { server in
            try await withTwoBound(family) { one, other in
                for number in 0..<4 {
                    try await (number % 2 == 0 ? one : other).send("\(number)", to: server.localAddress)
                }
                let batch = try DatagramBatch(capacity: 4)
                #expect(try await server.receive(into: batch) == 4)
                #expect((0..<4).map { batch.remoteAddress(at: $0) } == [one, other, one, other].map(\.localAddress))
                try await server.send(batch)
                #expect(batch.isEmpty)
                #expect(try await one.receiveText() == "0")
                #expect(try await one.receiveText() == "2")
                #expect(try await other.receiveText() == "1")
                #expect(try await other.receiveText() == "3")
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `of a connected socket go to its peer, the empty ones too`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            let batch = try DatagramBatch(capacity: 4, maximumLength: 4)
            try batch.append(Array("abcd".utf8))
            try batch.append([])
            try batch.append([120])
            try await client.send(batch)
            #expect(try await server.receiveText() == "abcd")
            #expect(try await server.receiveText() == "")
            #expect(try await server.receiveText() == "x")
            // Used again, in the other direction, after what was in it before.
            try await server.send("answer", to: client.localAddress)
            try await client.receive(into: batch)
            let cut = batch[0]
            #expect(cut.bytes == Array("answ".utf8))
            #expect(cut.isTruncated && cut.header.originalByteCount == 6)
        }
    }

    @Test(arguments: Family.allCases)
    func `one that is wrong is named, those before it are out, and the others can follow`(family: Family) async throws {
        try await withTwoBound(family) { one, other in
            let nowhere = try await wrongAddress(family)
            let batch = try DatagramBatch(capacity: 8)
            for (number, to) in [other.localAddress, other.localAddress, nowhere, other.localAddress].enumerated() {
                try batch.append([UInt8(number)], to: to)
            }
            let error = await socketError { try await one.send(batch) }
            #expect(error?.operation == .send)
            #expect(error?.remoteAddress == nowhere)
            #expect(batch.count == 2)
            batch.removeFirst()
            // What is added goes behind what is left.
            for number in 4..<10 { try batch.append([UInt8(number)], to: other.localAddress) }
            #expect(batch.count == 7)
            try await one.send(batch)
            var came: [UInt8] = []
            while came.count < 9 { came += try await other.receive(upTo: 8).bytes }
            #expect(came == [0, 1, 3, 4, 5, 6, 7, 8, 9])
        }
    }

    private func wrongAddress(_ family: Family) async throws -> SocketAddress {
        switch family {
        case .ipv4: .ipv4(IPv4Address(255, 255, 255, 255), port: 9)  // Broadcast was not allowed.
        case .ipv6: .ipv6(.loopback, port: 0)
        case .unix: try await .deserted(.unix)
        }
    }

    @Test func `larger than the receiver's queue suspend the sender, and all arrive`() async throws {
        try await withTwoBound(.unix) { sender, receiver in
            let to = receiver.localAddress
            async let sending: Void = {
                let batch = try DatagramBatch(capacity: 200, maximumLength: 1)
                for number in 0..<200 { try batch.append([UInt8(number)], to: to) }
                try await sender.send(batch)
            }()
            await sender.untilWaiting(.write)
            let batch = try DatagramBatch()
            var came: [UInt8] = []
            while came.count < 200 {
                try await receiver.receive(into: batch)
                for datagram in batch { came += datagram.bytes }
            }
            #expect(came == (0..<200).map { UInt8($0) })
            try await sending
        }
    }

    @Test(arguments: Family.allCases)
    func `lend their bytes without a copy`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            try await client.send("abc")
            let batch = try DatagramBatch()
            try await server.receive(into: batch)
            #expect(batch.withBytes(at: 0) { $0.byteCount } == 3)
            #expect(batch.withBytes(at: 0) { unsafe $0.unsafeLoad(fromByteOffset: 1, as: UInt8.self) } == 98)
        }
    }

    @Test func `have limits, and say them`() throws {
        for (capacity, length) in [(0, 1), (1025, 1), (1, 0), (1, 1 << 21)] {
            #expect(throws: SocketError.self) { try DatagramBatch(capacity: capacity, maximumLength: length) }
        }
        let batch = try DatagramBatch(capacity: 1, maximumLength: 2)
        let long = #expect(throws: SocketError.self) { try batch.append([1, 2, 3]) }
        #expect(long?.code == .messageTooLong)
        try batch.append([1])
        let full = #expect(throws: SocketError.self) { try batch.append([2]) }
        #expect(full?.code == .limitExceeded)
        #expect(batch.map(\.bytes) == [[1]])
        batch.removeAll()
        #expect(batch.isEmpty)
    }

    // MARK: GSO and GRO

    @Test(arguments: Family.allCases)
    func `are cut out of one piece, the last one shorter`(family: Family) async throws {
        try await withConnectedClient(family) { client, server in
            let total = family == .unix ? 5_500 : 20_500
            async let sending: Void = client.send(Pattern.bytes(total), inDatagramsOf: 1000)
            var came: [UInt8] = []
            while came.count < total {
                let bytes = try await server.receive(upTo: 4096).bytes
                #expect(bytes.count == 1000 || came.count + bytes.count == total)
                came += bytes
            }
            #expect(Pattern.matches(came, at: 0) && came.count == total)
            try await sending
        }
    }

    /// More than 64, larger than the network's packets, and of one byte: each has a limit of the kernel's behind it.
    @Test(arguments: [(1, 100), (1200, 200_000), (30_000, 150_000)])
    func `are cut whatever their size`(size: Int, total: Int) async throws {
        try await withConnectedClient(.ipv4, server: large) { client, server in
            async let sending: Void = {
                var sent = 0
                while sent < total {
                    // In portions, so that the receiver's buffer does not overflow.
                    let portion = min(50 * size, total - sent, 50_000 / size * size)
                    let bytes = Pattern.bytes(portion, at: sent)
                    try await client.send(bytes, inDatagramsOf: size, to: server.localAddress)
                    sent += portion
                    _ = try await client.receive() as Datagram
                }
            }()
            var came = 0
            var sinceAnswer = 0
            while came < total {
                let bytes = try await server.receive().bytes
                #expect(bytes.count == size || came + bytes.count == total)
                #expect(Pattern.matches(bytes, at: came))
                came += bytes.count
                sinceAnswer += bytes.count
                if sinceAnswer == min(50 * size, 50_000 / size * size) || came == total {
                    try await server.send("go on", to: client.localAddress)
                    sinceAnswer = 0
                }
            }
            try await sending
        }
    }

    private var large: DatagramOptions {
        var options = DatagramOptions()
        options.receiveBufferBytes = 1 << 20
        return options
    }

    @Test(arguments: Family.allCases)
    func `that the kernel has put together are taken apart`(family: Family) async throws {
        var server = family == .unix ? DatagramOptions() : large
        server.coalescing = .on
        try await withConnectedClient(family, server: server) { client, server in
            #expect((unsafe server.coalesced != nil) == (family != .unix))
            if family == .unix { return }
            try await client.send(Pattern.bytes(10_300), inDatagramsOf: 1000)
            try await client.send("end")
            // One by one, then cut short, then into the caller's memory, then as a batch: whatever the form of the call.
            var came = try await server.receive(upTo: 2000).bytes
            #expect(came.count == 1000)
            let cut: Datagram = try await server.receive(upTo: 10)
            #expect(cut.isTruncated && cut.header.originalByteCount == 1000)
            #expect(cut.bytes == Pattern.bytes(10, at: 1000))
            came = Pattern.bytes(2000)
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2000, alignment: 1)
            defer { unsafe memory.deallocate() }
            var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
            #expect(try await server.receive(into: &span).byteCount == 1000)
            let count = unsafe span.finalize(for: memory)
            unsafe came += memory[..<count]
            let batch = try DatagramBatch(capacity: 3)
            while came.count < 10_300 {
                try await server.receive(into: batch)
                for datagram in batch {
                    #expect(datagram.from == client.localAddress)
                    came += datagram.bytes
                }
            }
            #expect(came.count == 10_300 && Pattern.matches(came, at: 0))
            #expect(try await server.receiveText() == "end")
            // Nothing is left over, and empty ones are still datagrams.
            try await client.send([])
            #expect(try await server.receive().bytes == [])
            let reader = Task { try await server.receiveText() }
            await server.untilWaiting(.read)
            try await client.send("after")
            #expect(try await reader.value == "after")
        }
    }
}
