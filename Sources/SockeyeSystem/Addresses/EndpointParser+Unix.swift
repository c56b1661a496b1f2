/// What follows `unix:`.
extension EndpointParser {
    func parseUnix(_ name: Substring) throws(EndpointError) -> Endpoint.Kind {
        // A client's address, copied from a log. A file of that name is written unix:./(unnamed).
        if name == "(unnamed)" {
            throw error("a socket without a name cannot be reached", suggesting: ["unix:/tmp/x.sock"])
        }
        if name.utf8.starts(with: "//".utf8) {
            let path = name.drop { $0 == "/" }
            throw error("a URL", trying: ["unix:/\(path)"])
        }
        guard let bytes = EscapedBytes.unescape(name) else {
            let doubled = name.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: #"\\"#)
            throw error(#"a backslash begins \xNN, or is written twice"#, trying: ["unix:\(doubled)"])
        }
        let isAbstract = name.utf8.first == UInt8(ascii: "@")
        let kind: SocketAddress.Kind = isAbstract ? .unixAbstract(Array(bytes.dropFirst())) : .unixPath(bytes)
        let address = SocketAddress(kind: kind)
        if let error = address.nameError(in: text) { throw error }
        return .address(address)
    }
}
