import Sockeye
package import SockeyeSystem

/// The end that connects: it asks the other doctor for all that one end alone cannot know.
package struct DoctorVisit: Sendable {
    private let address: SocketAddress

    package init(to address: SocketAddress) {
        self.address = address
    }

    /// nil when it is no doctor after all.
    package func run() async -> BothEndsEvidence? {
        do {
            return try await withTimeout(.seconds(60)) {
                try await withConnection(to: .address(address)) { connection in try await talk(connection) }
            }
        } catch {
            return nil
        }
    }

    private func talk(_ connection: Connection) async throws -> BothEndsEvidence? {
        let greeting = try await withTimeout(DoctorWords.patience) { try await DoctorWords.line(from: connection) }
        guard let token = DoctorWords.token(in: Array((greeting ?? "").utf8)) else { return nil }
        var evidence = BothEndsEvidence(local: connection.localAddress, remote: address)
        let local = connection.localAddress
        evidence.seen = try await DoctorWords.ask(connection, "hello \(local.plain(port: local.port ?? 0))", "seen")
        for number in 0..<5 {
            let clock = Deadline(in: .zero)
            _ = try await DoctorWords.ask(connection, "ping \(number)", "pong")
            evidence.roundTrips.append(clock.elapsed)
        }
        let roundTrip = evidence.roundTrips.min() ?? .milliseconds(100)
        let target = address
        evidence.datagrams = await Blocking.run { DatagramTrial(target, token, roundTrip).run() }
        evidence.wayBack = try await wayBack(connection)
        let found = evidence
        try await connection.send("summary \(BothEndsVerdict.summary(found))\n")
        // Last, since a connection on which large packets vanish is good for nothing afterwards.
        evidence.sendsMuch = await bulk { try await Self.sendMuch(connection) }
        if evidence.sendsMuch == .passes {
            evidence.receivesMuch = await bulk { try await Self.receiveMuch(connection) }
        }
        return evidence
    }

    private func bulk(_ body: @escaping @Sendable () async throws -> Void) async -> BothEndsEvidence.Bulk {
        do {
            try await withTimeout(DoctorWords.patience, body)
            return .passes
        } catch {
            return .hangs
        }
    }

    private static func sendMuch(_ connection: Connection) async throws {
        let count = DoctorWords.bulkBytes
        try await connection.send("take \(count)\n")
        try await connection.send([UInt8](repeating: UInt8(ascii: "."), count: count))
        guard try await DoctorWords.line(from: connection) == "took \(count)" else {
            throw SocketError(.endOfStream, .receive)
        }
    }

    private static func receiveMuch(_ connection: Connection) async throws {
        try await connection.send("give \(DoctorWords.bulkBytes)\n")
        try await DoctorWords.drain(connection, DoctorWords.bulkBytes)
    }

    /// Listens for a moment, and lets the other end come.
    private func wayBack(_ connection: Connection) async throws -> String? {
        guard let listener = try? await Listener.bind(to: .any(port: 0)) else { return nil }
        defer { listener.close() }
        return try await DoctorWords.ask(connection, "call \(listener.localAddress.port ?? 0)", "called")
    }
}

/// Datagrams of many sizes, there and back. It blocks, and runs on a thread of its own.
struct DatagramTrial {
    private let address: SocketAddress
    private let token: String
    /// How long an answer may take.
    private let patience: Duration
    /// 4: on a line that loses every fifth packet, a size that passes is called too large once in sixty.
    private static let tries = 4

    init(_ address: SocketAddress, _ token: String, _ roundTrip: Duration) {
        self.address = address
        self.token = token
        patience = max(.milliseconds(150), roundTrip * 3)
    }

    func run() -> BothEndsEvidence.Datagrams {
        var result = BothEndsEvidence.Datagrams()
        do {
            let socket = try Socket(address.family, .datagram)
            try Syscalls.sendWhole(socket.descriptor, address.family)
            try socket.connect(to: address)
            result.up = largest { size in self.passes(socket.descriptor, socket, .up, size) }
            result.down = largest { size in self.passes(socket.descriptor, socket, .down, size) }
        } catch {
            return result
        }
        return result
    }

    /// 0 when not even the smallest passes.
    private func largest(_ passes: (Int) -> Bool) -> Int {
        guard passes(DoctorDatagram.smallest) else { return 0 }
        if passes(DoctorDatagram.largest) { return DoctorDatagram.largest }
        var search = SizeSearch(passing: DoctorDatagram.smallest, failing: DoctorDatagram.largest)
        // What Ethernet carries, first over IPv4 and then over IPv6, is the answer nearly always.
        for size in [1473, 1472, 1453, 1452] where size > search.low && size < search.high {
            search.note(size, passes: passes(size))
        }
        while let size = search.next { search.note(size, passes: passes(size)) }
        return search.low
    }

    private func passes(_ descriptor: Int32, _ socket: borrowing Socket, _ word: DoctorDatagram.Word, _ size: Int)
        -> Bool
    {
        for attempt in 0..<Self.tries {
            let number = size * Self.tries + attempt
            let question = DoctorDatagram(token, word, number, size).bytes(filledTo: word == .up ? size : 0)
            do throws(SocketError) {
                guard try socket.send(question) == question.count else { return false }
            } catch {
                // Too large for this computer's own interface: no need to try again. A refusal of an earlier one is over now.
                if error.code == .messageTooLong { return false }
            }
            let deadline = Deadline(in: patience)
            while deadline.milliseconds > 0, Syscalls.waitReadable(descriptor, milliseconds: deadline.milliseconds) {
                guard let bytes = try? socket.receive(upTo: 65_536), let answer = DoctorDatagram(bytes),
                    answer.token == token, answer.number / Self.tries == size
                else { continue }
                switch answer.word {
                case .got: return answer.size >= size
                case .big: return bytes.count >= size
                default: return false
                }
            }
        }
        return false
    }
}
