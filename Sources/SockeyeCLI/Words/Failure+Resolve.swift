import Sockeye

/// The words of `sockeye resolve`, which has a name and no address.
extension Failure {
    init(_ error: SocketError, resolving name: String, _ family: FamilyPreference) {
        let shown = Failure.quoted(SafeText.line(name))
        let asksAgain = "getent ahosts \(shown)   asks the system in another way"
        attempted = "find the addresses of \(SafeText.line(name))"
        happened = [error.errno.map(\.description) ?? error.code.words, error.detail.map(SafeText.line)]
            .compactMap(\.self).joined(separator: ": ")
        status = error.code == .invalidAddress ? Self.wrongUsage : Self.networkFailed
        switch error.code {
        case .nameNotFound where family.family != nil:
            cause = "the name has addresses of the other family only, or is misspelt"
            next = ["sockeye resolve \(shown)   asks for both families", asksAgain]
        case .nameNotFound:
            cause = "the name is misspelt, or only known inside another network"
            next = [asksAgain]
        case .nameServiceUnavailable:
            cause = "the name servers cannot be asked: no network, or /etc/resolv.conf names the wrong ones"
            next = [asksAgain, "cat /etc/resolv.conf   names the servers that are asked"]
        case .timedOut:
            cause = "the name servers do not answer: no network, or a firewall drops the questions"
            next = [
                "sockeye resolve \(shown) --timeout 30s", "cat /etc/resolv.conf   names the servers that are asked",
            ]
        case .invalidAddress:
            cause = "the address names something that this computer does not have"
            next = ["ip -brief address   lists its network interfaces and their addresses"]
        default:
            cause = "this computer's resolver could not do its work"
            next = [asksAgain]
        }
        note(error)
    }

    /// With `--connect`: none of the addresses answers. Why each does not, its own row has said.
    ///
    /// - Returns: nil where one answers, and where none was asked.
    init?(noneOf rows: [ResolvedRow], at endpoint: Endpoint, _ name: String) {
        let errors = rows.compactMap { $0.attempt?.error }
        guard let first = errors.first, errors.count == rows.count, let port = endpoint.port else { return nil }
        let words = rows.compactMap { $0.attempt?.outcome }
        let distinct = words.indices.filter { words.firstIndex(of: words[$0]) == $0 }.map { words[$0] }
        let advice = Advice(for: first, at: endpoint, facts: Facts.gathered(for: first, endpoint), command: "connect")
        self.init(
            attempted: "connect to port \(port) of \(SafeText.line(name))",
            happened: (rows.count == 1 ? "its only address" : "none of its \(rows.count) addresses")
                + (rows.count == 1 ? " does not answer: " : " answers: ") + distinct.joined(separator: ", "),
            cause: advice.cause,
            next: advice.next,
            status: Self.networkFailed
        )
        note(first)
    }
}
