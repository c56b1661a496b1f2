internal import CSockeye

// Every option that Sockeye has a name for: unit, default, and what it is in C.

extension SocketOption where Value == Bool {
    /// Lets a server bind again while connections of its predecessor still fade away. Default: off for ``Socket``, on for
    /// a listener. `SO_REUSEADDR`.
    ///
    /// It does not let two live servers share a port. Set it before binding. A Unix socket has none: its file is what is in
    /// the way, and a ``Listener`` replaces that of a dead server.
    public static var reuseAddress: SocketOption {
        SocketOption(OptionName("SO_REUSEADDR", sockeye_level_socket, sockeye_so_reuseaddr, .internet))
    }

    /// Lets several sockets of one user share an address and port, among which the kernel spreads the clients.
    /// Default: off. `SO_REUSEPORT`. Each of the sockets needs it, before binding.
    public static var reusePort: SocketOption {
        SocketOption(OptionName("SO_REUSEPORT", sockeye_level_socket, sockeye_so_reuseport, .internet))
    }

    /// Sends small pieces at once instead of holding them back until earlier ones are acknowledged (up to 200 ms).
    /// Default: off for ``Socket``, on for a connection. `TCP_NODELAY`.
    public static var noDelay: SocketOption {
        SocketOption(OptionName("TCP_NODELAY", sockeye_level_tcp, sockeye_tcp_nodelay, .tcp))
    }

    /// Asks a silent peer now and then whether it is still there, and ends the connection with `.timedOut` when it is not.
    /// Default: off. `SO_KEEPALIVE`. How often: ``keepAliveIdle`` and its like, or all of it with ``KeepAlive``.
    public static var keepAlive: SocketOption {
        SocketOption(OptionName("SO_KEEPALIVE", sockeye_level_socket, sockeye_so_keepalive, .tcp))
    }

    /// Keeps an IPv6 socket from taking IPv4 clients too. Default: off on Linux. `IPV6_V6ONLY`. Set it before binding.
    public static var ipv6Only: SocketOption {
        SocketOption(OptionName("IPV6_V6ONLY", sockeye_level_ipv6, sockeye_ipv6_v6only, .ipv6))
    }

    /// Acknowledges what comes at once instead of up to 40 ms later, together with an answer. Default: on for a new
    /// connection, then as the kernel sees fit. `TCP_QUICKACK`.
    ///
    /// Not lasting: the kernel goes back to its own judgement, so whoever needs it sets it after each receive.
    public static var quickAck: SocketOption {
        SocketOption(OptionName("TCP_QUICKACK", sockeye_level_tcp, sockeye_tcp_quickack, .tcp))
    }

    /// Lets a client's first bytes travel with the connect, to a server that has been connected to before and allows it.
    /// Default: off. `TCP_FASTOPEN_CONNECT`. Set it before connecting.
    ///
    /// The connect then succeeds at once, and that nobody listens is told by the first send or receive. A listener has
    /// ``fastOpenQueue``.
    public static var fastOpenConnect: SocketOption {
        SocketOption(OptionName("TCP_FASTOPEN_CONNECT", sockeye_level_tcp, sockeye_tcp_fastopen_connect, .tcp))
    }
}

extension SocketOption where Value == Int {
    /// How many bytes the kernel keeps before `send` waits. Unit: bytes. Default: nothing set, and the kernel tunes it
    /// (`net.ipv4.tcp_wmem`). `SO_SNDBUF`.
    ///
    /// The kernel doubles what is set, for its own needs, so twice as much is read back; it takes no more than
    /// `net.core.wmem_max`, and makes some 4 KiB of what is less.
    public static var sendBufferBytes: SocketOption {
        let name = OptionName("SO_SNDBUF", sockeye_level_socket, sockeye_so_sndbuf, .every)
        return SocketOption(name, 1...largestBufferBytes, unit: "bytes")
    }

    /// How many received bytes the kernel keeps before the peer has to wait. Unit: bytes. Default: nothing set, and the
    /// kernel tunes it (`net.ipv4.tcp_rmem`). `SO_RCVBUF`.
    ///
    /// Doubled as ``sendBufferBytes``, up to `net.core.rmem_max`. For a large window set it before connecting or listening.
    /// A Unix socket has none: what is sent to it stays in the sender's buffer.
    public static var receiveBufferBytes: SocketOption {
        let name = OptionName("SO_RCVBUF", sockeye_level_socket, sockeye_so_rcvbuf, .internet)
        return SocketOption(name, 1...largestBufferBytes, unit: "bytes")
    }

    /// Half of what an `int` holds, since the kernel doubles it.
    private static var largestBufferBytes: Int { Int(Int32.max) / 2 }

    /// How many questions of keep-alive may stay unanswered before the connection is given up. From 1 to 127. Default: 9
    /// (`net.ipv4.tcp_keepalive_probes`). `TCP_KEEPCNT`.
    public static var keepAliveCount: SocketOption {
        SocketOption(OptionName("TCP_KEEPCNT", sockeye_level_tcp, sockeye_tcp_keepcnt, .tcp), 1...127)
    }

    /// The byte in each packet that tells routers how to treat it: the upper six bits are the DSCP. From 0 to 255; for TCP,
    /// which has its own use for the lower two bits (ECN), a multiple of 4. Default: 0. `IP_TOS`, on an IPv6 socket
    /// `IPV6_TCLASS`, and `IP_TOS` too for its IPv4 peers.
    public static var typeOfService: SocketOption {
        let ofIPv6 = OptionName.Numbers(level: sockeye_level_ipv6, number: sockeye_ipv6_tclass)
        let name = OptionName("IP_TOS", sockeye_level_ipv4, sockeye_ip_tos, .internet, ofIPv6: ofIPv6)
        var option = SocketOption(name, 0...255)
        option.flawOnTCP = { value in
            value % 4 == 0 ? nil : OptionFlaw(words: "a multiple of 4, since TCP uses the lower two bits itself (ECN)")
        }
        return option
    }

    /// How many routers a packet may pass. From 1 to 255. Default: 64 (`net.ipv4.ip_default_ttl`). `IP_TTL`, on an
    /// IPv6 socket `IPV6_UNICAST_HOPS`, and `IP_TTL` too for its IPv4 peers.
    public static var timeToLive: SocketOption {
        let ofIPv6 = OptionName.Numbers(level: sockeye_level_ipv6, number: sockeye_ipv6_unicast_hops)
        let name = OptionName("IP_TTL", sockeye_level_ipv4, sockeye_ip_ttl, .internet, ofIPv6: ofIPv6)
        return SocketOption(name, 1...255)
    }

    /// How many clients of a listener may be connecting with data in their first packet. Default: 0, which is none.
    /// `TCP_FASTOPEN`. Set it before listening; it also takes bit 1 of `net.ipv4.tcp_fastopen`. A client has
    /// ``fastOpenConnect``.
    public static var fastOpenQueue: SocketOption {
        SocketOption(OptionName("TCP_FASTOPEN", sockeye_level_tcp, sockeye_tcp_fastopen, .tcp), 0...65_535)
    }

    /// An option that Sockeye has no name for, whose value is an `int`.
    ///
    ///     try socket.setOption(.raw(level: 1, number: 12, name: "SO_PRIORITY"), to: 6)
    ///
    /// - Parameters:
    ///   - level: `SOL_SOCKET` (1 on most computers), `IPPROTO_TCP` (6) and so on.
    ///   - number: The number of the option, as in C.
    ///   - name: What errors call it.
    public static func raw(level: Int32, number: Int32, name: String? = nil) -> SocketOption {
        SocketOption(
            OptionName(name ?? "option \(number) of level \(level)", level, number, .every),
            Int(Int32.min)...Int(Int32.max)
        )
    }
}

extension SocketOption where Value == Duration {
    /// After how much silence keep-alive begins to ask. In whole seconds, from 1 s to 32,767 s. Default: 2 hours
    /// (`net.ipv4.tcp_keepalive_time`). `TCP_KEEPIDLE`.
    public static var keepAliveIdle: SocketOption {
        SocketOption(
            OptionName("TCP_KEEPIDLE", sockeye_level_tcp, sockeye_tcp_keepidle, .tcp),
            1...32_767,
            unit: .seconds
        )
    }

    /// The time between two questions of keep-alive. In whole seconds, from 1 s to 32,767 s. Default: 75 s
    /// (`net.ipv4.tcp_keepalive_intvl`). `TCP_KEEPINTVL`.
    public static var keepAliveInterval: SocketOption {
        SocketOption(
            OptionName("TCP_KEEPINTVL", sockeye_level_tcp, sockeye_tcp_keepintvl, .tcp),
            1...32_767,
            unit: .seconds
        )
    }

    /// How long sent bytes may stay unacknowledged before the connection is given up with `.timedOut`. In whole
    /// milliseconds, up to 24 days; 0 is the kernel's default, about 15 minutes. `TCP_USER_TIMEOUT`.
    public static var userTimeout: SocketOption {
        let name = OptionName("TCP_USER_TIMEOUT", sockeye_level_tcp, sockeye_tcp_user_timeout, .tcp)
        return SocketOption(name, 0...Int(Int32.max), unit: .milliseconds)
    }
}

extension SocketOption where Value == Linger {
    /// What closing does with bytes that have been sent and are not with the peer yet. Default: ``Linger/inBackground``.
    /// `SO_LINGER`. Only TCP has it.
    public static var linger: SocketOption {
        SocketOption(OptionName("SO_LINGER", sockeye_level_socket, sockeye_so_linger, .tcp))
    }
}

extension SocketOption where Value == String {
    /// The name of the network interface that everything goes through, such as "eth0"; empty for any. At most 15 bytes.
    /// Default: empty. `SO_BINDTODEVICE`. A socket that has one may change it only as root.
    public static var device: SocketOption {
        SocketOption(device: OptionName("SO_BINDTODEVICE", sockeye_level_socket, sockeye_so_bindtodevice, .internet))
    }
}

extension SocketOption where Value == [UInt8] {
    /// An option that Sockeye has no name for, whose value is a struct: its bytes, as C has them in memory.
    ///
    /// - Parameter upTo: How many bytes to make room for when it is read.
    public static func raw(level: Int32, number: Int32, name: String? = nil, upTo byteCount: Int = 256) -> SocketOption
    {
        SocketOption(
            bytes: OptionName(name ?? "option \(number) of level \(level)", level, number, .every),
            upTo: byteCount
        )
    }
}
