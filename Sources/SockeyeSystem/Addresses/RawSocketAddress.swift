package import CSockeye

/// A socket address as the kernel reads and writes it: the C `sockaddr_storage` and its length.
package struct RawSocketAddress: ~Copyable {
    private var storage = sockaddr_storage()
    private var length: socklen_t

    /// Room for whatever the kernel fills in.
    package init() {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    }

    /// The address in the kernel's form. The unnamed Unix address has no name to fill in.
    package init(_ address: SocketAddress) {
        length = 0
        switch address.kind {
        case .ipv4(let ip, let port):
            length = unsafe sockeye_fill_ipv4(&storage, ip.rawValue, port)
        case .ipv6(let ip, let port, let zone, let flow):
            var bytes = ip.octets
            length = unsafe withUnsafePointer(to: &bytes) { pointer in
                unsafe pointer.withMemoryRebound(to: UInt8.self, capacity: 16) {
                    unsafe sockeye_fill_ipv6(&storage, $0, port, flow, zone)
                }
            }
        case .unixPath(let path):
            // Longer names than the kernel takes were refused when the address was made.
            length = unsafe sockeye_fill_unix(&storage, path, UInt32(path.count), 1)
        case .unixAbstract(let name):
            length = unsafe sockeye_fill_unix(&storage, [0] + name, UInt32(name.count + 1), 0)
        case .unixUnnamed:
            length = unsafe sockeye_fill_unix(&storage, [], 0, 0)
        }
    }

    package func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    package mutating func withMutableSockaddr<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, &length) }
        }
    }

    /// What the kernel filled in. A family that Sockeye does not know counts as an address without a name.
    package var address: SocketAddress {
        Self.address(of: storage, length: length)
    }

    package static func address(of storage: sockaddr_storage, length: socklen_t) -> SocketAddress {
        unsafe withUnsafePointer(to: storage) { pointer in
            switch unsafe sockeye_address_kind(pointer) {
            case 4:
                return unsafe .ipv4(
                    IPv4Address(rawValue: sockeye_ipv4_address(pointer)),
                    port: sockeye_ip_port(pointer)
                )
            case 6:
                let bytes = unsafe UnsafeBufferPointer(start: sockeye_ipv6_bytes(pointer), count: 16)
                var octets = InlineArray<16, UInt8>(repeating: 0)
                for index in 0..<16 { octets[index] = unsafe bytes[index] }
                return SocketAddress(
                    kind: .ipv6(
                        IPv6Address(octets: octets),
                        port: unsafe sockeye_ip_port(pointer),
                        zone: unsafe sockeye_ipv6_zone(pointer),
                        flow: unsafe sockeye_ipv6_flow(pointer)
                    )
                )
            case 1:
                let count = unsafe Int(sockeye_unix_count(pointer, length))
                let name = unsafe UnsafeBufferPointer(start: sockeye_unix_bytes(pointer), count: count)
                return unsafe SocketAddress(kernelName: Array(name))
            default:
                return .unixUnnamed
            }
        }
    }
}
