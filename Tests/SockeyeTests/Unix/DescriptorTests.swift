import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Descriptors in messages` {
    /// A file with this text, open for reading, and unlinked.
    private func file(_ text: String) throws -> Int32 {
        let path = ScratchFolder.path()
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let descriptor = try Syscalls.openFile(path)
        _ = unsafe unlink(path)
        return descriptor
    }

    private func text(of descriptor: Int32) -> String {
        String(decoding: FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).availableData, as: UTF8.self)
    }

    @Test func `a file that one end opened is read by the other`() async throws {
        let (one, other) = try Connection.pair()
        let file = try file("hello")
        try await one.send("a file", passing: [file, file])
        Syscalls.close(file)
        let message = try #require(try await other.receive(upTo: 100, descriptors: 2))
        #expect(message.bytes == Array("a file".utf8))
        #expect(message.descriptors.count == 2)
        #expect(message.descriptors[0].withDescriptor { text(of: $0) } == "hello")
        await one.close()
        #expect(try await other.receive(upTo: 100, descriptors: 2) == nil)
    }

    @Test func `a large message carries its descriptors once, and arrives whole`() async throws {
        let (one, other) = try Connection.pair()
        let bytes = Pattern.bytes(4 << 20)
        async let sending: Void = {
            try await one.send(bytes, passing: [0])
            try await one.finishSending()
        }()
        var all: [UInt8] = []
        var count = 0
        while let message = try await other.receive(upTo: 65_536, descriptors: 1) {
            all += message.bytes
            count += message.descriptors.count
        }
        try await sending
        #expect(count == 1)
        #expect(all == bytes)
    }

    @Test func `more than the limit are closed, and the bytes stay`() async {
        await #expect(processExitsWith: .success) {
            let (one, other) = try Connection.pair()
            let before = Belongings.now.descriptors
            for _ in 0..<10 {
                try await one.send("bytes", passing: Array(repeating: 0, count: 30))
                let error = await socketError { _ = try await other.receive(upTo: 100, descriptors: 29) }
                #expect(error?.code == .limitExceeded)
                #expect(try await other.receive(upTo: 100) == Array("bytes".utf8))
            }
            #expect(Belongings.now.descriptors <= before + 3)
        }
    }

    @Test func `what cannot be passed is refused, and the connection goes on`() async throws {
        let (one, other) = try Connection.pair()
        #expect(await socketError { try await one.send("x", passing: [-1]) }?.code == .invalidArgument)
        #expect(await socketError { try await one.send("", passing: [0]) }?.code == .invalidArgument)
        let closed = await socketError { try await one.send("x", passing: [9999]) }
        #expect(closed?.detail == "one of the descriptors is not open")
        let many = await socketError { try await one.send("x", passing: Array(repeating: 0, count: 254)) }
        #expect(many?.code == .limitExceeded)
        try await one.send("y", passing: [0])
        #expect(try await other.receive(upTo: 10, descriptors: 1)?.bytes == Array("y".utf8))
        try await withEnds(.ipv4) { client, _ in
            let error = await socketError { try await client.send("x", passing: [0]) }
            #expect(error?.detail == "only a Unix socket passes descriptors")
        }
    }

    @Test func `a message with descriptors of many is not leaked when nobody takes it`() async {
        await #expect(processExitsWith: .success) {
            try await leavesNothing {
                let (one, other) = try Connection.pair()
                try await one.send("x", passing: [0, 0, 0])
                _ = try await other.receive(upTo: 10, descriptors: 3)
                try await one.send("x", passing: [0, 0, 0])
                one.abort()
                other.abort()
            }
        }
    }

    @Test func `a connection travels to another one and goes on there`() async throws {
        let (one, other) = try Connection.pair()
        try await withEnds(.ipv4) { client, server in
            let number = try server.release()
            try await one.send("yours", passing: [number])
            Syscalls.close(number)
            let message = try #require(try await other.receive(upTo: 10, descriptors: 1))
            let adopted = try Connection.adopt(message.descriptors[0])
            try await client.send("hi")
            #expect(try await adopted.receiveText(count: 2) == "hi")
            #expect(adopted.remoteAddress == client.localAddress)
            await adopted.close()
        }
    }

    @Test func `Python passes descriptors to us, and takes ours`() async throws {
        let script = """
            import socket, sys, os, array
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            r, w = os.pipe()
            os.write(w, b"from python"); os.close(w)
            socket.send_fds(s, [b"pipe"], [r])
            data, fds, flags, _ = socket.recv_fds(s, 100, 5)
            print(data.decode(), len(fds), os.read(fds[0], 100).decode())
            """
        try await withListener(.unix) { listener in
            let python = try Python(script, [listener.localAddress.unixPath ?? ""])
            let connection = try await listener.accept()
            let message = try #require(try await connection.receive(upTo: 100, descriptors: 4))
            #expect(message.bytes == Array("pipe".utf8))
            #expect(message.descriptors[0].withDescriptor { text(of: $0) } == "from python")
            let ours = try file("from swift")
            try await connection.send("file", passing: [ours])
            Syscalls.close(ours)
            #expect(try await python.end().text == "file 1 from swift\n")
            connection.abort()
        }
    }
}
