internal import CSockeye

/// A computer of the same network, and whether it has answered to its address (ARP, IPv6 neighbour discovery).
package struct Neighbour: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// It has answered, now or some time ago.
        case answered
        /// It was asked and has not answered.
        case silent
    }

    /// With port 0.
    package let address: SocketAddress
    package let interface: String
    package let state: State

    package init(address: SocketAddress, interface: String, state: State) {
        self.address = address
        self.interface = interface
        self.state = state
    }

    /// The kernel's table; what it says of loopback and groups is left out. In C: netlink, `RTM_GETNEIGH`.
    package static func all() -> [Neighbour] {
        var found: [Neighbour] = []
        _ = unsafe withUnsafeMutablePointer(to: &found) { found in
            unsafe sockeye_neighbours(found) { context, address, interface, state in
                guard let context = unsafe context, let address = unsafe address,
                    let state = State(kernelState: state), let name = Syscalls.interfaceName(interface)
                else { return }
                let length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let one = unsafe RawSocketAddress.address(of: address.pointee, length: length)
                unsafe context.assumingMemoryBound(to: [Neighbour].self).pointee
                    .append(Neighbour(address: one, interface: name, state: state))
            }
        }
        return found
    }
}

extension Neighbour.State {
    /// `NUD_` of the kernel's include/uapi/linux/neighbour.h: incomplete 1, reachable 2, stale 4, delay 8, probe 16, failed 32,
    /// permanent 128. What was set by hand (128), and links without
    /// neighbours (64), say nothing of an answer.
    fileprivate init?(kernelState: UInt32) {
        if kernelState & (1 | 32) != 0 {
            self = .silent
        } else if kernelState & (2 | 4 | 8 | 16) != 0 {
            self = .answered
        } else {
            return nil
        }
    }
}
