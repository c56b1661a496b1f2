import Foundation
import TestSupport
import Testing

@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct TourTests {
    @Test func `the tour tells both tutorials and ends by itself`() throws {
        let outcome = try Program.sockeye("tour").finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let chapters = ["1. One message", "2. An echo server", "3. The same server", "Now you"]
        #expect(chapters.allSatisfy(outcome.text.contains))
        #expect(outcome.text.contains("2 bytes: \"hi\""))
        #expect(outcome.text.contains("waited"))
        #expect(!outcome.text.contains("\u{1B}"))
        #expect(outcome.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func `the tour finds another port when the tutorial's is taken`() throws {
        let script =
            "import socket, sys; s = socket.socket(); s.bind(('127.0.0.1', 65535)); s.listen(); print(); sys.stdin.read()"
        let holder = try Program.python(script)
        try holder.wait(for: "\n", in: .output)
        let outcome = try Program.sockeye("tour").finish()
        #expect(outcome.status == 0)
        #expect(!outcome.text.contains("127.0.0.1:65535"))
        holder.finish()
    }
}
