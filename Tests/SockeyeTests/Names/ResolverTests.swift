import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `A resolver` {
    private static let silent = Resolver(timeLimit: nil) { (_, _) async throws(SocketError) in
        // SLEEP: a name service that never answers; its cancellation ends it.
        do { try await Task.sleep(for: .seconds(3600)) } catch {}
        throw SocketError(.cancelled, .resolve)
    }

    private static func failing(_ error: SocketError) -> Resolver {
        Resolver { (_, _) async throws(SocketError) in throw error }
    }

    @Test(arguments: ["localhost", "LocalHost", "localhost.", "db.localhost"])
    func `knows this computer in both families without asking`(name: String) async throws {
        #expect(
            try await Resolver.system.answer(for: name).addresses.map(\.description) == ["127.0.0.1:0", "[::1]:0"]
        )
        #expect(
            try await Resolver.system.answer(for: name, family: .ipv6Only).addresses.map(\.description) == ["[::1]:0"]
        )
    }

    @Test func `of one's own is asked for names, and only for names`() async throws {
        let asked = Collected<String>()
        let resolver = Resolver { (name, family) async throws(SocketError) in
            asked.add("\(name) \(family)")
            return .init(addresses: [.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0), .ipv4(.loopback, port: 0)])
        }
        #expect(try await resolver.addresses(of: "db.example:80").map(\.description) == ["127.0.0.1:80", "[::1]:80"])
        #expect(try await resolver.addresses(of: "db.example:80", family: .ipv6Only).map(\.description) == ["[::1]:80"])
        #expect(try await resolver.addresses(of: "127.0.0.1:80").map(\.description) == ["127.0.0.1:80"])
        #expect(try await resolver.addresses(of: "1337").count == 2)
        #expect(asked.all == ["db.example any", "db.example ipv6Only"])
    }

    @Test func `that has no address of the family says so`() async throws {
        let resolver = Resolver.fixed(["db.example": [.ipv4(.loopback, port: 0)], "empty.example": []])
        let rows: [(Endpoint, SocketError.Code, String)] = [
            ("db.example:80", .nameNotFound, "no IPv6 address is known for the name \"db.example\""),
            ("other.example:80", .nameNotFound, "other.example"),
            ("empty.example:80", .nameNotFound, "no IPv6 address"),
            ("127.0.0.1:80", .invalidAddress, "has no IPv6 address"),
            ("unix:/tmp/x.sock", .invalidAddress, "has no IPv6 address"),
        ]
        for (endpoint, code, words) in rows {
            let error = try #require(
                await socketError { _ = try await resolver.addresses(of: endpoint, family: .ipv6Only) }
            )
            #expect(error.code == code)
            #expect(error.description.contains(words))
        }
    }

    @Test func `that is dead is told from a name that nobody knows`() async {
        let dead = SocketError(.nameServiceUnavailable, .resolve, detail: "as the test wants")
        let rows: [(Resolver, SocketError.Code)] = [
            (Self.failing(dead), .nameServiceUnavailable), (.fixed([:]), .nameNotFound),
        ]
        for (resolver, code) in rows {
            var options = ConnectionOptions()
            options.resolver = resolver
            let error = await socketError { _ = try await Connection.connect(to: "db.example:80", options: options) }
            #expect(error?.code == code)
            #expect(error?.operation == .resolve)
        }
    }

    @Test func `that never answers is given up when the task is cancelled, and when its time is over`() async throws {
        try await within {
            let task = Task { await socketError { _ = try await Self.silent.addresses(of: "db.example:80") } }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            var limited = Self.silent
            limited.timeLimit = .milliseconds(1)
            let late = await socketError { [limited] in _ = try await limited.addresses(of: "db.example:80") }
            #expect(late?.code == .timedOut)
            #expect(late?.operation == .resolve)
            var options = ConnectionOptions()
            options.resolver = Self.silent
            options.connectTimeout = .milliseconds(1)
            let connecting = await socketError { [options] in
                _ = try await Connection.connect(to: "db.example:80", options: options)
            }
            #expect(connecting?.code == .timedOut)
        }
    }

    /// Does not end when it is cancelled, but when the test says so; then it claims that nobody knows the name.
    private static func deaf(until answers: Tally, asked: Tally) -> Resolver {
        Resolver { (_, _) async throws(SocketError) in
            asked.add()
            await answers.reach()
            throw SocketError(.nameNotFound, .resolve)
        }
    }

    /// Who waits for a resolver.
    enum Waiter: String, CaseIterable, Sendable {
        case connecting, listening, connectingDatagrams, bindingDatagrams, asking

        func wait(for resolver: Resolver) async throws {
            let endpoint: Endpoint = "db.example:0"
            switch self {
            case .connecting:
                var options = ConnectionOptions()
                options.resolver = resolver
                try await Connection.connect(to: endpoint, options: options).abort()
            case .listening:
                var options = ListenerOptions()
                options.resolver = resolver
                try await Listener.bind(to: endpoint, options: options).close()
            case .connectingDatagrams, .bindingDatagrams:
                var options = DatagramOptions()
                options.resolver = resolver
                if self == .connectingDatagrams {
                    try await DatagramSocket.connect(to: endpoint, options: options).close()
                } else {
                    try await DatagramSocket.bind(to: endpoint, options: options).close()
                }
            case .asking: _ = try await resolver.addresses(of: endpoint)
            }
        }
    }

    @Test(arguments: Waiter.allCases)
    func `that ignores cancellation holds nobody up who was cancelled, or whose time is over`(
        waiter: Waiter
    ) async throws {
        let (answers, asked) = (Tally(), Tally())
        var resolver = Self.deaf(until: answers, asked: asked)
        for limit: Duration? in [nil, .seconds(3600)] {
            resolver.timeLimit = limit
            let task = Task { [resolver] in await socketError { try await waiter.wait(for: resolver) } }
            await asked.reach(limit == nil ? 1 : 2)
            task.cancel()
            #expect(await task.value?.code == .cancelled)
        }
        resolver.timeLimit = .milliseconds(1)
        let late = await socketError { [resolver] in try await waiter.wait(for: resolver) }
        #expect(late?.code == .timedOut)
        #expect(late?.operation == .resolve)
        let outer = await socketError { [resolver] in
            var resolver = resolver
            resolver.timeLimit = nil
            try await withTimeout(.milliseconds(1)) { [resolver] in try await waiter.wait(for: resolver) }
        }
        #expect(outer?.code == .timedOut)
        answers.add()
    }

    @Test func `that ignores cancellation does not hold up a connect whose time is over`() async {
        let (answers, asked) = (Tally(), Tally())
        var options = ConnectionOptions()
        options.resolver = Self.deaf(until: answers, asked: asked)
        options.connectTimeout = .milliseconds(1)
        let error = await socketError { _ = try await Connection.connect(to: "db.example:80", options: options) }
        #expect(error?.code == .timedOut)
        answers.add()
    }

    @Test(arguments: [.zero, .seconds(-1)] as [Duration])
    func `has a time limit above zero, or none`(limit: Duration) async {
        var resolver = Resolver.fixed(["db.example": [.ipv4(.loopback, port: 0)]])
        resolver.timeLimit = limit
        let error = await socketError { [resolver] in _ = try await resolver.answer(for: "db.example") }
        #expect(error?.code == .invalidArgument)
        #expect(error?.operation == .resolve)
        #expect(error?.detail == "the resolver's time limit is \(limit): it must be above zero, or nil for no limit")
    }
}
