import Sockeye

extension SocketError {
    /// What happened, without what was attempted.
    var reason: String {
        let what = errno.map(\.description) ?? code.words
        return detail.map { errno == nil ? $0 : "\(what): \($0)" } ?? what
    }
}
