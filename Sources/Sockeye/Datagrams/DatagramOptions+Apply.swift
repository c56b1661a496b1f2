internal import SockeyeSystem

extension DatagramOptions {
    /// Tells a socket how it is to be; a new one before it is bound.
    ///
    /// - Parameter local: What it will be bound to.
    /// - Returns: Whether the kernel coalesces.
    func apply(
        to descriptor: Int32,
        _ family: AddressFamily,
        _ local: SocketAddress?
    ) throws(SocketError) -> Bool {
        try setFields(descriptor, family, local)
        // After the fields, so that what somebody has asked for by its name holds.
        try applySettings(to: descriptor, family)
        if family == .unix { return false }
        guard coalescing == .on else { return false }
        do {
            try Syscalls.setDatagramOption(descriptor, .coalesce, 1)
            return true
        } catch {
            // A kernel before 5.0 has none; then every datagram comes by itself.
            return false
        }
    }

    private func setFields(
        _ descriptor: Int32,
        _ family: AddressFamily,
        _ local: SocketAddress?
    ) throws(SocketError) {
        if credentials == .on {
            guard family == .unix else {
                let detail = "SO_PASSCRED: only a Unix socket knows who sends"
                throw SocketError(.unsupported, .option, detail: detail)
            }
            try set(descriptor, .credentials, 1)
        }
        guard family != .unix else { return }
        if reuseAddress == .on { try set(descriptor, .reuseAddress, 1, "SO_REUSEADDR") }
        if reusePort == .on { try set(descriptor, .reusePort, 1, "SO_REUSEPORT") }
        if family == .ipv6, local?.isAny == true {
            try set(descriptor, .ipv6Only, self.family == .ipv6Only ? 1 : 0, "IPV6_V6ONLY")
        }
        if broadcast == .on { try set(descriptor, .broadcast, 1) }
        if localAddress == .on { try set(descriptor, family == .ipv6 ? .localAddress6 : .localAddress, 1) }
        if errors == .on {
            try set(descriptor, .errors, 1)
            if family == .ipv6 { try set(descriptor, .errors6, 1) }
        }
        try multicast.apply(to: descriptor, family)
    }

    private func applySettings(to descriptor: Int32, _ family: AddressFamily) throws(SocketError) {
        if settings.isEmpty { return }
        if settings.lingersInClose { throw Connection.lingerRefusal }
        try settings.apply(to: descriptor, family)
    }

    private func set(
        _ descriptor: Int32,
        _ name: SocketOptionName,
        _ value: Int32,
        _ cName: String
    ) throws(SocketError) {
        do {
            try Syscalls.setOption(descriptor, name, value)
        } catch {
            throw SocketError(error, .option, detail: cName)
        }
    }

    private func set(_ descriptor: Int32, _ name: DatagramOptionName, _ value: Int32) throws(SocketError) {
        do {
            try Syscalls.setDatagramOption(descriptor, name, value)
        } catch {
            throw SocketError(error, .option, detail: name.cName)
        }
    }
}

extension DatagramOptions.Multicast {
    /// An IPv6 socket has both families' settings, since it may send to groups of both.
    func apply(to descriptor: Int32, _ family: AddressFamily) throws(SocketError) {
        if let timeToLive {
            guard (0...255).contains(timeToLive) else {
                throw SocketError(
                    .invalidArgument,
                    .option,
                    detail: "a time to live of \(timeToLive) routers: from 0 to 255 make sense"
                )
            }
            try set(descriptor, family, .multicastTTL, .multicastHops6, Int32(timeToLive))
        }
        if loop == .off { try set(descriptor, family, .multicastLoop, .multicastLoop6, 0) }
        guard let interface else { return }
        let index = try interface.index(for: .option)
        do throws(Errno) {
            try Syscalls.setMulticastInterface(descriptor, index)
        } catch .addressNotAvailable {
            // The kernel's word for an interface that it does not have.
            throw interface.missing(.option, errno: .addressNotAvailable)
        } catch {
            throw SocketError(error, .option, detail: "IP_MULTICAST_IF, the interface \(interface)")
        }
        if family == .ipv6 { try set(descriptor, .multicastInterface6, Int32(clamping: index)) }
    }

    private func set(
        _ descriptor: Int32,
        _ family: AddressFamily,
        _ ipv4: DatagramOptionName,
        _ ipv6: DatagramOptionName,
        _ value: Int32
    ) throws(SocketError) {
        try set(descriptor, ipv4, value)
        if family == .ipv6 { try set(descriptor, ipv6, value) }
    }

    private func set(_ descriptor: Int32, _ name: DatagramOptionName, _ value: Int32) throws(SocketError) {
        do {
            try Syscalls.setDatagramOption(descriptor, name, value)
        } catch {
            throw SocketError(error, .option, detail: name.cName)
        }
    }
}
