import Sockeye
import SockeyeSystem
import TestSupport

extension Conversation {
    /// Datagrams one by one, in batches, cut by the kernel, refused, with descriptors, and over a socket that changes hands.
    ///
    /// One task does it all: what a fault has kept from going out is not waited for.
    func talkInDatagrams(over family: Family, _ log: Log) async throws {
        var options = DatagramOptions()
        options.loops = try EventLoopGroup(count: 1)
        if family == .unix {
            options.credentials = .on
        } else {
            options.localAddress = .on
            options.errors = .on
            options.coalescing = .on
            options.receiveBufferBytes = 1 << 18
        }
        let server = try await DatagramSocket.bind(to: family.freshEndpoint(), options: options)
        defer { server.close() }
        let client = try await DatagramSocket.connect(to: server.localAddress.endpoint, options: options)
        defer { client.close() }
        try await single(client, server, log)
        try await batches(client, server, log)
        if family == .unix { try await descriptors(client, server, log) } else { try await refusal(server, log) }
        let again = try DatagramSocket.adopt(OpenDescriptor(try client.release()), options: options)
        defer { again.close() }
        try await again.send("again")
        log.saw("server: \(text(try await server.receive()))")
    }

    private func text(_ datagram: Datagram) -> String {
        "\(String(decoding: datagram.bytes, as: UTF8.self)) of \(datagram.header.originalByteCount)"
    }

    private func single(_ client: DatagramSocket, _ server: DatagramSocket, _ log: Log) async throws {
        try await client.send("one")
        let datagram: Datagram = try await server.receive()
        log.saw("server: \(text(datagram))")
        try await server.send("there", to: datagram.from, from: datagram.localAddress)
        log.saw("client: \(text(try await client.receive()))")
        try await client.send("")
        log.saw("server: \(text(try await server.receive(upTo: 1)))")
        try await client.send([UInt8](repeating: 7, count: 2_500), inDatagramsOf: 1000)
        for _ in 0..<3 { log.saw("server: \(try await server.receive().bytes.count) bytes") }
    }

    private func batches(_ client: DatagramSocket, _ server: DatagramSocket, _ log: Log) async throws {
        let batch = try DatagramBatch(capacity: 4)
        for word in ["eins", "zwei", "drei"] { try batch.append(Array(word.utf8)) }
        try await client.send(batch)
        var count = 0
        while count < 3 {
            count += try await server.receive(into: batch)
            for datagram in batch { log.saw("server: \(text(datagram))") }
            try await server.send(batch)
        }
        count = 0
        while count < 3 {
            count += try await client.receive(into: batch)
            for datagram in batch { log.saw("client: \(text(datagram))") }
        }
    }

    private func descriptors(_ client: DatagramSocket, _ server: DatagramSocket, _ log: Log) async throws {
        try await client.send("two", passing: [0, 1])
        let (datagram, descriptors) = try await server.receive(descriptors: 2)
        log.saw("server: \(text(datagram)), \(descriptors.count) descriptors")
        // Until there is room, which there is.
        while try !client.trySend([65]) {}
        log.saw("server: \(text(try await server.receive()))")
    }

    /// Port 9 of an address of this computer that nobody has: the kernel answers at once that it is unreachable.
    private func refusal(_ server: DatagramSocket, _ log: Log) async throws {
        try await server.send("anybody?", to: .ipv4(IPv4Address(127, 77, 7, 7), port: 9))
        do {
            _ = try await server.receive() as Datagram
        } catch  where error.code == .refused {
            log.saw("server: refused")
        }
    }
}
