internal import SockeyeSystem

extension Registration {
    /// Lets the descriptor go without closing it: for the loop it is over, and whoever gets the number closes it.
    ///
    /// - Throws: Busy while an operation runs, closed when there is nothing left to give away.
    func release() throws(OperationFailure) -> Int32 {
        switch update({ $0.giveAway() }) {
        case .begun: break
        case .busy: throw .interrupted(.busy)
        case .closed: throw .interrupted(.closed)
        }
        let descriptor = descriptor
        leaveLoop()
        Syscalls.given(descriptor)
        return descriptor
    }
}
