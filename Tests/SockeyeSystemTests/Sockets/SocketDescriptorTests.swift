import Foundation
import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Descriptors of a socket` {
    @Test(arguments: [SocketKind.stream, .datagram, .sequencedPacket])
    func `a pair of each kind carries messages and descriptors`(kind: SocketKind) throws {
        let pair = try Socket.pair(kind)
        let (reading, writing, _) = try Syscalls.pipe(wantedBytes: 4096)
        #expect(try pair.one.send([1, 2, 3], passing: [writing]) == 3)
        Syscalls.close(writing)
        let message = try #require(try pair.other.receive(upTo: 10, descriptors: 1))
        #expect(message.bytes == [1, 2, 3])
        let passed = try message.descriptors[0].release()
        #expect(try ProcessDescriptors.isCloseOnExec(passed))
        let written = unsafe write(passed, "x", 1)
        #expect(written == 1)
        var byte: UInt8 = 0
        let count = unsafe read(reading, &byte, 1)
        #expect(count == 1)
        Syscalls.close(passed)
        Syscalls.close(reading)
    }

    @Test func `none is left open however many come`() async {
        await #expect(processExitsWith: .success) {
            let pair = try Socket.pair()
            let before = ProcessDescriptors.count
            for _ in 0..<5 {
                _ = try pair.one.send([1], passing: Array(repeating: 0, count: OpenDescriptor.mostInOneMessage))
                let error = socketError { _ = try pair.other.receive(upTo: 1, descriptors: 2) }
                #expect(error?.code == .limitExceeded)
                #expect(error?.detail?.contains("253 descriptors came, and the limit is 2") == true)
                // Dropped by a receive that does not ask for them.
                _ = try pair.one.send([1], passing: [0, 0, 0])
                #expect(try pair.other.receive(upTo: 1) == [1])
            }
            #expect(ProcessDescriptors.count <= before + 3)
        }
    }

    @Test func `a process that may open no more learns that some were lost, and keeps none`() async {
        await #expect(processExitsWith: .success) {
            let pair = try Socket.pair()
            _ = try pair.one.send([1], passing: Array(repeating: 0, count: 100))
            let before = ProcessDescriptors.count
            var limit = rlimit()
            _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = rlim_t(before + 20)
            _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let error = socketError { _ = try pair.other.receive(upTo: 1, descriptors: 200) }
            #expect(error?.code == .exhausted)
            #expect(ProcessDescriptors.count <= before + 2)
        }
    }

    @Test func `what cannot be passed is refused before anything goes out`() throws {
        let pair = try Socket.pair()
        let negative = socketError { _ = try pair.one.send([1], passing: [-1]) }
        #expect(negative?.detail == "-1 is no descriptor")
        #expect(socketError { _ = try pair.one.send([], passing: [0]) }?.code == .invalidArgument)
        let many = Array(repeating: Int32(0), count: 254)
        #expect(socketError { _ = try pair.one.send([1], passing: many) }?.code == .limitExceeded)
        #expect(
            socketError { _ = try pair.one.send([1], passing: [9999]) }?.detail == "one of the descriptors is not open"
        )
        let tcp = try Ends(.ipv4)
        let error = socketError { _ = try tcp.client.send([1], passing: [0]) }
        #expect(error?.code == .unsupported)
        #expect(error?.detail == "only a Unix socket passes descriptors")
    }

    @Test func `sequenced packets keep messages apart, and have an end`() throws {
        let pair = try Socket.pair(.sequencedPacket)
        try pair.one.sendAll("first")
        try pair.one.sendAll("second")
        #expect(try pair.other.receive(upTo: 100) == Array("first".utf8))
        #expect(try pair.other.receive(upTo: 100) == Array("second".utf8))
        try pair.one.shutdown(.sending)
        #expect(try pair.other.receive(upTo: 100) == nil)
    }

    // In a process of its own: the number would be another test's socket by then.
    @Test func `a descriptor from elsewhere is adopted, and closed in the end`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                let number = try family.socket().release()
                do {
                    let socket = try Socket.adopt(number, kind: .stream)
                    #expect(socket.descriptor == number)
                    #expect(try ProcessDescriptors.isCloseOnExec(number))
                }
                #expect(throws: SocketError.self) { _ = try Socket.adopt(number) }
            }
        }
    }

    @Test func `what is no such socket is refused, and stays open`() throws {
        let (reading, writing, _) = try Syscalls.pipe(wantedBytes: 4096)
        defer { for number in [reading, writing] { Syscalls.close(number) } }
        let datagram = try Socket(.ipv4, .datagram)
        let table: [(Int32, SocketKind?, String)] = [
            (reading, nil, "descriptor \(reading) is no socket"),
            (9999, nil, "descriptor 9999 is not open"),
            (-1, nil, "descriptor -1 is not open"),
            (datagram.descriptor, .stream, "is an IPv4 datagram socket, not a stream one"),
        ]
        for (number, kind, words) in table {
            let error = socketError { _ = try Socket.adopt(number, kind: kind) }
            #expect(error?.operation == .adopt)
            #expect(error?.detail?.contains(words) == true, "\(error?.description ?? "")")
        }
        #expect(try datagram.localAddress.port == 0)
    }

    @Test func `the peer of a Unix socket is known, that of TCP is not`() throws {
        let ends = try Ends(.unix)
        let credentials = try ends.server.peerCredentials
        #expect(credentials.processID == getpid())
        #expect(credentials.userID == geteuid())
        #expect(credentials.groupID == getegid())
        let tcp = try Ends(.ipv4)
        #expect(socketError { _ = try tcp.server.peerCredentials }?.code == .unsupported)
        #expect(socketError { _ = try Socket(.unix).peerCredentials }?.code == .notConnected)
    }
}

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Socket activation` {
    private static func take(
        _ variables: [String: String],
        from first: Int32 = 3
    ) throws(SocketError) -> [ActivatedSocket] {
        try ActivatedSocket.takeAll(from: first, process: 42) { variables[$0] }
    }

    // In a process of their own: the numbers would be those of other tests' sockets.

    @Test func `sockets come in order with their names, and close-on-exec`() async {
        await #expect(processExitsWith: .success) {
            let first = Int32(900)
            let sockets = [try Family.ipv4.listening().release(), try Family.unix.listening().release()]
            for (index, socket) in sockets.enumerated() {
                #expect(dup2(socket, first + Int32(index)) >= 0)
                Syscalls.close(socket)
            }
            let variables = ["LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web:unknown"]
            let taken = try Self.take(variables, from: first)
            #expect(taken.map(\.name) == ["web", nil])
            #expect(taken.map(\.descriptor.descriptor) == [900, 901])
            for number in [Int32(900), 901] { #expect(try ProcessDescriptors.isCloseOnExec(number)) }
            let adopted = try Socket.adopt(taken[0].descriptor.release())
            #expect(try adopted.localAddress.family == .ipv4)
        }
    }

    @Test func `a descriptor that was announced and is not open is an error`() async {
        await #expect(processExitsWith: .success) {
            let error = socketError { _ = try Self.take(["LISTEN_PID": "42", "LISTEN_FDS": "1"], from: 950) }
            #expect(error?.detail?.contains("descriptor 950 is not open") == true)
        }
    }

    @Test func `variables that are for another process, or not there, bring nothing`() throws {
        #expect(try Self.take([:]).isEmpty)
        #expect(try Self.take(["LISTEN_PID": "41", "LISTEN_FDS": "3"]).isEmpty)
        #expect(try Self.take(["LISTEN_PID": "42", "LISTEN_FDS": "0"]).isEmpty)
    }

    @Test(arguments: [
        (["LISTEN_PID": "x", "LISTEN_FDS": "1"], "LISTEN_PID = \"x\""),
        (["LISTEN_PID": "42"], "LISTEN_FDS = \"\""),
        (["LISTEN_PID": "42", "LISTEN_FDS": "-1"], "LISTEN_FDS = \"-1\""),
        (["LISTEN_PID": "42", "LISTEN_FDS": "99999"], "from 0 to 1024"),
        (["LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a"], "LISTEN_FDNAMES = \"1 names\""),
    ])
    func `variables that make no sense are an error`(variables: [String: String], words: String) {
        let error = socketError { _ = try Self.take(variables) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.detail?.contains(words) == true, "\(error?.description ?? "no error")")
    }

    @Test func `the variables are gone afterwards`() async {
        await #expect(processExitsWith: .success) {
            for name in ["LISTEN_FDS", "LISTEN_FDNAMES"] { _ = unsafe setenv(name, "0", 1) }
            _ = unsafe setenv("LISTEN_PID", "\(getpid())", 1)
            _ = try? ActivatedSocket.takeAll()
            for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] {
                let isGone = unsafe getenv(name) == nil
                #expect(isGone)
            }
        }
    }
}
