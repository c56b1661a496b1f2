import Sockeye
import SockeyeSystem

extension Lesson {
    static let datagrams = Lesson(
        title: "UDP: messages that may be lost",
        question: """
            UDP sends messages and no stream: there is no connection, no accept and no end. What stays together, what gets lost, \
            and who is told?
            """,
        lookFor: [
            "Four sends are four receives, though all four were there already: a datagram never comes together with another.",
            "recv(3) gets 3 bytes of \"three\", and the other two are gone: the next recv has the next datagram.",
            "Two hundred sends all work, and yet few arrive: the system keeps only some for a server that does not receive, "
                + "throws the rest away, and tells nobody.",
            "Where nobody is, the first send works as well. The other computer answers \"nobody here\", and the next call says so: "
                + "but only on a socket that connect has tied to one address.",
        ],
        tryNext: [
            .init("What TCP does instead, when the receiver is slow", "sockeye lesson 7"),
            .init("In one terminal", "sockeye serve udp:1337"),
            .init("In another; each line that you type is a datagram", "sockeye connect udp:1337"),
        ]
    ) { stage in
        let (address, sent, read, flooded) = (
            Handover<SocketAddress>(), Handover<Bool>(), Handover<Bool>(), Handover<Bool>()
        )
        let count = 200
        try await stage.together {
            let server = try udpServer(stage)
            address.give(try server.localAddress)
            sent.wait()
            let words = [
                try stage.receive(.server, server), try stage.receive(.server, server),
                try stage.receive(.server, server, upTo: 3),
                try stage.receive(.server, server),
            ].map { String(decoding: $0 ?? [], as: UTF8.self) }
            stage.check("two sends stayed two messages: \(words[0...1])", words[0...1] == ["one", "two"])
            stage.check("a datagram that did not fit was cut, and the rest is gone: \"\(words[2])\"", words[2] == "thr")
            stage.check("the next receive had the next datagram: \"\(words[3])\"", words[3] == "four")
            read.give()
            flooded.wait()
            var arrived = 0
            try stage.step(.server, "recv() until \"the end\"") { () throws(SocketError) in
                while try server.receive(upTo: 2048) != Array("the end".utf8) { arrived += 1 }
            } result: { _, _ in
                "\(arrived) datagrams of \(count)"
            }
            stage.check(
                "of \(count) datagrams \(arrived) arrived, and no send had failed",
                arrived > 0 && arrived < count
            )
        } client: {
            let server = address.take()
            let socket = try Socket(.ipv4, .datagram)
            for word in ["one", "two", "three", "four"] { try stage.sendDatagram(socket, word, to: server) }
            sent.give()
            read.wait()
            stage.note("Now \(count) datagrams of 1000 bytes, while the server looks elsewhere:")
            try stage.step(.client, "\(count) × sendto(1000 bytes)", carries: .lost) { () throws(SocketError) in
                for _ in 1...count { try socket.send([UInt8](repeating: 120, count: 1000), to: server) }
            } result: { _, _ in
                "all of them worked"
            }
            flooded.give()
            stage.waitUntilBlocked(.server)
            try stage.sendDatagram(socket, "the end", to: server)
        }
        try await nobodyThere(stage)
    }

    private static func udpServer(_ stage: LessonStage) throws(SocketError) -> Socket {
        let server = try stage.step(.server, "socket(SOCK_DGRAM)") { () throws(SocketError) in
            try Socket(.ipv4, .datagram)
        }
        // Room for a handful of datagrams.
        try stage.step(.server, "setsockopt(SO_RCVBUF, 8192)", result: "a small buffer, which is soon full") {
            () throws(SocketError) in
            try server.setOption(.receiveBufferBytes, to: 8192)
        }
        try stage.step(.server, "bind(127.0.0.1:0)") { () throws(SocketError) in
            try server.bind(to: .ipv4(.loopback, port: 0))
        } result: { _, _ in
            (try? server.localAddress).map { "the system chose port \($0.port ?? 0)" }
        }
        return server
    }

    private static func nobodyThere(_ stage: LessonStage) async throws {
        stage.note("And a port where nobody is:")
        try await stage.together {
        } client: {
            let closed = try closedPort()
            let socket = try Socket(.ipv4, .datagram)
            try stage.step(.client, "connect(\(closed))", result: "nothing is sent: the socket notes the address") {
                () throws(SocketError) in
                try socket.connect(to: closed)
            }
            let first = stage.failingStep(.client, "send(\"hello?\")", carries: .lost) { () throws(SocketError) in
                try socket.sendAll("hello?")
            }
            let second = stage.failingStep(.client, "recv(1024)") { () throws(SocketError) in
                _ = try socket.receive(upTo: 1024)
            }
            stage.check("the first send to nobody worked", first == nil)
            stage.check("the next call was told: ECONNREFUSED", second?.code == .refused)
        }
    }

    /// A port that was free a moment ago.
    private static func closedPort() throws(SocketError) -> SocketAddress {
        let socket = try Socket(.ipv4, .datagram)
        try socket.bind(to: .ipv4(.loopback, port: 0))
        return try socket.localAddress
    }
}

extension LessonStage {
    func sendDatagram(_ socket: borrowing Socket, _ text: String, to address: SocketAddress) throws(SocketError) {
        try step(.client, "sendto(\"\(text)\")", carries: .delivered) { () throws(SocketError) in
            try socket.send(Array(text.utf8), to: address)
        }
    }
}
