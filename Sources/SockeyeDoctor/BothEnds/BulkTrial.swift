import Sockeye
import SockeyeSystem

/// Many bytes over a connection, there and back, for links that take small packets only. A line that is slow, or loses packets,
/// is told from one on which large packets vanish by whether any of the bytes come through.
struct BulkTrial: Sendable {
    private let connection: Connection
    private let count = DoctorWords.bulkBytes
    /// 1000: more than the small packets that say what is to come, and less than a large one.
    private static let fewBytes = 1000

    init(_ connection: Connection) {
        self.connection = connection
    }

    func send() async -> BothEndsEvidence.Bulk {
        let start = acknowledged
        return await outcome({ acknowledged - start }) {
            try await connection.send("take \(count)\n")
            try await connection.send([UInt8](repeating: UInt8(ascii: "."), count: count))
            guard try await DoctorWords.line(from: connection) == "took \(count)" else {
                throw SocketError(.endOfStream, .receive)
            }
        }
    }

    func receive() async -> BothEndsEvidence.Bulk {
        let received = Locked(0)
        return await outcome({ received.with { $0 } }) {
            try await connection.send("give \(count)\n")
            try await DoctorWords.drain(connection, count) { bytes in received.with { $0 = bytes } }
        }
    }

    private var acknowledged: Int { (try? connection.statistics).map { Int(clamping: $0.acknowledgedBytes) } ?? 0 }

    /// Runs to its end, and looks meanwhile how many bytes have come through.
    private func outcome(
        _ bytes: @escaping @Sendable () -> Int,
        _ body: @escaping @Sendable () async throws -> Void
    ) async -> BothEndsEvidence.Bulk {
        await withTaskGroup(of: BothEndsEvidence.Bulk?.self) { group in
            group.addTask { (try? await withTimeout(DoctorWords.bulkPatience, body)) == nil ? .slow : .passes }
            group.addTask {
                guard await LoopTask.sleep(for: DoctorWords.standstill) else { return nil }
                return bytes() < Self.fewBytes ? .hangs : nil
            }
            var outcome: BothEndsEvidence.Bulk = .slow
            for await one in group {
                guard let one else { continue }
                outcome = one
                group.cancelAll()
                break
            }
            return outcome
        }
    }
}
