import Foundation
import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

/// The rest of the rules: what happens to numbers, to interrupted waits, and to events without a reason.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Edge rules, continued` {
    /// Numbers come back at once: every connection checks that the bytes it gets are its own.
    @Test(arguments: Family.allCases)
    func `5. a number that is reused never brings another's events or bytes`(family: Family) async throws {
        try await withServer(family, echo) { listener in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for round in 0..<150 {
                            let text = "worker \(worker), round \(round)"
                            let connection = try await Connection.connect(to: listener.localAddress.endpoint)
                            try await connection.send(text)
                            let reply = try await connection.receiveText(count: text.utf8.count)
                            #expect(reply == text)
                            if round % 3 == 0 { connection.abort() } else { await connection.close() }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `5. a closed connection never closes the next one that has its number`() async {
        await #expect(processExitsWith: .success) {
            for _ in 0..<200 {
                let (one, other) = try Connection.pair()
                let readers = [one, other].map { end in Task { _ = try? await end.receive(upTo: 1) } }
                if Bool.random() { await one.untilWaiting(.read) }
                one.abort()
                one.abort()
                // The numbers of the closed ends are taken by these.
                let (third, fourth) = try Connection.pair()
                await one.close()
                await other.close()
                other.abort()
                for reader in readers { await reader.value }
                try await third.send("alive")
                let text = try await fourth.receiveText(count: 5)
                #expect(text == "alive")
                third.abort()
                fourth.abort()
            }
        }
    }

    @Test func `6. signals disturb no wait and no system call (FlyingFox #223)`() async {
        await #expect(processExitsWith: .success) {
            // Without SA_RESTART, so that whatever a signal hits answers EINTR.
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { _ in }
            unsafe sigaction(SIGUSR1, &action, nil)
            let isOver = Tally()
            Thread.detachNewThread {
                while isOver.count == 0 {
                    kill(getpid(), SIGUSR1)
                    sched_yield()
                }
            }
            for family in Family.allCases {
                try await withServer(family, echo) { listener in
                    let peer = try RawPeer(connectedTo: listener.localAddress)
                    try await withConnection(to: listener.localAddress.endpoint) { connection in
                        for round in 0..<300 {
                            try await connection.send("round \(round % 10)")
                            let reply = try await connection.receiveText(count: 7)
                            #expect(reply == "round \(round % 10)")
                            try await peer.send([UInt8(truncatingIfNeeded: round)])
                            let byte = try await peer.receive()
                            #expect(byte == [UInt8(truncatingIfNeeded: round)])
                        }
                    }
                    peer.close()
                }
            }
            isOver.add()
        }
    }

    @Test(arguments: Family.allCases)
    func `7. an event without a reason wakes nobody in earnest`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            let reader = Task { try await server.receive(upTo: 100) }
            for _ in 0..<100 {
                await server.untilWaiting(.read)
                server.registration.signal(Poller.Events(bits: Syscalls.eventRead | Syscalls.eventWrite))
            }
            await server.untilWaiting(.read)
            try peer.sendNow("real")
            #expect(try await reader.value == Array("real".utf8))
        }
    }

    @Test func `an idle server uses no processor time (FlyingFox #186, #191, Netty CVE-2026-42577)`() async {
        await #expect(processExitsWith: .success) {
            func processorTime() -> Duration {
                var usage = rusage()
                _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
                return .seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                    + .microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
            }
            try await withListener(.ipv4) { listener in
                // Idle, finished, and reset after the server has finished: Netty spun on the last (CVE-2026-42577).
                let peers = try (0..<30).map { _ in try RawPeer(connectedTo: listener.localAddress) }
                var ends: [Connection] = []
                for _ in peers { ends.append(try await listener.accept()) }
                for (index, peer) in peers.enumerated() where index % 3 != 0 {
                    try await ends[index].finishSending()
                    if index % 3 == 1 { try peer.finishSending() } else { peer.reset() }
                }
                await until("the loops know") {
                    ends.enumerated().allSatisfy { $0 % 3 == 0 || $1.registration.snapshot.isEnded(.read) }
                }
                let before = processorTime()
                // SLEEP: the time in which nothing happens is what is measured.
                try await Task.sleep(for: .milliseconds(700))
                #expect(processorTime() - before < .milliseconds(100))
                for end in ends { end.abort() }
            }
        }
    }
}
