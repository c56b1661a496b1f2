import Sockeye
import SockeyeSystem

/// `--send FILE`: each client gets the file, and then the end.
struct FileSender: ServerRole {
    let path: String
    /// Who is shown what clients send; nil for nobody.
    let audience: Audience?
    /// It serves one client, and what goes wrong is the status of the server.
    let isForOne: Bool
    /// 64 KiB at a time: a large file costs no memory.
    private static let pieceBytes = 65_536

    init(_ path: String, _ audience: Audience?, isForOne: Bool) throws(Failure) {
        self.isForOne = isForOne
        self.path = path
        self.audience = audience
        do throws(Errno) {
            // Opening it now tells a wrong name before the first client comes; a folder can be opened, and not read.
            if SystemFile.isFolder(path) == true { throw .isDirectory }
            _ = try BlockingFile(path, for: .reading)
        } catch {
            throw failure(error, status: Failure.wrongUsage)
        }
    }

    var owesWhole: Bool { true }

    /// All of the file and the end are with the client's system.
    func isDone(with connection: Connection) -> Bool {
        connection.hasFinishedSending && connection.unacknowledgedBytes == 0
    }

    func hold(with connection: Connection) async throws {
        if audience != nil { Console.say("Connection from \(connection.remoteAddress)") }
        // What a client says is shown meanwhile: one that talks before it listens must not be stuck.
        async let listening: Void = listen(to: connection)
        do {
            try await sendFile(over: connection)
            try await connection.finishSending()
        } catch let error as Errno {
            try cutOff(connection, failure(error, status: Failure.networkFailed))
        } catch let failure as Failure {
            try cutOff(connection, failure)
        }
        try await listening
    }

    /// Not an end, which would say that this was all of it.
    private func cutOff(_ connection: Connection, _ failure: Failure) throws {
        connection.abort()
        if isForOne { throw failure }
        failure.tell()
    }

    private func sendFile(over connection: Connection) async throws {
        let (path, worker) = (path, FileWorkers.next())
        let file = try await worker.attempt { () throws(Errno) in try BlockingFile(path, for: .reading) }
        let length = file.length ?? 0
        var left = length
        while let bytes = try await worker.attempt({ () throws(Errno) in try file.read(upTo: Self.pieceBytes) }) {
            try await connection.send(bytes)
            left -= bytes.count
        }
        // One that grows is sent as far as it goes. A file of /sys has fewer bytes than the system says, and is whole all the same.
        if left > 0, file.length ?? 0 < length { throw becameShorter(by: left) }
    }

    private func listen(to connection: Connection) async throws {
        var display = Output.standard.display(events: .of(connection, isFramed: false))
        while let bytes = try await connection.receive(upTo: 65_536) { await audience?.show(display.render(bytes)) }
        await audience?.show(display.finish())
    }

    private func becameShorter(by count: Int) -> Failure {
        Failure(
            attempted: "send the whole file \(SafeText.line(path))",
            happened: "it became shorter while it was sent: \(Quantity.bytes(count)) of it are gone",
            cause: "another program wrote the file anew, or cut it off",
            next: ["ls -l \(Failure.quoted(path))   says how long it is now"],
            status: Failure.networkFailed
        )
    }

    private func failure(_ error: Errno, status: Int32) -> Failure {
        Failure(
            attempted: "read the file \(SafeText.line(path))",
            happened: "\(error)",
            cause: error == .isDirectory
                ? "it is a folder, and a client gets one file" : "it is not there, or is not yours to read",
            next: ["ls -l \(Failure.quoted(path))   says what it is"],
            status: status
        )
    }
}
