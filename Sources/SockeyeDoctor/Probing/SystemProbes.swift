import Sockeye
package import SockeyeSystem

/// The real probes, all of them without privileges.
package struct SystemProbes: Probes {
    package init() {}

    package func lookUp(_ endpoint: Endpoint) async -> LookUp {
        await Blocking.run {
            let clock = Deadline(in: .zero)
            do throws(SocketError) {
                return LookUp(try endpoint.addresses(for: .connect, family: nil), duration: clock.elapsed)
            } catch {
                return LookUp(failure: error.code, detail: error.detail, duration: clock.elapsed)
            }
        }
    }

    package func bind(to address: SocketAddress, kind: SocketKind, reuse: ListenerReuse) async -> Errno? {
        do throws(SocketError) {
            let socket = try Socket(address.family, kind)
            if address.family != .unix { try socket.setOption(.reuseAddress, to: reuse == .on) }
            if address.family == .ipv6, address.isAny { try socket.setOption(.ipv6Only, to: false) }
            try socket.bind(to: address)
            return nil
        } catch {
            return error.errno ?? .invalidArgument
        }
    }

    package func nudge(_ address: SocketAddress, hops: Int32?, within limit: Duration) async -> [NetworkMessage] {
        await Blocking.run {
            guard let socket = try? Socket(address.family, .datagram) else { return [] }
            do {
                try Syscalls.keepNetworkMessages(socket.descriptor, address.family)
                if let hops { try Syscalls.setHops(socket.descriptor, address.family, hops) }
                // 33434 is traceroute's: nobody listens there, and firewalls know it.
                try socket.connect(to: address.plain(port: 33_434))
                _ = try socket.send([])
            } catch {
                return []
            }
            let deadline = Deadline(in: limit)
            while deadline.milliseconds > 0 {
                let messages = Syscalls.takeNetworkMessages(socket.descriptor)
                if !messages.isEmpty { return messages }
                _ = Syscalls.waitReadable(socket.descriptor, milliseconds: deadline.milliseconds)
                // An error ends the wait at once each time, until it is taken.
                _ = try? Syscalls.pendingError(socket.descriptor)
            }
            return Syscalls.takeNetworkMessages(socket.descriptor)
        }
    }

    package func pause(for duration: Duration) async { await LoopTask.sleep(for: duration) }

    package func state() async -> ComputerState { await Blocking.run { Self.readState() } }

    package func firewall() async -> Firewall { await Blocking.run { FirewallReader.read() } }

    static func readState() -> ComputerState {
        func number(_ path: String) -> Int? {
            SystemFile.text(path).flatMap { Int($0.filter(\.isNumber)) }
        }
        var state = ComputerState()
        state.sockets = SocketTable.tcp.rows
        state.datagramSockets = SocketTable.udp.rows
        state.routes =
            Route.ipv4(SystemFile.text("/proc/net/route") ?? "")
            + Route.ipv6(SystemFile.text("/proc/net/ipv6_route") ?? "")
        state.neighbours = Neighbour.all()
        state.interfaces = InterfaceAddress.all()
        state.programs = Self.programs(of: Set((state.sockets + state.datagramSockets).map(\.inode)))
        state.unplugged = Set(state.routes.map(\.interface)).filter {
            SystemFile.text("/sys/class/net/\($0)/carrier")?.first == "0"
        }
        state.isRoot = ThisProcess.isRoot
        state.firstFreePort = UInt16(clamping: number("/proc/sys/net/ipv4/ip_unprivileged_port_start") ?? 1024)
        state.longestQueue = number("/proc/sys/net/core/somaxconn")
        let range = (SystemFile.text("/proc/sys/net/ipv4/ip_local_port_range") ?? "")
            .split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        if range.count == 2, range[0] <= range[1] { state.clientPorts = range[0]...range[1] }
        let limits = (SystemFile.text("/proc/self/limits") ?? "").split(separator: "\n")
        state.openFiles = limits.first { $0.hasPrefix("Max open files") }
            .flatMap { $0.split(separator: " ").dropFirst(3).first.flatMap { Int($0) } }
        state.container = Self.container()
        return state
    }

    /// The programs that have these sockets open: `/proc/PID/fd` of the processes that this user may look into.
    package static func programs(of inodes: Set<String>) -> [String: ComputerState.Program] {
        var found: [String: ComputerState.Program] = [:]
        for process in SystemFile.names(in: "/proc") {
            guard let id = Int(process) else { continue }
            let folder = "/proc/\(process)/fd"
            for descriptor in SystemFile.names(in: folder) {
                guard let target = SystemFile.target(ofLink: "\(folder)/\(descriptor)"), target.hasPrefix("socket:[")
                else { continue }
                let inode = String(target.dropFirst("socket:[".count).dropLast())
                guard inodes.contains(inode), found[inode] == nil else { continue }
                let name = SystemFile.text("/proc/\(process)/comm") ?? ""
                found[inode] = ComputerState.Program(name: String(name.prefix { $0 != "\n" }), id: id)
            }
        }
        return found
    }

    /// Files that container engines make; best effort, for there is no certain sign.
    private static func container() -> String? {
        if SystemFile.isSocket("/.dockerenv") != nil { return "docker" }
        if SystemFile.isSocket("/run/.containerenv") != nil { return "podman" }
        if ThisProcess.environment("KUBERNETES_SERVICE_HOST") != nil { return "kubernetes" }
        let groups = SystemFile.text("/proc/1/cgroup") ?? ""
        return ["docker", "kubepods", "lxc", "containerd"].first { groups.contains($0) }
    }
}
