import Sockeye
package import SockeyeSystem

/// Asking a port for datagrams, with the error queue open: it has what nobody else tells of UDP, the messages of whoever
/// refuses.
extension SystemProbes {
    /// Three times, since datagrams get lost; the last wait is over when the kernel has found out that a neighbour is not there.
    private static let rounds = 3
    /// A line of text: an empty datagram is taken for an end by programs that come from TCP.
    private static let question = Array(DatagramHost.question.utf8)

    package func datagram(to address: SocketAddress, within limit: Duration) async -> DatagramAttempt {
        await Blocking.run {
            let clock = Deadline(in: limit)
            var attempt = DatagramAttempt(address)
            do throws(SocketError) {
                try Self.ask(&attempt, within: limit)
            } catch {
                attempt.errno = error.errno ?? .invalidArgument
            }
            attempt.duration = clock.elapsed
            return attempt
        }
    }

    private static func ask(_ attempt: inout DatagramAttempt, within limit: Duration) throws(SocketError) {
        let socket = try Socket(attempt.address.family, .datagram)
        // Without it there is less to tell, and no reason not to ask.
        try? Syscalls.keepNetworkMessages(socket.descriptor, attempt.address.family)
        try socket.connect(to: attempt.address)
        for _ in 0..<rounds where attempt.isSilent {
            do throws(SocketError) {
                try socket.sendAll(question)
                attempt.sent += 1
            } catch {
                // What the network said to the datagram before comes with the next call.
                attempt.errno = error.errno
                attempt.messages = Syscalls.takeNetworkMessages(socket.descriptor)
                return
            }
            let deadline = Deadline(in: limit / rounds)
            guard Syscalls.waitReadable(socket.descriptor, milliseconds: deadline.milliseconds) else { continue }
            attempt.messages = Syscalls.takeNetworkMessages(socket.descriptor)
            attempt.errno = (try? Syscalls.pendingError(socket.descriptor)) ?? attempt.messages.first?.errno
            if attempt.isSilent { attempt.answer = try socket.receive(upTo: 2048) ?? [] }
        }
    }
}
