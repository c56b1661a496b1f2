import Testing

@testable import SockeyeCLI

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("plain\n\ttext", "plain\n\ttext"),
        ("\u{1B}[31mred", #"\e[31mred"#),
        ("a\rb", #"a\rb"#),
        ("\u{7F}\u{0}\u{8}", #"\x7f\x00\x08"#),
        ("\u{9B}31m", #"\u{9b}31m"#),
        ("\u{202E}evil\u{2066}", #"\u{202e}evil\u{2066}"#),
        ("👩‍👩‍👧 é ü 漢字", "👩‍👩‍👧 é ü 漢字"),
    ])
    func `what would command a terminal is escaped`(raw: String, shown: String) {
        var text = SafeText()
        #expect(text.append(raw.utf8) + text.finish() == shown)
    }

    @Test func `a character in pieces is shown once, wherever it is cut`() {
        let bytes = Array("aé漢😀z".utf8)
        for cut in 0...bytes.count {
            var text = SafeText()
            #expect(text.append(bytes[..<cut]) + text.append(bytes[cut...]) + text.finish() == "aé漢😀z")
        }
    }

    @Test(
        arguments: [
            ([0xFF, 0x61], #"\xffa"#), ([0xC3], #"\xc3"#), ([0xC3, 0x61], #"\xc3a"#), ([0xC0, 0x80], #"\xc0\x80"#),
            ([0xED, 0xA0, 0x80], #"\xed\xa0\x80"#), ([0xE2, 0x82, 0xC3, 0xA9], #"\xe2\x82é"#),
            ([0xF4, 0x90, 0x80, 0x80], #"\xf4\x90\x80\x80"#),
        ] as [([UInt8], String)]
    )
    func `bytes that are no text are shown as numbers`(bytes: [UInt8], shown: String) {
        var text = SafeText()
        #expect(text.append(bytes) + text.finish() == shown)
    }

    @Test func `on a terminal each piece ends its line, but not within a character`() {
        var display = Display(isTerminal: true)
        #expect(display.render(Array("caf".utf8) + [0xC3]) == Array("caf".utf8))
        #expect(display.render([0xA9]) == Array("é\n".utf8))
        #expect(display.render(Array("x\n".utf8)) == Array("x\n".utf8))
        #expect(display.finish() == [])
    }

    @Test func `in a pipe every byte passes unchanged`() {
        var display = Display(isTerminal: false)
        let bytes = (0...255).map { UInt8($0) }
        #expect(display.render(bytes) + display.finish() == bytes)
    }
}
