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
            return try await withTimeout(.seconds(150)) {
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
        let bulk = BulkTrial(connection)
        evidence.sendsMuch = await bulk.send()
        if evidence.sendsMuch == .passes { evidence.receivesMuch = await bulk.receive() }
        return evidence
    }

    /// Listens for a moment, and lets the other end come.
    private func wayBack(_ connection: Connection) async throws -> String? {
        guard let listener = try? await Listener.bind(to: .any(port: 0)) else { return nil }
        defer { listener.close() }
        return try await DoctorWords.ask(connection, "call \(listener.localAddress.port ?? 0)", "called")
    }
}
