import Foundation
import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `The life of a socket` {
    // Each in a process of its own: a number that was closed twice would be somebody else's by then.

    @Test func `it is closed exactly once at the end of its scope`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                var number: Int32 = -1
                var identity: String?
                do {
                    let socket = try family.socket()
                    number = socket.descriptor
                    identity = ProcessDescriptors.identity(number)
                    #expect(identity != nil)
                }
                // Another thread of this process may have been given the number by now.
                #expect(ProcessDescriptors.identity(number) != identity)
            }
        }
    }

    @Test func `closing it early does not close again at the end of the scope`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                var other: Int32 = -1
                do {
                    let socket = try family.socket()
                    let number = socket.descriptor
                    let identity = ProcessDescriptors.identity(number)
                    socket.close()
                    #expect(ProcessDescriptors.identity(number) != identity)
                    // Somebody else's now, and not to be closed by us.
                    other = try family.socket().release()
                    if other != number { other = dup2(other, number) }
                }
                #expect(ProcessDescriptors.identity(other) != nil)
            }
        }
    }

    @Test func `a released descriptor is left open`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                let number = try family.socket().release()
                let identity = ProcessDescriptors.identity(number)
                #expect(identity != nil)
                do {
                    let adopted = Socket(adopting: number)
                    #expect(adopted.descriptor == number)
                }
                #expect(ProcessDescriptors.identity(number) != identity)
            }
        }
    }

    @Test func `it is closed when a method throws past it`() async {
        await #expect(processExitsWith: .success) {
            func fail(_ family: Family) throws {
                let socket = try family.socket()
                try socket.connect(to: family == .unix ? "unix:/nowhere/at/all" : "[fe80::1%nonet]:1")
            }
            let before = ProcessDescriptors.count
            for _ in 0..<20 {
                for family in Family.allCases { #expect(throws: SocketError.self) { try fail(family) } }
            }
            // The test library opens one now and then; 60 leaked ones would show.
            #expect(ProcessDescriptors.count < before + 10)
        }
    }

    @Test(arguments: Family.allCases)
    func `no descriptor survives exec`(family: Family) throws {
        let listener = try family.listening()
        let client = try family.socket()
        try client.connect(to: listener.localAddress)
        let server = try listener.accept()
        let datagram = try family.socket(.datagram)
        let (one, other) = try Syscalls.socketPair(nonblocking: true)
        let epoll = try Syscalls.epollCreate()
        let event = try Syscalls.eventDescriptor()
        defer { for descriptor in [one, other, epoll, event] { Syscalls.close(descriptor) } }
        let (loopEnd, _) = try Syscalls.accept(pendingOn: listener, family)
        defer { Syscalls.close(loopEnd) }
        let all = [
            listener.descriptor, client.descriptor, server.descriptor, datagram.descriptor, one, other, epoll, event,
            loopEnd,
        ]
        for descriptor in all { #expect(try ProcessDescriptors.isCloseOnExec(descriptor), "descriptor \(descriptor)") }
    }

    @Test func `sending to a peer that is gone raises no SIGPIPE (BlueSocket #48, #88)`() async {
        await #expect(processExitsWith: .success) {
            restoreSIGPIPE()
            for family in Family.allCases {
                let client = try family.socket()
                do {
                    let listener = try family.listening()
                    try client.connect(to: listener.localAddress)
                    let server = try listener.accept()
                    try Syscalls.resetOnClose(server.descriptor)
                }
                var seen: Set<SocketError.Code> = []
                for _ in 0..<3 {
                    if let error = socketError({ try client.sendAll("x") }) { seen.insert(error.code) }
                }
                #expect(seen == [.reset])
            }
            let (one, other) = try Syscalls.socketPair(nonblocking: false)
            Syscalls.close(other)
            let socket = Socket(adopting: one)
            #expect(socketError { _ = try socket.send([1]) }?.errno == .brokenPipe)
            let datagram = Socket(adopting: try Syscalls.socket(.unix, .datagram, nonblocking: false))
            #expect(socketError { try datagram.send([1], to: .unix(path: "/nowhere/at/all")) } != nil)
        }
    }

    @Test func `signals interrupt no call that blocks (FlyingFox #223)`() async {
        await #expect(processExitsWith: .success) {
            catchSIGUSR1()
            for family in Family.allCases {
                let ends = try Ends(family)
                let (client, server) = (ends.client.descriptor, ends.server.descriptor)
                let echoing = PeerThread { try echoUnderSignals(server) }
                let socket = Socket(adopting: client)
                for round in 0..<500 {
                    try socket.sendAll([UInt8(truncatingIfNeeded: round)])
                    let reply = try socket.receive(upTo: 1)
                    #expect(reply == [UInt8(truncatingIfNeeded: round)])
                }
                try socket.shutdown(.sending)
                let count = try echoing.value()
                #expect(count == 500)
                _ = socket.release()
            }
        }
    }
}

/// Without SA_RESTART, so that whatever the signal hits answers EINTR.
private func catchSIGUSR1() {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in }
    unsafe sigaction(SIGUSR1, &action, nil)
}

/// Sends back what comes, on a thread that another one sends signals to all the time.
private func echoUnderSignals(_ descriptor: Int32) throws -> Int {
    let target = pthread_self()
    let socket = Socket(adopting: descriptor)
    let flag = SharedFlag()
    let shooter = PeerThread {
        while !flag.isSet {
            pthread_kill(target, SIGUSR1)
            sched_yield()
        }
    }
    var count = 0
    var failure: SocketError?
    do throws(SocketError) {
        while let bytes = try socket.receive(upTo: 16) {
            try socket.sendAll(bytes)
            count += bytes.count
        }
    } catch {
        failure = error
    }
    flag.set()
    try shooter.value()
    _ = socket.release()
    if let failure { throw failure }
    return count
}

/// Set once, by one thread for another.
private final class SharedFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

/// Whoever started the tests may have it ignored.
private func restoreSIGPIPE() {
    signal(SIGPIPE, SIG_DFL)
}

extension Syscalls {
    /// What the event loop's listener makes: accepted without blocking.
    fileprivate static func accept(
        pendingOn listener: borrowing Socket,
        _ family: Family
    ) throws -> (descriptor: Int32, peer: SocketAddress) {
        let client = try family.socket()
        try client.connect(to: listener.localAddress)
        return try accept(listener.descriptor, nonblocking: true)
    }
}
