import Sockeye
import SockeyeDoctor
import Testing

@testable import SockeyeCLI

/// What `--explain` says of a conversation, without a socket.
@Suite struct StoryTests {
    @Test(arguments: StoryTables.relay)
    func `a middle tells what it saw, and no more`(row: StoryRow<RelayStory.Event>) {
        var story = RelayStory()
        for (event, ids, words) in row.steps { check(story.take(event), ids, words, "\(event)") }
    }

    @Test(arguments: StoryTables.side + StoryTables.hints)
    func `one side tells what it knows, and no more`(row: StoryRow<SideStory.Event>) {
        var story = SideStory(isServer: true, isTCP: true, serverPort: 8000)
        for (event, ids, words) in row.steps { check(story.take(event), ids, words, "\(event)") }
    }

    private func check(_ remarks: [Remark], _ ids: [String], _ words: String, _ event: String) {
        #expect(remarks.map(\.id) == ids, "\(event): \(remarks)")
        if !words.isEmpty { #expect(remarks.last?.words.contains(words) == true, "\(event): \(remarks)") }
        for remark in remarks {
            #expect(!remark.words.contains("  ") && !remark.words.contains("\n"), "\(remark.words)")
            #expect(remark.words.last?.isPunctuation == false || remark.words.hasSuffix(")"), "\(remark.words)")
        }
    }

    @Test func `a client is told of a server`() {
        var story = SideStory(isServer: false, isTCP: true, serverPort: 8000)
        #expect(story.direction(of: .send) == "client → server")
        #expect(story.direction(of: .receive) == "server → client")
        #expect(story.direction(of: .accept) == nil)
        _ = story.take(.ended)
        let words = story.take(.closed(own: nil, peer: nil)).last?.words
        #expect(words?.contains("the server closed first") == true)
        #expect(words?.contains("A new server on port 8000") == true)
    }

    @Test func `a Unix socket has no states`() {
        var story = SideStory(isServer: true, isTCP: false, serverPort: nil)
        #expect(story.take(.opened).first?.words.contains("has no TCP states") == true)
        #expect(story.take(.ended) == [])
        #expect(story.take(.closed(own: nil, peer: nil)) == [])
        var relay = RelayStory()
        #expect(
            relay.take(.opened(client: .unixUnnamed, server: .unixUnnamed)).first?.words.contains("no TCP states")
                == true
        )
        for side in [RelaySide.client, .server] {
            #expect(!relay.take(.ended(side, PerSide { _ in nil })).contains { $0.words.contains("WAIT") })
        }
    }

    /// Every order in which two ends can finish, and where that leaves both.
    @Test(arguments: [
        ("", "ESTABLISHED", "ESTABLISHED"), ("a", "FIN_WAIT2", "CLOSE_WAIT"), ("ab", "TIME_WAIT", "CLOSED"),
        ("b", "CLOSE_WAIT", "FIN_WAIT2"), ("ba", "CLOSED", "TIME_WAIT"), ("aa", "FIN_WAIT2", "CLOSE_WAIT"),
        ("abab", "TIME_WAIT", "CLOSED"),
    ])
    func `the states follow from the ends that were seen`(order: String, one: String, other: String) {
        var (first, second) = (EndState(), EndState())
        for letter in order {
            if letter == "a" {
                first.finishSending()
                second.hearEnd()
            } else {
                second.finishSending()
                first.hearEnd()
            }
        }
        #expect(first.name.rawValue == one)
        #expect(second.name.rawValue == other)
        first.reset()
        #expect(first.name == .closed)
    }

    @Test(arguments: [
        ("hello", "its last byte is no newline"), ("hello", "it takes \"hell\" for a length of 1751477356"),
        ("hi", "its last byte is no newline"), ("hello\n", "with a whole line"),
        ("GET / HTTP/1.1\r\nHost: x\r\n", "the empty line that ends it"),
        ("GET / HTTP/1.1\r\n\r\n", "with a whole line"),
        ("\u{0}\u{5}hel", "its first two bytes, read as a length, announce 5 bytes, and 3 followed"),
        ("\u{0}\u{0}\u{0}\u{9}abc", "its first four bytes, read as a length, announce 9 bytes, and 3 followed"),
        ("\u{0}\u{3}abc", "its last byte is no newline"),
    ])
    func `what a reader may miss is guessed from what was said`(text: String, words: String) {
        let hint = SilenceHint(turn: Turn(text), speaker: "client", reader: "server").words
        #expect(hint.contains(words), "\(hint)")
        #expect(hint.contains("print what each recv() gives it"))
    }

    @Test func `when nobody has said anything, nothing is guessed`() {
        let hint = SilenceHint(turn: nil, speaker: "", reader: "").words
        #expect(hint.hasPrefix("Neither has sent anything"))
    }

    @Test func `a send that gets somewhere does not wait`() {
        var wait = SendWait()
        let start = ContinuousClock.now
        func look(_ isWaiting: Bool, _ acknowledged: UInt64?, _ seconds: Int) -> Duration? {
            wait.look(isWaiting: isWaiting, .init(acknowledged: acknowledged), at: start + .seconds(seconds))?.time
        }
        #expect(look(false, 1, 0) == nil)
        #expect(look(true, 1, 1) == .zero)
        #expect(look(true, 1, 3) == .seconds(2))
        // A slow reader has taken something: the standstill begins again.
        #expect(look(true, 2, 4) == .zero)
        #expect(look(false, 2, 5) == nil)
        #expect(look(true, nil, 6) == .zero)
        #expect(look(true, nil, 9) == .seconds(3))
    }

    @Test func `a closed socket of this computer is told from one that has only finished`() {
        func row(_ state: String, _ inode: String) -> String {
            "head\n 0: 0100007F:1F40 0100007F:D431 \(state) 00000000:00000001 00:00000000 00000000     0        0 \(inode) 1"
        }
        func peer(_ table: String) -> PeerSocket? {
            SocketRow.row(in: table, localPort: 8000, remotePort: 54321).map(PeerSocket.init)
        }
        #expect(
            peer(row("05", "0"))
                == PeerSocket(state: "FIN_WAIT2", unreadBytes: 1, inode: "0")
        )
        #expect(peer(row("05", "77"))?.isOrphan == false)
        // The FIN that has come is no byte.
        #expect(peer(row("08", "77"))?.unreadBytes == 0)
    }

    @Test func `a terminal gets rows that are broken between words, and a pipe one line`() {
        let words = "#1 one two three four five six"
        #expect(Explainer.text(words, columns: nil) == "explain: #1 one two three four five six")
        #expect(Explainer.text(words, columns: 22) == "explain: #1 one two\n  three four five six")
    }
}
