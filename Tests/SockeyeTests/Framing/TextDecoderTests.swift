import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn) struct `Decoding text` {
    private static let samples: [[UInt8]] = [
        Array("plain".utf8), Array("grün".utf8), Array("日本語 🐟🇩🇪 e\u{301}".utf8),
        [0xFF, 0x41], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x90], [0xF0, 0x9F, 0x41], [0x80, 0x80, 0x80, 0x80],
        [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0xE2, 0xE2, 0x82, 0xAC], [0x41, 0xF0, 0x80, 0x80, 0x80, 0x42],
    ]

    @Test(arguments: samples)
    func `the pieces together are the text of all the bytes, however they are cut`(bytes: [UInt8]) {
        let whole = String(decoding: bytes, as: UTF8.self)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var decoder = TextDecoder()
                var text = decoder.decode(Array(bytes[..<first]))
                text += decoder.decode(Array(bytes[first..<second]))
                text += decoder.decode(Array(bytes[second...]))
                text += decoder.finish()
                #expect(Array(text.utf8) == Array(whole.utf8), "cut at \(first) and \(second)")
            }
        }
    }

    @Test func `random bytes too`() {
        var random = SplitMix(seed: 8)
        for _ in 0..<2000 {
            let alphabet: [UInt8] = [0x41, 0x80, 0x9F, 0xBF, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xFF]
            let bytes = (0..<12).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            var decoder = TextDecoder()
            var text = ""
            for byte in bytes { text += decoder.decode([byte]) }
            text += decoder.finish()
            #expect(Array(text.utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8), "\(bytes)")
        }
    }

    @Test func `no piece ends within a character, and nothing waits that is whole`() {
        let bytes = Array("aé€🐟".utf8)
        var decoder = TextDecoder()
        #expect(bytes.map { decoder.decode([$0]) } == ["a", "", "é", "", "", "€", "", "", "", "🐟"])
        #expect(decoder.finish().isEmpty)
    }
}
