import Sockeye
import SockeyeSystem

extension Lesson {
    static let resets = Lesson(
        title: "Connection reset, and broken pipe",
        question: """
            Two errors come when the other side is gone: "connection reset by peer" (ECONNRESET) and "broken pipe" (EPIPE). Which \
            of them comes when, and what had the other side done?
            """,
        lookFor: [
            "A server that closes with bytes unread breaks off: the client's recv fails with ECONNRESET, and does not return 0.",
            "A server that has read everything and closes, ends: the client's recv returns 0 bytes.",
            "The first send after that still works! The client cannot know whether the server has only finished sending.",
            "What it sent is answered with a reset, and from then on send fails with EPIPE.",
            "So a send that worked says nothing about whether somebody received it.",
        ],
        tryNext: [
            .init("In one terminal", "sockeye serve 8000"),
            .init("In a second", "sockeye relay 1337 8000 --reset-after 20"),
            .init("In a third; the third line or so that you type meets the reset", "sockeye connect 1337"),
            .init("What the other error means", "sockeye explain 'broken pipe'"),
        ]
    ) { stage in
        let address = Handover<SocketAddress>()
        let (unread, closed, finished) = (Handover<Bool>(), Handover<Bool>(), Handover<Bool>())
        try await stage.together {
            let listener = try stage.listen()
            address.give(try listener.localAddress)
            let first = try stage.accept(listener)
            unread.wait()
            stage.note("The server closes without having received the question:")
            try stage.close(.server, first)
            closed.give()
            let second = try stage.accept(listener)
            try stage.receive(.server, second)
            try stage.close(.server, second)
            finished.give()
        } client: {
            let first = try stage.connect(to: address.take())
            try stage.send(first, "a question", from: .client)
            while (try? Syscalls.unsentBytes(first.descriptor)) ?? 0 > 0 { ThisProcess.pause(milliseconds: 1) }
            unread.give()
            closed.wait()
            let reset = stage.failingStep(.client, "recv(1024)") { () throws(SocketError) in
                _ = try first.receive(upTo: 1024)
            }
            stage.check("closing with bytes unread is a reset: ECONNRESET", reset?.errno == .connectionReset)
            stage.note("And once more, with a server that receives before it closes:")
            let second = try stage.connect(to: address.take())
            try stage.send(second, "hi", from: .client)
            finished.wait()
            let end = try stage.receive(.client, second)
            let early = stage.failingStep(.client, "send(\"one more\")", carries: .delivered) {
                () throws(SocketError) in
                try second.sendAll("one more")
            }
            // The answer to it is on its way for an instant.
            while (try? Syscalls.pendingError(second.descriptor)) == .some(nil) { ThisProcess.pause(milliseconds: 1) }
            let late = stage.failingStep(.client, "send(\"and more\")") { () throws(SocketError) in
                try second.sendAll("and more")
            }
            stage.check("closing with nothing unread is an end: 0 bytes", end == nil)
            stage.check("the first send after it still worked", early == nil)
            stage.check("the second failed with EPIPE", late?.errno == .brokenPipe)
        }
    }
}
