import Foundation
import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

/// A bound datagram socket that is closed, and whose file is removed, when `body` ends.
func withBound<Result>(
    _ family: Family,
    options: DatagramOptions = DatagramOptions(),
    _ body: (DatagramSocket) async throws -> Result
) async throws -> Result {
    let socket = try await DatagramSocket.bind(to: family.freshEndpoint(), options: options)
    defer {
        socket.close()
        socket.localAddress.removeFile()
    }
    return try await body(socket)
}

/// Two of them.
func withTwoBound<Result>(
    _ family: Family,
    options: DatagramOptions = DatagramOptions(),
    _ body: (_ one: DatagramSocket, _ other: DatagramSocket) async throws -> Result
) async throws -> Result {
    try await withBound(family, options: options) { one in
        try await withBound(family, options: options) { other in try await body(one, other) }
    }
}

/// A client that is connected to a bound socket.
func withConnectedClient<Result>(
    _ family: Family,
    client: DatagramOptions = DatagramOptions(),
    server: DatagramOptions = DatagramOptions(),
    _ body: (_ client: DatagramSocket, _ server: DatagramSocket) async throws -> Result
) async throws -> Result {
    try await withBound(family, options: server) { server in
        try await withDatagramSocket(to: server.localAddress.endpoint, options: client) { client in
            try await body(client, server)
        }
    }
}

extension DatagramSocket {
    func receiveText(upTo maximum: Int = 65_536) async throws -> String {
        let datagram: Datagram = try await receive(upTo: maximum)
        return String(decoding: datagram.bytes, as: UTF8.self)
    }

    /// Returns once a task is suspended in a receive, or in a send.
    func untilWaiting(_ direction: Direction, sourceLocation: SourceLocation = #_sourceLocation) async {
        await until("a task waits on \(localAddress)", sourceLocation: sourceLocation) {
            registration.snapshot.isWaiting(direction) || (direction == .write && probe.withLock { $0 } != nil)
        }
    }
}

extension SocketAddress {
    /// An address of the same family where nobody is: of a socket that has been closed, and that left its file.
    static func deserted(_ family: Family) async throws -> SocketAddress {
        let socket = try Socket(family.addressFamily, .datagram)
        try socket.bind(to: family.freshEndpoint())
        let address = try socket.localAddress
        socket.close()
        // A program that another test starts has it, too, between its fork and its exec.
        await until("\(address) is deserted") { refuses(address) }
        return address
    }

    private static func refuses(_ address: SocketAddress) -> Bool {
        do {
            let probe = try Socket(address.family, .datagram)
            try probe.connect(to: address)
            // The first is answered by the kernel at once, and the second one tells.
            for _ in 0..<2 { _ = try probe.send([1]) }
            return false
        } catch {
            return error.code == .refused
        }
    }
}

/// A network namespace of its own, with a loopback interface and a dummy one that knows groups: whatever is sent there stays
/// there. Sockets are made in the namespace of the thread that makes them, and so are threads.
enum NetworkNamespace {
    /// Whether this process may make one.
    static let isAllowed = getuid() == 0 && FileManager.default.isExecutableFile(atPath: ip)
    static let ip =
        ["/sbin/ip", "/usr/sbin/ip", "/bin/ip", "/usr/bin/ip"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        } ?? "/sbin/ip"

    /// A link is up some time after it was told to be: then it has the route for groups, and its address is its own.
    private static func waitForLink() throws {
        let limit = ContinuousClock.now + .seconds(20)
        while true {
            let routes = try String(contentsOfFile: "/proc/thread-self/net/ipv6_route", encoding: .utf8)
            let lines = routes.split(separator: "\n").filter { $0.hasSuffix("sockeye0") }
            let hasAddress = lines.contains { $0.hasPrefix("fd880000000000000000000000000001 80") }
            if hasAddress, lines.contains(where: { $0.hasPrefix("ff0000") }) { return }
            if ContinuousClock.now > limit { throw Errno.networkDown }
            sched_yield()
        }
    }

    /// Foundation's `Process` waits on a thread of its own, which is in another namespace, for ever.
    private static func runIP(_ command: String) -> Int32 {
        let words = [ip] + command.split(separator: " ").map(String.init)
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var child: pid_t = 0
        guard unsafe posix_spawn(&child, ip, nil, nil, &arguments, environ) == 0 else { return -1 }
        var status: Int32 = -1
        while unsafe waitpid(child, &status, 0) == -1, Errno.last == .interrupted {}
        return status
    }

    /// In C: `unshare`, which Swift's Glibc does not have.
    private static var unshare: @convention(c) (Int32) -> Int32 {
        unsafe unsafeBitCast(dlsym(nil, "unshare"), to: (@convention(c) (Int32) -> Int32).self)
    }

    /// Runs `body` on an event loop inside a new one.
    static func run(_ commands: [String], _ body: @escaping @Sendable () async throws -> Void) async throws {
        let group = try await onThread { () throws -> EventLoopGroup in
            let cloneNewNetwork: Int32 = 0x4000_0000
            guard unshare(cloneNewNetwork) == 0 else { throw Errno.last }
            for command in commands {
                guard runIP(command) == 0 else {
                    Issue.record("ip \(command) failed")
                    throw Errno.notSupported
                }
            }
            if commands.contains(where: { $0.contains("sockeye0") }) { try waitForLink() }
            return try EventLoopGroup(count: 1)
        }
        let result = await Task(executorPreference: group.loops[0]) { try await body() }.result
        // A loop without sockets ends with its group, and then runs no more tasks.
        withExtendedLifetime(group) {}
        try result.get()
    }
}
