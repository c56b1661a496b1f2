import Dispatch
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

/// How the owner of a connection waits: see `Parking`.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `A parked task` {
    private actor Reader {
        func receive(from connection: Connection) async throws -> [UInt8]? {
            let bytes = try await connection.receive(upTo: 16)
            assertIsolated()
            return bytes
        }
    }

    @MainActor private static func receiveOnTheMainActor(_ connection: Connection) async throws -> [UInt8]? {
        let bytes = try await connection.receive(upTo: 16)
        MainActor.assertIsolated()
        return bytes
    }

    @Test(arguments: Family.allCases)
    func `goes on where it was isolated, and then on its loop`(family: Family) async throws {
        let strays = Collected<String>()
        try await withServer(family) { connection in
            let loop = connection.registration.loop
            let reader = Reader()
            let ways: [@Sendable @concurrent () async throws -> [UInt8]?] = [
                { try await connection.receive(upTo: 16) },
                { try await reader.receive(from: connection) },
                { try await Self.receiveOnTheMainActor(connection) },
                {
                    try await withTaskExecutorPreference(globalConcurrentExecutor) {
                        try await connection.receive(upTo: 16)
                    }
                },
            ]
            for _ in 0..<50 {
                for (number, way) in ways.enumerated() {
                    guard let bytes = try await way() else { return }
                    if EventLoop.current !== loop { strays.add("after way \(number)") }
                    try await connection.send(bytes)
                }
            }
        } while: { listener in
            let peer = try RawPeer(connectedTo: listener.localAddress)
            for number in 0..<200 {
                // One at a time, so that the receive mostly waits.
                try peer.sendNow("\(number % 10)")
                #expect(try await peer.receive() == Array("\(number % 10)".utf8))
            }
            peer.close()
        }
        #expect(strays.all == [])
    }

    // What is parked goes on when its loop has time, so an owner that runs elsewhere does not park.
    @Test func `is never one that runs elsewhere: that is cancelled at once though the loop is held up`() async throws {
        var options = ListenerOptions()
        options.loops = try EventLoopGroup(count: 1)
        let loops = Collected<EventLoop>()
        let connections = Collected<Connection>()
        let ended = Tally()
        let errors = Collected<SocketError.Code?>()
        try await withListener(.ipv4, options: options) { listener in
            let serving = Task {
                try await listener.serve { connection in
                    loops.add(connection.registration.loop)
                    await withTaskExecutorPreference(globalConcurrentExecutor) {
                        connections.add(connection)
                        errors.add(await socketError { _ = try await connection.receive(upTo: 1) }?.code)
                        ended.add()
                    }
                }
            }
            let peer = try RawPeer(connectedTo: listener.localAddress)
            await until("the owner waits") { connections.all.first?.registration.snapshot.isWaiting(.read) == true }
            let (held, release) = (Tally(), DispatchSemaphore(value: 0))
            let holding = Task(executorPreference: loops.all[0]) {
                held.add()
                return hold(until: release)
            }
            await held.reach()
            serving.cancel()
            await ended.reach()
            release.signal()
            #expect(await holding.value, "it waited until the loop was free")
            _ = try? await serving.value
            peer.close()
        }
        #expect(errors.all == [.cancelled])
    }
}

/// Holds the present thread up, as a handler does that computes. False: nobody let it go.
private func hold(until release: DispatchSemaphore) -> Bool {
    release.wait(timeout: .now() + 60) == .success
}
