/// Where one end of a TCP connection is in its life, worked out from the FINs that were seen to pass. The names are those
/// of netstat; a FIN counts as acknowledged, which takes a round trip.
struct EndState: Sendable, Equatable {
    enum Name: String, Sendable {
        case established = "ESTABLISHED"
        /// This end has finished sending, and the other has not.
        case finWait2 = "FIN_WAIT2"
        /// The other end has finished sending, and this one has not.
        case closeWait = "CLOSE_WAIT"
        /// Both have finished, this one first: the kernel keeps the pair of addresses for 60 s.
        case timeWait = "TIME_WAIT"
        /// Both have finished, this one last; or there was a reset.
        case closed = "CLOSED"
    }

    private(set) var name = Name.established

    mutating func finishSending() {
        switch name {
        case .established: name = .finWait2
        case .closeWait: name = .closed
        case .finWait2, .timeWait, .closed: break
        }
    }

    mutating func hearEnd() {
        switch name {
        case .established: name = .closeWait
        case .finWait2: name = .timeWait
        case .closeWait, .timeWait, .closed: break
        }
    }

    mutating func reset() { name = .closed }

    /// What a server's end in TIME_WAIT means for the next server.
    ///
    /// - Parameter port: ` on port 1337`, or nothing.
    static func takenPort(_ port: String) -> String {
        """
        A new server\(port) gets "address already in use" for that time, unless both it and the server that has ended set \
        SO_REUSEADDR before bind(), as most servers do (sockeye serve does): then it starts at once
        """
    }
}
