import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Unix datagram sockets` {
    private func exists(_ path: String) -> Bool {
        var about = stat()
        return unsafe lstat(path, &about) == 0
    }

    // MARK: The file

    @Test func `the file goes when the socket closes, when it is dropped, and when it could not be connected`()
        async throws
    {
        let path = ScratchFolder.path()
        let socket = try await DatagramSocket.bind(to: .unix(path))
        #expect(exists(path))
        socket.close()
        #expect(!exists(path))
        do { _ = try await DatagramSocket.bind(to: .unix(path)) }
        #expect(!exists(path))
        var options = DatagramOptions()
        options.source = .unix(path)
        try await withBound(.unix) { server in
            try await withDatagramSocket(to: server.localAddress.endpoint, options: options) { client in
                #expect(exists(path))
                try await client.send("x")
                #expect(try await server.receive().from.unixPath == path)
            }
            #expect(!exists(path))
        }
        let nobody = ScratchFolder.path()
        let error = await socketError { _ = try await DatagramSocket.connect(to: .unix(nobody), options: options) }
        #expect(error?.code == .nameNotFound)
        #expect(!exists(path))
    }

    @Test func `that of a socket that has died is replaced, and one that lives is not`() async throws {
        let path = ScratchFolder.path()
        do {
            let dead = try Socket(.unix, .datagram)
            try dead.bind(to: .unix(path))
        }
        #expect(exists(path))
        let socket = try await DatagramSocket.bind(to: .unix(path))
        let second = await socketError { _ = try await DatagramSocket.bind(to: .unix(path)) }
        #expect(second?.code == .addressInUse)
        #expect(second?.detail == "a server runs there")
        try await withBound(.unix) { peer in
            try await peer.send("alive", to: socket.localAddress)
            #expect(try await socket.receiveText() == "alive")
        }
        socket.close()
        let stream = try await Listener.bind(to: .unix(path))
        let third = await socketError { _ = try await DatagramSocket.bind(to: .unix(path)) }
        #expect(third?.code == .addressInUse)
        #expect(third?.detail == "a server with another kind of socket runs there")
        stream.close()
    }

    @Test func `one that closes leaves the file of its successor, and one that is given away its own`() async throws {
        let path = ScratchFolder.path()
        let first = try await DatagramSocket.bind(to: .unix(path))
        _ = unsafe unlink(path)
        let second = try await DatagramSocket.bind(to: .unix(path))
        first.close()
        #expect(exists(path))
        let number = try second.release()
        second.close()
        #expect(exists(path))
        Syscalls.close(number)
        _ = unsafe unlink(path)
    }

    @Test func `the file has the permissions that were asked for, and nothing else has any`() async throws {
        let path = ScratchFolder.path()
        var options = DatagramOptions()
        options.fileMode = 0o620
        let socket = try await DatagramSocket.bind(to: .unix(path), options: options)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o620)
        socket.close()
        for endpoint: Endpoint in ["127.0.0.1:0", "unix:@sockeye-datagram-mode"] {
            let error = await socketError { _ = try await DatagramSocket.bind(to: endpoint, options: options) }
            #expect(error?.code == .unsupported, "\(endpoint)")
        }
    }

    @Test func `what is in the way, or missing, is said`() async throws {
        let cases: [(String, SocketError.Code, String)] = [
            ("/tmp", .addressInUse, "it is a folder"),
            ("/dev/null", .addressInUse, "it is a file that is no socket"),
            ("/nowhere-at-all/x.sock", .nameNotFound, #"there is no folder "/nowhere-at-all""#),
            ("/tmp/" + String(repeating: "x", count: 110), .invalidAddress, "at most 107 bytes"),
        ]
        for (path, code, words) in cases {
            let error = await socketError { _ = try await DatagramSocket.bind(to: .unix(path)) }
            #expect(error?.code == code, "\(path): \(String(describing: error))")
            #expect(error?.detail?.contains(words) == true, "\(path): \(String(describing: error))")
        }
    }

    // MARK: Who sent it

    @Test func `the kernel tells who sent a datagram, singly and in batches`() async throws {
        var options = DatagramOptions()
        options.credentials = .on
        try await withBound(.unix, options: options) { socket in
            let script = """
                import os, socket, sys
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                for i in range(3): s.sendto(b'%d' % os.getpid(), sys.argv[1])
                """
            let python = try Python(script, [socket.localAddress.unixPath ?? ""])
            let datagram: Datagram = try await socket.receive()
            let process = Int32(String(decoding: datagram.bytes, as: UTF8.self))
            #expect(process != nil && datagram.credentials?.processID == process)
            #expect(datagram.credentials?.userID == getuid())
            #expect(datagram.credentials?.groupID == getgid())
            let batch = try DatagramBatch()
            var count = 0
            while count < 2 {
                count += try await socket.receive(into: batch)
                for datagram in batch { #expect(datagram.credentials?.processID == process) }
            }
            #expect(try await python.end().status == 0)
        }
        try await withTwoBound(.unix) { one, other in
            try await one.send("x", to: other.localAddress)
            #expect(try await other.receive().credentials == nil)
        }
        let error = await socketError { _ = try await DatagramSocket.bind(to: "127.0.0.1:0", options: options) }
        #expect(error?.code == .unsupported)
    }

    // MARK: Descriptors

    @Test func `descriptors travel both ways, with the sender's name`() async throws {
        let script = """
            import os, socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(sys.argv[1] + '.py'); s.settimeout(30)
            r, w = os.pipe()
            os.write(w, b"from python"); os.close(w)
            s.connect(sys.argv[1])
            socket.send_fds(s, [b"pipe"], [r])
            data, fds, flags, _ = socket.recv_fds(s, 100, 5)
            print(data.decode(), len(fds), os.read(fds[0], 100).decode())
            os.remove(sys.argv[1] + '.py')
            """
        var options = DatagramOptions()
        options.credentials = .on
        try await withBound(.unix, options: options) { socket in
            let path = socket.localAddress.unixPath ?? ""
            let python = try Python(script, [path])
            let (datagram, descriptors) = try await socket.receive(descriptors: 4)
            #expect(datagram.bytes == Array("pipe".utf8))
            #expect(datagram.from.unixPath == path + ".py")
            #expect(datagram.credentials != nil)
            #expect(descriptors.count == 1)
            let text = descriptors[0].withDescriptor { received in
                #expect(fcntl(received, F_GETFD) == FD_CLOEXEC)
                return FileHandle(fileDescriptor: received, closeOnDealloc: false).availableData
            }
            #expect(text.map { String(decoding: $0, as: UTF8.self) } == "from python")
            let file = ScratchFolder.path()
            try Data("from swift".utf8).write(to: URL(fileURLWithPath: file))
            let ours = try Syscalls.openFile(file)
            try await socket.send("file", to: datagram.from, passing: [ours])
            Syscalls.close(ours)
            _ = unsafe unlink(file)
            #expect(try await python.end().text == "file 1 from swift\n")
        }
    }

    @Test func `none is leaked, however many come and whoever does not take them`() async {
        await #expect(processExitsWith: .success) {
            var asking = DatagramOptions()
            asking.credentials = .on
            for options in [DatagramOptions(), asking] {
                try await leavesNothing {
                    let (one, other) = try DatagramSocket.pair(options: options)
                    let many = Array(repeating: Int32(0), count: OpenDescriptor.mostInOneMessage)
                    try await one.send("most", passing: many)
                    #expect(try await other.receive(descriptors: many.count).descriptors.count == many.count)
                    try await one.send("too many", passing: many)
                    let error = await socketError { _ = try await other.receive(descriptors: 252) }
                    #expect(error?.code == .limitExceeded)
                    #expect(error?.detail?.contains("the datagram is lost") == true)
                    // Whoever does not ask has none opened, credentials or not.
                    let before = Belongings.now.descriptors
                    try await one.send("plain", passing: many)
                    let datagram: Datagram = try await other.receive()
                    #expect(datagram.bytes == Array("plain".utf8))
                    #expect((datagram.credentials != nil) == (options.credentials == .on))
                    try await one.send("batch", passing: many)
                    let batch = try DatagramBatch()
                    try await other.receive(into: batch)
                    #expect(batch[0].bytes == Array("batch".utf8))
                    #expect(Belongings.now.descriptors < before + 10)
                    // And what nobody receives goes with the socket.
                    try await one.send("left", passing: many)
                    one.close()
                    other.close()
                }
            }
        }
    }

    @Test func `what cannot be passed is refused, and the socket goes on`() async throws {
        let (one, other) = try DatagramSocket.pair()
        #expect(await socketError { try await one.send("x", passing: [-1]) }?.code == .invalidArgument)
        let closed = await socketError { try await one.send("x", passing: [9999]) }
        #expect(closed?.detail == "one of the descriptors is not open")
        let many = await socketError { try await one.send("x", passing: Array(repeating: 0, count: 254)) }
        #expect(many?.code == .limitExceeded)
        // An empty datagram carries them as well.
        try await one.send([], passing: [0])
        let (empty, descriptors) = try await other.receive(descriptors: 1)
        #expect(empty.bytes.isEmpty && descriptors.count == 1)
        let receiving = Task { await socketError { _ = try await other.receive(descriptors: 1) } }
        await other.untilWaiting(.read)
        receiving.cancel()
        #expect(await receiving.value?.code == .cancelled)
        try await withBound(.ipv4) { socket in
            let error = await socketError { try await socket.send("x", to: socket.localAddress, passing: [0]) }
            #expect(error?.detail == "only a Unix socket passes descriptors")
            #expect(await socketError { _ = try await socket.receive(descriptors: 1) }?.code == .unsupported)
        }
        one.close()
        other.close()
    }
}
