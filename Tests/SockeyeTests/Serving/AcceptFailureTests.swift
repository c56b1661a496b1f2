import Sockeye
import SockeyeSystem
import SockeyeTesting
import TestSupport
import Testing

/// What `accept` can answer, and whether a server goes on after it. Each over real sockets, with the kernel's answer chosen.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `When accept fails` {
    /// Errors of a client that has gone, or of its network: accept(2) says to try again.
    static let ofTheClient: [Errno] = [
        .connectionAborted, .connectionReset, .protocolError, .networkDown, .noSuchOption, .hostDown, .noRoute,
        .hostUnreachable, .networkUnreachable, .timedOut,
    ]
    /// A shortage, or what the system has against one client. The client waits in the queue.
    static let ofTheMoment: [Errno] = [
        .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noBufferSpace, .outOfMemory, .notPermitted, .notSupported,
        .protocolNotSupported, .socketTypeNotSupported,
    ]
    /// The listener itself is not what it was.
    static let ofTheListener: [(Errno, SocketError.Code)] = [
        (.badDescriptor, .closed), (.invalidArgument, .invalidArgument), (.notSocket, .system), (.badAddress, .system),
    ]

    @Test(arguments: Family.allCases, ofTheClient)
    func `an error of a client that has gone is nobody's`(family: Family, errno: Errno) async throws {
        try await withListener(family) { listener in
            // Three in a row, as when a whole queue has given up.
            try listener.inject(
                .failure(of: .accept, with: errno),
                .failure(of: .accept, with: errno, atCall: 2),
                .failure(of: .accept, with: errno, atCall: 3)
            )
            let peer = try RawPeer(connectedTo: listener.localAddress)
            let accepted = try await within { try await listener.accept() }
            try peer.sendNow("x")
            #expect(try await accepted.receive(upTo: 9) == [120])
            accepted.abort()
        }
    }

    @Test(arguments: Family.allCases)
    func `ECONNABORTED leaves a server as it is, and the next client is served`(family: Family) async throws {
        try await withServer(family, echo) { listener in
            try listener.inject(.failure(of: .accept, with: .connectionAborted))
            for _ in 0..<3 { try await ask(listener) }
        }
    }

    @Test(arguments: Family.allCases, ofTheMoment)
    func `a shortage and a forbidden client do not end a server (bun #32705, libuv #690)`(
        family: Family,
        errno: Errno
    ) async throws {
        try await withServer(family, echo) { listener in
            try listener.inject(.failure(of: .accept, with: errno))
            try await ask(listener)
            try await ask(listener)
        }
    }

    @Test(arguments: ofTheMoment)
    func `a shortage is an error of accept, after which it may be called again`(errno: Errno) async throws {
        try await withListener(.ipv4) { listener in
            try listener.inject(.failure(of: .accept, with: errno))
            let peer = try RawPeer(connectedTo: listener.localAddress)
            let error = await socketError { _ = try await listener.accept() }
            #expect(error?.errno == errno)
            #expect(error?.operation == .accept)
            #expect(error?.localAddress == listener.localAddress)
            let accepted = try await listener.accept()
            accepted.abort()
            peer.close()
        }
    }

    @Test(arguments: ofTheListener)
    func `an error of the listener itself ends the server, and is told`(errno: Errno, code: SocketError.Code)
        async throws
    {
        try await withListener(.ipv4) { listener in
            try listener.inject(.failure(of: .accept, with: errno))
            async let served = socketError { try await listener.serve(echo) }
            let peer = try RawPeer(connectedTo: listener.localAddress)
            let error = await served
            #expect(error?.errno == errno)
            #expect(error?.code == code)
            peer.close()
        }
    }

    @Test func `descriptors do not leak when an accepted client cannot be watched (FlyingFox #227)`() async {
        await #expect(processExitsWith: .success) {
            // The loops have to be there, or their own descriptors would be added first.
            _ = try EventLoopGroup.shared
            try await leavesNothing {
                // The second that is added is the accepted one: the first is the listener.
                let plan = TorturePlan(.init(call: .epollAdd, position: 2, answer: .failure(.noSpace)))
                try await FaultSeam.with(plan) {
                    let listener = try await Listener.bind(to: "127.0.0.1:0")
                    let peer = try RawPeer(connectedTo: listener.localAddress)
                    let error = await socketError { _ = try await listener.accept() }
                    #expect(error?.code == .exhausted)
                    peer.close()
                    listener.close()
                }
                #expect(plan.openDescriptors.isEmpty)
            }
        }
    }

    /// A client that says something and wants it back.
    private func ask(_ listener: Listener) async throws {
        let reply = try await within {
            // One that can be cancelled: a server that has ended would keep a blocking one waiting for ever.
            try await withConnection(to: listener.localAddress.endpoint) { connection in
                try await connection.send("hello")
                try await connection.finishSending()
                return try await connection.receiveAll()
            }
        }
        #expect(reply == Array("hello".utf8))
    }
}
