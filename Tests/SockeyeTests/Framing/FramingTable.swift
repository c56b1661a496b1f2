import SockeyeSystem
import Testing

@testable import Sockeye

/// What a stream of bytes is in a framing: one row of the table.
struct FramingRow: Sendable, CustomTestStringConvertible {
    /// How the stream ends for whoever reads it.
    enum End: Sendable, Equatable {
        /// After a whole message.
        case clean
        case fails(SocketError.Code, String)

        static func fails(of error: any Error) -> End {
            guard let error = error as? SocketError else { return .fails(.system, "\(error)") }
            return .fails(error.code, error.detail ?? "")
        }
    }

    let name: String
    let framing: Framing
    let bytes: [UInt8]
    let messages: [[UInt8]]
    let end: End

    init(_ name: String, _ framing: Framing, _ bytes: [UInt8], _ messages: [[UInt8]], _ end: End = .clean) {
        self.name = name
        self.framing = framing
        self.bytes = bytes
        self.messages = messages
        self.end = end
    }

    init(_ name: String, _ framing: Framing, _ bytes: String, _ messages: [String], _ end: End = .clean) {
        self.init(name, framing, Array(bytes.utf8), messages.map { Array($0.utf8) }, end)
    }

    var testDescription: String { name }

    static let all = lines + delimited + lengths + ownLengths + wideLengths + absurdLengths + varints + fixed

    static let lines: [FramingRow] = [
        FramingRow("lines: nothing", .lines, "", []),
        FramingRow("lines: one", .lines, "hi\n", ["hi"]),
        FramingRow("lines: CR LF", .lines, "hi\r\n", ["hi"]),
        FramingRow("lines: both", .lines, "a\r\nb\nc\r\n", ["a", "b", "c"]),
        FramingRow("lines: empty ones", .lines, "\n\r\n\n", ["", "", ""]),
        FramingRow("lines: CR alone is no end", .lines, "a\rb\n", ["a\rb"]),
        FramingRow("lines: CR CR LF", .lines, "a\r\r\n", ["a\r"]),
        FramingRow("lines: LF CR", .lines, "a\n\rb\n", ["a", "\rb"]),
        FramingRow("lines: the last without an end", .lines, "a\nb", ["a", "b"]),
        FramingRow("lines: CR at the end of the stream", .lines, "a\r", ["a\r"]),
        FramingRow("lines: at the limit", .lines(maximumLength: 3), "abc\nabc\r\nabc", ["abc", "abc", "abc"]),
        FramingRow("lines: limit 0", .lines(maximumLength: 0), "\n\r\n", ["", ""]),
        FramingRow(
            "lines: over limit 0",
            .lines(maximumLength: 0),
            "a\n",
            [],
            .fails(.limitExceeded, "a line is longer than 0 bytes")
        ),
        FramingRow(
            "lines: one too long",
            .lines(maximumLength: 3),
            "ab\nabcd\nx\n",
            ["ab"],
            .fails(.limitExceeded, "a line is longer than 3 bytes")
        ),
        FramingRow(
            "lines: one too long with CR LF",
            .lines(maximumLength: 3),
            "abcd\r\n",
            [],
            .fails(.limitExceeded, "a line is longer than 3 bytes")
        ),
        FramingRow(
            "lines: a last one too long",
            .lines(maximumLength: 3),
            "abcd",
            [],
            .fails(.limitExceeded, "a line is longer than 3 bytes")
        ),
        FramingRow(
            "lines: no end in sight",
            .lines(maximumLength: 3),
            "abcdefghijkl",
            [],
            .fails(.limitExceeded, "a line is longer than 3 bytes")
        ),
        FramingRow("lines: no limit", .lines(maximumLength: .max), "abc\n", ["abc"]),
    ]

    static let delimited: [FramingRow] = [
        FramingRow("delimited: nothing", .delimited(by: [0]), "", []),
        FramingRow("delimited: one byte", .delimited(by: [0]), "a\0\0bc\0", ["a", "", "bc"]),
        FramingRow("delimited: two bytes", .delimited(by: "\r\n"), "a\r\nb\nc\r\n", ["a", "b\nc"]),
        FramingRow("delimited: begins like its end", .delimited(by: "--"), "a-b---c--", ["a-b", "-c"]),
        FramingRow("delimited: repeats itself", .delimited(by: "aab"), "aaaab", ["aa"]),
        FramingRow("delimited: at the limit", .delimited(by: "||", maximumLength: 2), "ab||c||", ["ab", "c"]),
        FramingRow("delimited: limit 0", .delimited(by: ";", maximumLength: 0), ";;", ["", ""]),
        FramingRow(
            "delimited: too long",
            .delimited(by: "||", maximumLength: 2),
            "ab||abc||",
            ["ab"],
            .fails(.limitExceeded, #"a message that ends with "||" is longer than 2 bytes"#)
        ),
        FramingRow(
            "delimited: cut off in the message",
            .delimited(by: "\r\n"),
            "ab",
            [],
            .fails(.endOfStream, #"2 bytes had come, without "\r\n" at the end"#)
        ),
        FramingRow(
            "delimited: cut off in the delimiter",
            .delimited(by: "\r\n"),
            "x\r\nab\r",
            ["x"],
            .fails(.endOfStream, #"3 bytes had come, without "\r\n" at the end"#)
        ),
        FramingRow(
            "delimited: a delimiter that is no text",
            .delimited(by: [0, 255]),
            [1],
            [],
            .fails(.endOfStream, "1 byte had come, without the bytes 00 ff (hexadecimal) at the end")
        ),
    ]

    private static let big16 = Framing.lengthPrefixed(UInt16.self)
    private static let little16 = Framing.lengthPrefixed(UInt16.self, byteOrder: .littleEndian)

    static let lengths: [FramingRow] = [
        FramingRow("length: nothing", big16, [], []),
        FramingRow("length: big-endian", big16, [0, 2, 104, 105], [[104, 105]]),
        FramingRow("length: little-endian", little16, [2, 0, 104, 105], [[104, 105]]),
        FramingRow("length: zero", big16, [0, 0], [[]]),
        FramingRow("length: zero, then more", big16, [0, 0, 0, 1, 7, 0, 0], [[], [7], []]),
        FramingRow("length: one byte", .lengthPrefixed(UInt8.self), [1, 9, 0, 2, 8, 7], [[9], [], [8, 7]]),
        FramingRow("length: two at once", big16, [0, 1, 1, 0, 2, 2, 3], [[1], [2, 3]]),
        FramingRow(
            "length: 256 in both orders",
            little16,
            [0, 1] + [UInt8](repeating: 7, count: 256),
            [[UInt8](repeating: 7, count: 256)]
        ),
        FramingRow(
            "length: cut off in the length",
            big16,
            [0, 1, 5, 0],
            [[5]],
            .fails(.endOfStream, "1 of the 2 bytes of a length had come")
        ),
        FramingRow(
            "length: cut off after the length",
            big16,
            [0, 3],
            [],
            .fails(.endOfStream, "0 of the 3 bytes of a message had come")
        ),
        FramingRow(
            "length: cut off in the message",
            big16,
            [0, 3, 1, 2],
            [],
            .fails(.endOfStream, "2 of the 3 bytes of a message had come")
        ),
        FramingRow(
            "length: text that is a possible one",
            .lengthPrefixed(UInt16.self),
            "GET / HTTP/1.1\r\n\r\n",
            [],
            .fails(
                .endOfStream,
                #"16 of the 18245 bytes of a message had come; the length was 47 45, which is the text "GE": was it one?"#
            )
        ),
        FramingRow(
            "length: at the limit",
            .lengthPrefixed(UInt32.self, maximumLength: 2),
            [0, 0, 0, 2, 1, 2],
            [[1, 2]]
        ),
        FramingRow("length: limit 0", .lengthPrefixed(UInt8.self, maximumLength: 0), [0, 0], [[], []]),
        FramingRow(
            "length: limit of the number itself",
            .lengthPrefixed(UInt8.self, maximumLength: .max),
            [1, 1],
            [[1]]
        ),
    ]

    static let ownLengths: [FramingRow] = [
        FramingRow(
            "own length: one",
            .lengthPrefixed(UInt16.self, counting: .lengthAndMessage),
            [0, 4, 104, 105, 0, 2],
            [[104, 105], []]
        ),
        FramingRow(
            "own length: little-endian",
            .lengthPrefixed(UInt32.self, byteOrder: .littleEndian, counting: .lengthAndMessage),
            [5, 0, 0, 0, 1],
            [[1]]
        ),
        FramingRow(
            "own length: does not count itself",
            .lengthPrefixed(UInt16.self, counting: .lengthAndMessage),
            [0, 1, 104],
            [],
            .fails(
                .limitExceeded,
                "a length of 1 does not even count its own 2 bytes; the length was 00 01; "
                    + "in little-endian order it would be 254, which fits: does the other end use that order?"
            )
        ),
        FramingRow(
            "own length: zero",
            .lengthPrefixed(UInt8.self, counting: .lengthAndMessage),
            [0],
            [],
            .fails(.limitExceeded, "a length of 0 does not even count its own 1 bytes; the length was 00")
        ),
        FramingRow(
            "own length: over the limit by one",
            .lengthPrefixed(UInt16.self, counting: .lengthAndMessage, maximumLength: 1),
            [0, 4],
            [],
            .fails(.limitExceeded, "a message of 2 bytes is above the limit of 1; the length was 00 04")
        ),
        FramingRow(
            "own length: cut off",
            .lengthPrefixed(UInt16.self, counting: .lengthAndMessage),
            [0, 5, 1],
            [],
            .fails(.endOfStream, "1 of the 3 bytes of a message had come")
        ),
    ]

    static let wideLengths: [FramingRow] = [
        FramingRow("length: 32 bits", .lengthPrefixed(UInt32.self), [0, 0, 0, 1, 9], [[9]]),
        FramingRow("length: 64 bits", .lengthPrefixed(UInt64.self), [0, 0, 0, 0, 0, 0, 0, 1, 9], [[9]]),
        FramingRow(
            "length: 64 bits little-endian",
            .lengthPrefixed(UInt64.self, byteOrder: .littleEndian),
            [1, 0, 0, 0, 0, 0, 0, 0, 9],
            [[9]]
        ),
        FramingRow(
            "length: 128 bits",
            .lengthPrefixed(UInt128.self),
            [UInt8](repeating: 0, count: 15) + [1, 9],
            [[9]]
        ),
        FramingRow("length: signed", .lengthPrefixed(Int32.self), [0, 0, 0, 1, 9], [[9]]),
        FramingRow("length: signed byte at its limit", .lengthPrefixed(Int8.self), [0, 1, 2], [[], [2]]),
    ]

    static let absurdLengths: [FramingRow] = [
        FramingRow(
            "absurd: text",
            .lengthPrefixed(UInt32.self),
            "GET / HTTP/1.1\r\n",
            [],
            .fails(
                .limitExceeded,
                "a message of 1195725856 bytes is above the limit of 65536; the length was 47 45 54 20: "
                    + #"these four bytes are the text "GET ", not a length"#
            )
        ),
        FramingRow(
            "absurd: text after a message, with a line's end in it",
            .lengthPrefixed(UInt16.self, maximumLength: 99),
            [0, 1, 7, 13, 10],
            [[7]],
            .fails(
                .limitExceeded,
                "a message of 3338 bytes is above the limit of 99; the length was 0d 0a: "
                    + #"these two bytes are the text "\r\n", not a length"#
            )
        ),
        FramingRow(
            "absurd: little-endian at a big-endian end",
            .lengthPrefixed(UInt32.self),
            [5, 0, 0, 0, 1],
            [],
            .fails(
                .limitExceeded,
                "a message of 83886080 bytes is above the limit of 65536; the length was 05 00 00 00; "
                    + "in little-endian order it would be 5, which fits: does the other end use that order?"
            )
        ),
        FramingRow(
            "absurd: big-endian at a little-endian end",
            .lengthPrefixed(UInt16.self, byteOrder: .littleEndian, maximumLength: 100),
            [0, 2, 104, 105],
            [],
            .fails(
                .limitExceeded,
                "a message of 512 bytes is above the limit of 100; the length was 00 02; "
                    + "in big-endian order it would be 2, which fits: does the other end use that order?"
            )
        ),
        FramingRow(
            "absurd: negative",
            .lengthPrefixed(Int32.self),
            [255, 255, 255, 255],
            [],
            .fails(.limitExceeded, "a message cannot have a negative length; the length was ff ff ff ff")
        ),
        FramingRow(
            "absurd: all ones",
            .lengthPrefixed(UInt64.self),
            [UInt8](repeating: 255, count: 8),
            [],
            .fails(
                .limitExceeded,
                "a message of 18446744073709551615 bytes is above the limit of 65536; "
                    + "the length was ff ff ff ff ff ff ff ff"
            )
        ),
        FramingRow(
            "absurd: more than 64 bits",
            .lengthPrefixed(UInt128.self),
            [1] + [UInt8](repeating: 0, count: 15),
            [],
            .fails(
                .limitExceeded,
                "a message of 2^64 bytes or more is above the limit of 65536; "
                    + "the length was 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00; "
                    + "in little-endian order it would be 1, which fits: does the other end use that order?"
            )
        ),
        FramingRow(
            "absurd: one over the limit",
            .lengthPrefixed(UInt8.self, maximumLength: 2),
            [3, 1, 2, 3],
            [],
            .fails(.limitExceeded, "a message of 3 bytes is above the limit of 2; the length was 03")
        ),
        FramingRow(
            "absurd: Int.max without a limit is only cut off",
            .lengthPrefixed(Int64.self, maximumLength: .max),
            [0x7F] + [UInt8](repeating: 255, count: 7) + [1],
            [],
            .fails(.endOfStream, "1 of the 9223372036854775807 bytes of a message had come")
        ),
    ]

    static let varints: [FramingRow] = [
        FramingRow("varint: nothing", .varint, [], []),
        FramingRow("varint: zero", .varint, [0, 0], [[], []]),
        FramingRow("varint: one byte", .varint, [2, 104, 105], [[104, 105]]),
        FramingRow(
            "varint: 127 and 128",
            .varint,
            [127] + [UInt8](repeating: 1, count: 127) + [128, 1] + [UInt8](repeating: 2, count: 128),
            [[UInt8](repeating: 1, count: 127), [UInt8](repeating: 2, count: 128)]
        ),
        FramingRow("varint: longer than it needs to be", .varint, [0x81, 0x80, 0x00, 9], [[9]]),
        FramingRow("varint: ten bytes", .varint, [0x81] + [UInt8](repeating: 0x80, count: 8) + [0, 9], [[9]]),
        FramingRow(
            "varint: too long",
            .varint(maximumLength: 127),
            [0x80, 0x01],
            [],
            .fails(
                .limitExceeded,
                "a message of 128 bytes is above the limit of 127; the length was 80 01: is it a varint that the peer sends?"
            )
        ),
        FramingRow(
            "varint: 2^64 - 1",
            .varint,
            [UInt8](repeating: 0xFF, count: 9) + [1],
            [],
            .fails(
                .limitExceeded,
                "a message of 18446744073709551615 bytes is above the limit of 65536; "
                    + "the length was ff ff ff ff ff ff ff ff ff 01: is it a varint that the peer sends?"
            )
        ),
        FramingRow(
            "varint: never ends",
            .varint,
            [UInt8](repeating: 0xFF, count: 12),
            [],
            .fails(
                .limitExceeded,
                "a length goes on after 64 bits; the length was ff ff ff ff ff ff ff ff ff ff: "
                    + "is it a varint that the peer sends?"
            )
        ),
        FramingRow(
            "varint: 2^64",
            .varint,
            [UInt8](repeating: 0x80, count: 9) + [2],
            [],
            .fails(
                .limitExceeded,
                "a length goes on after 64 bits; the length was 80 80 80 80 80 80 80 80 80 02: "
                    + "is it a varint that the peer sends?"
            )
        ),
        FramingRow(
            "varint: cut off in the length",
            .varint,
            [1, 7, 0x80],
            [[7]],
            .fails(.endOfStream, "1 byte of a length had come, and none of them was its last")
        ),
        FramingRow(
            "varint: cut off in the message",
            .varint,
            [0x80, 0x01, 7],
            [],
            .fails(.endOfStream, "1 of the 128 bytes of a message had come")
        ),
    ]

    static let fixed: [FramingRow] = [
        FramingRow("fixed: nothing", .fixed(2), "", []),
        FramingRow("fixed: two", .fixed(2), "abcd", ["ab", "cd"]),
        FramingRow("fixed: one byte each", .fixed(1), "abc", ["a", "b", "c"]),
        FramingRow("fixed: at the limit", .fixed(3, maximumLength: 3), "abc", ["abc"]),
        FramingRow(
            "fixed: cut off",
            .fixed(4),
            "abcdef",
            ["abcd"],
            .fails(.endOfStream, "2 of the 4 bytes of a message had come")
        ),
    ]
}
