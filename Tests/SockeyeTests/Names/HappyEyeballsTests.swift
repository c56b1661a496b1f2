import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

/// The race over real sockets. What must be counted alone runs in a process of its own.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Connecting to a name` {
    private static func options(_ addresses: [SocketAddress]) -> ConnectionOptions {
        var options = ConnectionOptions()
        options.resolver = .fixed(["both.example": addresses])
        return options
    }

    private static func address(_ family: Family, port: UInt16) -> SocketAddress {
        family == .ipv4 ? .ipv4(.loopback, port: port) : .ipv6(.loopback, port: port)
    }

    /// A port that is free at both loopback addresses: the test's own, in both families.
    private static func both(_ body: (_ ipv4: consuming Socket, _ ipv6: consuming Socket, UInt16) async throws -> Void)
        async throws
    {
        for _ in 0..<100 {
            let ipv4 = try Socket(.ipv4)
            try ipv4.bind(to: .ipv4(.loopback, port: 0))
            let port = try #require(try ipv4.localAddress.port)
            let ipv6 = try Socket(.ipv6)
            guard (try? ipv6.bind(to: .ipv6(.loopback, port: port))) != nil else { continue }
            try await body(ipv4, ipv6, port)
            return
        }
        Issue.record("no port is free in both families")
    }

    @Test(arguments: Family.tcp)
    func `a family that does not answer gives way to the other`(silent: Family) async throws {
        let other: Family = silent == .ipv4 ? .ipv6 : .ipv4
        try await withServer(other, echo) { listener in
            let port = try #require(listener.localAddress.port)
            // Another test may have the port in the silent family: then there is nothing to show.
            guard let hole = try? BlackHole(at: Self.address(silent, port: port)) else { return }
            defer { hole.close() }
            var options = Self.options([Self.address(silent, port: 0), Self.address(other, port: 0)])
            let events = Observed()
            options.observer = events
            try await withConnection(to: .host("both.example", port: port), options: options) { connection in
                #expect(connection.remoteAddress == listener.localAddress)
                try await connection.send("x")
                #expect(try await connection.receiveText(count: 1) == "x")
            }
            let given = events.all.first { $0.remoteAddress == hole.address }
            #expect(given?.error?.code == .cancelled)
            #expect(given?.error?.detail == "another address was faster")
            #expect(events.all.contains { $0.operation == .connect && $0.error == nil })
        }
    }

    @Test(arguments: Family.tcp)
    func `a family that refuses gives way at once`(refusing: Family) async throws {
        try await Self.both { ipv4, ipv6, port in
            // Bound and not listening: the kernel refuses.
            let isIPv4 = refusing == .ipv4
            if isIPv4 { try ipv6.listen() } else { try ipv4.listen() }
            let other: Family = isIPv4 ? .ipv6 : .ipv4
            var options = Self.options([Self.address(refusing, port: 0), Self.address(other, port: 0)])
            let events = Observed()
            options.observer = events
            let connection = try await Connection.connect(to: .host("both.example", port: port), options: options)
            #expect(connection.remoteAddress == Self.address(other, port: port))
            connection.abort()
            #expect(events.all.first?.error?.code == .refused)
        }
    }

    @Test(arguments: Family.tcp)
    func `localhost finds a server in either family, whatever the hosts file says`(family: Family) async throws {
        try await Self.both { ipv4, ipv6, port in
            if family == .ipv4 { try ipv4.listen() } else { try ipv6.listen() }
            let connection = try await Connection.connect(to: .host("localhost", port: port))
            #expect(connection.remoteAddress == Self.address(family, port: port))
            connection.abort()
        }
    }

    @Test func `when all refuse, the error has each of them`() async throws {
        try await Self.both { _, _, port in
            let addresses = [Family.ipv6, .ipv4].map { Self.address($0, port: port) }
            let error = try #require(
                await socketError {
                    _ = try await Connection.connect(
                        to: .host("both.example", port: port),
                        options: Self.options(addresses)
                    )
                }
            )
            #expect(error.code == .refused)
            #expect(error.attempts.map(\.remoteAddress) == addresses)
            #expect(error.attempts.allSatisfy { $0.errno == .connectionRefused })
            #expect(
                error.description == """
                    connect [::1]:\(port): connection refused (ECONNREFUSED): also tried 127.0.0.1:\(port): connection \
                    refused (ECONNREFUSED)
                    """
            )
        }
    }

    @Test(arguments: [.zero, .seconds(-1), .nanoseconds(-1)] as [Duration], Family.allCases)
    func `connectTimeout is above zero, or none`(limit: Duration, family: Family) async throws {
        try await withListener(family) { listener in
            var options = ConnectionOptions()
            options.connectTimeout = limit
            options.resolver = .fixed(["server.example": [listener.localAddress]])
            for endpoint in [listener.localAddress.endpoint, .host("server.example", port: 1)] {
                let error = await socketError { [options] in
                    try await Connection.connect(to: endpoint, options: options).abort()
                }
                #expect(error?.code == .invalidArgument)
                #expect(error?.operation == .connect)
                #expect(error?.detail == "connectTimeout is \(limit): it must be above zero, or nil for no limit")
            }
        }
    }

    @Test func `connectTimeout ends it, and says who did not answer`() async throws {
        let hole = try BlackHole(at: .ipv4(.loopback, port: 0))
        defer { hole.close() }
        var options = ConnectionOptions()
        options.connectTimeout = .milliseconds(20)
        let error = await socketError { _ = try await Connection.connect(to: hole.address, options: options) }
        #expect(error?.description == "connect \(hole.address): timed out: after 0.02 seconds")
        #expect(error?.attempts.isEmpty == true)
    }

    @Test func `withTimeout ends it too, and lists them`() async throws {
        let hole = try BlackHole(at: .ipv4(.loopback, port: 0))
        defer { hole.close() }
        let port = try #require(hole.address.port)
        let second = SocketAddress.ipv4(IPv4Address(127, 0, 0, 2), port: 0)
        let options = Self.options([hole.address, second])
        let error = try #require(
            await socketError {
                try await withTimeout(.milliseconds(20)) {
                    _ = try await Connection.connect(to: .host("both.example", port: port), options: options)
                }
            }
        )
        #expect(error.code == .timedOut)
        // On a busy machine the limit is noticed after the delay for the second attempt, or after its end.
        let outcomes = ["its turn had not come", "no answer yet", "connection refused"]
            .map { "127.0.0.2:\(port): \($0)" }
        #expect(outcomes.contains(where: error.description.contains))
        #expect(error.attempts.count == 2)
    }

    @Test func `whatever ends it leaves nothing behind`() async {
        await #expect(processExitsWith: .success) {
            let hole = try BlackHole(at: .ipv4(.loopback, port: 0))
            let port = hole.address.port ?? 0
            let second = try BlackHole(at: .ipv4(IPv4Address(127, 0, 0, 2), port: port))
            let listener = try await Listener.bind(to: .ipv4(IPv4Address(127, 0, 0, 3), port: port))
            let own = Belongings.now.registrations
            let silent = `Connecting to a name`.options([hole.address, second.address])
            let endpoint = Endpoint.host("both.example", port: port)
            // Cancelled with both attempts under way.
            try await leavesNothingBeside(own, times: 3) {
                let task = Task {
                    await socketError { _ = try await Connection.connect(to: endpoint, options: silent) }
                }
                await until("both are tried") { Belongings.now.registrations == own + 2 }
                task.cancel()
                let error = await task.value
                #expect(error?.code == .cancelled)
                #expect(error?.description.contains("127.0.0.2:\(port): no answer yet") == true)
            }
            // Out of time.
            try await leavesNothingBeside(own, times: 3) {
                var limited = silent
                limited.connectTimeout = .milliseconds(300)
                let error = await socketError { [limited] in
                    _ = try await Connection.connect(to: endpoint, options: limited)
                }
                #expect(error?.code == .timedOut)
            }
            // One of three wins.
            try await leavesNothingBeside(own, times: 3) {
                let options = `Connecting to a name`.options([hole.address, second.address, listener.localAddress])
                let connection = try await Connection.connect(to: endpoint, options: options)
                #expect(connection.remoteAddress == listener.localAddress)
                let accepted = try await listener.accept()
                connection.abort()
                accepted.abort()
            }
        }
    }

    @Test func `losers that connect at the same moment are closed`() async {
        await #expect(processExitsWith: .success) {
            let listener = try await Listener.bind(to: "127.0.0.1:0")
            let port = listener.localAddress.port ?? 0
            let other = try await Listener.bind(to: .ipv4(IPv4Address(127, 0, 0, 2), port: port))
            let own = Belongings.now.registrations
            // Each registration that is made here ends here, whoever wins.
            try await leavesNothingBeside(own, times: 50) {
                let options = `Connecting to a name`.options([other.localAddress, listener.localAddress])
                let task = Task {
                    try? await Connection.connect(to: .host("both.example", port: port), options: options)
                }
                await Task.yield()
                task.cancel()
                await task.value?.abort()
            }
        }
    }
}

/// As `leavesNothing`, beside registrations that stay.
private func leavesNothingBeside(_ own: Int, times count: Int, _ body: () async throws -> Void) async throws {
    try await body()
    let before = Belongings.now.descriptors
    for _ in 0..<count { try await body() }
    await until("everything is closed") {
        let now = Belongings.now
        return now.registrations == own && now.descriptors <= before + 1
    }
}
