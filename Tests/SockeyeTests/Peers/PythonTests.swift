import Foundation
import Sockeye
import SockeyeSystem
import TestSupport
import Testing

/// A peer that is not ours: a Python script, whose output is read to its end.
struct Python {
    private let process: StartedProcess
    private let output = Pipe()

    /// - Parameter arguments: What the script finds in `sys.argv[1:]`.
    init(_ script: String, _ arguments: [String]) throws {
        process = try StartedProcess(
            "/usr/bin/env",
            ["python3", "-u", "-c", script] + arguments,
            output: output.fileHandleForWriting.fileDescriptor
        )
        try output.fileHandleForWriting.close()
    }

    func line() async throws -> String {
        try await onThread { [handle = output.fileHandleForReading] in
            var bytes: [UInt8] = []
            while let byte = try handle.read(upToCount: 1)?.first, byte != 10 { bytes.append(byte) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// What it printed, once it has ended; its status comes with it.
    func end() async throws -> (text: String, status: Int32) {
        try await onThread { [handle = output.fileHandleForReading, process] in
            let data = try handle.readToEnd() ?? Data()
            return (String(decoding: data, as: UTF8.self), process.waitForEnd())
        }
    }
}

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Python's socket at the other end` {
    /// Makes `family`, `address` and a connected or bound `s`.
    private static let prelude = """
        import socket, sys, hashlib
        family = getattr(socket, sys.argv[1])
        address = sys.argv[2] if family == socket.AF_UNIX else (sys.argv[2], int(sys.argv[3]))
        s = socket.socket(family, socket.SOCK_STREAM)
        s.settimeout(30)

        """

    private func arguments(_ family: Family, _ address: SocketAddress) -> [String] {
        switch address.kind {
        case .ipv4(_, let port): [family.pythonName, "127.0.0.1", "\(port)"]
        case .ipv6(_, let port, _, _): [family.pythonName, "::1", "\(port)"]
        default: [family.pythonName, address.unixPath ?? ""]
        }
    }

    @Test(arguments: Family.allCases)
    func `as a client: a thousand messages, the end, and the reply after it`(family: Family) async throws {
        let script =
            Self.prelude + """
                s.connect(address)
                for i in range(1000):
                    message = b"message %d" % i
                    s.sendall(message)
                    got = b""
                    while len(got) < len(message): got += s.recv(1024)
                    assert got == message, got
                s.shutdown(socket.SHUT_WR)
                print(s.recv(1024).decode(), s.recv(1024))
                """
        try await withServer(family) { connection in
            try await echo(connection)
            try await connection.send("goodbye")
        } while: { listener in
            let (text, status) = try await Python(script, arguments(family, listener.localAddress)).end()
            #expect(text == "goodbye b''\n")
            #expect(status == 0)
        }
    }

    @Test(arguments: Family.allCases)
    func `as a server: what it sends and closes with arrives`(family: Family) async throws {
        let script =
            Self.prelude + """
                s.bind(address)
                s.listen()
                print(s.getsockname()[1] if family != socket.AF_UNIX else 0)
                c, _ = s.accept()
                c.settimeout(30)
                data = b""
                while piece := c.recv(65536): data += piece
                print(len(data), hashlib.sha256(data).hexdigest())
                c.sendall(data)
                c.close()
                """
        let path = ScratchFolder.path()
        let fresh: SocketAddress =
            switch family {
            case .ipv4: .ipv4(.loopback, port: 0)
            case .ipv6: .ipv6(.loopback, port: 0)
            case .unix: try .unix(path: path)
            }
        let python = try Python(script, arguments(family, fresh))
        let port = UInt16(try await python.line()) ?? 0
        let address: SocketAddress =
            switch family {
            case .ipv4: .ipv4(.loopback, port: port)
            case .ipv6: .ipv6(.loopback, port: port)
            case .unix: fresh
            }
        let bytes = Pattern.bytes(5_000_000)
        try await withConnection(to: .address(address)) { connection in
            try await connection.send(bytes)
            try await connection.finishSending()
            #expect(try await python.line().hasPrefix("5000000 "))
            let back = try await connection.receiveAll()
            #expect(back.count == bytes.count && Pattern.matches(back, at: 0))
        }
        #expect(try await python.end().status == 0)
        _ = unsafe unlink(path)
    }

    /// The client of the tutorial sends, reads late, and must still get all of it.
    @Test(arguments: Family.allCases)
    func `as a client that sends on while the server has answered and gone`(family: Family) async throws {
        let script =
            Self.prelude + """
                s.connect(address)
                s.setblocking(False)
                sent = 0
                import select
                while sent < 5_000_000:
                    select.select([], [s], [], 30)
                    try: sent += s.send(b"x" * min(65536, 5_000_000 - sent))
                    except BlockingIOError: pass
                s.setblocking(True)
                s.settimeout(30)
                data = b""
                while piece := s.recv(65536): data += piece
                print(len(data))
                """
        try await withServer(family) { connection in
            _ = try await connection.receive(upTo: 1)
            try await connection.send(Pattern.bytes(100_000))
        } while: { listener in
            let (text, status) = try await Python(script, arguments(family, listener.localAddress)).end()
            #expect(text == "100000\n")
            #expect(status == 0)
        }
    }

    @Test(arguments: Family.allCases)
    func `as a client that vanishes in mid-message, by a signal`(family: Family) async throws {
        let script =
            Self.prelude + """
                import os, signal
                s.connect(address)
                s.sendall(b"half a mess")
                s.recv(1)
                os.kill(os.getpid(), signal.SIGKILL)
                """
        let ends = Collected<Int>()
        try await withServer(family) { connection in
            let half = try await connection.receive(count: 11)
            try await connection.send("go")
            // A reset when its kernel had unread input of ours, an end otherwise.
            _ = try? await connection.receiveAll()
            ends.add(half.count)
        } while: { listener in
            for _ in 0..<3 {
                let status = try await Python(script, arguments(family, listener.localAddress)).end().status
                #expect(status == 128 + 9)
            }
        }
        #expect(ends.all == [11, 11, 11])
    }
}
