public import SockeyeSystem

/// Finds the addresses behind names, without holding up a task or an event loop.
///
///     let answer = try await Resolver.system.answer(for: "example.org")
///     print(answer.addresses)
///
/// Connections use ``system`` unless ``ConnectionOptions/resolver`` names another, as a test does that needs no network:
///
///     options.resolver = .fixed(["db.example": [.ipv4(.loopback, port: 0)]])
///
/// **Cancellation.** A lookup ends at once with `.cancelled`, and with `.timedOut` at its time limit. A lookup function that does
/// not notice keeps running in the background, and its answer is dropped.
///
/// **Concurrency.** May be used from any task. The system answers at most four questions at a time; others wait.
public struct Resolver: Sendable {
    /// What is known about a name.
    public struct Answer: Sendable, Hashable {
        /// Its addresses, best first, with port 0.
        public var addresses: [SocketAddress]
        /// What the name service calls it, where it was asked and says so: of an alias, what it stands for.
        public var canonicalName: String?

        public init(addresses: [SocketAddress], canonicalName: String? = nil) {
            self.addresses = addresses
            self.canonicalName = canonicalName
        }
    }

    /// Answers for one name; the addresses of other families than the given one are left out afterwards.
    public typealias LookUp =
        @Sendable (_ name: String, _ family: FamilyPreference) async throws(SocketError) -> Answer

    private let lookUp: LookUp

    /// How long one name may take. Default: 30 seconds, some more than a resolver with three dead name servers takes
    /// (`man resolv.conf`: 5 seconds, twice, each). nil for no limit; zero or less is `.invalidArgument`.
    public var timeLimit: Duration?

    /// A resolver of one's own.
    ///
    /// - Parameter lookUp: Runs in a task of its own, which is cancelled when nobody waits for the answer any more.
    public init(timeLimit: Duration? = .seconds(30), _ lookUp: @escaping LookUp) {
        self.timeLimit = timeLimit
        self.lookUp = lookUp
    }

    /// The system's own: the hosts file, then the name servers, or whatever this computer is set up for. `localhost` is
    /// this computer in both families, without asking, and what ends in `.invalid` is unknown (RFC 6761). In C: `getaddrinfo`.
    public static let system = Resolver { (name, family) async throws(SocketError) in
        try await blocking(name, family.family, asksForCanonicalName: false)
    }

    /// As ``system``, and the answers have their canonical name, which may cost the name service another question.
    public static let systemWithCanonicalNames = Resolver { (name, family) async throws(SocketError) in
        try await blocking(name, family.family, asksForCanonicalName: true)
    }

    /// Knows these names, in lower case, and no others.
    public static func fixed(_ names: [String: [SocketAddress]]) -> Resolver {
        Resolver { (name, _) async throws(SocketError) in
            guard let addresses = names[name.lowercased()] else {
                let detail = "no computer is known by the name \(EndpointError.quote(name))"
                throw SocketError(.nameNotFound, .resolve, detail: detail)
            }
            return Answer(addresses: addresses)
        }
    }

    /// The addresses behind a name.
    ///
    /// - Returns: At least one address.
    /// - Throws: `.nameNotFound` for an unknown name or one without an address of the family, `.nameServiceUnavailable` when
    ///   there was no answer and asking later may help, `.timedOut` after ``timeLimit``, `.cancelled`.
    public func answer(
        for name: String,
        family: FamilyPreference = .any
    ) async throws(SocketError) -> Answer {
        try await answer(for: name, family, within: nil)
    }

    /// The addresses that an endpoint stands for, best first, never none. What is no name is not looked up.
    ///
    /// - Throws: As ``answer(for:family:)``, and `.invalidAddress` for a text that is no address, or for an address of
    ///   the other family.
    public func addresses(
        of endpoint: Endpoint,
        family: FamilyPreference = .any
    ) async throws(SocketError) -> [SocketAddress] {
        try await addresses(of: endpoint, for: .connect, family, within: nil)
    }

    /// - Parameter limit: A tighter limit than the resolver's own.
    func addresses(
        of endpoint: Endpoint,
        for operation: SocketError.Operation,
        _ family: FamilyPreference,
        within limit: Duration?
    ) async throws(SocketError) -> [SocketAddress] {
        // Only a name can take its time, and most endpoints are none.
        guard case .host(let name, let port) = endpoint.kind else {
            return try endpoint.addresses(for: operation, family: family.family)
        }
        let answer = try await answer(for: name, family, within: limit)
        return Endpoint.prepare(answer.addresses, port: port, for: operation)
    }

    private func answer(
        for name: String,
        _ family: FamilyPreference,
        within limit: Duration?
    ) async throws(SocketError) -> Answer {
        if let timeLimit, timeLimit <= .zero {
            let detail = "the resolver's time limit is \(timeLimit): it must be above zero, or nil for no limit"
            throw SocketError(.invalidArgument, .resolve, detail: detail)
        }
        let limit = [limit, timeLimit].compactMap(\.self).min()
        var answer: Answer
        if let limit {
            do {
                answer = try await withTimeout(limit) { try await answerUnlessCancelled(for: name, family) }
            } catch let error as SocketError {
                throw error
            } catch {
                throw SocketError(SocketError.Code.cancelled, .resolve, detail: EndpointError.quote(name))
            }
        } else {
            answer = try await answerUnlessCancelled(for: name, family)
        }
        if let family = family.family { answer.addresses.removeAll { $0.family != family } }
        if answer.addresses.isEmpty {
            let kind = family.family.map { "\($0) " } ?? ""
            let detail = "no \(kind)address is known for the name \(EndpointError.quote(name))"
            throw SocketError(.nameNotFound, .resolve, detail: detail)
        }
        return answer
    }

    /// Stops waiting when the task is cancelled, whether or not the lookup notices. What a cancelled lookup then throws says nothing
    /// about the name, so it is dropped too.
    private func answerUnlessCancelled(
        for name: String,
        _ family: FamilyPreference
    ) async throws(SocketError) -> Answer {
        let cancelled = SocketError(SocketError.Code.cancelled, .resolve, detail: EndpointError.quote(name))
        let outcome = Promise<Result<Answer, SocketError>>()
        let task = Task { [lookUp] in
            do throws(SocketError) {
                outcome.fulfill(.success(try await lookUp(name, family)))
            } catch {
                outcome.fulfill(.failure(error))
            }
        }
        await withTaskCancellationHandler {
            await outcome.wait()
        } onCancel: {
            outcome.fulfill(.failure(cancelled))
            task.cancel()
        }
        guard let outcome = outcome.value else { throw cancelled }
        return try outcome.get()
    }

    private static func blocking(
        _ name: String,
        _ family: AddressFamily?,
        asksForCanonicalName: Bool
    ) async throws(SocketError) -> Answer {
        if let addresses = NameLookup.knownAddresses(of: name, family: family) { return Answer(addresses: addresses) }
        let found: Result<Answer, SocketError>?
        do {
            found = try await BlockingPool.names.run {
                Result { () throws(SocketError) in
                    let (addresses, canonicalName) = try NameLookup.answer(
                        for: name,
                        family: family,
                        asksForCanonicalName: asksForCanonicalName
                    )
                    return Answer(addresses: addresses, canonicalName: canonicalName)
                }
            }
        } catch {
            throw SocketError(error, .resolve, detail: EndpointError.quote(name))
        }
        guard let found else {
            throw SocketError(SocketError.Code.cancelled, .resolve, detail: EndpointError.quote(name))
        }
        return try found.get()
    }
}
