import TestSupport
import Testing

@testable import SockeyeCLI

/// Words that a beginner does not know are told where they come, once, and not where the text tells them itself.
@Suite(.inTurnWithPrograms, .ownThread) struct GlossaryTests {
    @Test func `a page tells the words that it uses, and no others`() {
        let notes = Glossary.notes(for: "ICMP 3/1 from 10.0.0.1. no default route for IPv4; IPV6_V6ONLY is on")
        #expect(notes.map { $0.prefix { $0 != ":" } } == ["ICMP", "IPV6_V6ONLY", "default route"])
        #expect(Glossary.notes(for: "nothing that is hard, and no ICMPS").isEmpty)
    }

    @Test func `a word beside its own meaning is not told again`() {
        #expect(Glossary.notes(for: "something translates addresses (NAT)").isEmpty)
    }

    @Test func `pages of the doctor and of explain end with them`() throws {
        let explained = try Program.sockeye("explain", "Address already in use").finish().text
        #expect(explained.contains("\n  some words:   TIME_WAIT: over; "), "\(explained)")
        let report = try Program.sockeye("doctor").finish().text
        #expect(report.contains("default route") == report.contains("  some words:    default route: "), "\(report)")
    }
}
