/// What stands around an error and changes the advice: the kind of socket, the call, and an address that nobody can call.
struct Circumstances {
    /// Datagrams: a TCP server on the same port does not count, and nobody says that nothing is there.
    let isDatagram: Bool
    let hasPortZero: Bool
    /// The call that failed: `bind`, `sendto`; empty: unknown.
    let call: String

    /// - Parameters:
    ///   - surroundings: The text around the error.
    ///   - line: The line of the error, and the line of code that it is about.
    init(surroundings: String, line: String, hasPortZero: Bool) {
        isDatagram = ["SOCK_DGRAM", ".sendto(", ".recvfrom("].contains { surroundings.contains($0) }
        call = ["bind", "sendto"].first { line.contains("\($0)(") } ?? ""
        self.hasPortZero = hasPortZero
    }

    /// The entry with the causes and commands that fit here.
    func fitted(_ entry: Explanation) -> Explanation {
        var entry = entry
        if isDatagram { fitDatagram(&entry) }
        if hasPortZero, ["connection-refused", "address-not-connectable"].contains(entry.id) {
            entry.causes.insert(
                "the port is 0: a client cannot connect to port 0; a server that binds to it gets a free one",
                at: 0
            )
            entry.next.insert("use the port that the server says it listens on", at: 0)
        }
        if entry.id == "address-not-tuple", !call.isEmpty {
            let data = call == "sendto" ? "data, " : ""
            entry.causes[0] =
                "\(call)(\(data)host, port) instead of \(call)(\(data)(host, port)): the inner parentheses are missing"
            let corrected = "s.\(call)(\(data)(\"127.0.0.1\", {port}))  # with two pairs of parentheses"
            entry.next = [corrected]
        }
        return entry
    }

    private func fitDatagram(_ entry: inout Explanation) {
        switch entry.id {
        case "connection-refused":
            entry.causes.insert(
                "a datagram (UDP) came to a port where no program takes datagrams; a TCP server there does not count",
                at: 0
            )
            entry.next = Self.reaching
        case "receive-timed-out", "connect-timed-out":
            entry.causes.insert(
                "a datagram (UDP) was lost, or no program takes it: nobody says so, and waiting is all that happens",
                at: 0
            )
            entry.next = Self.reaching
        default:
            entry.next = entry.next.map {
                $0.replacing("sockeye doctor {address}", with: "sockeye doctor udp:{address}")
                    .replacing("--listen {port}", with: "--listen udp:{port}").replacing("ss -ltn", with: "ss -lun")
            }
        }
    }

    private static let reaching = [
        "sockeye doctor udp:{address}  # says what can be found out about datagrams from here",
        "ss -lun  # on the server's computer: lists which programs take datagrams, and on which address",
        "sockeye serve --echo 'udp:*:{port}'  # on the server's computer: answers each datagram, to test with",
    ]
}
