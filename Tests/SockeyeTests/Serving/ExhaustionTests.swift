import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

/// Running out of descriptors, each in a process of its own, whose limit is lowered.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Running out of descriptors` {
    @Test func `neither stops a server nor makes it spin, and new clients come in later (bun #32705)`() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let listener = try await Listener.bind(to: "127.0.0.1:0")
            let inside = Tally()
            let serving = Task {
                try await listener.serve { connection in
                    inside.add()
                    try await echo(connection)
                }
            }
            // A client before, and sockets of later ones, which need no descriptor any more to connect.
            let first = try RawPeer(connectedTo: listener.localAddress)
            await inside.reach(1)
            var waiting = try (0..<20).map { _ in try Socket(.ipv4).release() }
            let taken = try await Limits.leaveDescriptors(4)
            for descriptor in waiting { try Syscalls.connect(descriptor, RawSocketAddress(listener.localAddress)) }
            await until("no descriptor is left") { Limits.isExhausted }

            let before = Limits.processorTime
            for round in 0..<20 {
                try first.sendNow([UInt8(round)])
                let reply = try await first.receive()
                #expect(reply == [UInt8(round)])
            }
            // Long enough that a loop that spins would show. Not `Task.sleep`: Dispatch wants a descriptor for it.
            _ = await LoopTimer.sleep(for: .milliseconds(500), on: try EventLoopGroup.shared.loops[0])
            #expect(Limits.processorTime - before < .milliseconds(150))
            #expect(inside.count < 21)

            Limits.lift(taken)
            await inside.reach(21)
            for descriptor in waiting {
                let peer = RawPeer(adopting: descriptor)
                try peer.sendNow("late")
                let reply = try await peer.receive()
                #expect(reply == Array("late".utf8))
            }
            waiting = []
            first.close()
            listener.close()
            try await serving.value
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.components(separatedBy: "EMFILE").count == 2, "said once: \(text)")
    }

    @Test func `is an error of accept, connect and bind, and leaves nothing half open`() async {
        await #expect(processExitsWith: .success) {
            let listener = try await Listener.bind(to: "127.0.0.1:0")
            let client = try Socket(.ipv4)
            try client.connect(to: listener.localAddress)
            let taken = try await Limits.leaveDescriptors(0)
            let errors = [
                await socketError { _ = try await listener.accept() },
                await socketError { _ = try await Connection.connect(to: listener.localAddress.endpoint) },
                await socketError { _ = try await Listener.bind(to: "127.0.0.1:0") },
                await socketError { _ = try Connection.pair() },
                await socketError { _ = try EventLoopGroup(count: 1) },
            ]
            for error in errors {
                #expect(error?.code == .exhausted)
                #expect(error?.errno == .tooManyOpenFiles)
            }
            Limits.lift(taken)
            // The client waited in the queue.
            let connection = try await listener.accept()
            try await connection.send("x")
            let byte = try client.receive(upTo: 1)
            #expect(byte == [120])
        }
    }
}

/// The limits of this process.
private enum Limits {
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// Lowers the limit so that only so many numbers are left, and returns what fills the holes below it.
    static func leaveDescriptors(_ count: Int) async throws -> [Int32] {
        // SLEEP: Dispatch opens descriptors of its own at the first sleep, whoever's it is, and traps when it gets none.
        try await Task.sleep(for: .milliseconds(1))
        var fillers: [Int32] = []
        let highest =
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }.max() ?? 0
        while true {
            let filler = dup(0)
            if filler < 0 { break }
            if filler > highest {
                close(filler)
                break
            }
            fillers.append(filler)
        }
        set(rlim_t(Int(highest) + 1 + count))
        return fillers
    }

    static func lift(_ fillers: [Int32]) {
        set(4_096)
        for filler in fillers { close(filler) }
    }

    static var isExhausted: Bool {
        let probe = dup(0)
        if probe >= 0 { close(probe) }
        return probe < 0
    }

    static var processorTime: Duration {
        var usage = rusage()
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return .seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + .microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }

    private static func set(_ count: rlim_t) {
        var limit = rlimit()
        _ = unsafe getrlimit(resource, &limit)
        limit.rlim_cur = count
        _ = unsafe setrlimit(resource, &limit)
    }
}
