/// What a person types to say where to connect or listen. It may hold a name that is yet to be looked up.
///
/// ```swift
/// let server: Endpoint = "localhost:1337"            // a literal that is wrong is an error when it is used
/// let typed = try Endpoint(parsing: argument)        // an argument that is wrong is an error here
/// let chosen = Endpoint.loopback(port: 0)
/// ```
///
/// | text | means |
/// |---|---|
/// | `localhost:1337`, `example.org:80` | a host's name and a port, 0 to 65535 |
/// | `127.0.0.1:80`, `[::1]:80` | an address and a port; IPv6 in brackets |
/// | `[fe80::1%eth0]:80`, `[fe80::1%2]:80` | an IPv6 address on one interface, by name or by number |
/// | `*:1337` | every interface, both families |
/// | `1337` | this computer only |
/// | `unix:/tmp/x.sock`, `unix:x.sock` | a Unix socket in the file system, at most 107 bytes of path |
/// | `unix:@name` | a Unix socket with an abstract name (Linux only) |
///
/// In what follows `unix:`, `\xNN` stands for a byte and `\\` for a backslash.
///
/// Two endpoints are equal if they were written alike, not if they lead to the same place; host names keep their case.
public struct Endpoint: Hashable, Sendable {
    /// What an endpoint says, for an exhaustive `switch` by whoever looks it up.
    public enum Kind: Hashable, Sendable {
        /// This computer only: 127.0.0.1 and ::1.
        case loopback(port: UInt16)
        /// Every interface, both families.
        case any(port: UInt16)
        /// A name to be looked up. Never an address: those are ``address(_:)``.
        case host(String, port: UInt16)
        /// An address that can be used as it is, Unix sockets included.
        case address(SocketAddress)
        /// An address whose interface has a name that is yet to be turned into an index (`if_nametoindex`).
        case zoned(IPv6Address, zone: String, port: UInt16)
        /// What was written is wrong: throw the error. ``Endpoint/checked()`` does.
        case invalid(EndpointError)
    }

    /// What the endpoint says.
    public let kind: Kind

    /// Wraps what the parser found.
    init(kind: Kind) {
        self.kind = kind
    }

    /// Reads what a person wrote; the forms are those of the table above.
    ///
    /// - Throws: ``EndpointError``, which says what is wrong and, where it can be guessed, what to write instead.
    public init(parsing text: String) throws(EndpointError) {
        kind = try EndpointParser(text: text).parse()
    }

    /// The same without the error, which is kept for whoever uses the endpoint.
    private init(deferringErrorOf text: String) {
        do throws(EndpointError) {
            try self.init(parsing: text)
        } catch {
            self.init(kind: .invalid(error))
        }
    }

    /// This endpoint, if what was written is right.
    ///
    /// Literals, `.host` and `.unix` cannot throw where they stand, so everything that takes an endpoint calls this
    /// before anything else.
    ///
    /// - Throws: the ``EndpointError`` that the endpoint carries.
    public func checked() throws(EndpointError) -> Endpoint {
        if case .invalid(let error) = kind { throw error }
        return self
    }

    /// This computer only. A server that listens here cannot be reached from another one.
    public static func loopback(port: UInt16) -> Endpoint {
        Endpoint(kind: .loopback(port: port))
    }

    /// Every interface, IPv4 and IPv6: a server that listens here can be reached from other computers.
    public static func any(port: UInt16) -> Endpoint {
        Endpoint(kind: .any(port: port))
    }

    /// A host by its name, or by its address without brackets. A wrong name is an error when the endpoint is used.
    public static func host(_ name: String, port: UInt16) -> Endpoint {
        if name == "unix" {
            let problem = #"the name "unix" reads as the beginning of a path"#
            let error = EndpointError(text: "unix:\(port)", problem: problem, suggestions: ["unix.:\(port)"])
            return Endpoint(kind: .invalid(error))
        }
        let isBareIPv6 = name.utf8.contains(UInt8(ascii: ":")) && name.utf8.first != UInt8(ascii: "[")
        return Endpoint(deferringErrorOf: isBareIPv6 ? "[\(name)]:\(port)" : "\(name):\(port)")
    }

    /// An address that needs no looking up. An unnamed Unix address is an error when the endpoint is used.
    public static func address(_ address: SocketAddress) -> Endpoint {
        if address == .unixUnnamed { return Endpoint(deferringErrorOf: address.description) }
        return Endpoint(kind: .address(address))
    }

    /// A Unix socket by its path, or by its abstract name after an `@`; at most 107 bytes, taken literally.
    ///
    /// A name that is too long, empty or holds a NUL in its path is an error when the endpoint is used.
    public static func unix(_ path: String) -> Endpoint {
        do throws(EndpointError) {
            guard path.utf8.first == UInt8(ascii: "@") else { return .address(try .unix(path: path)) }
            return .address(try .unix(abstract: Array(path.utf8.dropFirst())))
        } catch {
            return Endpoint(kind: .invalid(error))
        }
    }
}

extension Endpoint: ExpressibleByStringLiteral {
    /// Reads a literal. One that is wrong does not stop the program: the error comes when the endpoint is used.
    public init(stringLiteral text: String) {
        self.init(deferringErrorOf: text)
    }
}

extension Endpoint: CustomStringConvertible {
    /// The form that reads back to an equal endpoint. Not guaranteed: the flow information of an IPv6 address, for
    /// which there is no text. A wrong endpoint shows what was written, control characters included; its error escapes them.
    public var description: String {
        switch kind {
        case .loopback(let port): String(port)
        case .any(let port): "*:\(port)"
        case .host(let name, let port): "\(name):\(port)"
        case .address(let address): Self.text(of: address)
        case .zoned(let address, let zone, let port): address.bracketed(zone: zone, port: port)
        case .invalid(let error): error.text
        }
    }

    /// The port, or nil for a Unix socket and for an endpoint that is wrong.
    public var port: UInt16? {
        switch kind {
        case .loopback(let port), .any(let port), .host(_, let port), .zoned(_, _, let port): port
        case .address(let address): address.port
        case .invalid: nil
        }
    }

    /// Unlike the address's own description, this keeps `::ffff:` in sight: it decides which socket is opened.
    private static func text(of address: SocketAddress) -> String {
        guard case .ipv6(let ipv6, let port, let zone, _) = address.kind else { return address.description }
        return ipv6.bracketed(zone: zone == 0 ? nil : String(zone), port: port)
    }
}
