package import SockeyeSystem

/// One thing that the doctor has found out: what it is, what shows it, how sure that is, and what to do next.
package struct Finding: Sendable, Equatable {
    package enum Severity: String, Sendable {
        /// It works.
        case works
        /// Worth knowing; nothing is wrong.
        case note
        /// This is why it does not work.
        case problem
    }

    /// How far the evidence carries.
    package enum Confidence: String, Sendable {
        /// The system says so itself.
        case certain
        /// The evidence fits, and little else would give the same.
        case likely
        /// It fits, and other causes do as well: the cause names them.
        case possible
    }

    /// The kind of finding for scripts, `nothing-listens`; it never changes.
    package let id: String
    package let severity: Severity
    package let confidence: Confidence
    /// What it is, in one sentence.
    package let what: String
    /// What was seen, in the order in which it was seen.
    package let evidence: [String]
    /// Why that usually is.
    package let cause: String
    /// The first to try first.
    package let next: [NextStep]

    package init(
        _ id: String,
        _ severity: Severity,
        _ confidence: Confidence,
        _ what: String,
        evidence: [String] = [],
        cause: String,
        next: [NextStep]
    ) {
        self.id = id
        self.severity = severity
        self.confidence = confidence
        self.what = what
        self.evidence = evidence
        self.cause = cause
        self.next = next
    }

    /// The same, with another weight.
    func told(as severity: Severity) -> Finding {
        Finding(id, severity, confidence, what, evidence: evidence, cause: cause, next: next)
    }

    /// A problem that the system itself names.
    package init(_ id: String, _ what: String, evidence: [String], cause: String, next: [NextStep]) {
        self.init(id, .problem, .certain, what, evidence: evidence, cause: cause, next: next)
    }
}

/// What the doctor was asked, and what it found.
package struct Report: Sendable {
    /// A step and how long it took, for whoever asks where the time goes.
    package struct Step: Sendable, Equatable {
        package let name: String
        package let duration: Duration

        package init(_ name: String, _ duration: Duration) {
            self.name = name
            self.duration = duration
        }
    }

    /// `connect to example.org:1337`
    package let attempted: String
    /// What explains most comes first.
    package var findings: [Finding]
    package var steps: [Step]

    package init(attempted: String, findings: [Finding], steps: [Step] = []) {
        self.attempted = attempted
        self.findings = findings
        self.steps = steps
    }

    package var hasProblem: Bool { findings.contains { $0.severity == .problem } }
}

extension SocketAddress {
    /// The address without its port, as `ping` and `ip route get` take it.
    package var host: String {
        switch kind {
        case .ipv4(let ip, _): "\(ip)"
        case .ipv6(let ip, _, let zone, _):
            ip.mappedIPv4.map { "\($0)" }
                ?? (zone == 0 ? "\(ip)" : "\(ip)%\(Syscalls.interfaceName(zone) ?? String(zone))")
        case .unixPath, .unixAbstract, .unixUnnamed: "\(self)"
        }
    }

    /// The interface that was named with an address that exists on every link.
    var zoneInterface: String? {
        guard isLinkLocal, case .ipv6(_, _, let zone, _) = kind, zone != 0 else { return nil }
        return Syscalls.interfaceName(zone)
    }

    /// The same address with another port, and IPv4 in its plain form: for comparing and for trying other ports.
    package func plain(port: UInt16) -> SocketAddress {
        switch kind {
        case .ipv4(let ip, _): .ipv4(ip, port: port)
        case .ipv6(let ip, _, let zone, _):
            ip.mappedIPv4.map { .ipv4($0, port: port) } ?? .ipv6(ip, port: port, zone: zone)
        case .unixPath, .unixAbstract, .unixUnnamed: self
        }
    }

    /// Whether both are the same computer's address, whatever the ports and zones.
    package func isSameHost(as other: SocketAddress) -> Bool {
        switch (plain(port: 0).kind, other.plain(port: 0).kind) {
        case (.ipv4(let one, _), .ipv4(let two, _)): one == two
        case (.ipv6(let one, _, _, _), .ipv6(let two, _, _, _)): one == two
        default: false
        }
    }
}
