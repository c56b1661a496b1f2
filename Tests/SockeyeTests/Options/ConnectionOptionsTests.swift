import Foundation
import SockeyeSystem
import SockeyeTesting
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Options of connections and listeners` {
    private func tuned<Options: SocketTuning>(_ options: Options) -> Options {
        var options = options
        options.keepAlive = KeepAlive(idle: .seconds(30), interval: .seconds(5), count: 3)
        options.userTimeout = .seconds(7)
        options.typeOfService = 0x28
        options.timeToLive = 9
        options.sendBufferBytes = 65_536
        options[.raw(level: 1, number: 10, name: "SO_OOBINLINE")] = 1
        return options
    }

    private func check(_ connection: Connection) throws {
        #expect(try connection.option(.keepAlive))
        #expect(try connection.option(.keepAliveIdle) == .seconds(30))
        #expect(try connection.option(.keepAliveInterval) == .seconds(5))
        #expect(try connection.option(.keepAliveCount) == 3)
        #expect(try connection.option(.userTimeout) == .seconds(7))
        #expect(try connection.option(.typeOfService) == 0x28)
        #expect(try connection.option(.timeToLive) == 9)
        #expect(try connection.option(.sendBufferBytes) == 131_072)
        #expect(try connection.option(.raw(level: 1, number: 10)) == 1)
        #expect(try connection.option(.noDelay))
    }

    @Test(arguments: Family.tcp)
    func `what a client was given, and what accepted ones inherit, is there`(family: Family) async throws {
        try await withEnds(
            family,
            client: tuned(ConnectionOptions()),
            server: tuned(ListenerOptions())
        ) { client, server in
            try check(client)
            try check(server)
        }
    }

    @Test func `what was set is read back from the options themselves`() {
        var options = tuned(ConnectionOptions())
        #expect(options.keepAlive == KeepAlive(idle: .seconds(30), interval: .seconds(5), count: 3))
        #expect(options.userTimeout == .seconds(7))
        options.keepAlive = nil
        options.timeToLive = nil
        #expect(options.keepAlive == nil)
        #expect(options.timeToLive == nil)
        #expect(options[.keepAliveCount] == nil)
        #expect(options.device == nil)
    }

    @Test(arguments: Family.allCases)
    func `options are set and read on a live connection, of every family`(family: Family) async throws {
        try await withEnds(family) { client, _ in
            try client.setOption(.sendBufferBytes, to: 32_768)
            #expect(try client.option(.sendBufferBytes) == 65_536)
            if family == .unix {
                let error = await socketError { try client.setKeepAlive(KeepAlive()) }
                #expect(error?.code == .unsupported)
                #expect(error?.detail?.contains("this is a Unix socket") == true)
            } else {
                try client.setKeepAlive(KeepAlive(idle: .seconds(3)))
                #expect(try client.option(.keepAliveIdle) == .seconds(3))
                try client.setKeepAlive(nil)
                #expect(try !client.option(.keepAlive))
            }
        }
    }

    @Test func `a wrong value ends connecting and binding, with the option in the error`() async throws {
        var client = ConnectionOptions()
        client.timeToLive = 300
        var server = ListenerOptions()
        server.device = "nosuchdevice0"
        var empty = ListenerOptions()
        empty.backlog = -1
        await #expect(processExitsWith: .success) {
            // Elsewhere than beside other tests, which open descriptors too.
            try await leavesNothing {
                var options = ConnectionOptions()
                options.timeToLive = 300
                _ = await socketError { _ = try await Connection.connect(to: "127.0.0.1:1", options: options) }
            }
        }
        let one = await socketError { _ = try await Connection.connect(to: "127.0.0.1:1", options: client) }
        #expect(one?.description == "setsockopt 127.0.0.1:1: invalid argument: IP_TTL = 300: from 1 to 255")
        let two = await socketError { _ = try await Listener.bind(to: "127.0.0.1:0", options: server) }
        #expect(two?.errno == .noSuchDevice)
        #expect(two?.code == .invalidAddress)
        #expect(two?.detail?.contains("this computer has no network interface of that name") == true)
        let three = await socketError { _ = try await Listener.bind(to: "127.0.0.1:0", options: empty) }
        #expect(three?.detail == "backlog = -1: from 0 up")
    }

    @Test func `what TCP has and a Unix socket has not ends the connect, and says so`() async throws {
        var options = ConnectionOptions()
        options.keepAlive = KeepAlive()
        let error = await socketError { _ = try await Connection.connect(to: "unix:@nobody", options: options) }
        #expect(error?.code == .unsupported)
        #expect(error?.detail?.contains("SO_KEEPALIVE = on: this is a Unix socket, and only TCP has") == true)
    }

    @Test(arguments: Family.tcp)
    func `a close that would block the loop is refused`(family: Family) async throws {
        var options = ConnectionOptions()
        options.linger = .wait(.seconds(5))
        let error = await socketError { _ = try await Connection.connect(to: "127.0.0.1:1", options: options) }
        #expect(error?.detail?.contains("SO_LINGER = wait") == true)
        try await withEnds(family) { client, _ in
            let error = await socketError { try client.setOption(.linger, to: .wait(.seconds(5))) }
            #expect(error?.code == .unsupported)
            try client.setOption(.linger, to: .reset)
            #expect(try client.option(.linger) == .reset)
        }
    }

    @Test(arguments: Family.tcp)
    func `a connection that is to be reset is reset by close, on either side`(family: Family) async throws {
        var options = ConnectionOptions()
        options.linger = .reset
        try await withEnds(family, client: options) { client, server in
            await client.close()
            #expect(await socketError { _ = try await server.receive(upTo: 1) }?.code == .reset)
        }
        var inherited = ListenerOptions()
        inherited.linger = .reset
        try await withEnds(family, server: inherited) { client, server in
            await server.close()
            #expect(await socketError { _ = try await client.receive(upTo: 1) }?.code == .reset)
        }
    }

    @Test func `what only the other role has is refused before it does nothing`() async throws {
        var client = ConnectionOptions()
        client[.fastOpenQueue] = 16
        let one = await socketError { [client] in
            _ = try await Connection.connect(to: "127.0.0.1:1", options: client)
        }
        #expect(one?.code == .unsupported)
        #expect(one?.detail == "TCP_FASTOPEN = 16: a client has TCP_FASTOPEN_CONNECT instead")
        var server = ListenerOptions()
        server[.fastOpenConnect] = true
        let two = await socketError { [server] in _ = try await Listener.bind(to: "127.0.0.1:0", options: server) }
        #expect(two?.code == .unsupported)
        #expect(two?.detail == "TCP_FASTOPEN_CONNECT = on: a listener has TCP_FASTOPEN instead")
        #expect(two?.localAddress?.family == .ipv4)
    }

    @Test func `fast open that is switched off is not called an option of TCP alone`() async throws {
        var options = ConnectionOptions()
        options.noDelay = .off
        options[.fastOpenConnect] = true
        let error = await socketError { [options] in
            try await withFaults(.failure(of: .option, with: .notSupported)) {
                _ = try await Connection.connect(to: "127.0.0.1:1", options: options)
            }
        }
        #expect(error?.code == .unsupported)
        #expect(error?.detail?.hasSuffix("this computer has it switched off (net.ipv4.tcp_fastopen)") == true)
    }

    @Test func `a setting for IPv4 peers that cannot be made is no secret`() async throws {
        var options = ListenerOptions()
        options.typeOfService = 0x28
        options.noDelay = .off
        options.reuseAddress = .off
        // IPV6_V6ONLY, IPV6_TCLASS, IP_TOS.
        let error = await socketError { [options] in
            try await withFaults(.failure(of: .option, with: .noSuchOption, atCall: 3)) {
                _ = try await Listener.bind(to: "[::]:0", options: options)
            }
        }
        #expect(error?.detail?.hasPrefix("IP_TOS = 40") == true)
    }

    @Test func `a pair has the options that were set, and wrong ones leave nothing open`() async throws {
        var options = ConnectionOptions()
        options.sendBufferBytes = 65_536
        let (one, other) = try Connection.pair(options: options)
        for end in [one, other] {
            #expect(try end.option(.sendBufferBytes) == 131_072)
            end.abort()
        }
        await #expect(processExitsWith: .success) {
            try await leavesNothing {
                var wrong = ConnectionOptions()
                wrong.timeToLive = 5
                let error = await socketError { [wrong] in _ = try Connection.pair(options: wrong) }
                #expect(error?.code == .unsupported)
            }
        }
    }

    @Test(arguments: Family.tcp)
    func `a listener from elsewhere gives its connections no delay, as one of our own`(family: Family) async throws {
        for noDelay in [ConnectionOptions.NoDelay.on, .off] {
            let socket = try Socket(family.addressFamily)
            try socket.bind(to: family.freshEndpoint())
            try socket.listen()
            var options = ListenerOptions()
            options.noDelay = noDelay
            let listener = try Listener.adopt(socket.release(), options: options)
            defer { listener.close() }
            async let connected = Connection.connect(to: listener.localAddress)
            let accepted = try await listener.accept()
            let client = try await connected
            #expect(try accepted.option(.noDelay) == (noDelay == .on))
            accepted.abort()
            client.abort()
        }
    }

    @Test(arguments: Family.tcp)
    func `statistics follow what is sent and not read`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("hello")
            try await until("it has come") { try server.statistics.unreadBytes == 5 }
            let statistics = try client.statistics
            #expect(statistics.sentBytes == 5)
            #expect(statistics.state == .established)
            #expect(statistics.roundTripTime > .zero)
            client.abort()
            let error = await socketError { _ = try client.statistics }
            #expect(error?.code == .closed)
        }
    }

    @Test func `unsent bytes are told of a peer that does not read`() async throws {
        try await withEnds(.ipv4) { client, _ in
            let sending = Task { try await client.send(Pattern.bytes(32 << 20)) }
            await client.untilWaiting(.write)
            let statistics = try client.statistics
            #expect(statistics.unsentBytes > 0)
            #expect(statistics.bytesInFlight >= 0)
            sending.cancel()
            _ = await sending.result
        }
    }

    @Test func `a Unix connection has no statistics, and has credentials`() async throws {
        try await withEnds(.unix) { client, server in
            #expect(await socketError { _ = try client.statistics }?.code == .unsupported)
            let (atServer, atClient) = (try server.peerCredentials, try client.peerCredentials)
            #expect(atServer.processID == getpid())
            #expect(atClient.userID == geteuid())
        }
        try await withEnds(.ipv6) { client, _ in
            #expect(await socketError { _ = try client.peerCredentials }?.code == .unsupported)
        }
    }

    @Test func `several listeners share a port when each says so`() async throws {
        var options = ListenerOptions()
        options[.reusePort] = true
        let one = try await Listener.bind(to: "127.0.0.1:0", options: options)
        let other = try await Listener.bind(to: one.localAddress.endpoint, options: options)
        #expect(one.localAddress == other.localAddress)
        one.close()
        other.close()
    }
}
