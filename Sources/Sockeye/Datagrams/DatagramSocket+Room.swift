internal import SockeyeSystem
internal import Synchronization

// A socket that is full says so with EAGAIN, and epoll tells when there is room again. That holds for UDP, and for a
// connected Unix socket. For a Unix socket that sends to many it does not: there it is the receiver's queue that is full
// (`net.unix.max_dgram_qlen` datagrams), and epoll on the sender knows nothing of receivers. So a sender that is refused
// connects another socket, a probe, to that receiver, and waits for the probe: the kernel wakes the writers of a connected
// Unix socket when its receiver takes something out. Polling with a timer was the alternative; it is slow and busy.

/// How a send has waited so far.
@usableFromInline
struct RoomWait: Sendable {
    /// The receiver had room when it was last looked at, and the attempt after that was refused all the same.
    fileprivate var hadRoom = false

    @usableFromInline
    init() {}
}

extension DatagramSocket {
    /// 5 ms: for the cases that no event tells of. See below.
    private static let pause = Duration.milliseconds(5)

    /// Suspends a sender until another attempt makes sense.
    ///
    /// - Parameter peer: The receiver, where the socket is not connected to it.
    @usableFromInline
    func waitForRoom(at peer: SocketAddress?, _ wait: inout RoomWait) async {
        guard traits.family == .unix, let peer else { return await registration.waitCancellably(.write) }
        switch makeProbe(of: peer) {
        case .success(let probe):
            if probe.using({ Syscalls.isWritableNow($0) }) != false {
                end(probe)
                // Refused although the receiver has room, twice: this socket's own buffer is full, of what others have
                // not taken. There is no telling whether an edge is still to come, so the clock decides.
                if wait.hadRoom { await LoopTask.sleep(for: Self.pause) }
                wait.hadRoom.toggle()
            } else {
                wait.hadRoom = false
                _ = try? await probe.perform(.write) { () throws(Errno) in Attempt(count: 0, isShort: false) }
                end(probe)
            }
        // The receiver is gone, or has a peer of its own: the next attempt says so.
        case .failure(.connectionRefused), .failure(.noSuchFile), .failure(.notPermitted), .failure(.wrongProtocolType):
            break
        // No descriptor is left to wait with, or no memory: trying again at once would be a busy wait.
        case .failure:
            await LoopTask.sleep(for: Self.pause)
        }
        // The probe has been told of a cancellation, and this socket has not.
        if Task.isCancelled { registration.expire(.write) }
        // Whatever it was: the next attempt tells.
        registration.signal(Poller.Events(bits: Syscalls.eventWrite))
    }

    private func makeProbe(of peer: SocketAddress) -> Result<Registration, Errno> {
        Result { () throws(Errno) in
            let descriptor = try Syscalls.socket(.unix, .datagram, nonblocking: true)
            do throws(Errno) {
                try Syscalls.connect(descriptor, RawSocketAddress(peer))
                let made = try Registration(registering: descriptor, on: registration.loop, state: .connecting)
                probe.withLock { $0 = made }
                // `close` has looked for a probe already if it is closed now.
                if registration.snapshot.isClosed, made.close(abruptly: true) { made.retire() }
                return made
            } catch {
                Syscalls.close(descriptor)
                throw error
            }
        }
    }

    private func end(_ made: Registration) {
        probe.withLock { $0 = nil }
        if made.close(abruptly: true) { made.retire() }
    }
}
