import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn) struct `Encoding messages` {
    @Test(
        arguments: [
            (Framing.lines, [104, 105], [104, 105, 10]),
            (.lines, [], [10]), (.lines, [104, 13], [104, 13, 13, 10]), (.lines, [13], [13, 13, 10]),
            (.delimited(by: "\r\n"), [104], [104, 13, 10]),
            (.lengthPrefixed(UInt8.self), [9], [1, 9]),
            (.lengthPrefixed(UInt16.self), [104, 105], [0, 2, 104, 105]),
            (.lengthPrefixed(UInt16.self, byteOrder: .littleEndian), [104, 105], [2, 0, 104, 105]),
            (.lengthPrefixed(UInt16.self, counting: .lengthAndMessage), [104, 105], [0, 4, 104, 105]),
            (.lengthPrefixed(UInt32.self), [], [0, 0, 0, 0]),
            (.lengthPrefixed(Int64.self), [1], [0, 0, 0, 0, 0, 0, 0, 1, 1]),
            (
                .lengthPrefixed(UInt128.self, byteOrder: .littleEndian), [1],
                [1] + [UInt8](repeating: 0, count: 15) + [1]
            ),
            (.varint, [9], [1, 9]),
            (.varint, [UInt8](repeating: 9, count: 128), [128, 1] + [UInt8](repeating: 9, count: 128)),
            (.varint, [UInt8](repeating: 9, count: 300), [0xAC, 2] + [UInt8](repeating: 9, count: 300)),
            (.fixed(2), [1, 2], [1, 2]),
        ] as [(Framing, [UInt8], [UInt8])]
    )
    func `a message goes over the wire like this`(framing: Framing, message: [UInt8], bytes: [UInt8]) throws {
        #expect(try framing.encoded(message) == bytes)
        var decoder = Framing.Decoder(framing)
        decoder.append(bytes)
        #expect(try decoder.next() == message)
    }

    @Test(
        arguments: [
            (Framing.lines, "a\nb", SocketError.Code.invalidArgument),
            (.lines, "a\n", .invalidArgument),
            (.lines, "a\nb\r", .invalidArgument),
            (.lines(maximumLength: 2), "abc", .limitExceeded),
            (.delimited(by: "--"), "a--b", .invalidArgument),
            (.delimited(by: "--"), "a-", .invalidArgument),
            (.delimited(by: "ab", maximumLength: 1), "xx", .limitExceeded),
            (.lengthPrefixed(UInt8.self, maximumLength: 2), "abc", .limitExceeded),
            (.varint(maximumLength: 2), "abc", .limitExceeded),
            (.fixed(2), "abc", .invalidArgument),
            (.fixed(2), "", .invalidArgument),
        ] as [(Framing, String, SocketError.Code)]
    )
    func `a message that cannot be carried is an error, and what was there stays`(
        framing: Framing,
        message: String,
        code: SocketError.Code
    ) {
        var bytes: [UInt8] = [1, 2, 3]
        let error = #expect(throws: SocketError.self) { try framing.encode(message.utf8, into: &bytes) }
        #expect(error?.code == code)
        #expect(error?.operation == .send)
        #expect(bytes == [1, 2, 3])
    }

    @Test(arguments: [
        (Framing.lengthPrefixed(UInt8.self), 255),
        (.lengthPrefixed(Int8.self), 127),
        (.lengthPrefixed(UInt8.self, counting: .lengthAndMessage), 254),
        (.lengthPrefixed(UInt16.self, maximumLength: 100_000), 65_535),
        (.lengthPrefixed(Int16.self, counting: .lengthAndMessage, maximumLength: 100_000), 32_765),
    ])
    func `a length can say only so much`(framing: Framing, longest: Int) throws {
        #expect(try framing.encoded([UInt8](repeating: 1, count: longest)).count > longest)
        let error = #expect(throws: SocketError.self) {
            try framing.encoded([UInt8](repeating: 1, count: longest + 1))
        }
        #expect(error?.code == .limitExceeded)
    }

    @Test(arguments: [
        Framing.delimited(by: ""), .delimited(by: []), .fixed(0), .fixed(-1), .fixed(3, maximumLength: 2),
        .fixed(65_537),
        .lines(maximumLength: -1), .varint(maximumLength: .min), .lengthPrefixed(UInt8.self, maximumLength: -1),
    ])
    func `a framing that makes no sense says so where it is used`(framing: Framing) {
        let sending = #expect(throws: SocketError.self) { try framing.encoded([1]) }
        #expect(sending?.code == .invalidArgument)
        var decoder = Framing.Decoder(framing)
        decoder.append([1, 2, 3])
        let receiving = #expect(throws: SocketError.self) { try decoder.next() }
        #expect(receiving?.code == .invalidArgument)
    }

    @Test(arguments: [
        (Framing.lines, Framing.lines(maximumLength: 65_536)),
        (.varint, .varint(maximumLength: 65_536)),
        (.lengthPrefixed(UInt32.self), .lengthPrefixed(UInt32.self, maximumLength: 65_536)),
        (.delimited(by: [0]), .delimited(by: "\0", maximumLength: 65_536)),
        (.fixed(4), .fixed(4, maximumLength: 65_536)),
    ])
    func `the limit is 64 KiB unless it is said otherwise`(framing: Framing, same: Framing) {
        #expect(framing == same)
        #expect(framing.maximumLength == 65_536)
    }
}
