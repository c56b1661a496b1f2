internal import SockeyeSystem

/// A network interface of this computer, by its name or by its number.
///
///     try socket.join("239.1.2.3", on: "eth0")
///
/// `ip link` lists them. One that does not exist is an error when it is used. In C: `if_nametoindex`.
public struct NetworkInterface: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
        case named(String)
        case numbered(UInt32)
    }

    private let kind: Kind

    /// The interface of this name; digits alone are its number.
    public static func named(_ name: String) -> NetworkInterface { NetworkInterface(kind: .named(name)) }

    /// The interface of this number, from 1 up.
    public static func index(_ index: UInt32) -> NetworkInterface { NetworkInterface(kind: .numbered(index)) }

    /// The number that the kernel knows it by.
    func index(for operation: SocketError.Operation) throws(SocketError) -> UInt32 {
        switch kind {
        case .numbered(let index) where index > 0: return index
        case .numbered: break
        case .named(let name): if let index = Syscalls.interfaceIndex(name) { return index }
        }
        throw missing(operation)
    }

    /// The error for one that does not exist.
    func missing(_ operation: SocketError.Operation, errno: Errno? = nil) -> SocketError {
        let detail = "this computer has no network interface \(self)"
        return SocketError(.invalidAddress, operation, errno: errno, detail: detail)
    }
}

extension NetworkInterface: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) {
        self = .named(name)
    }
}

extension NetworkInterface: CustomStringConvertible {
    /// `named "eth0"` or `number 2`.
    public var description: String {
        switch kind {
        case .named(let name): "named \"\(name)\""
        case .numbered(let index): "number \(index)"
        }
    }
}
