internal import SockeyeSystem

// What a send that is no plain `send` does at each attempt: passing descriptors, and what the kernel moves by itself.

extension Connection {
    /// One attempt at what is left of `count` bytes. Throwing, and being done, give the direction back.
    ///
    /// - Parameters:
    ///   - count: nil for a send whose caller finds its end.
    ///   - attempt: Sends from `operation.sent` on, and says whether the socket is full.
    func sendStep(
        _ operation: inout Sending,
        of count: Int?,
        _ attempt: (Int32) throws(Errno) -> Attempt
    ) throws(SocketError) -> SendStep {
        do {
            let descriptor = registration.descriptor
            switch try registration.step(.write, endsWhen: .callerSays, { () throws(Errno) in try attempt(descriptor) })
            {
            case .wait: return .wait
            case .yield: return .yield
            case .done(let moved): operation.sent += moved
            }
        } catch {
            throw cut(operation, of: count, error)
        }
        guard operation.sent == count else { return .wait }
        registration.end(.write)
        if observation != nil { reportSent(operation) }
        return .done
    }
}
