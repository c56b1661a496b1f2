/// Where one end of a connection is: an address and port that the kernel understands, with nothing left to look up.
///
/// ```swift
/// let here = SocketAddress.ipv4(.loopback, port: 1337)
/// print(here)                                    // 127.0.0.1:1337
/// print(listener.localAddress.port!)             // the port that was chosen for port 0
/// ```
///
/// What a person types is an ``Endpoint``, which may hold a name. Two addresses are equal if all their parts are; an
/// IPv4-mapped IPv6 address *prints* as the IPv4 address in it, but is not equal to it, because only an IPv6 socket
/// takes it. The corresponding C type is `struct sockaddr_storage`.
public struct SocketAddress: Hashable, Sendable {
    /// The parts of an address, by family.
    public enum Kind: Hashable, Sendable {
        /// `struct sockaddr_in`.
        case ipv4(IPv4Address, port: UInt16)
        /// `struct sockaddr_in6`. `zone` is the index of an interface (`sin6_scope_id`), 0 for none; `flow` is
        /// `sin6_flowinfo` in host byte order, 0 for nearly everybody.
        case ipv6(IPv6Address, port: UInt16, zone: UInt32, flow: UInt32)
        /// A file's name: bytes, since Linux does not promise UTF-8, without the closing NUL.
        case unixPath([UInt8])
        /// A name outside the file system, which ends with its socket; without the leading NUL.
        case unixAbstract([UInt8])
        /// A Unix socket that was never bound: most clients.
        case unixUnnamed
    }

    /// The parts, for an exhaustive `switch`.
    public let kind: Kind

    /// Wraps parts that are known to be valid: the public constructors check, and the kernel's addresses are taken as
    /// they are.
    package init(kind: Kind) {
        self.kind = kind
    }

    /// The longest name of a Unix socket in bytes: `sockaddr_un.sun_path` has 108, one of which is the NUL.
    public static let maximumUnixNameBytes = 107

    /// An IPv4 address and port. Port 0, when bound to, lets the kernel choose one.
    public static func ipv4(_ address: IPv4Address, port: UInt16) -> SocketAddress {
        SocketAddress(kind: .ipv4(address, port: port))
    }

    /// An IPv6 address and port. A link-local address (fe80::/10) also needs the index of its interface as `zone`.
    public static func ipv6(_ address: IPv6Address, port: UInt16, zone: UInt32 = 0) -> SocketAddress {
        SocketAddress(kind: .ipv6(address, port: port, zone: zone, flow: 0))
    }

    /// A Unix socket with a name in the file system.
    ///
    /// The path is taken literally: no escapes, and an `@` at its beginning is part of the file's name.
    ///
    /// - Throws: ``EndpointError`` if the path is empty, holds a NUL or is longer than ``maximumUnixNameBytes``.
    public static func unix(path: String) throws(EndpointError) -> SocketAddress {
        let address = SocketAddress(kind: .unixPath(Array(path.utf8)))
        if let error = address.nameError() { throw error }
        return address
    }

    /// A Unix socket with a name outside the file system (Linux only). The name may hold any bytes, NUL included.
    ///
    /// - Throws: ``EndpointError`` if the name is empty or longer than ``maximumUnixNameBytes``.
    public static func unix(abstract name: [UInt8]) throws(EndpointError) -> SocketAddress {
        let address = SocketAddress(kind: .unixAbstract(name))
        if let error = address.nameError() { throw error }
        return address
    }

    /// A Unix socket that was never bound.
    public static let unixUnnamed = SocketAddress(kind: .unixUnnamed)

    /// The address that the kernel reports with these bytes of `sun_path`: as many as the returned length covers.
    ///
    /// Nothing is rejected, because the name exists: Linux allows 108 bytes without a NUL.
    package init(kernelName bytes: [UInt8]) {
        switch bytes.first {
        case nil: kind = .unixUnnamed
        case 0: kind = .unixAbstract(Array(bytes.dropFirst()))
        default: kind = .unixPath(Array(bytes.prefix { $0 != 0 }))
        }
    }
}

extension SocketAddress {
    /// The family of the socket that takes this address.
    public var family: AddressFamily {
        switch kind {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .unixPath, .unixAbstract, .unixUnnamed: .unix
        }
    }

    /// The port, from 0 to 65535, or nil for a Unix socket.
    public var port: UInt16? {
        switch kind {
        case .ipv4(_, let port): port
        case .ipv6(_, let port, _, _): port
        case .unixPath, .unixAbstract, .unixUnnamed: nil
        }
    }

    /// The path of a Unix socket in the file system, or nil. Not guaranteed: bytes that are no UTF-8 are shown as �;
    /// ``kind`` has them all.
    public var unixPath: String? {
        guard case .unixPath(let path) = kind else { return nil }
        return String(decoding: path, as: UTF8.self)
    }
}
