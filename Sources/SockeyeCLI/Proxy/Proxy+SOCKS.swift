import Sockeye

/// SOCKS 5, as RFC 1928 has it.
extension Proxy {
    private static let version: UInt8 = 5
    private static let withoutPassword: UInt8 = 0
    private static let withPassword: UInt8 = 2

    func connectSOCKS(_ target: Target, over connection: Connection) async throws {
        do {
            try await greet(target, connection)
            try await connection.send(try request(target))
            let reply = try await connection.receive(exactly: 4)
            guard reply[0] == Self.version else { throw noSOCKS(target, reply) }
            guard reply[1] == 0 else { throw refusal(target, reply[1]) }
            // Where it has connected from, which nobody needs, but which stands before the server's bytes.
            let rest =
                switch reply[3] {
                case 1: 4
                case 4: 16
                default: Int(try await connection.receive(exactly: 1)[0])
                }
            _ = try await connection.receive(exactly: rest + 2)
        } catch let error as SocketError where error.code == .endOfStream {
            throw failure(target, "the proxy has hung up", "it is no SOCKS 5 proxy, or it lets only some clients in")
        }
    }

    private func greet(_ target: Target, _ connection: Connection) async throws {
        let methods = credentials == nil ? [Self.withoutPassword] : [Self.withoutPassword, Self.withPassword]
        try await connection.send([Self.version, UInt8(methods.count)] + methods)
        let choice = try await connection.receive(exactly: 2)
        guard choice[0] == Self.version else { throw noSOCKS(target, choice) }
        switch (choice[1], credentials) {
        case (Self.withoutPassword, _): return
        case (Self.withPassword, let credentials?):
            let (user, password) = (Array(credentials.user.utf8), Array(credentials.password.utf8))
            try await connection.send([1, UInt8(user.count)] + user + [UInt8(password.count)] + password)
            guard try await connection.receive(exactly: 2)[1] == 0 else {
                throw failure(target, "the proxy does not accept user and password", "one of them is misspelt")
            }
        default:
            throw failure(
                target,
                "the proxy wants to know who asks, in a way that was not offered",
                credentials == nil
                    ? "it asks for a user and a password: socks5://user:password@…" : "it knows no passwords"
            )
        }
    }

    private func request(_ target: Target) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = [Self.version, 1, 0]
        switch target.address {
        case .ipv4(let ip, _)?: bytes += [1] + ip.octets.indices.map { ip.octets[$0] }
        case .ipv6(let ip, _, _, _)?: bytes += [4] + ip.octets.indices.map { ip.octets[$0] }
        default:
            let name = Array(target.host.utf8)
            guard name.count <= 255 else {
                throw failure(target, "a name of \(name.count) bytes", "SOCKS 5 has one byte for the length of a name")
            }
            bytes += [3, UInt8(name.count)] + name
        }
        return bytes + [UInt8(target.port >> 8), UInt8(target.port & 0xFF)]
    }

    private func noSOCKS(_ target: Target, _ answer: [UInt8]) -> Failure {
        let isHTTP = answer.starts(with: "HT".utf8)
        return failure(
            target,
            "the proxy's answer is not that of SOCKS 5",
            isHTTP ? "it is a proxy for HTTP: http:// instead of socks5://" : "another kind of server listens there"
        )
    }

    /// RFC 1928, section 6.
    private func refusal(_ target: Target, _ code: UInt8) -> Failure {
        let (happened, cause) =
            switch code {
            case 2: ("the proxy does not allow it", "its rules forbid that address or port")
            case 3, 4:
                ("the proxy cannot reach it", "there is no way there from the proxy, or the name is unknown there")
            case 5: ("the server refused the proxy", "no program listens there, seen from the proxy")
            case 6: ("the proxy got no answer in time", "the server is off, or a firewall drops what is sent there")
            case 7, 8: ("the proxy does not offer that", "it does not know CONNECT, or not that kind of address")
            default: ("the proxy failed, with code \(code)", "look at what the proxy has logged")
            }
        return failure(target, happened, cause)
    }
}
