import Sockeye
import Testing

@testable import SockeyeCLI

/// A conversation, and what has to be said of it: each line is what an event adds, as the names of the remarks, with a
/// piece of the last one's words.
struct StoryRow<Event: Sendable>: Sendable, CustomTestStringConvertible {
    let name: String
    let steps: [(event: Event, ids: [String], words: String)]

    var testDescription: String { name }
}

enum StoryTables {
    static let client = SocketAddress.ipv4(.loopback, port: 50_000)
    static let server = SocketAddress.ipv4(.loopback, port: 8_000)

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func arrival(_ bytes: Int, _ segments: Int, _ receives: Int) -> Arrival {
        Arrival(byteCount: bytes, segments: segments, receives: receives)
    }

    private static let noSockets = PerSide<PeerSocket?> { _ in nil }

    private static func open(_ rest: [(event: RelayStory.Event, ids: [String], words: String)])
        -> [(event: RelayStory.Event, ids: [String], words: String)]
    {
        [(.opened(client: client, server: server), ["open"], "ESTABLISHED at all four ends")] + rest
    }

    static let relay: [StoryRow<RelayStory.Event>] = [
        StoryRow(
            name: "three sends, one receive, an answer",
            steps: open([
                (
                    .received(.client, bytes("onetwothree"), arrival(11, 3, 1), goesOn: true), ["received"],
                    "client → server: 11 bytes; at least 3 sends (as many segments) arrived as 1 receive here. They go on as they are"
                ),
                (.delivered(.server, 11), [], ""),
                (.looked(.server, unread: 0, underWay: 0), [], ""),
                (
                    .received(.server, bytes("ok"), arrival(2, 1, 1), goesOn: true), ["received"],
                    "server → client: 2 bytes; 1 send arrived as 1 receive here"
                ),
            ])
        ),
        StoryRow(
            name: "one send, two receives here, told in all when the other side speaks",
            steps: open([
                (
                    .received(.client, bytes("he"), nil, goesOn: true), ["received"],
                    "client → server: 2 bytes. They go on"
                ),
                (
                    .received(.client, bytes("llo"), arrival(5, 1, 2), goesOn: true), ["received"],
                    "1 send arrived as 2 receives here"
                ),
                (
                    .received(.server, bytes("ok"), arrival(2, 1, 1), goesOn: true), ["turn", "received"],
                    "server → client"
                ),
            ])
        ),
        StoryRow(
            name: "large sends are not counted, since TCP cuts them",
            steps: open([
                (
                    .received(.client, [UInt8](repeating: 0, count: 60_000), arrival(60_000, 3, 1), goesOn: true),
                    ["received"], "3 segments arrived as 1 receive here: large sends, perhaps a single one"
                )
            ])
        ),
        StoryRow(
            name: "sends that join in the reader's buffer",
            steps: open([
                (.received(.client, bytes("one"), nil, goesOn: true), ["received"], ""),
                (.delivered(.server, 3), [], ""),
                (.received(.client, bytes("two"), nil, goesOn: true), ["received"], ""),
                (
                    .lies(.server, unread: 3), ["joins"],
                    "has not received the 3 bytes that came before (1 send), and these join them: one recv() may return all "
                        + "of it, 2 sends as 1 receive"
                ),
                (.delivered(.server, 3), [], ""),
                (.lies(.server, unread: 6), ["joins"], "6 bytes that came before (2 sends)"),
                // Some of it was received: in how many sends the rest was, nobody knows.
                (.lies(.server, unread: 2), ["joins"], "several sends as 1 receive"),
            ])
        ),
        StoryRow(
            name: "a reader that takes a part",
            steps: open([
                (.received(.client, bytes("onetwothree"), nil, goesOn: true), ["received"], ""),
                (.delivered(.server, 11), [], ""),
                // What is under way has not been received by anybody.
                (.looked(.server, unread: 7, underWay: 4), [], ""),
                (
                    .looked(.server, unread: 7, underWay: 0), ["partial"],
                    "the server has received 4 of 11 bytes, and 7 are there for its next recv(): 1 send arrived as 2 receives "
                        + "or more"
                ),
                (.looked(.server, unread: 6, underWay: 0), [], ""),
            ])
        ),
        StoryRow(
            name: "a reader that has taken nothing is not said to have taken a part",
            steps: open([
                (.received(.client, bytes("hello"), nil, goesOn: true), ["received"], ""),
                (.looked(.server, unread: 0, underWay: 0), [], ""),
                (.delivered(.server, 5), [], ""),
                (.looked(.server, unread: 5, underWay: 0), [], ""),
            ])
        ),
        StoryRow(
            name: "the client closes first",
            steps: open([
                (
                    .ended(.client, noSockets), ["ended-first"],
                    "The client's end goes to FIN_WAIT2, the server's to CLOSE_WAIT, until the server closes too; it may still"
                ),
                (
                    .ended(.server, noSockets), ["ended-last"],
                    "it is the client's end that stays in TIME_WAIT for 60 seconds. That keeps one of the client's own ports"
                ),
            ])
        ),
        StoryRow(
            name: "the server closes first, with close",
            steps: open([
                (
                    .ended(
                        .server,
                        PerSide { $0 == .server ? PeerSocket(state: "FIN_WAIT2", unreadBytes: 0, inode: "0") : nil }
                    ), ["ended-first"], "The server has closed its socket, it does not read any more"
                ),
                (
                    .ended(
                        .client,
                        PerSide { $0 == .server ? PeerSocket(state: "TIME_WAIT", unreadBytes: 0) : nil }
                    ), ["ended-last"],
                    "it is the server's end that stays in TIME_WAIT for 60 seconds, and there it is. A new server on port 8000 "
                        + "gets \"address already in use\" for that time"
                ),
            ])
        ),
        StoryRow(
            name: "a reset with bytes unread",
            steps: open([
                (.received(.client, bytes("hello"), nil, goesOn: true), ["received"], ""),
                (.delivered(.server, 5), [], ""),
                (.looked(.server, unread: 5, underWay: 0), [], ""),
                (.reset(.server), ["reset"], "5 bytes were there that it had not received: closing with unread bytes"),
            ])
        ),
        StoryRow(
            name: "a reset after the end",
            steps: open([
                (.ended(.server, noSockets), ["ended-first"], ""),
                (.reset(.server), ["reset"], "It had finished before and was sent more"),
            ])
        ),
        StoryRow(
            name: "bytes for a server that has closed, and the reset that two notice",
            steps: open([
                (
                    .ended(
                        .server,
                        PerSide { $0 == .server ? PeerSocket(state: "FIN_WAIT2", unreadBytes: 0, inode: "0") : nil }
                    ), ["ended-first"], ""
                ),
                (
                    .received(.client, bytes("hello"), arrival(5, 1, 1), goesOn: true), ["received"],
                    "They are lost: the server has closed its socket, and its computer answers them with RST. A later send()"
                ),
                (.reset(.server), ["reset"], "the relay resets the client's"),
                (.reset(.server), [], ""),
            ])
        ),
        StoryRow(
            name: "a reset of which nothing is known",
            steps: open([(.reset(.client), ["reset"], "A program resets when it closes or is killed with")])
        ),
        StoryRow(
            name: "a reader that does not read, and a network that loses",
            steps: open([
                (
                    .blocked(.client, .seconds(2), .init(acknowledged: 9, inFlight: 0, unsent: 100, unread: 7)),
                    ["blocked"],
                    "the server does not read, or too slowly, and the buffers in between are full (7 bytes are with the "
                        + "server's computer and unread, 100 are not sent yet)"
                ),
                (.flows(.client), ["flows"], "the server reads again"),
                (
                    .blocked(.client, .seconds(2), .init(acknowledged: 9, inFlight: 50, unsent: 9, window: 900)),
                    ["network-slow"],
                    "nothing is acknowledged by the server's computer (50 are sent and not acknowledged by its computer, 9 are not sent yet)"
                ),
            ])
        ),
        StoryRow(
            name: "both wait, for the newline",
            steps: open([
                (.received(.client, bytes("hello"), arrival(5, 1, 1), goesOn: true), ["received"], ""),
                (
                    .quiet(RelayIdle(time: .seconds(3), ended: [])), ["both-waiting"],
                    "The client spoke last, and its last byte is no newline. If the server reads a line"
                ),
                (
                    .quiet(RelayIdle(time: .seconds(9), ended: [.client])), ["half-closed"],
                    "The client has finished and waits for the server, which neither sends nor closes"
                ),
            ])
        ),
    ]
}
