import Sockeye

/// How a client gets its connection.
struct Opener: Sendable {
    let endpoint: Endpoint
    let options: ConnectionOptions
    /// For all of it: looking up the name, and every address behind it. nil: as long as the system tries.
    var timeout: Duration?

    /// Connects, runs `body`, and closes on every way out.
    func withConnection(_ body: (Connection) async throws -> Void) async throws {
        let connection = try await open()
        do {
            try await body(connection)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private func open() async throws -> Connection {
        guard let timeout else { return try await Connection.connect(to: endpoint, options: options) }
        do {
            return try await withTimeout(timeout) { try await Connection.connect(to: endpoint, options: options) }
        } catch let error as SocketError where error.code == .timedOut && error.operation == .resolve {
            throw Failure(
                attempted: "find the address of \(SafeText.line(endpoint.description))",
                happened: "no answer within \(timeout), which is the limit of --timeout",
                cause: "the name servers cannot be reached, or are slow",
                next: [
                    "getent hosts \(Failure.quoted(endpoint.hostName ?? "\(endpoint)"))   asks again, without a limit"
                ],
                status: Failure.networkFailed
            )
        }
    }
}
