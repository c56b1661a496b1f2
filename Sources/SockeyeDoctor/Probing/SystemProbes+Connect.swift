package import SockeyeSystem

/// Connecting with the error queue open: it tells a closed port from a firewall without privileges, which `connect` alone
/// does not, and no other tool does.
extension SystemProbes {
    package func connect(to address: SocketAddress, within limit: Duration, watching: Duration) async -> Attempt {
        await Blocking.run { Self.connect(to: address, within: limit, watching: watching) }
    }

    private static func connect(to address: SocketAddress, within limit: Duration, watching: Duration) -> Attempt {
        let deadline = Deadline(in: limit)
        let descriptor: Int32
        do {
            descriptor = try Syscalls.socket(address.family, .stream, nonblocking: true)
        } catch {
            return Attempt(address, .failed(error))
        }
        let socket = Socket(adopting: descriptor)
        var attempt: Attempt
        do {
            try begin(descriptor, address)
            var messages: [NetworkMessage] = []
            let outcome = try outcome(descriptor, until: deadline, &messages)
            // Only what stands can be reset, be it before anyone looked: a request to connect that is answered so is refused.
            let wasReset = outcome == .failed(.connectionReset)
            attempt = Attempt(address, wasReset ? .connected : outcome, after: deadline.elapsed)
            (attempt.wasReset, attempt.messages) = (wasReset, messages)
        } catch {
            attempt = Attempt(address, .failed(error), after: deadline.elapsed)
        }
        attempt.messages += Syscalls.takeNetworkMessages(descriptor)
        attempt.local = try? Syscalls.localAddress(descriptor)
        if attempt.outcome == .connected { watch(socket, &attempt, for: watching) }
        return attempt
    }

    private static func outcome(
        _ descriptor: Int32,
        until deadline: Deadline,
        _ messages: inout [NetworkMessage]
    ) throws(Errno) -> Attempt.Outcome {
        while Syscalls.waitWritable(descriptor, milliseconds: deadline.milliseconds) {
            // The kernel's own patience and ours are the same to a person: nobody has answered.
            if let failure = try Syscalls.pendingError(descriptor) {
                return failure == .timedOut ? .silent : .failed(failure)
            }
            // A message of the network wakes as well, and does so before the kernel gives up for it: for a moment there is
            // neither an error nor a connection. Only who has a peer is connected.
            if (try? Syscalls.remoteAddress(descriptor)) != nil { return .connected }
            if deadline.milliseconds == 0 { break }
            messages += Syscalls.takeNetworkMessages(descriptor)
        }
        return .silent
    }

    private static func begin(_ descriptor: Int32, _ address: SocketAddress) throws(Errno) {
        if address.family != .unix { try Syscalls.keepNetworkMessages(descriptor, address.family) }
        do {
            try Syscalls.connect(descriptor, RawSocketAddress(address))
        } catch {
            if error != .inProgress { throw error }
        }
    }

    /// 256 bytes are enough to recognise a server, and little enough to throw away.
    private static let greetingBytes = 256

    private static func watch(_ socket: borrowing Socket, _ attempt: inout Attempt, for time: Duration) {
        let descriptor = socket.descriptor
        attempt.requestsAgain = Syscalls.tcpFigures(descriptor)?.sentAgain ?? 0
        if time > .zero, Syscalls.waitReadable(descriptor, milliseconds: Deadline(in: time).milliseconds) {
            do throws(SocketError) {
                attempt.greeting = try socket.receive(upTo: greetingBytes) ?? []
                attempt.hasEnded = attempt.greeting.isEmpty
            } catch {
                attempt.wasReset = error.code == .reset
                attempt.hasEnded = attempt.wasReset
            }
        }
        attempt.sentAgain = max((Syscalls.tcpFigures(descriptor)?.sentAgain ?? 0) - attempt.requestsAgain, 0)
        attempt.isNotAccepted = time > .zero && staysUnaccepted(attempt, descriptor)
        // An orderly end, so that the server does not log a reset; what it still says is dropped.
        try? socket.shutdown(.sending)
        let deadline = Deadline(in: .milliseconds(200))
        while Syscalls.waitReadable(descriptor, milliseconds: deadline.milliseconds), deadline.milliseconds > 0,
            let more = try? socket.receive(upTo: 65_536), !more.isEmpty
        {}
    }

    /// 2 s: a server on a busy computer may need a while, and must not be accused.
    private static let acceptTime = Duration.seconds(2)

    private static func staysUnaccepted(_ attempt: Attempt, _ descriptor: Int32) -> Bool {
        let deadline = Deadline(in: acceptTime)
        while isNotAccepted(attempt) {
            // A server that speaks or closes has accepted; the look into the table a moment ago was too early.
            if deadline.milliseconds == 0 { return true }
            if Syscalls.waitReadable(descriptor, milliseconds: min(100, deadline.milliseconds)) { return false }
        }
        return false
    }

    /// The server's end of the connection, if it is on this computer, has no inode until a program accepts it.
    private static func isNotAccepted(_ attempt: Attempt) -> Bool {
        guard let local = attempt.local, attempt.address.family != .unix else { return false }
        let end = SocketTable.tcp.rows.first {
            $0.local.plain(port: $0.local.port ?? 0) == attempt.address.plain(port: attempt.address.port ?? 0)
                && $0.remote.plain(port: $0.remote.port ?? 0) == local.plain(port: local.port ?? 0)
        }
        return end.map { $0.inode == "0" && $0.state == .established } ?? false
    }
}
