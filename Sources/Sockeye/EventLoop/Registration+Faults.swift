package import SockeyeSystem

// The doors through which SockeyeTesting puts a plan on a socket, and a plan has it try again.

extension Registration {
    /// Lets a plan that the socket may be under nudge it. Until the socket is closed the plan keeps this object, as the
    /// kernel does.
    func watchFaults() {
        FaultSeam.watch(descriptor) { self.pretend($0) }
    }

    /// - Returns: Whether the socket is still open.
    fileprivate func inject(_ plan: any FaultPlan) -> Bool {
        using { descriptor -> Bool? in
            FaultSeam.set(plan, on: descriptor) { self.pretend($0) }
            return true
        } ?? false
    }

    /// An event that the kernel knows nothing of.
    private func pretend(_ nudge: FaultSeam.Nudge) {
        switch nudge {
        case .receiving: signal(Poller.Events(bits: Syscalls.eventRead))
        case .sending: signal(Poller.Events(bits: Syscalls.eventWrite))
        }
    }
}

extension Connection {
    /// Lets a plan answer this connection's system calls from now on.
    package func inject(_ plan: any FaultPlan) throws(SocketError) {
        guard registration.inject(plan) else { throw SocketError(.closed, .option, remoteAddress: remoteAddress) }
    }
}

extension Listener {
    /// Lets a plan answer this listener's system calls from now on; its connections are not under it.
    package func inject(_ plan: any FaultPlan) throws(SocketError) {
        guard registration.inject(plan) else { throw SocketError(.closed, .option, localAddress: localAddress) }
    }
}
