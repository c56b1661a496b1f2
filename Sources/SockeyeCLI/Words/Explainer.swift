import Sockeye

/// `--explain`: a line in plain words for every operation on a socket, when it has ended.
struct Explainer: SocketObserver {
    func observe(_ event: SocketEvent) {
        Console.say("explain: \(event.socket) \(Self.words(for: event))")
    }

    /// What the operation was, which system call it is, and what came of it.
    static func words(for event: SocketEvent) -> String {
        let peer = event.remoteAddress.map(\.description) ?? "the peer"
        let own = event.localAddress.map(\.description) ?? "an address"
        if let error = event.error { return failure(error, event) }
        let bytes = Quantity.bytes(event.byteCount ?? 0)
        let time = Quantity.time(event.duration)
        return switch event.operation {
        case .listen:
            "socket, bind, listen: the kernel now takes clients on \(own) and queues them"
        case .accept:
            "accept: \(peer) has connected to \(own), \(time) after it was called"
        case .connect:
            "socket, connect: connected from \(own) to \(peer) in \(time)"
        case .receive where event.datagramCount != nil:
            "recvmsg: \(Quantity.datagrams(event)) from \(peer); waited \(time)"
        case .send where event.datagramCount != nil:
            "sendmsg: \(Quantity.datagrams(event)) for \(peer) handed to the kernel in \(time)"
        case .bind:
            "socket, bind: datagrams for \(own) are now taken"
        case .receive where event.byteCount == 0:
            "recv: 0 bytes, the end: \(peer) has finished sending, \(time) after it was called"
        case .receive:
            "recv: \(bytes) from \(peer), \(time) after it was called"
        case .send:
            "send: \(bytes) for \(peer) handed to the kernel in \(time)"
        case .finishSending:
            "shutdown: \(peer) is told that nothing more comes (FIN); its own bytes may still come"
        case .close:
            "close: the conversation with \(peer) is over; ending it took \(time)"
        default:
            "\(event.operation.rawValue): done in \(time)"
        }
    }

    private static func failure(_ error: SocketError, _ event: SocketEvent) -> String {
        let answer = error.errno.map(\.description) ?? error.code.rawValue
        let address = (event.remoteAddress ?? event.localAddress).map { "\($0): " } ?? ""
        let words = "\(event.operation.rawValue): \(address)failed after \(Quantity.time(event.duration)): \(answer)"
        if error.code == .cancelled, let reason = error.detail, event.operation == .connect {
            return "connect: \(address)given up after \(Quantity.time(event.duration)): \(reason)"
        }
        return error.code == .cancelled ? "\(event.operation.rawValue): given up, since the command is ending" : words
    }
}

/// Amounts as a person reads them.
enum Quantity {
    /// A datagram may have no bytes; several come in one call.
    static func datagrams(_ event: SocketEvent) -> String {
        let count = event.datagramCount ?? 0
        let bytes = bytes(event.byteCount ?? 0)
        return count == 1 ? "a datagram of \(bytes)" : "\(count) datagrams, \(bytes)"
    }

    static func bytes(_ count: Int) -> String { count == 1 ? "1 byte" : "\(count) bytes" }

    /// Three units are enough: 12 us, 3.4 ms, 1.2 s.
    static func time(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        if microseconds < 1000 { return "\(microseconds) us" }
        if microseconds < 1_000_000 { return tenths(microseconds / 100) + " ms" }
        return tenths(microseconds / 100_000) + " s"
    }

    private static func tenths(_ count: Int64) -> String { "\(count / 10).\(count % 10)" }
}
