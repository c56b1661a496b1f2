import TestSupport
import Testing

@testable import SockeyeCLI

@Suite(.inTurn) struct CommandAgainTests {
    @Test(arguments: [
        ("serve --echo 7000", "7000", "sockeye serve --echo 7001"),
        ("serve --reply a'b localhost:7000", "localhost:7000", #"sockeye serve --reply 'a'\''b' 7001"#),
        // Which one is meant cannot be known; nor where the address stands when it was not typed.
        ("serve --reply 7000 7000", "7000", "the same command with 7001 instead"),
        ("serve --echo", "1337", "the same command with 7001 instead"), ("serve", "1337", "sockeye serve 7001"),
        ("relay 7000 1", "7000", "sockeye serve 7001"),
    ])
    func `a line that is proposed has the options that were given`(line: String, typed: String, proposed: String) {
        let words = ["sockeye"] + line.split(separator: " ").map(String.init)
        #expect(CommandAgain.serving(typed, now: "7001", words) == proposed)
    }
}
