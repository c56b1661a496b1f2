import Testing

@testable import SockeyeCLI

@Suite struct JSONValueTests {
    @Test(arguments: [
        (JSONValue.null, "null"),
        (.bool(true), "true"),
        (.integer(-7), "-7"),
        (.decimal(0.25), "0.25"),
        (.decimal(.infinity), "null"),
        (.seconds(.milliseconds(1500)), "1.5"),
        (.string("a \"b\" \\ \n\t\r"), #""a \"b\" \\ \n\t\r""#),
        (.string("\u{1B}[31m\u{7F}\u{9B}"), #""\u001b[31m\u007f\u009b""#),
        (.string("é漢😀"), "\"é漢😀\""),
        (.array([.integer(1), .strings(["x"])]), #"[1,["x"]]"#),
        (.object(["b": .integer(1), "a": .optional(nil)]), #"{"b":1,"a":null}"#),
    ])
    func `a value is written on one line, in the given order`(value: JSONValue, line: String) {
        #expect(value.line == line)
    }

    @Test func `what was written is read again`() throws {
        let value = JSONValue.object([
            "array": .array([.null, .bool(false), .string("é\u{0}\"")]), "number": .decimal(1.5),
            "whole": .integer(1 << 60),
        ])
        #expect(try JSONValue(parsing: value.line.utf8) == value)
        #expect(try JSONValue(parsing: value.line.utf8)["whole"]?.integer == 1 << 60)
    }

    @Test(arguments: [
        "", "{", "{\"a\":}", "[1 2]", "nul", "\"", "{} {}", "\u{1}", String(repeating: "[", count: 100_000),
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: JSONValue.Mistake.self) { try JSONValue(parsing: text.utf8) }
    }
}
