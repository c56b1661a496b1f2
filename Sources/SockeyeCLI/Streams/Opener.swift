import Sockeye
import SockeyeSystem

/// How a client gets its connection.
struct Opener: Sendable {
    let endpoint: Endpoint
    let options: ConnectionOptions
    /// For one attempt, all of it: looking up the name, every address behind it, and what a proxy takes. nil: as long as
    /// the system tries.
    var timeout: Duration?
    /// How many attempts follow the first that failed, and the pause before each.
    var retries = 0
    var pause = Duration.seconds(1)
    var proxy: Proxy?
    let progress: ConnectProgress

    /// Connects, runs `body`, and closes on every way out.
    func withConnection(_ body: (Connection) async throws -> Void) async throws {
        progress.isConnecting(true)
        let connection = try await openPatiently()
        progress.isConnecting(false)
        do {
            try await Explainer.watching(connection) { try await body(connection) }
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private func openPatiently() async throws -> Connection {
        for attempt in 0..<retries {
            do {
                return try await open()
            } catch {
                guard let words = Self.whyAgain(error) else { throw error }
                let left = retries - attempt
                Console.say("\(words); \(left == 1 ? "one more attempt" : "\(left) more attempts"), in \(pause)")
                guard await LoopTask.sleep(for: pause) else { throw SocketError(.cancelled, .connect) }
            }
        }
        return try await open()
    }

    /// What may be otherwise in a moment, in a few words; nil for what will not.
    private static func whyAgain(_ error: any Error) -> String? {
        if let failure = error as? Failure, failure.status == Failure.networkFailed {
            return SafeText.line(failure.happened)
        }
        guard let error = error as? SocketError else { return nil }
        switch error.code {
        case .cancelled, .invalidAddress, .permissionDenied, .unsupported, .invalidArgument: return nil
        default: return SafeText.line("\(error)")
        }
    }

    private func open() async throws -> Connection {
        guard let timeout else { return try await openAtOnce() }
        do {
            return try await withTimeout(timeout) { try await openAtOnce() }
        } catch let error as SocketError where error.code == .timedOut && error.operation != .connect {
            throw Failure(
                attempted: "connect to \(SafeText.line(endpoint.description))",
                happened: "no connection within \(TimeWords.short(timeout)), which is the limit of --timeout",
                cause: error.operation == .resolve
                    ? "the name servers cannot be reached, or are slow" : "the proxy does not answer",
                next: ["sockeye connect \(Failure.quoted("\(endpoint)")) --explain   shows where it waits"],
                status: Failure.networkFailed
            )
        }
    }

    private func openAtOnce() async throws -> Connection {
        guard let proxy else { return try await Connection.connect(to: endpoint, options: options) }
        let target = try Proxy.Target(endpoint)
        let connection: Connection
        do {
            connection = try await Connection.connect(to: proxy.endpoint, options: options)
        } catch {
            if error.code == .cancelled { throw error }
            throw proxy.failure(target, "\(error)", "the proxy is not there: it is not started, or at another address")
        }
        do {
            try await proxy.introduce(target, over: connection)
            return connection
        } catch {
            connection.abort()
            throw error
        }
    }
}
