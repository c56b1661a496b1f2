internal import SockeyeSystem
internal import Synchronization

/// The event loops that a program's sockets live on: one thread each, and by default one for each core.
///
/// Most programs never name it: ``shared`` is used wherever none is given.
///
///     var options = ListenerOptions()
///     options.loops = try EventLoopGroup(count: 1)     // this server on a thread of its own
///
/// **Concurrency.** May be used from any task and thread. A connection lives on one loop of the group and never moves.
public final class EventLoopGroup: Sendable {
    let loops: [EventLoop]
    private let turn = Atomic<Int>(0)

    /// The group that all sockets share unless told otherwise, with as many loops as this process may use cores.
    ///
    /// It is made when it is first used. A process that may not open the few descriptors it takes, or start its
    /// threads, cannot use sockets at all: then the first use of a socket throws.
    public static var shared: EventLoopGroup {
        get throws(SocketError) { try sharedResult.get() }
    }

    private static let sharedResult = Result { () throws(SocketError) in
        try EventLoopGroup(count: Syscalls.availableProcessors)
    }

    /// Starts loops of one's own.
    ///
    /// - Parameter count: How many threads; from 1 to 1024. More than there are cores brings nothing.
    /// - Throws: `.invalidArgument` for another count, `.exhausted` when threads or descriptors have run out.
    public init(count: Int) throws(SocketError) {
        guard (1...1024).contains(count) else {
            throw SocketError(.invalidArgument, .loop, detail: "\(count) loops: from 1 to 1024 make sense")
        }
        var started: [EventLoop] = []
        do {
            for index in 0..<count { started.append(try EventLoop(index: index)) }
        } catch {
            for loop in started { loop.finish() }
            // What a thread that cannot be started answers: there are too many.
            if error == .wouldBlock { throw SocketError(.exhausted, .loop, errno: error, detail: "no thread is left") }
            throw SocketError(error, .loop)
        }
        loops = started
    }

    deinit {
        for loop in loops { loop.finish() }
    }

    /// How many loops there are.
    public var count: Int { loops.count }

    /// The group that an option names, or the shared one.
    static func chosen(_ group: EventLoopGroup?) throws(SocketError) -> EventLoopGroup {
        if let group { return group }
        return try shared
    }

    /// A loop for a new client connection: of the group that an option names, or the one that runs here.
    static func loop(_ group: EventLoopGroup?) throws(SocketError) -> EventLoop {
        if group == nil, let current = EventLoop.current { return current }
        return try chosen(group).next()
    }

    /// Each loop in turn, so that what is spread over them is spread evenly.
    func next() -> EventLoop {
        loops[Int(UInt(bitPattern: turn.add(1, ordering: .relaxed).oldValue) % UInt(loops.count))]
    }
}
