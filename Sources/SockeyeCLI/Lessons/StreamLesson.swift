import Sockeye
import SockeyeSystem

extension Lesson {
    static let streams = Lesson(
        title: "A stream has no messages",
        question: """
            TCP carries a stream of bytes. It keeps their order, and forgets where one send ended and the next began. What does \
            a receiver get for three sends, and what for a small buffer? And how do programs talk in messages all the same?
            """,
        lookFor: [
            "Three sends come out of one recv: the system had put them together.",
            "The same bytes come out of three recvs when each takes at most 4: where they are cut is the receiver's affair.",
            "With a length before each message the receiver knows where it ends: it reads the length, then exactly that "
                + "many bytes, with as many recvs as that takes.",
            "recv(n) never promises n bytes, only at most n. The loop in Python: while len(data) < n: data += s.recv(n - len(data)); "
                + "and in Sockeye: receive(exactly: n).",
            "So a program that takes one recv for one message works for weeks, and then does not.",
        ],
        tryNext: [
            .init("In one terminal", "sockeye serve 8000"),
            .init("In a second", "sockeye relay 1337 8000 --merge 2s --explain"),
            .init(
                "In a third; type three short lines quickly. The answers are held back for two seconds as well",
                "sockeye connect 1337"
            ),
        ]
    ) { stage in
        let (address, sentPlain, sentFramed) = (Handover<SocketAddress>(), Handover<Bool>(), Handover<Bool>())
        let readPlain = Handover<Bool>()
        try await stage.together {
            let listener = try stage.listen()
            address.give(try listener.localAddress)
            let client = try stage.accept(listener)
            sentPlain.wait()
            let pieces = [
                try stage.receive(.server, client), try stage.receive(.server, client, upTo: 4),
                try stage.receive(.server, client, upTo: 4), try stage.receive(.server, client, upTo: 4),
            ].map { String(decoding: $0 ?? [], as: UTF8.self) }
            stage.check("three sends came out of one recv: \"\(pieces[0])\"", pieces[0] == "onetwothree")
            stage.check(
                "one send came out of three recvs: \(pieces.dropFirst())",
                pieces[1...] == ["over", " the", "re"]
            )
            readPlain.give()
            sentFramed.wait()
            var messages: [String] = []
            for _ in 1...3 {
                let length = try stage.receiveExactly(.server, client, 1).first ?? 0
                messages.append(String(decoding: try stage.receiveExactly(.server, client, Int(length)), as: UTF8.self))
            }
            stage.check("with lengths three messages stayed three: \(messages)", messages == ["one", "two", "three"])
        } client: {
            let socket = try stage.connect(to: address.take())
            for word in ["one", "two", "three"] { try stage.send(socket, word, from: .client) }
            // The next would be put together with these, too.
            while (try? Syscalls.unsentBytes(socket.descriptor)) ?? 0 > 0 { ThisProcess.pause(milliseconds: 1) }
            sentPlain.give()
            stage.waitUntilBlocked(.server)
            try stage.send(socket, "over there", from: .client)
            readPlain.wait()
            stage.note("The same three words again, each with its length in a byte before it:")
            for word in ["one", "two", "three"] {
                try stage.step(.client, "send(\\x0\(word.utf8.count) \"\(word)\")", carries: .delivered) {
                    () throws(SocketError) in
                    try socket.sendAll([UInt8(word.utf8.count)] + Array(word.utf8))
                }
            }
            sentFramed.give()
        }
    }
}

extension LessonStage {
    /// As many receives as it takes: even so many bytes may come in pieces.
    func receiveExactly(_ lane: LessonLane, _ socket: borrowing Socket, _ count: Int) throws(SocketError) -> [UInt8] {
        var bytes: [UInt8] = []
        let call = count == 1 ? "recv(1)" : "recv(\(count)), again until \(count) are there"
        try step(lane, call) { () throws(SocketError) in
            while bytes.count < count, let more = try socket.receive(upTo: count - bytes.count) { bytes += more }
        } result: { _, _ in
            bytes.count == 1 ? "the length: \(bytes[0])" : Self.words(for: bytes, lane)
        }
        return bytes
    }
}
