import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `An observer` {
    private final class Recorder: SocketObserver {
        let events = Collected<SocketEvent>()
        /// Without the remarks about loops, which other tests hold up.
        func observe(_ event: SocketEvent) {
            if event.socket != .loop { events.add(event) }
        }

        /// `send 5`, `receive 0`, `receive cancelled`
        var lines: [String] {
            events.all.map { event in
                let count = event.byteCount.map { " \($0)" } ?? ""
                return event.operation.rawValue + count + (event.error.map { " \($0.code)" } ?? "")
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `sees each operation of a conversation, with its bytes`(family: Family) async throws {
        let (seenByClient, seenByServer) = (Recorder(), Recorder())
        var client = ConnectionOptions()
        client.observer = seenByClient
        var server = ListenerOptions()
        server.observer = seenByServer
        try await withEnds(family, client: client, server: server) { client, server in
            try await client.send("hello")
            #expect(try await server.receiveText(count: 5) == "hello")
            try await server.send([1, 2])
            #expect(try await client.receive(count: 2) == [1, 2])
            try await client.finishSending()
            #expect(try await server.receive(upTo: 1) == nil)
            await server.close()
            await client.close()
        }
        #expect(seenByClient.lines == ["connect", "send 5", "receive 2", "shutdown", "close"])
        #expect(seenByServer.lines == ["listen", "accept", "receive 5", "send 2", "receive 0", "close"])
        #expect(Set(seenByClient.events.all.map(\.socket)).count == 1)
        #expect(Set(seenByServer.events.all.map(\.socket)).count == 2)
        #expect(seenByClient.events.all.allSatisfy { $0.error == nil && $0.duration >= .zero })
    }

    @Test(arguments: Family.allCases)
    func `tells the addresses of both sides`(family: Family) async throws {
        let recorder = Recorder()
        var client = ConnectionOptions()
        client.observer = recorder
        try await withEnds(family, client: client) { client, server in
            try await client.send("x")
            for event in recorder.events.all {
                #expect(event.remoteAddress == server.localAddress)
                #expect(event.localAddress == client.localAddress)
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `is told how much of a message is there, if it wants to know, until the message is whole`(
        family: Family
    ) async throws {
        var client = ConnectionOptions()
        client.observer = Recorder()
        try await withEnds(family, client: client) { client, server in
            for isKept in [false, true] {
                if isKept { client.keepUnfinishedMessage() }
                let reader = Task { try await client.messages(.lengthPrefixed(UInt16.self)).next() }
                await client.untilWaiting(.read)
                try await server.send([0, 10, 1, 2, 3, 4])
                // It waits again when it has looked at these.
                while client.unreadBytes != 0 { await Task.yield() }
                await client.untilWaiting(.read)
                #expect(client.unfinishedMessage == (isKept ? "4 of the 10 bytes of a message have come" : nil))
                try await server.send([5, 6, 7, 8, 9, 10])
                #expect(try await reader.value?.count == 10)
                #expect(client.unfinishedMessage == nil)
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `sees failures with their errors`(family: Family) async throws {
        let recorder = Recorder()
        var client = ConnectionOptions()
        client.observer = recorder
        try await withEnds(family, client: client) { client, _ in
            let reader = Task { await socketError { _ = try await client.receive(upTo: 1) } }
            await client.untilWaiting(.read)
            _ = await socketError { _ = try await client.receive(upTo: 1) }
            reader.cancel()
            _ = await reader.value
            client.abort()
            _ = await socketError { try await client.send("x") }
        }
        #expect(recorder.lines == ["connect", "receive busy", "receive cancelled", "close", "send closed"])
    }

    @Test func `sees a connect that failed`() async {
        let recorder = Recorder()
        var options = ConnectionOptions()
        options.observer = recorder
        _ = await socketError { _ = try await Connection.connect(to: "127.0.0.1:1", options: options) }
        #expect(recorder.lines == ["connect refused"])
        #expect(recorder.events.all.first?.remoteAddress == .ipv4(.loopback, port: 1))
    }

    @Test(arguments: Family.allCases)
    func `sees a bind that failed, of listeners and of datagram sockets`(family: Family) async throws {
        let recorder = Recorder()
        var listening = ListenerOptions()
        listening.observer = recorder
        var datagrams = DatagramOptions()
        datagrams.observer = recorder
        let (streams, messages) = (listening, datagrams)
        try await withListener(family) { holder in
            let address = holder.localAddress
            _ = await socketError { _ = try await Listener.bind(to: address, options: streams) }
            #expect(recorder.lines == ["listen addressInUse"])
            #expect(recorder.events.all.last?.localAddress == address)
        }
        try await withBound(family) { holder in
            let endpoint = holder.localAddress.endpoint
            _ = await socketError { _ = try await DatagramSocket.bind(to: endpoint, options: messages) }
            #expect(recorder.lines == ["listen addressInUse", "bind addressInUse"])
        }
    }

    @Test func `sees each address of a name that a listener could not be bound to`() async throws {
        let recorder = Recorder()
        var options = ListenerOptions()
        options.observer = recorder
        let away = SocketAddress.ipv4(IPv4Address(203, 0, 113, 77), port: 0)
        options.resolver = .fixed(["here.example": [away, .ipv4(.loopback, port: 0)]])
        try await Listener.bind(to: "here.example:0", options: options).close()
        #expect(recorder.lines == ["listen addressNotAvailable", "listen"])
    }

    @Test func `sees what failed before there was an address to try`() async {
        let recorder = Recorder()
        let nobody = Resolver.fixed([:])
        var connecting = ConnectionOptions()
        (connecting.observer, connecting.resolver) = (recorder, nobody)
        var listening = ListenerOptions()
        (listening.observer, listening.resolver) = (recorder, nobody)
        var datagrams = DatagramOptions()
        (datagrams.observer, datagrams.resolver) = (recorder, nobody)
        let (client, server, messages) = (connecting, listening, datagrams)
        let endpoint: Endpoint = "nobody.example:80"
        _ = await socketError { _ = try await Connection.connect(to: endpoint, options: client) }
        _ = await socketError { _ = try await Listener.bind(to: endpoint, options: server) }
        _ = await socketError { _ = try await DatagramSocket.connect(to: endpoint, options: messages) }
        _ = await socketError { _ = try await DatagramSocket.bind(to: endpoint, options: messages) }
        #expect(recorder.lines == ["connect", "listen", "connect", "bind"].map { "\($0) nameNotFound" })
        #expect(recorder.events.all.allSatisfy { $0.error?.operation == .resolve })
    }

    @Test func `prints an event in words`() {
        let id = SocketEvent.ID(rawValue: 7)
        let here = SocketAddress.ipv4(.loopback, port: 80)
        func event(_ count: Int?, _ error: SocketError? = nil) -> SocketEvent {
            SocketEvent(
                socket: id,
                operation: .send,
                localAddress: nil,
                remoteAddress: here,
                byteCount: count,
                duration: .milliseconds(1),
                error: error
            )
        }
        #expect(event(1).description.hasPrefix("#7 send 127.0.0.1:80: 1 byte in"))
        #expect(event(5).description.hasPrefix("#7 send 127.0.0.1:80: 5 bytes in"))
        #expect(event(nil).description.hasPrefix("#7 send 127.0.0.1:80 in"))
        let error = SocketError(.connectionReset, .send, remoteAddress: here)
        #expect(event(nil, error).description == "#7 send 127.0.0.1:80: connection reset by peer (ECONNRESET)")
    }
}
