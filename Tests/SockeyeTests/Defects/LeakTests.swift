import Sockeye
import SockeyeSystem
import TestSupport
import Testing

/// Each in a process of its own, where every descriptor and every registration counts.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Nothing is left behind` {
    @Test func `by conversations that end well`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                try await leavesNothing {
                    try await withServer(family, echo) { listener in
                        try await withConnection(to: listener.localAddress.endpoint) { connection in
                            try await connection.send("hello")
                            _ = try await connection.receive(upTo: 5)
                        }
                    }
                }
            }
        }
    }

    @Test func `by conversations that end badly`() async {
        await #expect(processExitsWith: .success) {
            struct Oops: Error {}
            var serving = ServeOptions()
            serving.onHandlerError = { _, _ in }
            for family in Family.allCases {
                try await leavesNothing { [serving] in
                    try await withServer(family, serving: serving) { connection in
                        switch try await connection.receive(upTo: 1)?.first {
                        case UInt8(ascii: "t"): throw Oops()
                        case UInt8(ascii: "a"): connection.abort()
                        case UInt8(ascii: "c"): await connection.close()
                        case UInt8(ascii: "s"): try await connection.send(Pattern.bytes(10_000_000))
                        default: _ = try await connection.receive(upTo: 1)
                        }
                    } while: { listener in
                        for action in ["t", "a", "c", "s", "r"] {
                            let peer = try RawPeer(connectedTo: listener.localAddress)
                            try peer.sendNow(action)
                            if action == "s" { _ = try await peer.receive() }
                            if action != "s", action != "r" { _ = try? await peer.receiveAll() }
                            peer.reset()
                        }
                    }
                }
            }
        }
    }

    @Test func `by connections that are dropped without being closed`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                try await leavesNothing {
                    try await withListener(family) { listener in
                        let peer = try RawPeer(connectedTo: listener.localAddress)
                        _ = try await listener.accept()
                        let end = try await peer.receiveAll()
                        #expect(end.isEmpty)
                        peer.close()
                    }
                }
                try await leavesNothing { _ = try await Listener.bind(to: family.freshEndpoint()) }
                try await leavesNothing { _ = try Connection.pair() }
            }
        }
    }
}
