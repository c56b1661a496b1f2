package import Sockeye
package import SockeyeSystem

/// The end that listens: it greets, answers what the other doctor asks, and tells what it has seen.
///
/// It connects to nobody but the visitor's own address, and sends a datagram only to a visitor that knows its token, as many as
/// the visitor asks for.
package final class DoctorHost: Sendable {
    /// What happened, for the person at this end.
    package enum News: Sendable {
        /// Another doctor has been here.
        case doctor(HostEvidence)
        /// Some other program has connected: from there, too, this computer is reached.
        case program(SocketAddress)
    }

    package let listener: Listener
    private let datagrams: Socket
    private let token = DoctorWords.newToken()
    private let isDone = Locked(false)
    /// The addresses of the doctors that are here now: datagrams of others are not answered.
    private let visitors = Locked<[SocketAddress]>([])

    private init(_ listener: Listener, _ datagrams: consuming Socket) {
        self.listener = listener
        self.datagrams = datagrams
    }

    /// Listens for TCP and UDP on one port.
    package static func open(on endpoint: Endpoint) async throws(SocketError) -> DoctorHost {
        let listener = try await Listener.bind(to: endpoint)
        let datagrams = try Socket(listener.localAddress.family, .datagram)
        if listener.localAddress.family == .ipv6 { try datagrams.setOption(.ipv6Only, to: false) }
        try datagrams.bind(to: listener.localAddress)
        do {
            try Syscalls.sendWhole(datagrams.descriptor, listener.localAddress.family)
            // For the IPv4 half of an IPv6 socket.
            try Syscalls.sendWhole(datagrams.descriptor, .ipv4)
        } catch {
            throw SocketError(error, .option, localAddress: listener.localAddress)
        }
        return DoctorHost(listener, datagrams)
    }

    /// Answers until the task is cancelled.
    package func serve(_ tell: @escaping @Sendable (News) async -> Void) async throws {
        defer { isDone.with { $0 = true } }
        try Self.startAnswering(self)
        var options = ServeOptions()
        // 16 visitors at once are more than one person has computers.
        options.maximumConnections = 16
        try await listener.serve(options: options) { connection in
            if let news = try await self.receive(connection) { await tell(news) }
        }
    }

    // MARK: Datagrams

    private static func startAnswering(_ host: DoctorHost) throws(SocketError) {
        do {
            try Syscalls.startThread { while !host.isDone.with({ $0 }) { host.answerDatagram() } }
        } catch {
            throw SocketError(error, .loop)
        }
    }

    private func answerDatagram() {
        // A quarter of a second: so long the thread lives on after the end.
        guard Syscalls.waitReadable(datagrams.descriptor, milliseconds: 250),
            let (bytes, from) = try? datagrams.receiveFrom(upTo: 65_536)
        else { return }
        if let answer = DatagramHost.answer(to: bytes, from) {
            try? datagrams.send(answer, to: from)
            return
        }
        guard let datagram = DoctorDatagram(bytes), datagram.token == token,
            visitors.with({ $0.contains { $0.isSameHost(as: from) } })
        else { return }
        switch datagram.word {
        case .up:
            let size = min(bytes.count, DoctorDatagram.largest)
            try? datagrams.send(
                DoctorDatagram(token, .got, datagram.number, max(size, DoctorDatagram.smallest)).bytes(),
                to: from
            )
        case .down:
            let answer = DoctorDatagram(token, .big, datagram.number, datagram.size)
            do {
                try datagrams.send(answer.bytes(filledTo: datagram.size), to: from)
            } catch {
                try? datagrams.send(DoctorDatagram(token, .no, datagram.number, datagram.size).bytes(), to: from)
            }
        case .got, .big, .no: return
        }
    }

    // MARK: Lines

    /// nil for whoever went without a word, as a doctor does that only tries whether the port answers.
    private func receive(_ connection: Connection) async throws -> News? {
        let peer = connection.remoteAddress
        try await connection.send(DoctorWords.greeting + token + "\n")
        let first = try await withTimeout(.seconds(30)) { try await DoctorWords.line(from: connection) }
        guard let first else { return nil }
        guard first == "hello" || first.hasPrefix("hello ") else { return .program(peer) }
        var evidence = HostEvidence(visitor: peer)
        evidence.visitorSays = String(first.dropFirst("hello ".count))
        visitors.with { $0.append(peer) }
        defer {
            visitors.with { visitors in
                if let index = visitors.firstIndex(of: peer) { visitors.remove(at: index) }
            }
        }
        try await connection.send("seen \(peer.plain(port: peer.port ?? 0))\n")
        // However the visit ends, what was seen is told. A visitor that stops talking must not stay for ever.
        do {
            while let line = try await withTimeout(.seconds(60), { try await DoctorWords.line(from: connection) }) {
                try await answer(line, connection, &evidence)
            }
        } catch {
            evidence.end = "\(error)"
        }
        return .doctor(evidence)
    }

    /// Again where nobody answers, several times at once: packets get lost.
    private func wayBack(to target: SocketAddress) async -> Attempt {
        let probes = SystemProbes()
        let first = await probes.connect(to: target, within: .seconds(3), watching: .zero)
        guard first.isUnanswered else { return first }
        return await withTaskGroup(of: Attempt.self) { group in
            for _ in 0..<3 {
                group.addTask { await probes.connect(to: target, within: .seconds(4), watching: .zero) }
            }
            var best = first
            for await one in group where best.isUnanswered { best = one }
            return best
        }
    }

    private func answer(_ line: String, _ connection: Connection, _ evidence: inout HostEvidence) async throws {
        let words = line.split(separator: " ").map(String.init)
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        switch words.first {
        case "ping": try await connection.send("pong \(number)\n")
        case "take" where (1...DoctorWords.bulkBytes).contains(number):
            try await DoctorWords.drain(connection, number)
            try await connection.send("took \(number)\n")
        case "give" where (1...DoctorWords.bulkBytes).contains(number):
            let bytes = [UInt8](repeating: UInt8(ascii: "."), count: number)
            try await withTimeout(DoctorWords.bulkPatience) { try await connection.send(bytes) }
        case "call" where UInt16(exactly: number) != nil:
            let target = connection.remoteAddress.plain(port: UInt16(number))
            let attempt = await wayBack(to: target)
            evidence.wayBack = attempt
            try await connection.send("called \(attempt.outcome == .connected ? "open" : Words.outcome(attempt))\n")
        case "summary": evidence.summary = words.dropFirst().joined(separator: " ")
        default: try await connection.send("what\n")
        }
    }
}

/// What the listening end has seen of a visitor.
package struct HostEvidence: Sendable, Equatable {
    package let visitor: SocketAddress
    /// The visitor's own idea of its address.
    package var visitorSays = ""
    package var wayBack: Attempt?
    package var summary = ""
    /// Why the conversation ended early, if it did.
    package var end: String?

    package init(visitor: SocketAddress) {
        self.visitor = visitor
    }
}
