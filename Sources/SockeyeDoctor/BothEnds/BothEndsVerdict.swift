package import SockeyeSystem

/// What two doctors have found out together, as seen from the end that connected.
package struct BothEndsEvidence: Sendable, Equatable {
    package enum Bulk: Sendable {
        case passes
        /// Some of the bytes came through, and not all in the time that there was.
        case slow
        /// None did.
        case hangs
    }

    /// The largest datagrams that passed, in bytes of content; 0 for none.
    package struct Datagrams: Sendable, Equatable {
        package var up = 0
        package var down = 0
        /// The time was enough for all sizes.
        package var isKnown = true

        package init() {}
    }

    package let local: SocketAddress
    package let remote: SocketAddress
    /// The address that the other end sees.
    package var seen = ""
    package var roundTrips: [Duration] = []
    package var datagrams = Datagrams()
    /// 200,000 bytes over the connection, there and back.
    package var sendsMuch: Bulk?
    package var receivesMuch: Bulk?
    /// What the other end met when it connected to this one: `open`, or how it failed.
    package var wayBack: String?

    package init(local: SocketAddress, remote: SocketAddress) {
        self.local = local
        self.remote = remote
    }
}

/// The verdict on both ends: pure functions of the evidence.
package enum BothEndsVerdict {
    package static func findings(_ evidence: BothEndsEvidence) -> [Finding] {
        var findings: [Finding] = []
        if largePacketsVanish(evidence) { findings.append(vanishing(evidence)) }
        let (isKnown, passes) = (evidence.datagrams.isKnown, evidence.datagrams.up > 0 && evidence.datagrams.down > 0)
        if isKnown, !passes { findings.append(noDatagrams(evidence)) }
        findings.append(together(evidence))
        if let translated = translated(evidence) { findings.append(translated) }
        if isKnown, passes { findings.append(sizes(evidence)) }
        if let wayBack = evidence.wayBack { findings.append(back(wayBack, evidence)) }
        return findings
    }

    /// 1400 bytes of content: where datagrams of that size pass, TCP's packets do too, and a connection stands still for another
    /// reason.
    private static let certainlyLarge = 1400

    private static func largePacketsVanish(_ evidence: BothEndsEvidence) -> Bool {
        let datagrams = evidence.datagrams
        return (evidence.sendsMuch == .hangs && datagrams.up < certainlyLarge)
            || (evidence.receivesMuch == .hangs && datagrams.down < certainlyLarge)
    }

    private static func bulkLines(_ evidence: BothEndsEvidence) -> [String] {
        if evidence.receivesMuch == .passes { return ["200,000 bytes went there and back over TCP"] }
        let isSlow = [evidence.sendsMuch, evidence.receivesMuch].contains { $0 == .slow || $0 == .hangs }
        return isSlow && !largePacketsVanish(evidence)
            ? ["200,000 bytes over TCP took longer than there was time: the line is slow, or packets get lost"] : []
    }

    /// A line for the other end's person.
    package static func summary(_ evidence: BothEndsEvidence) -> String {
        "round trip \(roundTrip(evidence)), \(datagramWords(evidence.datagrams))"
    }

    /// As the other end's person reads it: "here" is there.
    private static func datagramWords(_ datagrams: BothEndsEvidence.Datagrams) -> String {
        if datagrams.up > 0, datagrams.down > 0 {
            return "UDP of up to \(datagrams.up) bytes to here, and \(datagrams.down) back"
        }
        return datagrams.isKnown
            ? "UDP does not pass to here and back: a firewall lets TCP through, and not UDP"
            : "too little time to tell of UDP"
    }

    private static func roundTrip(_ evidence: BothEndsEvidence) -> String {
        let sorted = evidence.roundTrips.sorted()
        return sorted.isEmpty ? "unknown" : Words.time(sorted[sorted.count / 2])
    }

    private static func together(_ evidence: BothEndsEvidence) -> Finding {
        Finding(
            "both-ends",
            .works,
            .certain,
            "a doctor listens there: both ends understand each other",
            evidence: ["round trip \(roundTrip(evidence)), the middle of \(evidence.roundTrips.count)"]
                + bulkLines(evidence),
            cause: largePacketsVanish(evidence)
                ? "short messages pass over TCP" : "the network carries TCP from here to there",
            next: [
                .run(
                    "sockeye serve \(Words.shell("*:\(evidence.remote.port ?? 0)"))",
                    "there, for a server of text"
                ),
                .run("sockeye connect \(Words.shell("\(evidence.remote)"))", "here, to talk to it"),
            ]
        )
    }

    private static func translated(_ evidence: BothEndsEvidence) -> Finding? {
        let local = evidence.local.plain(port: evidence.local.port ?? 0).description
        guard !evidence.seen.isEmpty, evidence.seen != local else { return nil }
        let seenHost = (try? Endpoint(parsing: evidence.seen)).flatMap { endpoint -> String? in
            guard case .address(let address) = endpoint.kind else { return nil }
            return address.host
        }
        return Finding(
            "address-translated",
            .note,
            .certain,
            "the other end sees another address than this computer has: something translates addresses (NAT)",
            evidence: ["this end calls from \(local)", "the other end sees \(evidence.seen)"],
            cause: seenHost == evidence.local.host
                ? "a router or firewall gives the connection another port"
                : "a router, a container or a VPN in between puts its own address in the place of this computer's",
            next: [
                "let connections begin at this end: from the other one this computer cannot be called without forwarding"
            ]
        )
    }

    private static func vanishing(_ evidence: BothEndsEvidence) -> Finding {
        let direction = evidence.sendsMuch == .hangs ? "from here to there" : "from there to here"
        return Finding(
            "large-packets-vanish",
            .problem,
            .likely,
            "short messages pass, long ones vanish \(direction)",
            evidence: [
                "lines of a few bytes were answered",
                "200,000 bytes over TCP did not arrive within \(Words.time(DoctorWords.standstill)), not one large packet of them",
            ]
                + sizeLines(evidence),
            cause: """
                a link on the way takes smaller packets (a VPN, a tunnel, PPPoE), and a firewall drops the ICMP messages that \
                would say so
                """,
            next: [
                "give the network interface of one end an MTU of 1280 (ip link set … mtu 1280): does it work then?",
                "let the firewalls on the way pass ICMP \"packet too large\" (type 3 code 4; ICMPv6 type 2)",
            ]
        )
    }

    private static func noDatagrams(_ evidence: BothEndsEvidence) -> Finding {
        let isUp = evidence.datagrams.up > 0
        return Finding(
            "udp-blocked",
            .problem,
            .likely,
            "TCP passes, and UDP does not\(isUp ? " in the direction from there to here" : "")",
            evidence: ["datagrams to \(evidence.remote), several times: no answer"],
            cause: "a firewall on one of the ends or on the way lets TCP in on this port, and not UDP",
            next: [
                .run(
                    "sudo sockeye doctor --listen \(evidence.remote.port ?? 0)",
                    "on the other end, to see its firewall"
                ),
                "a rule for udp beside the one for tcp, for port \(evidence.remote.port ?? 0)",
            ]
        )
    }

    /// The headers around a datagram's content: UDP has 8 bytes, IPv4 20, IPv6 40.
    private static func packet(_ content: Int, _ address: SocketAddress) -> Int {
        content + 8 + (address.plain(port: 0).family == .ipv6 ? 40 : 20)
    }

    private static func sizeLines(_ evidence: BothEndsEvidence) -> [String] {
        guard evidence.datagrams.up > 0, evidence.datagrams.down > 0 else { return [] }
        return [
            "largest packet there: \(packet(evidence.datagrams.up, evidence.remote)) bytes",
            "largest packet back: \(packet(evidence.datagrams.down, evidence.remote)) bytes",
        ]
    }

    private static func sizes(_ evidence: BothEndsEvidence) -> Finding {
        let smaller = min(evidence.datagrams.up, evidence.datagrams.down)
        let size = packet(smaller, evidence.remote)
        return Finding(
            "largest-packet",
            .note,
            .likely,
            "packets of up to \(size) bytes pass whole, which is \(smaller) bytes in a datagram",
            evidence: sizeLines(evidence),
            cause: size >= 1500
                ? "1500 bytes are what Ethernet and Wi-Fi carry; within one computer it is more"
                : "less than the 1500 bytes of Ethernet: a tunnel, a VPN or PPPoE is on the way",
            next: [
                largePacketsVanish(evidence)
                    ? "send datagrams of at most \(min(smaller, 1200)) bytes"
                    : "send datagrams of at most \(min(smaller, 1200)) bytes; TCP finds the size by itself"
            ]
        )
    }

    private static func back(_ outcome: String, _ evidence: BothEndsEvidence) -> Finding {
        let isOpen = outcome == "open"
        return Finding(
            isOpen ? "way-back-open" : "way-back-closed",
            .note,
            isOpen ? .certain : .likely,
            isOpen
                ? "the other end can connect to this computer too"
                : "the other end cannot connect to this computer by itself; over this connection both can talk",
            evidence: ["it connected to \(evidence.seen) with another port: \(outcome)"],
            cause: isOpen
                ? "no firewall and no translation of addresses is in the way"
                : "a firewall (of this end for what comes in, or of the other for what goes out and comes back), or a router that translates addresses; for a client that is usual and no fault",
            next: [
                isOpen
                    ? "either end may be the server"
                    : "let the server be at the other end; or look here with sockeye doctor --listen, to see what would have to be opened"
            ]
        )
    }
}

/// What the listening end tells its person about a visit.
package enum HostVerdict {
    package static func findings(_ evidence: HostEvidence, port: UInt16) -> [Finding] {
        let visitor = evidence.visitor.plain(port: evidence.visitor.port ?? 0)
        let isTranslated = !evidence.visitorSays.isEmpty && evidence.visitorSays != visitor.description
        return [
            Finding(
                "visited",
                .works,
                .certain,
                "\(visitor.host) has reached this computer: the way from there to here is open",
                evidence: ["connected from \(visitor)"]
                    + (isTranslated
                        ? ["it calls itself \(evidence.visitorSays): something translates addresses in between (NAT)"]
                        : [])
                    + (evidence.summary.isEmpty ? [] : [evidence.summary])
                    + (evidence.end.map { ["the conversation ended early: \($0)"] } ?? [])
                    + (evidence.wayBack.map { ["from here to there: \(Words.outcome($0))"] } ?? []),
                cause: evidence.end == nil
                    ? "no firewall objects to connections on this port, and the address is the right one"
                    : "the way is open for short messages; it broke off because long ones do not pass, or because the other doctor was ended: that one tells more",
                next: [
                    .run(
                        "sockeye serve '*:\(port)'",
                        "end this doctor, and start a server here, which will be reached from there"
                    )
                ]
            )
        ]
    }
}
