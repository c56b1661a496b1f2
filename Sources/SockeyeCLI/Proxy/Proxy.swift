import ArgumentParser
import Sockeye

/// A computer that connects in our stead, as a person types it.
struct Proxy: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// RFC 1928, with the passwords of RFC 1929.
        case socks5
        /// The method CONNECT of RFC 9110, with the passwords of RFC 7617.
        case http
    }

    struct Credentials: Sendable, Equatable {
        let user: String
        let password: String
    }

    let kind: Kind
    let endpoint: Endpoint
    let credentials: Credentials?

    init(parsing text: String) throws {
        guard let scheme = text.firstRange(of: "://") else {
            throw Self.complaint("has no socks5:// or http:// before it")
        }
        switch text[..<scheme.lowerBound].lowercased() {
        case "socks5", "socks5h": kind = .socks5
        case "http": kind = .http
        case let other: throw Self.complaint("is of the kind \(SafeText.line(other)), which is not there")
        }
        var rest = text[scheme.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") {
            credentials = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        } else {
            credentials = nil
        }
        do throws(EndpointError) {
            endpoint = try Endpoint(parsing: String(rest))
        } catch {
            throw Self.complaint("has no address behind it: \(error.problem)")
        }
    }

    private static func complaint(_ words: String) -> ValidationError {
        ValidationError("The proxy \(words). It is socks5://user:password@host:port or http://host:port.")
    }

    private static func credentials(_ text: Substring) throws -> Credentials {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = decoded(parts[0]), let password = decoded(parts[1]) else {
            throw complaint("has a user without a password, or a % that is not followed by two digits")
        }
        // Both have one byte for their length in SOCKS 5, and HTTP ends a user at its first colon.
        guard (1...255).contains(user.utf8.count), password.utf8.count <= 255, !user.contains(":") else {
            throw complaint("has a user or a password that is empty, longer than 255 bytes, or holds a colon")
        }
        return Credentials(user: user, password: password)
    }

    /// `%40` is `@`: what would end a part of the URL is written like that.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, !digits.hasPrefix("+"), let value = UInt8(digits, radix: 16) else {
                return nil
            }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Lets the proxy connect to the server. From then on the connection is one with the server.
    func introduce(_ target: Target, over connection: Connection) async throws {
        switch kind {
        case .socks5: try await connectSOCKS(target, over: connection)
        case .http: try await connectHTTP(target, over: connection)
        }
    }

    /// Whom the proxy is to connect to: a name, which it looks up, or an address.
    struct Target: Sendable {
        let host: String
        let port: UInt16
        let address: SocketAddress.Kind?

        /// - Throws: when only this computer could connect to it.
        init(_ endpoint: Endpoint) throws(Failure) {
            switch endpoint.kind {
            case .host(let name, let port): (host, self.port, address) = (name, port, nil)
            case .loopback(let port):
                let here = SocketAddress.ipv4(.loopback, port: port)
                (host, self.port, address) = ("127.0.0.1", port, here.kind)
            case .address(let socketAddress):
                switch socketAddress.kind {
                case .ipv4(let ip, let port): (host, self.port, address) = ("\(ip)", port, socketAddress.kind)
                case .ipv6(let ip, let port, 0, _): (host, self.port, address) = ("\(ip)", port, socketAddress.kind)
                default: throw Self.unreachable(endpoint)
                }
            case .any, .zoned, .invalid: throw Self.unreachable(endpoint)
            }
        }

        /// As HTTP writes it.
        var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

        private static func unreachable(_ endpoint: Endpoint) -> Failure {
            Failure(
                attempted: "connect to \(SafeText.line(endpoint.description)) through a proxy",
                happened: "a proxy connects over TCP, to a name or to an address that it can reach",
                cause: "a Unix socket, * and an address with an interface mean something on this computer only",
                next: ["sockeye connect \(Failure.quoted(endpoint.description))   without the proxy"],
                status: Failure.wrongUsage
            )
        }
    }

    /// The words for a proxy that does not do what it is asked.
    func failure(_ target: Target, _ happened: String, _ cause: String) -> Failure {
        Failure(
            attempted:
                "connect to \(SafeText.line(target.authority)) through the proxy \(SafeText.line("\(endpoint)"))",
            happened: happened,
            cause: cause,
            next: [
                "sockeye connect \(Failure.quoted(target.authority))   without the proxy",
                "sockeye connect \(Failure.quoted("\(endpoint)"))   says whether the proxy itself is there",
            ],
            status: Failure.networkFailed
        )
    }
}
