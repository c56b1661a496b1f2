import Foundation
import SockeyeSystem
import Synchronization
import TestSupport
import Testing

/// Signals that reach a thread inside a system call: in a process of its own, since a handler is the whole process's.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Interrupted system calls` {
    @Test func `a receive that a signal interrupts goes on waiting`() async {
        await #expect(processExitsWith: .success) {
            Signals.catchWithoutRestarting(SIGUSR1)
            let (one, other) = try Syscalls.socketPair(nonblocking: false)
            let thread = Mutex<pthread_t?>(nil)
            let answer = Mutex<Result<Int, any Error>?>(nil)
            Thread.detachNewThread {
                Signals.unblockAll()
                thread.withLock { $0 = pthread_self() }
                var byte: UInt8 = 0
                let result = Result { try unsafe Syscalls.receive(one, into: &byte, count: 1) }
                answer.withLock { $0 = result }
            }
            while thread.withLock({ $0 }) == nil { await Task.yield() }
            guard let waiting = thread.withLock({ $0 }) else { return }
            for _ in 0..<2000 {
                pthread_kill(waiting, SIGUSR1)
                await Task.yield()
            }
            #expect(answer.withLock { $0 == nil }, "it came back although nothing was sent")
            _ = try unsafe Syscalls.send(other, [1], count: 1)
            while answer.withLock({ $0 == nil }) { await Task.yield() }
            #expect(try answer.withLock { try $0?.get() } == 1)
        }
    }

    @Test func `a wait that a signal interrupts has seen nothing`() async {
        await #expect(processExitsWith: .success) {
            Signals.catchWithoutRestarting(SIGUSR1)
            let (one, other) = try Syscalls.socketPair(nonblocking: false)
            let thread = Mutex<pthread_t?>(nil)
            let answers = Mutex<[Bool]>([])
            Thread.detachNewThread {
                Signals.unblockAll()
                thread.withLock { $0 = pthread_self() }
                let early = Syscalls.waitReadable(one, milliseconds: 300)
                answers.withLock { $0.append(early) }
                // Two minutes: nobody waits for them, since a byte comes.
                let late = Syscalls.waitReadable(one, milliseconds: 120_000)
                answers.withLock { $0.append(late) }
            }
            while thread.withLock({ $0 }) == nil { await Task.yield() }
            guard let waiting = thread.withLock({ $0 }) else { return }
            while answers.withLock({ $0.isEmpty }) {
                pthread_kill(waiting, SIGUSR1)
                await Task.yield()
            }
            #expect(answers.withLock { $0 } == [false], "its time was up, and nothing had come")
            for _ in 0..<2000 {
                pthread_kill(waiting, SIGUSR1)
                await Task.yield()
            }
            #expect(answers.withLock { $0.count } == 1, "it came back although nothing was sent")
            _ = try unsafe Syscalls.send(other, [1], count: 1)
            while answers.withLock({ $0.count < 2 }) { await Task.yield() }
            #expect(answers.withLock { $0 } == [false, true])
        }
    }
}

private enum Signals {
    /// Without SA_RESTART, so that an interrupted call really comes back with EINTR.
    static func catchWithoutRestarting(_ number: Int32) {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in }
        unsafe sigaction(number, &action, nil)
    }

    /// A pool's threads block signals, and who is started by one inherits that.
    static func unblockAll() {
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_UNBLOCK, &all, nil)
    }
}
