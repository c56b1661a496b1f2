import Sockeye

/// The method CONNECT of HTTP.
extension Proxy {
    /// 64 KiB: above the header of any answer.
    private static let longestHeader = 65_536

    func connectHTTP(_ target: Target, over connection: Connection) async throws {
        var request = "CONNECT \(target.authority) HTTP/1.1\r\nHost: \(target.authority)\r\n"
        if let credentials {
            let text = Base64.text(of: Array("\(credentials.user):\(credentials.password)".utf8))
            request += "Proxy-Authorization: Basic \(text)\r\n"
        }
        try await connection.send(request + "\r\n")
        let line: String
        do {
            line = try await statusLine(target, connection)
        } catch let error as SocketError where error.code == .endOfStream || error.code == .limitExceeded {
            throw noHTTP(target)
        }
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count > 1, let status = Int(words[1]) else { throw noHTTP(target) }
        guard !(200..<300).contains(status) else { return }
        let cause =
            switch status {
            case 407 where credentials == nil: "it asks for a user and a password: http://user:password@…"
            case 407: "it does not accept this user and password"
            case 403, 405: "its rules forbid that address or port, or connections like this one at all"
            case 502, 503, 504: "the server is not there, or cannot be reached from the proxy"
            default: "look at what the proxy has logged"
            }
        throw failure(target, "the proxy has answered \(SafeText.line(line))", cause)
    }

    /// The first line of the proxy's answer, of which nothing is left to read. What begins otherwise is not waited for: a server of
    /// another kind says its greeting, and stays.
    private func statusLine(_ target: Target, _ connection: Connection) async throws -> String {
        let beginning = Array("HTTP/1.".utf8)
        var line: [UInt8] = []
        while line.count < beginning.count {
            guard let more = try await connection.receive(upTo: beginning.count - line.count) else {
                if line.isEmpty { throw failure(target, "the proxy has hung up", "it lets only some clients in") }
                throw noHTTP(target)
            }
            line += more
            guard beginning.starts(with: line) else { throw noHTTP(target) }
        }
        line += try await connection.receive(until: "\r\n\r\n", upTo: Self.longestHeader) ?? []
        return String(decoding: line.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }

    private func noHTTP(_ target: Target) -> Failure {
        failure(target, "the proxy's answer is not that of HTTP", "another kind of server listens there")
    }
}
