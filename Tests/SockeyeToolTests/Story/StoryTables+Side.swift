import Sockeye

@testable import SockeyeCLI

extension StoryTables {
    private static func arrival(_ bytes: Int, _ segments: Int, _ receives: Int) -> Arrival {
        Arrival(byteCount: bytes, segments: segments, receives: receives)
    }

    private static func waiting(
        receive: Duration? = nil,
        send: Duration? = nil,
        _ evidence: SendWait.Evidence = .init(),
        unread: Int? = nil
    ) -> SideStory.Event {
        var look = SideStory.Look(receiveWaits: receive, sendWaits: send, evidence: evidence)
        look.peer = unread.map { PeerSocket(state: "ESTABLISHED", unreadBytes: $0) }
        return .looked(look)
    }

    private static func open(_ rest: [(event: SideStory.Event, ids: [String], words: String)])
        -> [(event: SideStory.Event, ids: [String], words: String)]
    {
        [(.opened, ["open"], "ESTABLISHED at both ends")] + rest
    }

    private static let timeWait = PeerSocket(state: "TIME_WAIT", unreadBytes: 0)

    private static func unfinished(_ words: String) -> SideStory.Event {
        var look = SideStory.Look(receiveWaits: .seconds(4), unfinished: words)
        look.peer = PeerSocket(state: "ESTABLISHED", unreadBytes: 0)
        return .looked(look)
    }

    /// What is missing, while both sides wait; rows as those of ``side``.
    static let hints: [StoryRow<SideStory.Event>] = [
        StoryRow(
            name: "this side spoke last, without a newline",
            steps: open([
                (.said(.peer, Array("hi\n".utf8)), [], ""), (.received(3, nil), [], ""),
                (.said(.own, Array("Got it!".utf8)), [], ""), (.sent(7), ["sends"], ""),
                (
                    waiting(receive: .seconds(4), unread: 0), ["both-waiting"],
                    "The server, this side, spoke last, and its last byte is no newline. If the client reads a line"
                ),
            ])
        ),
        StoryRow(
            name: "this side announced more than it sent",
            steps: open([
                (.said(.own, [0, 9, 1, 2]), [], ""), (.sent(4), ["sends"], ""),
                (
                    waiting(receive: .seconds(4)), ["receive-waits"],
                    "announce 9 bytes, and 2 followed: if the client reads"
                ),
            ])
        ),
        StoryRow(
            name: "the peer announced more than it sent",
            steps: open([
                (.received(4, nil), [], ""), (.said(.peer, [0, 9, 1, 2]), [], ""),
                (
                    waiting(receive: .seconds(4)), ["receive-waits"],
                    "the client has more to send: its first two bytes, read as a length, announce 9 bytes, and 2 followed"
                ),
            ])
        ),
        StoryRow(
            name: "the peer said a whole line",
            steps: open([
                (.received(3, nil), [], ""), (.said(.peer, Array("hi\n".utf8)), [], ""),
                (
                    waiting(receive: .seconds(4), unread: 0), ["both-waiting"],
                    "has more to send. This side answers what comes, and says nothing by itself"
                ),
            ])
        ),
        StoryRow(
            name: "a message that is not whole",
            steps: open([
                (.received(6, nil), [], ""),
                (
                    unfinished("4 of the 10 bytes of a message have come"), ["both-waiting"],
                    "only a part is there: 4 of the 10 bytes of a message have come. The client has to send the rest"
                ),
            ])
        ),
        StoryRow(
            name: "nobody has said anything",
            steps: open([
                (
                    waiting(receive: .seconds(4), unread: 0), ["both-waiting"],
                    "One of them has to send first. This side answers"
                )
            ])
        ),
    ]

    /// All of them are a server's, over TCP, on port 8000.
    static let side: [StoryRow<SideStory.Event>] = [
        StoryRow(
            name: "sends and receives",
            steps: open([
                (.received(3, arrival(3, 1, 1)), [], ""),
                (.sent(7), ["sends"], "server → client: with how many recv() the client takes that cannot be seen"),
                (.sent(7), [], ""),
                (
                    .received(9, arrival(9, 3, 1)), ["arrival"],
                    "client → server: at least 3 sends (as many segments) arrived as 1"
                ),
                (.received(2, nil), [], ""),
                (.received(3, arrival(5, 1, 2)), ["arrival"], "1 send arrived as 2 receives here"),
            ])
        ),
        StoryRow(
            name: "the client closes first",
            steps: open([
                (
                    .ended, ["ended"],
                    "the client has finished sending first (shutdown or close: FIN). "
                ),
                (
                    .closed(own: nil, peer: timeWait), ["closed"],
                    "the client closed first, so it is the client's end that stays in TIME_WAIT for 60 seconds, and there it is"
                ),
            ])
        ),
        StoryRow(
            name: "this side finishes first, and the client answers",
            steps: open([
                (.finished(kernel: "FIN_WAIT1"), ["finished"], "its end is in FIN_WAIT1 until the client's kernel has"),
                (.finished(kernel: "FIN_WAIT2"), [], ""),
                (waiting(receive: .seconds(4), unread: 0), ["half-closed"], "This side has sent its end (FIN)"),
                (.received(3, arrival(3, 1, 1)), [], ""),
                (.ended, ["ended"], "it is this end that goes to TIME_WAIT"),
                (
                    .closed(own: timeWait, peer: nil), ["closed"],
                    "this side closed first, so it is this end that stays in TIME_WAIT for 60 seconds, and there it is. A new "
                        + "server on port 8000 gets \"address already in use\""
                ),
            ])
        ),
        StoryRow(
            name: "this side closes, and the client does not",
            steps: open([
                (
                    .closed(own: PeerSocket(state: "FIN_WAIT2", unreadBytes: 0), peer: nil), ["closed"],
                    "the client has not closed yet: this end is in FIN_WAIT2, and the kernel gives it up after 60 seconds"
                )
            ])
        ),
        StoryRow(
            name: "this side is cut off",
            steps: open([(.closed(own: nil, peer: nil), ["closed"], "nothing is left of this end")])
        ),
        StoryRow(
            name: "a reset",
            steps: open([
                (.failed(.reset), ["reset"], "A program resets when it closes or is killed with bytes unread"),
                (.failed(.reset), [], ""),
                (.closed(own: nil, peer: nil), ["closed"], "it was reset before: nothing stays behind"),
            ])
        ),
        StoryRow(
            name: "a reset by a client that had finished",
            steps: open([
                (.ended, ["ended"], ""),
                (.failed(.reset), ["reset"], "It had finished before and was sent more"),
            ])
        ),
        StoryRow(
            name: "a giving up is no reset",
            steps: open([(.failed(.cancelled), [], ""), (.failed(.timedOut), [], "")])
        ),
        StoryRow(
            name: "both wait, on one computer",
            steps: open([
                (waiting(receive: .seconds(2), unread: 0), [], ""),
                (
                    waiting(receive: .seconds(3), unread: 0), ["both-waiting"],
                    "this side has sent nothing so far, and the client sends nothing. So both sides are waiting to read, each "
                        + "for the other (so it seems: the client may compute, which looks the same from here). Neither has"
                ),
                (waiting(receive: .seconds(4), unread: 0), [], ""),
                (.sent(7), ["sends"], ""),
                (
                    waiting(receive: .seconds(3), unread: 0), ["both-waiting"],
                    "The server, this side, spoke last. If the client"
                ),
                (.received(7, nil), [], ""),
                (
                    waiting(receive: .seconds(3), unread: 0), ["both-waiting"],
                    "The client spoke last, and it is this side's turn"
                ),
            ])
        ),
        StoryRow(
            name: "of a client elsewhere nothing is claimed",
            steps: open([
                (
                    waiting(receive: .seconds(3)), ["receive-waits"],
                    "Whether the client waits to read as well, or computes, cannot be seen from this side"
                )
            ])
        ),
        StoryRow(
            name: "a busy client, and a line that loses",
            steps: open([
                (
                    waiting(receive: .seconds(3), unread: 5), ["busy"],
                    "the client has not received 5 bytes that are there"
                ),
                (.received(1, nil), [], ""),
                (
                    waiting(receive: .seconds(3), .init(inFlight: 5, unsent: 4, window: 900)), ["in-flight"],
                    "of the bytes for the client 5 are sent and not acknowledged by its computer, 4 are not sent yet"
                ),
                (.received(1, nil), [], ""),
                (
                    waiting(receive: .seconds(3), .init(inFlight: 0, unsent: 4, unread: 9)), ["in-flight"],
                    "the client does not read, and its computer's buffer is full (9 bytes are with the client's computer and "
                        + "unread, 4 are not sent yet)"
                ),
            ])
        ),
        StoryRow(
            name: "a send that waits",
            steps: open([
                (.sent(9), ["sends"], ""),
                (waiting(send: .milliseconds(900), .init(unsent: 9)), [], ""),
                (
                    waiting(send: .seconds(1), .init(unsent: 9, unread: 4)), ["blocked"],
                    "server → client: send waits, 1.0 s so far: the client does not read, or too slowly, and the buffers in "
                        + "between are full (4 bytes are with the client's computer and unread, 9 are not sent yet)"
                ),
                (waiting(send: .seconds(2), .init(unsent: 9)), [], ""),
                (.sent(9), ["flows"], "the client reads again"),
                (
                    waiting(send: .seconds(2), .init(inFlight: 4, unsent: 9, window: 900)), ["network-slow"],
                    "whether the client reads cannot be seen"
                ),
            ])
        ),
    ]
}
