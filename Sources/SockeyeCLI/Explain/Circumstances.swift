/// What stands around an error and changes the advice: the call that failed, the kind of socket, the address, the language and
/// the system.
struct Circumstances {
    let facts: Set<Fact>
    /// As it is written in Python: `bind`, `sendto`; empty: unknown.
    let call: String
    private let ends: MentionedAddress.Ends?

    /// Something that the text shows. Nothing follows from one that is missing.
    enum Fact: Hashable, Sendable {
        case call(SocketCall)
        /// Datagrams: a TCP server on the same port does not count, and nobody says that nothing is there.
        case datagram
        case windows, notWindows
        /// Of a language in which nobody handles descriptors by hand.
        case notC
        /// The language or the library sets SO_REUSEADDR by itself.
        case reusing
        case address(AddressFact)
        /// The message has the name of a file, and of no call on a socket.
        case file
        /// ::1 and 127.0.0.1 have both been tried: which of the two it is does not matter.
        case bothLoopbacks
        /// The connecting failed, and the message does not say how.
        case unsure
        case select
        /// The message is that the other side was the first to end, in Node's or in telnet's words.
        case endedByOther, farewell
        /// A module's name is not known; a call was given too many values, or too few.
        case notImported, arguments

        fileprivate var isCall: Bool {
            if case .call = self { true } else { false }
        }
        case rawSocket
    }

    enum AddressFact: Hashable, Sendable {
        /// 127.0.0.1, ::1 or localhost; not these.
        case loopback, elsewhere
        case localhostName, ipv6Loopback, ipv4, ipv6
        case isPrivate, isPublic
        /// 0.0.0.0 or ::, which is no place to connect to.
        case unspecified
        /// 224.… to 239.…
        case group
        case portZero, portLow, portHigh, portOfAirPlay
        /// What stands where a name belongs has `http://`, a path or a port in it.
        case notName
    }

    /// - Parameters:
    ///   - surroundings: The text around the error.
    ///   - line: The line of the error, and the line of code that it is about.
    ///   - frames: The lines below the error, in which Java and Node show where it happened.
    init(surroundings: String, line: String, frames: String = "", address: MentionedAddress) {
        ends = address.ends
        call = ["bind", "sendto", "connect"].first { line.contains("\($0)(") } ?? ""
        var facts = Set(address.facts.map(Fact.address))
        if let call = SocketCall(line: line) ?? SocketCall(frames: frames) { facts.insert(.call(call)) }
        if Self.isDatagram(surroundings) { facts.insert(.datagram) }
        if let isWindows = Self.isWindows(line + "\n" + surroundings) {
            facts.insert(isWindows ? .windows : .notWindows)
        }
        let language = Language(of: line + "\n" + surroundings)
        if language != nil { facts.insert(.notC) }
        if language?.reusesAddresses == true || Language.reusingCalls.contains(where: line.contains) {
            facts.insert(.reusing)
        }
        if Self.isFile(line), !facts.contains(where: \.isCall) { facts.insert(.file) }
        if line.contains(#/Failed to connect to .* port|Could not connect to the server|NSURLErrorDomain.*-1004/#) {
            facts.insert(.unsure)
        }
        if surroundings.contains("ECONNREFUSED ::1:"), surroundings.contains("ECONNREFUSED 127.0.0.1:") {
            facts.insert(.bothLoopbacks)
        }
        if line.contains("select.select(") { facts.insert(.select) }
        if line.contains("ended by the other party") { facts.insert(.endedByOther) }
        if line.contains(#/[Cc]onnection closed by/#) { facts.insert(.farewell) }
        if line.contains(#/name '\w+' is not defined|No module named/#) { facts.insert(.notImported) }
        if line.contains(#/takes at least 1 argument|takes no arguments|takes 1 positional/#) {
            facts.insert(.arguments)
        }
        if surroundings.contains("SOCK_RAW") { facts.insert(.rawSocket) }
        self.facts = facts
    }

    /// The entry with the causes and commands that fit here, the likeliest first.
    func fitted(_ entry: Explanation) -> Explanation {
        if entry.isOtherMatter { return entry }
        var entry = entry
        for fitting in Fitting.all where fitting.id == entry.id && fitting.facts.isSubset(of: facts) {
            fitting.apply(to: &entry)
        }
        if let ends { entry.meaning += " " + ends.words }
        if facts.contains(.datagram) {
            entry.next = entry.next.map {
                $0.replacing("sockeye doctor {address}", with: "sockeye doctor udp:{address}")
                    .replacing("--listen {port}", with: "--listen udp:{port}").replacing("ss -ltn", with: "ss -lun")
            }
        }
        if entry.id == "address-not-tuple", !call.isEmpty {
            let data = call == "sendto" ? "data, " : ""
            entry.causes[0] =
                "\(call)(\(data)host, port) instead of \(call)(\(data)(host, port)): the inner parentheses are missing"
            entry.next = ["s.\(call)(\(data)(\"127.0.0.1\", {port}))  # with two pairs of parentheses"]
        }
        return entry
    }

    /// `denied: 'a.txt'`, `denied, open '/etc/a'`, `open /etc/a: permission denied`, `bash: ./a.sh: Permission denied`,
    /// `permission denied: ./a.sh`.
    private static func isFile(_ line: String) -> Bool {
        line.contains(#/ denied(?:, \w+|:) b?['"]/#) || line.contains("FileNotFoundException")
            || line.contains(
                #/\b(open|mkdir|rename|stat|lstat|remove|unlink|chdir|exec|fork\/exec) \S+: [Pp]ermission denied/#
            )
            || line.contains(#/(^|[\s:])\S*\/\S*: [Pp]ermission denied/#)
            // A socket's file is one too, and what is said of sockets fits it.
            || (line.contains(#/^[Pp]ermission denied: (~|\.{1,2})?\/\S*\s*$/#) && !line.contains("sock"))
            || line.contains(#/\b(ba|z|da|k|fi)?sh: [^:]*:? ?[Pp]ermission denied: \S/#)
    }

    private static func isDatagram(_ text: String) -> Bool {
        [
            "SOCK_DGRAM", "sendto(", "recvfrom(", "recvfrom: ", "sendto: ", "dial udp", "listen udp", "read udp",
            "write udp", "UdpSocket", "DatagramSocket", "DatagramChannel", "node:dgram", "(dgram.js",
            "DatagramProtocol",
            "datagram_received",
        ]
        .contains { text.contains($0) }
    }

    /// nil: nothing tells.
    private static func isWindows(_ text: String) -> Bool? {
        if ["WinError", "WSAE", "Winsock", "C:\\", ".exe"].contains(where: text.contains) { return true }
        if text.contains(#/(Errno|errno:?|os error|code:) -?1[01]\d{3}\b/#) { return true }
        // Java adds the call there, and nowhere else.
        if text.contains(#/\b(NET|JVM)_Bind\b|Exception: [\w ]+: (bind|connect)\b/#) { return true }
        // Below 1000 are the numbers of Linux and macOS.
        return text.contains(#/(\[Errno|errno:|os error|Os \{ code:) -?\d{1,3}\b/#) ? false : nil
    }
}
