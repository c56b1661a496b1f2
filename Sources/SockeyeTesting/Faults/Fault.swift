public import Sockeye
internal import SockeyeSystem

/// Something that goes wrong on purpose: what networks do rarely, and never when one is looking.
///
///     try await withFaults(.shortReceives(), .shortSends()) {
///         // every socket that is made here moves one byte at a time
///     }
///     try connection.inject(.reset(afterReceiving: 100))
///
/// Give them to ``withFaults(_:_:)``, or to one connection or listener with `inject`. The system call is answered in the
/// kernel's place, so everything above it is what runs in earnest.
public struct Fault: Sendable, Hashable {
    enum Direction: Sendable, Hashable { case receiving, sending }

    enum Kind: Sendable, Hashable {
        case failure(Call, Errno, calls: ClosedRange<Int>)
        case short(Direction, count: Int)
        case late(Direction, Duration)
        case reset(Direction, after: Int)
    }

    let kind: Kind

    /// What can be made to fail.
    public enum Call: String, Sendable, Hashable, CaseIterable {
        /// In C: `socket`, `socketpair`.
        case create
        case bind, listen, accept, connect
        /// In C: `recv`, `recvfrom`, `recvmsg`, `recvmmsg`, and `splice` from a socket.
        case receive
        /// In C: `send`, `sendto`, `sendmsg`, `sendmmsg`, `sendfile`, and `splice` to a socket.
        case send
        /// In C: `shutdown`. Closing a connection does this too.
        case finishSending
        /// In C: `setsockopt`, `getsockopt`.
        case option
    }

    /// One call fails.
    ///
    ///     .failure(of: .accept, with: .connectionAborted)
    ///     .failure(of: .receive, with: .timedOut, atCall: 3)
    ///
    /// A call that would have blocked does not count, and a receive that is to fail does so although nothing comes. `.receive`, `.send` and `.finishSending` are counted for each
    /// socket by itself, the others over all that is under this fault.
    ///
    /// - Parameters:
    ///   - errno: What the system answers. `.interrupted` is what a signal does: the call is made again.
    ///   - position: Which call, from 1.
    public static func failure(of call: Call, with errno: Errno, atCall position: Int = 1) -> Fault {
        Fault(kind: .failure(call, errno, calls: max(1, position)...max(1, position)))
    }

    /// Every call fails, from one on.
    ///
    /// - Parameter position: The first that does, from 1.
    public static func failure(of call: Call, with errno: Errno, fromCall position: Int) -> Fault {
        Fault(kind: .failure(call, errno, calls: max(1, position)...Int.max))
    }

    /// Each receive gets so many bytes at most, and the rest a moment later: bytes that arrive one by one. Datagrams stay
    /// whole.
    ///
    /// - Parameter count: From 1 up.
    public static func shortReceives(of count: Int = 1) -> Fault {
        Fault(kind: .short(.receiving, count: max(1, count)))
    }

    /// The system takes so many bytes at a time, as when its buffer is nearly full. `send` still sends all of them.
    ///
    /// - Parameter count: From 1 up.
    public static func shortSends(of count: Int = 1) -> Fault {
        Fault(kind: .short(.sending, count: max(1, count)))
    }

    /// What comes is there later: each receive waits this long at least.
    public static func lateReceives(by delay: Duration) -> Fault {
        Fault(kind: .late(.receiving, delay))
    }

    /// The system takes nothing for this long before each send.
    public static func lateSends(by delay: Duration) -> Fault {
        Fault(kind: .late(.sending, delay))
    }

    /// The connection breaks after so many bytes have come: this side gets `.reset`, and so does the peer over TCP. Over a
    /// Unix socket or a pair the peer sees the end of the stream.
    ///
    /// - Parameter count: In this direction. The receive that reaches it still returns them.
    public static func reset(afterReceiving count: Int) -> Fault {
        Fault(kind: .reset(.receiving, after: max(0, count)))
    }

    /// The connection breaks after so many bytes have been sent. As ``reset(afterReceiving:)`` otherwise.
    ///
    /// Not guaranteed: that the peer gets the last of them. A reset destroys what is under way.
    public static func reset(afterSending count: Int) -> Fault {
        Fault(kind: .reset(.sending, after: max(0, count)))
    }
}

extension Fault.Call {
    func covers(_ call: SystemCall) -> Bool {
        switch call {
        case .socket, .socketPair: self == .create
        case .bind: self == .bind
        case .listen: self == .listen
        case .accept: self == .accept
        case .connect: self == .connect
        case .receive, .receiveFrom, .receiveMessage, .receiveMessages, .receiveDescriptors, .splice: self == .receive
        case .send, .sendTo, .sendMessage, .sendMessages, .sendDescriptors, .sendFile, .spliceOut: self == .send
        case .shutdown: self == .finishSending
        case .setOption, .option: self == .option
        default: false
        }
    }

    /// Counted for each socket by itself.
    var isOfOneSocket: Bool { self == .receive || self == .send || self == .finishSending }

    /// Which one a system call is; nil for one that users cannot make fail.
    init?(_ call: SystemCall) {
        guard let match = Self.allCases.first(where: { $0.covers(call) }) else { return nil }
        self = match
    }
}
