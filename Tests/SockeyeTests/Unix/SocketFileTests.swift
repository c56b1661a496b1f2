import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `The file of a Unix listener` {
    private func exists(_ path: String) -> Bool {
        var about = stat()
        return unsafe lstat(path, &about) == 0
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return attributes[.posixPermissions] as? Int ?? -1
    }

    /// A socket file that nobody is behind: what a server leaves that was killed.
    private func leaveStaleFile(_ path: String, _ kind: SocketKind = .stream) throws {
        let dead = try Socket(.unix, kind)
        try dead.bind(to: .unix(path))
    }

    @Test func `it goes when the listener closes, and when it is dropped`() async throws {
        let path = ScratchFolder.path()
        let listener = try await Listener.bind(to: .unix(path))
        #expect(exists(path))
        listener.close()
        #expect(!exists(path))
        do { _ = try await Listener.bind(to: .unix(path)) }
        #expect(!exists(path))
    }

    @Test(arguments: [SocketKind.stream, .sequencedPacket])
    func `that of a dead server is replaced`(kind: SocketKind) async throws {
        let path = ScratchFolder.path()
        try leaveStaleFile(path, kind)
        #expect(exists(path))
        if kind == .stream {
            let listener = try await Listener.bind(to: .unix(path))
            let client = try await Connection.connect(to: .unix(path))
            client.abort()
            listener.close()
        } else {
            let listener = try await PacketListener.bind(to: .unix(path))
            let client = try await PacketConnection.connect(to: .unix(path))
            client.abort()
            listener.close()
        }
        #expect(!exists(path))
    }

    @Test(arguments: [SocketKind.stream, .datagram, .sequencedPacket])
    func `that of a server that lives is not`(kind: SocketKind) async throws {
        let path = ScratchFolder.path()
        let alive = try Socket(.unix, kind)
        try alive.bind(to: .unix(path))
        if kind != .datagram { try alive.listen(backlog: 1) }
        defer { _ = unsafe unlink(path) }
        let error = await socketError { _ = try await Listener.bind(to: .unix(path)) }
        #expect(error?.code == .addressInUse)
        let another = kind == .datagram ? " with another kind of socket" : ""
        #expect(error?.detail == "a server\(another) runs there")
        #expect(exists(path))
        // It was asked without being a client of it: a server for a single one would end.
        #expect(!Syscalls.waitReadable(alive.descriptor, milliseconds: 0))
    }

    @Test func `a server whose queue is full lives too`() async throws {
        let path = ScratchFolder.path()
        let alive = try Socket(.unix)
        try alive.bind(to: .unix(path))
        try alive.listen(backlog: 0)
        defer { _ = unsafe unlink(path) }
        let waiting = try Socket(.unix)
        try waiting.connect(to: .unix(path))
        let error = await socketError { _ = try await Listener.bind(to: .unix(path)) }
        #expect(error?.code == .addressInUse)
        #expect(exists(path))
    }

    @Test func `of many that replace a dead server at once, one gets the address and keeps it`() async throws {
        for _ in 0..<20 {
            let path = ScratchFolder.path()
            try leaveStaleFile(path)
            let listeners = await withTaskGroup(of: Listener?.self) { group in
                for _ in 0..<4 { group.addTask { try? await Listener.bind(to: .unix(path)) } }
                return await group.reduce(into: [Listener?]()) { $0.append($1) }
            }
            let winners = listeners.compactMap(\.self)
            #expect(winners.count == 1)
            async let accepted = winners[0].accept()
            let client = try await Connection.connect(to: .unix(path))
            try await accepted.abort()
            client.abort()
            winners[0].close()
        }
    }

    @Test func `a closing listener leaves the file of its successor alone`() async throws {
        let path = ScratchFolder.path()
        let first = try await Listener.bind(to: .unix(path))
        _ = unsafe unlink(path)
        let second = try await Listener.bind(to: .unix(path))
        first.close()
        #expect(exists(path))
        let client = try await Connection.connect(to: .unix(path))
        client.abort()
        second.close()
        #expect(!exists(path))
    }

    @Test(arguments: [UInt16(0o600), 0o660, 0o666, 0o777, 0])
    func `it has the permissions that were asked for, whatever the umask`(wanted: UInt16) async throws {
        let path = ScratchFolder.path()
        var options = ListenerOptions()
        options.fileMode = wanted
        let listener = try await Listener.bind(to: .unix(path), options: options)
        #expect(try mode(path) == Int(wanted))
        listener.close()
    }

    @Test func `permissions are refused where they mean nothing`() async throws {
        var options = ListenerOptions()
        options.fileMode = 0o1777
        let path = ScratchFolder.path()
        let wrong = await socketError { _ = try await Listener.bind(to: .unix(path), options: options) }
        #expect(wrong?.detail == "file mode = 0o1777: from 0 to 0o777")
        #expect(!exists(path))
        options.fileMode = 0o600
        let abstract = await socketError { _ = try await Listener.bind(to: "unix:@sockeye-mode", options: options) }
        #expect(abstract?.code == .unsupported)
        #expect(abstract?.detail?.contains("an abstract name is no file") == true)
        let tcp = await socketError { _ = try await Listener.bind(to: "127.0.0.1:0", options: options) }
        #expect(tcp?.code == .unsupported)
    }

    @Test func `what is in the way, or missing, is said`() async throws {
        let folder = ScratchFolder.path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = folder + "/file"
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let binding: [(String, SocketError.Code, String)] = [
            (folder, .addressInUse, "it is a folder"),
            (file, .addressInUse, "it is a file that is no socket"),
            (folder + "/missing/x.sock", .nameNotFound, "there is no folder \"\(folder)/missing\""),
            (file + "/x.sock", .system, "\"\(file)\" is no folder"),
        ]
        for (path, code, words) in binding {
            let error = await socketError { _ = try await Listener.bind(to: .unix(path)) }
            #expect(error?.code == code, "\(error?.description ?? path)")
            #expect(error?.detail == words)
        }
        let connecting: [(String, SocketError.Code, String)] = [
            (folder, .refused, "it is a folder"),
            (file, .refused, "it is a file that is no socket"),
            (folder + "/no.sock", .nameNotFound, "there is no such file: is the server running?"),
        ]
        for (path, code, words) in connecting {
            let error = await socketError { _ = try await Connection.connect(to: .unix(path)) }
            #expect(error?.code == code, "\(error?.description ?? path)")
            #expect(error?.detail == words)
        }
        #expect(exists(file))
    }

    @Test(.enabled(if: geteuid() == 0, "only root can be somebody else for a while"))
    func `a folder or file without permission is said`() async throws {
        await #expect(processExitsWith: .success) {
            let folder = NSTemporaryDirectory() + "sockeye-\(getpid())-forbidden"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let listener = try await Listener.bind(to: .unix(folder + "/here.sock"))
            _ = unsafe chmod(folder + "/here.sock", 0o600)
            _ = unsafe chmod(folder, 0o755)
            // Everybody, and every thread of the process: glibc tells them all.
            _ = setegid(65_534)
            _ = seteuid(65_534)
            let bind = await socketError { _ = try await Listener.bind(to: .unix(folder + "/x.sock")) }
            #expect(bind?.code == .permissionDenied)
            #expect(bind?.detail == "this user may not create a file in \"\(folder)\"")
            let connect = await socketError { _ = try await Connection.connect(to: .unix(folder + "/here.sock")) }
            #expect(connect?.code == .permissionDenied)
            #expect(connect?.detail == "this user may not write to the file, and so not connect")
            _ = seteuid(0)
            _ = setegid(0)
            listener.close()
            try FileManager.default.removeItem(atPath: folder)
        }
    }

    @Test func `a path that is too long says the limit`() async throws {
        let long = "/tmp/" + String(repeating: "x", count: 103)
        let error = await socketError { _ = try await Listener.bind(to: .unix(long)) }
        #expect(error?.code == .invalidAddress)
        #expect(error?.detail?.contains("at most 107 bytes") == true)
    }

    @Test func `an abstract name is free again at once, and is no file`() async throws {
        for _ in 0..<3 {
            let listener = try await Listener.bind(to: "unix:@sockeye-test-abstract")
            let second = await socketError { _ = try await Listener.bind(to: "unix:@sockeye-test-abstract") }
            #expect(second?.code == .addressInUse)
            let client = try await Connection.connect(to: listener.localAddress.endpoint)
            client.abort()
            listener.close()
        }
    }
}
