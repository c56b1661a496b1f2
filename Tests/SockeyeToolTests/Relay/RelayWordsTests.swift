import Foundation
import SockeyeDoctor
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeCLI

/// What the relay and the replay are made of, without a socket.
@Suite(.inTurn) struct RelayWordsTests {
    @Test func `Base64 agrees with Foundation's, there and back`() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 7) }
            let text = Data(bytes).base64EncodedString()
            #expect(Base64.text(of: bytes) == text)
            #expect(Base64.bytes(of: text) == bytes)
        }
    }

    @Test(arguments: ["A", "AAA", "A===", "====", "AA=A", "AA A", "AAA\u{e9}"])
    func `what is no Base64 is refused`(text: String) {
        #expect(Base64.bytes(of: text) == nil)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_102_444_800_000, "2100-01-01T00:00:00.000Z"),
    ])
    func `a time of day is told as calendars do`(milliseconds: Int64, text: String) {
        #expect(TimeOfDay(milliseconds: milliseconds).description == text)
    }

    // MARK: Recordings

    @Test(arguments: [
        RelayEvent.Kind.open(client: "127.0.0.1:5", server: "unix:/tmp/x"), .data(.client, Array("hé\n".utf8)),
        .data(.server, [0xFF, 0, 1]), .end(.client), .reset(.server), .cut(.client, isReset: true), .failed("no"),
        .close(client: 3, server: 4),
    ])
    func `an event that was written is read back`(kind: RelayEvent.Kind) throws {
        let event = RelayEvent(time: .milliseconds(1234), connection: 7, kind: kind)
        #expect(try RelayEvent(try JSONValue(parsing: event.json.line.utf8)) == event)
    }

    private static let heading = #"{"event":"recording","version":1}"# + "\n"

    @Test(arguments: [
        ("", "it is empty"), ("hello", "line 1: no JSON"),
        (#"{"event":"data"}"#, "line 1: a recording begins with"),
        (#"{"event":"recording","version":2}"#, "line 1: version 2, and this sockeye reads up to 1"),
        (heading + #"{"event":"data","side":"nobody","text":""}"#, "line 2: an event whose \"side\""),
        (heading + #"{"event":"data","side":"client"}"#, "line 2: data without"),
        (heading + #"{"event":"data","side":"client","base64":"!"}"#, "line 2: \"base64\" that is none"),
        (heading + #"{"side":"client"}"#, "line 2: a line without an \"event\""),
        (heading + #"{"event":"data","side":"cl"#, "the file ends in the middle of line 2"),
        (heading + #"{"event":"data","side":"cl"# + "\n", "line 2: no JSON"),
        (heading + #"{"event":"end","side":"client","time":1e99}"#, "line 2: a \"time\""),
    ])
    func `a recording that cannot be played says where`(text: String, words: String) {
        do {
            _ = try Recording(parsing: Array(text.utf8))
            Issue.record("was read: \(text)")
        } catch {
            #expect(error.words.hasPrefix(words), "\(error.words)")
        }
    }

    @Test func `events and fields of later versions are passed over`() throws {
        let later = #"{"event":"weather","sun":true}"# + "\n" + #"{"event":"end","side":"client","x":[{}]}"#
        let recording = try Recording(parsing: Array((Self.heading + later).utf8))
        #expect(recording.events == [RelayEvent(time: .zero, connection: 1, kind: .end(.client))])
    }

    // MARK: Comparing

    @Test(arguments: [1, 2, 3, 5, 100])
    func `answers are compared however they are cut`(piece: Int) {
        let recorded = (0..<60).map { UInt8($0) }
        var received = recorded
        received[37] = 0xEE
        var comparison = AnswerComparison(recorded: recorded)
        for start in stride(from: 0, to: 60, by: piece) {
            comparison.take(Array(received[start..<min(start + piece, 60)]))
        }
        #expect(comparison.difference?.kind == .other)
        #expect(comparison.difference?.offset == 37)
        #expect(comparison.difference?.start == 32)
        #expect(comparison.difference?.recorded.prefix(6) == recorded[32..<38])
        #expect(comparison.difference?.received.prefix(6) == received[32..<38])
    }

    @Test func `too little and too much are differences too`() {
        var short = AnswerComparison(recorded: Array("hello".utf8))
        short.take(Array("hel".utf8))
        #expect(short.difference == nil)
        short.finish()
        #expect(short.difference?.kind == .missing)
        #expect(short.difference?.offset == 3)
        var long = AnswerComparison(recorded: Array("hello".utf8))
        long.take(Array("hello!".utf8))
        #expect(long.difference?.kind == .surplus)
        #expect(long.difference?.lines.contains { $0.contains("hello!") } == true)
    }

    // MARK: Explaining

    @Test func `who waits for whom is said only when it is certain`() {
        var idle = RelayIdle(time: .seconds(3), ended: [], last: .client, turn: Turn("hi"))
        #expect(idle.remark?.id == "both-waiting")
        #expect(idle.remark?.words.contains("both sides are waiting to read") == true)
        #expect(idle.remark?.words.contains("its last byte is no newline") == true)
        idle.unread[.server] = 5
        #expect(idle.remark?.id == "busy")
        #expect(idle.remark?.words.contains("the server has not received 5 bytes") == true)
        #expect(idle.remark?.words.contains("both sides") == false)
        idle.sent[.client] = .init(inFlight: 7, window: 9)
        #expect(idle.remark?.id == "in-flight")
        #expect(idle.remark?.words.contains("for the client 7 are sent and not acknowledged") == true)
        idle.sent[.client]?.window = 0
        #expect(idle.remark?.words.contains("the client does not read") == true)
        let half = RelayIdle(time: .seconds(3), ended: [.client]).remark
        #expect(half?.id == "half-closed" && half?.words.contains("which neither sends nor closes") == true)
        #expect(RelayIdle(time: .seconds(3), ended: [.client, .server]).remark == nil)
    }

    @Test func `the kernel's table tells the state and the unread bytes of a socket`() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F40 0100007F:D431 08 00000000:0000000C 00:00000000 00000000     0        0 1234 1
            """
        #expect(
            SocketRow.row(in: table, localPort: 8000, remotePort: 54321).map(PeerSocket.init)
                == PeerSocket(state: "CLOSE_WAIT", unreadBytes: 11, inode: "1234")
        )
        #expect(SocketRow.row(in: table, localPort: 54321, remotePort: 8000) == nil)
    }

    @Test func `a recording that replay cannot read any more is told, once, and goes on`() async throws {
        let path = NSTemporaryDirectory() + "sockeye-\(UUID().uuidString.prefix(8)).jsonl"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let told = Locked(0)
        let log = RelayLog(
            .init(show: .none, isQuiet: true),
            recording: try OutputFile(creating: path),
            RelayStop(),
            flaw: { Failure.output($0) },
            room: 1000,
            tellFull: { told.with { $0 += 1 } }
        )
        try await log.writeHeading(listen: "1", target: "2")
        func size() throws -> Int { try Data(contentsOf: URL(fileURLWithPath: path)).count }
        while try size() <= 1000 {
            #expect(told.with(\.self) == 0)
            await log.write(1, .data(.client, Array("hello".utf8)))
        }
        #expect(told.with(\.self) == 1)
        let before = try size()
        await log.write(1, .data(.client, Array("more".utf8)))
        #expect(told.with(\.self) == 1)
        #expect(try size() > before)
        #expect(Recording.outgrown("talk.jsonl").contains("talk.jsonl now has more than 256 MiB"))
    }

    @Test func `jitter never lets a piece overtake`() {
        let faults = RelayFaults(latency: .milliseconds(10), jitter: .milliseconds(50))
        let now = ContinuousClock.now
        var last: ContinuousClock.Instant?
        for _ in 0..<1000 {
            let due = faults.due(at: now, after: last)
            #expect(due >= last ?? now)
            #expect(due <= now + .milliseconds(60))
            last = due
        }
    }

    @Test func `a dump has rows of sixteen with their offset`() {
        for columns in [40, 60, 76, 80] {
            let narrow = HexDump.rows(Array((0..<100).map { UInt8($0) }), offset: 0, columns: columns)
            #expect(narrow.allSatisfy { $0.count <= columns }, "\(narrow)")
            #expect(narrow.count == (columns < 44 ? 25 : columns < 76 ? 13 : 7))
        }
        let rows = HexDump.rows(Array("GET / HTTP/1.1\r\n\u{1B}".utf8), offset: 32)
        #expect(
            rows == [
                "00000020  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..",
                "00000030  1b                                                .",
            ]
        )
    }
}
