public import SockeyeSystem

extension DatagramSocket {
    /// Joins a group: what is sent to it, at the port that this socket is bound to, is received from now on.
    ///
    ///     var options = DatagramOptions()
    ///     options.reuseAddress = .on                          // others on this computer may listen too
    ///     let socket = try await DatagramSocket.bind(to: "*:5000", options: options)
    ///     try socket.join("239.1.2.3", on: "eth0")
    ///
    /// Membership ends with the socket. Bind to every interface (`*`), or to the group itself: a socket that is bound to
    /// an address of its own receives no group's datagrams. In C: `setsockopt` with `IP_ADD_MEMBERSHIP` or
    /// `IPV6_JOIN_GROUP`.
    ///
    /// - Parameter interface: Where to listen for it. nil: the kernel decides by its routes, which on a computer with several
    ///   networks is seldom what is meant.
    /// - Throws: `.invalidAddress` for an address that is no group, an interface that does not exist, `.invalidArgument` for a group that is joined
    ///   already, `.exhausted` for too many of them (`net.ipv4.igmp_max_memberships`, 20), `.unsupported` for a group of
    ///   another family, `.closed`.
    public func join(_ group: MulticastGroup, on interface: NetworkInterface? = nil) throws(SocketError) {
        try changeMembership(.join, group, interface)
    }

    /// Leaves a group that was joined on the same interface. As ``join(_:on:)`` otherwise; `.addressNotAvailable` for a group
    /// that this socket is not in.
    public func leave(_ group: MulticastGroup, on interface: NetworkInterface? = nil) throws(SocketError) {
        try changeMembership(.leave, group, interface)
    }

    private func changeMembership(
        _ operation: SocketError.Operation,
        _ group: MulticastGroup,
        _ interface: NetworkInterface?
    ) throws(SocketError) {
        let start = observation == nil ? 0 : Observation.now()
        do {
            try change(operation, group, interface)
        } catch {
            let error = error.with(local: localAddress, remote: nil)
            observation?.report(operation, since: start, local: localAddress, remote: nil, error: error)
            throw error
        }
        observation?.report(
            operation,
            since: start,
            local: localAddress,
            remote: try? group.address(for: operation)
        )
    }

    private func change(
        _ operation: SocketError.Operation,
        _ group: MulticastGroup,
        _ interface: NetworkInterface?
    ) throws(SocketError) {
        let address = try group.address(for: operation)
        guard address.family == traits.family || (traits.family == .ipv6 && address.family == .ipv4) else {
            let detail = "\(traits.family.phrase) socket has no part in the group \(group)"
            throw SocketError(.unsupported, operation, remoteAddress: address, detail: detail)
        }
        let index = try interface?.index(for: operation) ?? 0
        let outcome = registration.using { descriptor in
            Result { () throws(Errno) in
                try Syscalls.changeMembership(descriptor, address, interface: index, joins: operation == .join)
            }
        }
        guard let outcome else { throw SocketError(.closed, operation, remoteAddress: address) }
        if case .failure(let errno) = outcome { throw words(for: errno, operation, address, group, interface) }
    }

    private func words(
        for errno: Errno,
        _ operation: SocketError.Operation,
        _ address: SocketAddress,
        _ group: MulticastGroup,
        _ interface: NetworkInterface?
    ) -> SocketError {
        let place = interface.map { " on the interface \($0)" } ?? ""
        switch (errno, operation) {
        case (.addressInUse, .join):
            return SocketError(
                .invalidArgument,
                operation,
                errno: errno,
                remoteAddress: address,
                detail: "this socket is in the group \(group)\(place) already"
            )
        case (.noSuchDevice, _) where interface == nil:
            let detail = "no route says by which interface the group \(group) is reached: name one"
            return SocketError(.unreachable, operation, errno: errno, remoteAddress: address, detail: detail)
        case (.noSuchDevice, _):
            let detail = "there is no network interface \(interface.map(\.description) ?? "")"
            return SocketError(.invalidAddress, operation, errno: errno, remoteAddress: address, detail: detail)
        case (.addressNotAvailable, .leave):
            let detail = "this socket is not in the group \(group)\(place)"
            return SocketError(errno, operation, remoteAddress: address, detail: detail)
        case (.noBufferSpace, _):
            let detail = "this socket is in as many groups as the system allows (net.ipv4.igmp_max_memberships)"
            return SocketError(errno, operation, remoteAddress: address, detail: detail)
        default:
            return SocketError(errno, operation, remoteAddress: address, detail: "the group \(group)\(place)")
        }
    }
}
