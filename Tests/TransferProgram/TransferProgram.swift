import Foundation
import Sockeye

/// Moves so many bytes each way at the same time, with a slow reader on each side, and prints checksums and the most memory
/// that it ever used. A program of its own, so that the memory is Sockeye's and not a test library's.
///
///     TransferProgram BYTES
@main
enum TransferProgram {
    static func main() async throws {
        let count = Int(CommandLine.arguments.dropFirst().first ?? "") ?? 1 << 30
        let before = peakKilobytes()
        let listener = try await Listener.bind(to: "127.0.0.1:0")
        async let accepting = listener.accept()
        let client = try await Connection.connect(to: .address(listener.localAddress))
        let server = try await accepting
        async let out = send(count, seed: 1, over: client)
        async let back = send(count, seed: 2, over: server)
        async let there = receive(by: server)
        async let here = receive(by: client)
        let sums = try await (out, there, back, here)
        print("out \(sums.0) arrived \(sums.1)")
        print("back \(sums.2) arrived \(sums.3)")
        print("peak \(peakKilobytes()) KiB, of which \(before) before")
        await client.close()
        await server.close()
    }

    /// What has been sent, summed up in a way in which the place of each word counts.
    struct Checksum: CustomStringConvertible {
        private var sum: UInt64 = 0
        private var sumOfSums: UInt64 = 0
        private var byteCount = 0
        private var rest: [UInt8] = []

        /// Pieces of any length; words are put together across them.
        mutating func add(_ bytes: [UInt8]) {
            byteCount += bytes.count
            if rest.isEmpty, bytes.count % 8 == 0 { return addWords(bytes) }
            rest += bytes
            let whole = rest.count & ~7
            addWords(Array(rest[..<whole]))
            rest.removeFirst(whole)
        }

        private mutating func addWords(_ bytes: [UInt8]) {
            var sum = sum
            var sumOfSums = sumOfSums
            unsafe bytes.withUnsafeBytes { buffer in
                var index = 0
                let end = buffer.count
                while index < end {
                    sum &+= unsafe buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    sumOfSums &+= sum
                    index &+= 8
                }
            }
            self.sum = sum
            self.sumOfSums = sumOfSums
        }

        var description: String { "\(byteCount)-\(sum)-\(sumOfSums)" }
    }

    @concurrent
    static func send(_ count: Int, seed: UInt64, over connection: Connection) async throws -> Checksum {
        var checksum = Checksum()
        // One block with another beginning each time: bytes that are lost, doubled or swapped change the sum.
        var state = seed
        var block = [UInt8](repeating: 0, count: 65_536)
        for index in block.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            block[index] = UInt8(truncatingIfNeeded: state >> 33)
        }
        var sent = 0
        while sent < count {
            unsafe block.withUnsafeMutableBytes { unsafe $0.storeBytes(of: UInt64(sent) &* seed, as: UInt64.self) }
            let piece = count - sent < block.count ? Array(block[..<(count - sent)]) : block
            checksum.add(piece)
            try await connection.send(piece)
            sent += piece.count
        }
        try await connection.finishSending()
        return checksum
    }

    /// Takes little at a time and lets the others go first, and now and then nothing at all, so that whoever sends has to wait
    /// for it.
    @concurrent
    static func receive(by connection: Connection) async throws -> Checksum {
        var checksum = Checksum()
        var untilPause = 0
        while let bytes = try await connection.receive(upTo: 16_384) {
            checksum.add(bytes)
            await Task.yield()
            untilPause -= bytes.count
            guard untilPause < 0 else { continue }
            untilPause = 64 << 20
            // SLEEP: a slow reader is the subject. The kernel's buffers are full long before this is over.
            try await Task.sleep(for: .milliseconds(30))
        }
        return checksum
    }

    /// The most resident memory that this process has had.
    static func peakKilobytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").compactMap { Int($0) }.first ?? -1
    }
}
