internal import CSockeye

/// An address of this computer and the interface that has it.
package struct InterfaceAddress: Sendable, Hashable {
    package let interface: String
    /// With port 0.
    package let address: SocketAddress

    package init(interface: String, address: SocketAddress) {
        self.interface = interface
        self.address = address
    }

    /// All addresses of all interfaces that are up, in the kernel's order; none when it does not say.
    /// In C: `getifaddrs`.
    package static func all() -> [InterfaceAddress] {
        var found: [InterfaceAddress] = []
        _ = unsafe withUnsafeMutablePointer(to: &found) { found in
            unsafe sockeye_interfaces(found) { context, name, address in
                guard let context = unsafe context, let name = unsafe name, let address = unsafe address else { return }
                let length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let one = InterfaceAddress(
                    interface: unsafe String(cString: name),
                    address: unsafe RawSocketAddress.address(of: address.pointee, length: length)
                )
                unsafe context.assumingMemoryBound(to: [InterfaceAddress].self).pointee.append(one)
            }
        }
        return found
    }

    /// The address with a port, as text that another computer could use.
    package func endpointText(port: UInt16) -> String {
        switch address.kind {
        case .ipv4(let ip, _): SocketAddress.ipv4(ip, port: port).description
        case .ipv6(let ip, _, _, _): SocketAddress.ipv6(ip, port: port).description
        case .unixPath, .unixAbstract, .unixUnnamed: address.description
        }
    }
}
