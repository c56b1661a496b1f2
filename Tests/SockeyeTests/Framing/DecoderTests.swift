import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

/// What came out of a decoder, and how it ended.
private struct Outcome: Equatable {
    var messages: [[UInt8]] = []
    var end = FramingRow.End.clean

    /// The bytes in these pieces, and then the end of the stream.
    init(_ framing: Framing, _ pieces: [ArraySlice<UInt8>]) {
        var decoder = Framing.Decoder(framing)
        do throws(SocketError) {
            for piece in pieces {
                decoder.append(Array(piece))
                while let message = try decoder.next() {
                    messages.append(message)
                    // A message costs a byte at least: without this a decoder that takes nothing would never end.
                    guard messages.count <= pieces.reduce(0, { $0 + $1.count }) else {
                        end = .fails(.limitExceeded, "more messages than bytes")
                        return
                    }
                }
            }
            if let last = try decoder.finish() { messages.append(last) }
        } catch {
            end = .fails(error.code, error.detail ?? "")
        }
    }

    init(_ row: FramingRow) {
        messages = row.messages
        end = row.end
    }
}

@Suite(.inTurn) struct `Framing without a socket` {
    @Test(arguments: FramingRow.all)
    func `a stream of bytes is these messages and this end`(row: FramingRow) {
        #expect(Outcome(row.framing, [row.bytes[...]]) == Outcome(row))
    }

    @Test func `the table has at least sixty rows, each with a name of its own`() {
        #expect(FramingRow.all.count >= 60)
        #expect(Set(FramingRow.all.map(\.name)).count == FramingRow.all.count)
    }

    @Test(arguments: FramingRow.all)
    func `cutting once, at every byte, changes nothing`(row: FramingRow) {
        for cut in 0...row.bytes.count {
            let outcome = Outcome(row.framing, [row.bytes[..<cut], row.bytes[cut...]])
            #expect(outcome == Outcome(row), "cut at \(cut)")
        }
    }

    @Test(arguments: FramingRow.all)
    func `a byte at a time changes nothing`(row: FramingRow) {
        #expect(Outcome(row.framing, row.bytes.indices.map { row.bytes[$0...$0] }) == Outcome(row))
    }

    /// Each of the 2ⁿ⁻¹ ways to cut n bytes, for rows of up to 12 bytes.
    @Test(arguments: FramingRow.all.filter { (1...12).contains($0.bytes.count) })
    func `every way to cut a short stream changes nothing`(row: FramingRow) {
        for cuts in 0..<(1 << (row.bytes.count - 1)) {
            var pieces: [ArraySlice<UInt8>] = []
            var start = 0
            for end in 1...row.bytes.count where end == row.bytes.count || cuts & (1 << (end - 1)) != 0 {
                pieces.append(row.bytes[start..<end])
                start = end
            }
            #expect(Outcome(row.framing, pieces) == Outcome(row), "cut by \(String(cuts, radix: 2))")
        }
    }

    private static let framings: [Framing] = [
        .lines, .delimited(by: [0]), .delimited(by: "\r\n"), .delimited(by: "aab"),
        .lengthPrefixed(UInt16.self), .lengthPrefixed(UInt32.self, byteOrder: .littleEndian),
        .lengthPrefixed(Int64.self, counting: .lengthAndMessage), .varint, .fixed(5),
    ]

    @Test(arguments: framings)
    func `what is encoded is decoded to the same messages, however it is cut`(framing: Framing) throws {
        var random = SplitMix(seed: 4)
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            var sent: [[UInt8]] = []
            for _ in 0..<Int.random(in: 0..<20, using: &random) {
                let count = framing == .fixed(5) ? 5 : Int.random(in: 0..<300, using: &random)
                // Few different bytes, so that delimiters and parts of them are among them.
                let alphabet: [UInt8] = [97, 98, 13, 10, 0]
                let message = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
                do throws(SocketError) {
                    try framing.encode(message, into: &bytes)
                    sent.append(message)
                } catch {
                    #expect(error.code == .invalidArgument)
                }
            }
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...40, using: &random))
                pieces.append(piece)
                rest = rest.dropFirst(piece.count)
            }
            let outcome = Outcome(framing, pieces)
            #expect(outcome.end == .clean)
            #expect(outcome.messages == sent)
        }
    }

    @Test(arguments: [Framing.lengthPrefixed(UInt32.self, maximumLength: .max), .varint(maximumLength: .max)])
    func `a length is not believed before the bytes have come (Netty CVE-2026-56816)`(framing: Framing) throws {
        let bytes = try framing.encoded(Array(repeating: 7, count: 3))
        var announced: [UInt8] =
            framing == .varint(maximumLength: .max) ? [0xFF, 0xFF, 0xFF, 0xFF, 0x0F] : [0xFF, 0xFF, 0xFF, 0xFF]
        announced += bytes.suffix(3)
        var decoder = Framing.Decoder(framing)
        decoder.append(announced)
        #expect(try decoder.next() == nil)
        #expect(decoder.byteCount == announced.count)
        #expect(decoder.capacity < 1024)
    }

    @Test func `after an absurd length each call says the same, and the bytes are still there`() {
        var decoder = Framing.Decoder(.lengthPrefixed(UInt32.self))
        decoder.append(Array("GET / HTTP/1.1".utf8))
        for _ in 0..<3 {
            #expect(throws: SocketError.self) { try decoder.next() }
            #expect(decoder.byteCount == 14)
        }
    }

    @Test func `after the end of a stream another one may follow`() throws {
        var decoder = Framing.Decoder(.lines)
        decoder.append(Array("a\nb".utf8))
        #expect(try decoder.next() == [97])
        #expect(try decoder.next() == nil)
        #expect(try decoder.finish() == [98])
        #expect(try decoder.finish() == nil)
        decoder.append(Array("c\n".utf8))
        #expect(try decoder.next() == [99])
    }

    @Test func `many small messages in one piece are handed out in linear time`() throws {
        let count = 200_000
        var decoder = Framing.Decoder(.lines)
        decoder.append(Array(repeating: [UInt8(97), 10], count: count).flatMap { $0 })
        var messages = 0
        while messages <= count, try decoder.next() != nil { messages += 1 }
        #expect(messages == count)
    }

    @Test func `a long line that comes in small pieces is searched once`() throws {
        var decoder = Framing.Decoder(.lines(maximumLength: .max))
        let piece = [UInt8](repeating: 97, count: 100)
        for _ in 0..<20_000 {
            decoder.append(piece)
            #expect(try decoder.next() == nil)
        }
        decoder.append([10])
        #expect(try decoder.next()?.count == 2_000_000)
    }
}
