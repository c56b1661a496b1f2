/// The bytes came, and are not what was expected: mostly, since a stream keeps no messages apart.
extension Explanation {
    static let contents: [Explanation] = [
        Explanation(
            id: "character-cut",
            title: "a character was cut: its bytes came in two pieces",
            meaning: """
                A stream arrives in pieces of any size. Letters beyond ASCII have several bytes in UTF-8, and this piece \
                ends in the middle of one.
                """,
            causes: [
                "recv(n) returned a part, and it was decoded at once",
                "the limit in recv(n) cut the text",
            ],
            next: [
                "collect the bytes, and decode whole lines or messages",
                "codecs.getincrementaldecoder(\"utf-8\")(), or s.makefile(): they keep the rest for the next piece",
            ],
            phrases: [
                "unexpected end of data", "incomplete utf-8 byte sequence", "MalformedInputException*Input length = 1",
                "error_len: None", "incomplete multibyte",
            ]
        ),
        Explanation(
            id: "not-text",
            title: "the bytes are no UTF-8 text",
            meaning: "What came is another encoding, or no text at all: a picture, compressed data, or TLS.",
            causes: [
                "the other side writes another encoding (Latin-1, Windows-1252, UTF-16)",
                "the bytes are binary, and must not be decoded",
                "a TLS server or client: the first byte 0x16 or 0x15 is its",
            ],
            next: ["print the bytes themselves, print(data[:40]): what they are is often plain to see"],
            phrases: [
                "codec can't decode", "UnicodeDecodeError", "invalid start byte", "invalid continuation byte",
                "stream did not contain valid UTF-8", "MalformedInputException", "invalid utf-8 sequence", "Utf8Error",
            ]
        ),
        Explanation(
            id: "json-several",
            title: "two JSON messages came in one piece",
            meaning: "TCP is a stream and keeps no messages apart: two sends may arrive as one receive.",
            causes: [
                "the sender sent twice, and the receiver got both at once",
                "a newline or other text stands behind the object",
            ],
            next: [
                "send one JSON object a line, and read lines",
                "or send the length first, and read exactly so many bytes",
                "sockeye lesson 2  # shows streams and messages",
            ],
            phrases: [
                "Extra data: line", "after JSON at position", "after top-level value", "trailing characters at line",
                "Garbage after JSON", "trailing data",
            ]
        ),
        Explanation(
            id: "json-incomplete",
            title: "the JSON is not complete: only a part of the message came, or nothing",
            meaning:
                "One receive returns what is there, which may be half of a message; at the end it returns nothing.",
            causes: [
                "the message is longer than the limit in recv, or came in two pieces",
                "the other side has closed: the receive returned nothing, and that was parsed",
                "the answer is no JSON but an error page or a greeting",
            ],
            next: [
                "receive until the message is whole: by lines, or by a length in front",
                "print what came before parsing it",
            ],
            phrases: [
                "JSONDecodeError", "Expecting value: line", "Unterminated string", "Unexpected end of JSON input",
                "unexpected end of JSON input", "EOF while parsing", "JsonEofException", "Unexpected end-of-input",
                "Expecting*delimiter: line", "DecodingError*dataCorrupted",
                "isn't in the correct format", "JSON*Unexpected end of file",
            ]
        ),
        Explanation(
            id: "record-incomplete",
            title: "a binary record is not complete: fewer bytes came than it has",
            meaning: "recv(4) means \"at most 4 bytes\". It returns as soon as one is there, and nothing at the end.",
            causes: ["one receive is taken for one record", "the other side has closed in the middle"],
            next: [
                "receive in a loop until the bytes are complete; in Sockeye: receive(exactly: 4)",
                "s.recv(4, socket.MSG_WAITALL), or reader.readexactly(4) in asyncio",
            ],
            phrases: [
                "unpack requires a buffer of", "unpack_from requires a buffer", "BufferUnderflowException",
                "requires a string argument of length", "readUInt32*out of range", "ERR_BUFFER_OUT_OF_BOUNDS",
                "ERR_OUT_OF_RANGE*offset",
            ]
        ),
        Explanation(
            id: "number-empty",
            title: "a number was expected, and an empty or incomplete piece came",
            meaning:
                "The text was turned into a number, and was not one: an empty receive means that the other side has finished.",
            causes: [
                "the other side has closed, and recv returned nothing", "a length and the message came in one piece",
            ],
            next: ["test for the end before converting: if not data: break"],
            phrases: [
                "invalid literal for int() with base 10: b''", "invalid literal for int() with base 10: ''",
                "invalid literal for int()", "NumberFormatException: For input string: \"\"",
            ]
        ),
        Explanation(
            id: "message-too-long",
            title: "message too long: a datagram that does not fit",
            meaning: """
                A datagram (UDP) goes out whole or not at all. The limit is 65,507 bytes; above about 1,400 it is \
                taken apart on the way and easily lost.
                """,
            causes: [
                "a file or picture is sent as one datagram",
                "on Windows: the receiver's buffer is smaller than the datagram, and the rest is lost",
                "the network allows less, and taking apart is forbidden (IP_MTU_DISCOVER)",
            ],
            next: ["send pieces of at most 1,200 bytes, or use TCP", "recvfrom(65535) takes any datagram"],
            errnos: ["EMSGSIZE"],
            phrases: [
                "message too long", "larger than the internal message buffer", "datagram too large", "Packet too large",
            ]
        ),
        Explanation(
            id: "line-too-long",
            title: "a line or message is longer than the limit",
            meaning: "The reader stops at a limit, so that nobody can fill the memory.",
            causes: [
                "the end that is waited for never comes: the other side sends no newline",
                "a length is read from the wrong place, or in the wrong byte order, and is huge",
            ],
            next: [
                "asyncio.open_connection(host, port, limit=2**20)",
                "look at the first bytes: are they what you expect?",
            ],
            phrases: [
                "chunk is longer than limit", "chunk exceed the limit", "LimitOverrunError", "token too long",
                "TooLongFrameException", "Adjusted frame length exceeds", "message larger than max",
            ]
        ),
        Explanation(
            id: "not-http",
            title: "the answer is no HTTP",
            meaning:
                "A browser or an HTTP library talked to a server that speaks something else, or that answered too early.",
            causes: [
                "the port belongs to another kind of server: a chat, an echo, a database",
                "your own server sends text without a status line (HTTP/1.1 200 OK and an empty line)",
                "the server speaks TLS: use https",
            ],
            next: ["sockeye connect {address}  # talks to it without HTTP"],
            phrases: [
                "BadStatusLine", "HTTP/0.9 when not allowed", "HPE_INVALID", "Parse Error: Expected HTTP",
                "malformed HTTP", "Invalid HTTP response", "ERR_INVALID_HTTP_RESPONSE", "Invalid Http response",
                "Unsolicited response received on idle HTTP channel", "Bad Request version",
            ]
        ),
    ]
}
