import SockeyeSystem
import TestSupport
import Testing

/// What is left of a server when the next one wants its port.
enum Situation: CaseIterable, Sendable {
    case serverClosedFirstWithoutFlag, serverClosedFirstWithFlag, clientClosedFirst, liveListener, connectionStillOpen

    /// Whether binding works, without SO_REUSEADDR and with it; measured on Linux.
    func works(reusing: Bool) -> Bool {
        switch self {
        case .serverClosedFirstWithoutFlag, .liveListener: false
        case .serverClosedFirstWithFlag, .connectionStillOpen: reusing
        case .clientClosedFirst: true
        }
    }

    var hadFlag: Bool { self != .serverClosedFirstWithoutFlag }
}

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `An address in use` {
    private func server(_ family: Family, reusing: Bool, at address: SocketAddress? = nil) throws -> Socket {
        let socket = try family.socket()
        try socket.setOption(.reuseAddress, to: reusing)
        if let address { try socket.bind(to: address) } else { try socket.bind(to: family.freshEndpoint()) }
        try socket.listen()
        return socket
    }

    @Test(arguments: Family.tcp, Situation.allCases)
    func `can be bound again as measured`(family: Family, situation: Situation) throws {
        for reusing in [false, true] {
            let old = try server(family, reusing: situation.hadFlag)
            let address = try old.localAddress
            let client = try family.socket()
            try client.connect(to: address)
            let accepted = try old.accept()
            let isOpen = situation == .connectionStillOpen || situation == .liveListener
            if !isOpen { try end(accepted, client, serverFirst: situation != .clientClosedFirst) }
            // A number of its own: a socket that one branch closes is closed where the branches meet.
            let listener = old.release()
            if situation != .liveListener { Syscalls.close(listener) }
            defer { if situation == .liveListener { Syscalls.close(listener) } }
            let error = socketError { _ = try self.server(family, reusing: reusing, at: address) }
            let expected: SocketError.Code? = situation.works(reusing: reusing) ? nil : .addressInUse
            #expect(error?.code == expected, "SO_REUSEADDR: \(reusing)")
            if let error {
                #expect(error.description == "bind \(address): address already in use (EADDRINUSE)")
            }
        }
    }

    /// Whose FIN is first keeps the port in TIME_WAIT.
    private func end(_ server: borrowing Socket, _ client: borrowing Socket, serverFirst: Bool) throws {
        if serverFirst {
            try server.shutdown(.sending)
            #expect(try client.receive(upTo: 1) == nil)
            try client.shutdown(.sending)
            #expect(try server.receive(upTo: 1) == nil)
        } else {
            try client.shutdown(.sending)
            #expect(try server.receive(upTo: 1) == nil)
            try server.shutdown(.sending)
            #expect(try client.receive(upTo: 1) == nil)
        }
    }

    @Test func `the file of a Unix socket stays in use until it is removed`() throws {
        let endpoint = Family.unix.freshEndpoint()
        do {
            let old = try Socket(.unix)
            try old.bind(to: endpoint)
        }
        let next = try Socket(.unix)
        let error = try #require(socketError { try next.bind(to: endpoint) })
        #expect(error.code == .addressInUse)
        #expect(error.description == "bind \(endpoint): address already in use (EADDRINUSE)")
    }

    @Test func `an abstract name is free again at once`() throws {
        let endpoint = Endpoint.unix("@sockeye-test-\(UInt64.random(in: 0...UInt64.max))")
        for _ in 0..<3 {
            let socket = try Socket(.unix)
            try socket.bind(to: endpoint)
            let second = try Socket(.unix)
            #expect(socketError { try second.bind(to: endpoint) }?.code == .addressInUse)
        }
    }
}
