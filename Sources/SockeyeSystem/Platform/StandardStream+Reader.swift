internal import CSockeye

extension StandardStream {
    /// Blocks the thread until nobody reads this stream any more; for ever where nobody could, as with a file. In C: `poll`.
    ///
    /// - Returns: false when that cannot be waited for.
    package func waitUntilUnread() -> Bool { sockeye_wait_unread(rawValue) == 1 }
}
