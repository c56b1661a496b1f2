/// What must hold of a descriptor from elsewhere before it is taken over.
package enum Adoption {
    package enum Role: Sendable { case connected, listening }

    private struct Facts {
        let family: AddressFamily?
        let kind: SocketKind?
        let isListening: Bool
        let isConnected: Bool

        init(_ descriptor: Int32) throws(Errno) {
            family = try Syscalls.family(descriptor)
            kind = try Syscalls.kind(descriptor)
            isListening = try Syscalls.isListening(descriptor)
            var isConnected = true
            do {
                _ = try Syscalls.remoteAddress(descriptor)
            } catch .notConnected {
                isConnected = false
            }
            self.isConnected = isConnected
        }

        /// "an IPv4 datagram socket"
        var words: String {
            let article = family == .unix ? "a" : "an"
            return [article, family?.description, kind?.words, "socket"].compactMap(\.self).joined(separator: " ")
        }
    }

    /// Throws unless the descriptor is what is wanted; nothing about it is changed.
    @discardableResult
    package static func check(
        _ descriptor: Int32,
        kind: SocketKind?,
        role: Role?
    ) throws(SocketError) -> AddressFamily {
        let facts: Facts
        do {
            facts = try Facts(descriptor)
        } catch {
            throw explain(error, descriptor)
        }
        guard let family = facts.family, let found = facts.kind else {
            throw refusal(descriptor, "a socket of a family or kind that Sockeye does not know")
        }
        if let kind, kind != found { throw refusal(descriptor, "\(facts.words), not a \(kind.words) one") }
        switch role {
        case .listening? where !facts.isListening:
            throw refusal(descriptor, "\(facts.words) that does not listen")
        case .connected? where facts.isListening:
            throw refusal(descriptor, "\(facts.words) that listens, and no connection")
        case .connected? where !facts.isConnected:
            throw refusal(descriptor, "\(facts.words) that is not connected")
        default:
            return family
        }
    }

    /// What every descriptor gets that is taken over by an event loop.
    package static func prepare(_ descriptor: Int32) throws(SocketError) {
        do {
            try Syscalls.setCloseOnExec(descriptor)
            try Syscalls.setNonblocking(descriptor)
            Syscalls.taken(descriptor)
        } catch {
            throw explain(error, descriptor)
        }
    }

    private static func refusal(_ descriptor: Int32, _ what: String) -> SocketError {
        SocketError(.invalidArgument, .adopt, detail: "descriptor \(descriptor) is \(what)")
    }

    private static func explain(_ errno: Errno, _ descriptor: Int32) -> SocketError {
        switch errno {
        case .notSocket:
            SocketError(.invalidArgument, .adopt, errno: errno, detail: "descriptor \(descriptor) is no socket")
        case .badDescriptor:
            SocketError(.closed, .adopt, errno: errno, detail: "descriptor \(descriptor) is not open")
        default:
            SocketError(errno, .adopt, detail: "descriptor \(descriptor)")
        }
    }
}

extension SocketKind {
    /// As it stands before "socket".
    var words: String {
        switch self {
        case .stream: "stream"
        case .datagram: "datagram"
        case .sequencedPacket: "sequenced-packet"
        }
    }
}
