/// What goes wrong with standard input is told with a client's command, and a server that reads it has another.
extension Failure {
    /// - Parameter role: The option for which the server reads standard input.
    func ofServer(_ role: String) -> Failure {
        Failure(
            attempted: attempted,
            happened: happened,
            cause: cause,
            next: next.map { $0.replacing("sockeye connect ADDRESS", with: "sockeye serve \(role) ADDRESS") },
            status: status,
            code: code,
            errno: errno
        )
    }
}
