import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Sending a file` {
    /// A file of the pattern that goes with the test.
    private func withFile<Result>(_ count: Int, _ body: (String) async throws -> Result) async throws -> Result {
        let path = ScratchFolder.path()
        try Data(Pattern.bytes(count)).write(to: URL(fileURLWithPath: path))
        defer { _ = unsafe unlink(path) }
        return try await body(path)
    }

    /// A range, or nil for all.
    static let ranges: [Range<Int>?] = [nil, 0..<0, 0..<1, 1..<2, 4095..<4097, 999_999..<1_000_000, 123..<987_654]

    @Test(arguments: Family.allCases, ranges)
    func `arrives as it is, in whole or in part`(family: Family, range: Range<Int>?) async throws {
        try await withFile(1_000_000) { path in
            try await withEnds(family) { client, server in
                async let received = client.receiveAll()
                let count = try await server.sendFile(path, range: range)
                try await server.send("!")
                try await server.finishSending()
                let wanted = range ?? 0..<1_000_000
                #expect(count == wanted.count)
                let all = try await received
                #expect(all == Pattern.bytes(wanted.count, at: wanted.lowerBound) + [33])
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `a large one waits for a slow reader, and an empty one is nothing`(family: Family) async throws {
        try await withFile(20 << 20) { path in
            try await withEnds(family) { client, server in
                let sending = Task {
                    let count = try await server.sendFile(path)
                    try await server.finishSending()
                    return count
                }
                await server.untilWaiting(.write)
                let received = try await client.receiveAll()
                #expect(received == Pattern.bytes(20 << 20))
                let count = try await sending.value
                #expect(count == 20 << 20)
            }
        }
        try await withFile(0) { path in
            try await withEnds(family) { _, server in
                let count = try await server.sendFile(path)
                #expect(count == 0)
            }
        }
    }

    @Test func `an open file is sent from its beginning, and its position stays`() async throws {
        try await withFile(100) { path in
            let file = try Syscalls.openFile(path)
            defer { Syscalls.close(file) }
            _ = lseek(file, 50, SEEK_SET)
            try await withEnds(.ipv4) { client, server in
                let count = try await server.sendFile(descriptor: file, range: 10..<20)
                #expect(count == 10)
                let received = try await client.receive(count: 10)
                #expect(received == Pattern.bytes(10, at: 10))
            }
            #expect(lseek(file, 0, SEEK_CUR) == 50)
        }
    }

    @Test func `what is no file, or has no such range, is refused before anything goes out`() async throws {
        let (reading, writing, _) = try Syscalls.pipe(wantedBytes: 4096)
        defer { for number in [reading, writing] { Syscalls.close(number) } }
        try await withFile(10) { path in
            try await withEnds(.ipv4) { client, server in
                func failure(_ path: String, _ range: Range<Int>? = nil) async -> SocketError? {
                    await socketError { try await server.sendFile(path, range: range) }
                }
                #expect(await failure(path + ".missing")?.code == .nameNotFound)
                let folder = NSTemporaryDirectory()
                #expect(await failure(folder)?.detail == "\"\(folder)\" is a folder")
                #expect(await failure("/dev/zero")?.detail?.contains("is a pipe, a socket or a device") == true)
                #expect(await failure("a\0b")?.code == .invalidArgument)
                let beyond = await failure(path, 5..<11)
                #expect(beyond?.code == .invalidArgument)
                #expect(beyond?.detail == "\"\(path)\" has 10 bytes, and 5..<11 were asked for")
                #expect(await failure(path, -1..<3)?.code == .invalidArgument)
                let pipe = await socketError { try await server.sendFile(descriptor: reading) }
                #expect(pipe?.code == .invalidArgument)
                let closed = await socketError { try await server.sendFile(descriptor: 9999) }
                #expect(closed?.detail == "descriptor 9999 is not open")
                try await server.send("fine")
                #expect(try await client.receiveText(count: 4) == "fine")
            }
        }
    }

    @Test func `a descriptor that is not open for reading is named, and the connection goes on`() async throws {
        for count in [0, 10] {
            try await withFile(count) { path in
                try await withEnds(.ipv4) { client, server in
                    // What is written to, and what is open for its path only.
                    for flags in [O_WRONLY, O_WRONLY | O_APPEND, 0o10000000] {
                        let file = unsafe open(path, flags)
                        defer { close(file) }
                        let error = await socketError { try await server.sendFile(descriptor: file) }
                        #expect(error?.code == .invalidArgument)
                        #expect(error?.operation == .sendFile)
                        #expect(error?.errno == .badDescriptor)
                        #expect(error?.detail == "descriptor \(file) is not open for reading")
                    }
                    try await server.send("fine")
                    #expect(try await client.receiveText(count: 4) == "fine")
                }
            }
        }
    }

    /// Files whose size is 0 or a page, whatever there is to read.
    @Test(arguments: ["/proc/self/maps", "/proc/version", "/proc/sys/kernel/ostype", "/sys/class/net/lo/mtu"])
    func `a file that the system makes as it is read is sent until its end`(path: String) async throws {
        let content = try #require(FileManager.default.contents(atPath: path), "\(path) cannot be read")
        try #require(!content.isEmpty)
        for family in Family.allCases {
            try await withEnds(family) { client, server in
                let count = try await server.sendFile(path)
                try await server.finishSending()
                let received = try await client.receiveAll()
                #expect(received.count == count)
                // The map of this process' memory changes; its first line does not.
                #expect(Array(received.prefix(12)) == Array(content.prefix(12)))
                if path != "/proc/self/maps" { #expect(received == Array(content)) }
            }
        }
    }

    @Test func `a part of such a file is sent if it is there`() async throws {
        let path = "/proc/sys/kernel/ostype"
        try await withEnds(.ipv4) { client, server in
            let count = try await server.sendFile(path, range: 1..<4)
            #expect(count == 3)
            let text = try await client.receiveText(count: 3)
            #expect(text == "inu")
            for range in [0..<100, 7..<8, -1..<2] {
                let error = await socketError { try await server.sendFile(path, range: range) }
                #expect(error?.code == .invalidArgument)
                #expect(error?.detail == "\"\(path)\" has no bytes \(range.lowerBound)..<\(range.upperBound)")
            }
            // The system says that it has a page.
            let early = await socketError { try await server.sendFile("/sys/class/net/lo/mtu", range: 0..<1000) }
            #expect(early?.code == .endOfStream)
            #expect(early?.detail?.contains("the file ends earlier than the system said; ") == true)
            #expect(await socketError { try await server.send("x") }?.code == .notConnected)
        }
    }

    /// As kernels do for some files, and filters of system calls in containers.
    @Test(arguments: [.invalidArgument, .notImplemented, .notPermitted] as [Errno], ranges)
    func `what sendfile refuses is copied`(errno: Errno, range: Range<Int>?) async throws {
        try await withFile(1_000_000) { path in
            try await FaultSeam.with(Refusal(errno)) {
                try await withEnds(.ipv4) { client, server in
                    async let received = client.receiveAll()
                    let wanted = range ?? 0..<1_000_000
                    #expect(try await server.sendFile(path, range: range) == wanted.count)
                    try await server.finishSending()
                    #expect(try await received == Pattern.bytes(wanted.count, at: wanted.lowerBound))
                }
            }
        }
    }

    @Test func `a copied one waits for a slow reader, and says how far it came when it is cancelled`() async throws {
        try await withFile(20 << 20) { path in
            try await FaultSeam.with(Refusal(.notImplemented)) {
                try await withEnds(.ipv4) { client, server in
                    let sending = Task { try await server.sendFile(path) }
                    await server.untilWaiting(.write)
                    let received = try await client.receive(count: 15 << 20)
                    #expect(received == Pattern.bytes(15 << 20))
                    await server.untilWaiting(.write)
                    sending.cancel()
                    let error = await socketError { _ = try await sending.value }
                    #expect(error?.code == .cancelled)
                    #expect(error?.detail?.contains("of \(20 << 20) bytes had gone out") == true)
                }
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `a cancelled one says how far it came, and sending is over`(family: Family) async throws {
        try await withFile(30 << 20) { path in
            try await withEnds(family) { client, server in
                let sending = Task { try await server.sendFile(path) }
                await server.untilWaiting(.write)
                sending.cancel()
                let error = await socketError { _ = try await sending.value }
                #expect(error?.code == .cancelled)
                let words = try #require(error?.detail)
                #expect(words.contains("of \(30 << 20) bytes had gone out"))
                let count = try #require(words.split(separator: " ").first.flatMap { Int($0) })
                #expect(await socketError { try await server.send("x") }?.code == .notConnected)
                server.registration.update { $0.noteFinishedSending() }
                try Syscalls.shutdown(server.registration.descriptor, .sending)
                #expect(try await client.receiveAll().count == count)
            }
        }
    }

    @Test func `a file that becomes shorter is told, with how far it came`() async throws {
        try await withFile(30 << 20) { path in
            try await withEnds(.ipv4) { client, server in
                let sending = Task { try await server.sendFile(path) }
                await server.untilWaiting(.write)
                _ = unsafe truncate(path, 100)
                let receiving = Task { try await client.receiveAll() }
                let error = await socketError { _ = try await sending.value }
                #expect(error?.code == .endOfStream)
                #expect(error?.detail?.contains("the file has become shorter; ") == true)
                #expect(await socketError { try await server.send("x") }?.code == .notConnected)
                server.abort()
                _ = await receiving.result
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `a peer that has gone is an error, on any thread, and kills nobody`(family: Family) async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            for family in Family.allCases {
                let path = ScratchFolder.path()
                try Data(Pattern.bytes(1 << 20)).write(to: URL(fileURLWithPath: path))
                try await withRawClient(family) { server, peer in
                    peer.reset()
                    var error: SocketError?
                    for _ in 0..<100 where error == nil {
                        error = await socketError { try await server.sendFile(path) }
                    }
                    #expect(error?.code == .reset)
                    // Not on a loop's thread, and the socket is known to be gone: EPIPE, whose signal would end us.
                    let again = await Task.detached { await socketError { try await server.sendFile(path) } }.value
                    #expect(again != nil)
                }
            }
        }
    }

    /// Then the call has moved some bytes and says so, and the signal comes all the same.
    @Test func `a peer that goes in the middle of a call kills nobody`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            let path = ScratchFolder.path()
            try Data(Pattern.bytes(1 << 20)).write(to: URL(fileURLWithPath: path))
            for round in 0..<2000 {
                let pair = try Socket.pair()
                let connection = try Connection.adopt(pair.one.release())
                let peer = pair.other.release()
                let sending = Task.detached { await socketError { try await connection.sendFile(path) } }
                let reading = Task.detached {
                    withUnsafeTemporaryAllocation(byteCount: 32_768, alignment: 1) { memory in
                        for _ in 0..<(round % 7) { unsafe _ = recv(peer, memory.baseAddress, memory.count, 0) }
                    }
                    Syscalls.close(peer)
                }
                _ = await reading.value
                #expect(await sending.value != nil)
                connection.abort()
            }
        }
    }

    @Test func `two at once are one too many`() async throws {
        try await withFile(30 << 20) { path in
            try await withEnds(.ipv4) { _, server in
                let sending = Task { try await server.sendFile(path) }
                await server.untilWaiting(.write)
                #expect(await socketError { try await server.sendFile(path) }?.code == .busy)
                sending.cancel()
                _ = await sending.result
            }
        }
    }

    @Test func `nothing is left open`() async {
        await #expect(processExitsWith: .success) {
            try await leavesNothing {
                try await withEnds(.ipv4) { client, server in
                    _ = await socketError { try await server.sendFile("/nowhere") }
                    _ = await socketError { try await server.sendFile("/") }
                    _ = await socketError { try await server.sendFile("/proc/self/status", range: 5..<3000) }
                    try await server.sendFile("/etc/hosts")
                }
            }
        }
    }
}

/// Fails each `sendfile`.
private final class Refusal: FaultPlan {
    private let errno: Errno

    init(_ errno: Errno) { self.errno = errno }

    func answer(to call: SystemCall, on descriptor: Int32) -> FaultAnswer {
        call == .sendFile ? .failure(errno) : .none
    }
    func answered(_ call: SystemCall, on descriptor: Int32, _ result: Result<Int, Errno>) {}
    func opened(_ descriptor: Int32) {}
    func watched(_ descriptor: Int32) {}
    func closing(_ descriptor: Int32) {}
}
