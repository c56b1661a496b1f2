import ArgumentParser
import Sockeye

extension Serve {
    /// What needs a connection, where datagrams are asked for.
    ///
    /// - Throws: wrong usage.
    func checkDatagrams(_ addresses: [TypedAddress]) throws {
        guard let datagrams = addresses.first(where: { $0.kind == .datagram }) else { return }
        if let (option, why) = role.flawForDatagrams {
            throw ValidationError("\(option) and \(SafeText.line(datagrams.text)): \(why)")
        }
        // Beside a server of connections these say something of its connections.
        guard addresses.allSatisfy({ $0.kind == .datagram }) else { return }
        if limits.drain != nil {
            throw ValidationError("--drain: datagrams are no conversations that could be finished.")
        }
        if messages.framing != nil {
            throw ValidationError("--framing: a datagram is a whole message by itself.")
        }
        if keepAlive.keepAlive != nil { throw ValidationError("--keep-alive: datagrams have no connection to keep.") }
        if let loops, loops > 1 { throw ValidationError("--loops \(loops): all datagrams are taken on one thread.") }
    }

    func bindDatagrams(to address: TypedAddress, observer: (any SocketObserver)?) async throws -> DatagramSocket {
        var options = DatagramOptions()
        options.observer = EventLog.observing(observer)
        // A computer with several addresses answers from the one that it was asked at.
        options.localAddress = .on
        options.family = try family.preference(for: address.endpoint)
        // On the loop that this task runs on, where it is served too, so that no datagram changes thread.
        let socket = try await DatagramSocket.bind(to: address.endpoint, options: options)
        OrderlyExit.closes { socket.close() }
        return socket
    }
}

extension ServeRoleOptions {
    /// Which of them takes connections, and why; nil where datagrams will do.
    fileprivate var flawForDatagrams: (option: String, why: String)? {
        if send != nil {
            return ("--send", "datagrams get lost and overtake each other, so a file would not arrive whole.")
        }
        if receive != nil {
            return (
                "--receive",
                "no datagram says that a file ends with it. --discard writes all that comes to standard output."
            )
        }
        if exec != nil || shell != nil {
            let option = exec == nil ? "--shell" : "--exec"
            return (option, "a program reads until its input ends, and datagrams have no end.")
        }
        if hub { return ("--hub", "nobody says with a datagram that he joins or leaves.") }
        return nil
    }

    var datagramAnswer: DatagramServer.Answer {
        if terminal { return .ofTerminal }
        if echo { return .fixed(.echo) }
        return .fixed(discard ? .nothing : .text(Array((reply ?? "Got it!").utf8)))
    }
}
