import Sockeye
import SockeyeSystem

/// `--receive FILE`: what clients send goes into files, and nothing is answered.
struct FileReceiver: ServerRole {
    enum Target: Sendable {
        /// The one client's.
        case file
        /// One for each connection, with a number and where it came from for a name.
        case folder(Locked<Int>)
    }

    let path: String
    let target: Target
    let isQuiet: Bool

    /// What cannot be written is told now, before anything is bound; it is made, or emptied, when the client has come.
    init(_ path: String, isQuiet: Bool) throws(Failure) {
        self.path = path
        self.isQuiet = isQuiet
        if SystemFile.isFolder(path) == true {
            target = .folder(Locked(0))
            return
        }
        if path.hasSuffix("/") {
            throw Failure(
                attempted: "write what comes into files of the folder \(SafeText.line(path))",
                happened: "there is no such folder",
                cause: "it was not made yet, or its name is misspelt",
                next: ["mkdir -p \(Failure.quoted(path))   makes it"],
                status: Failure.wrongUsage
            )
        }
        do throws(Errno) {
            try SystemFile.checkWriting(to: path)
        } catch {
            throw Self.failure(path, error, status: Failure.wrongUsage)
        }
        target = .file
    }

    /// A single file holds what a single client sends.
    var isForOne: Bool { if case .file = target { true } else { false } }

    var owesWhole: Bool { true }
    var halfDone: String { "ended before its client had sent all: \(SafeText.line(path)) may lack the rest" }

    func hold(with connection: Connection) async throws {
        let worker = FileWorkers.next()
        do {
            let client = connection.remoteAddress
            let (file, name) = try await worker.attempt { () throws(Errno) -> (BlockingFile, String) in
                try self.file(for: client)
            }
            if !isQuiet { Console.say("Connection from \(connection.remoteAddress), into \(SafeText.line(name))") }
            var count = 0
            while let bytes = try await connection.receive(upTo: 65_536) {
                try await worker.attempt { () throws(Errno) -> Void in try file.write(bytes) }
                count += bytes.count
            }
            if !isQuiet { Console.say("\(Quantity.bytes(count)) in \(SafeText.line(name))") }
            EventLog.current?.tellFile(name, bytes: count, of: connection)
        } catch let error as Errno {
            let failure = Self.failure(path, error, status: Failure.networkFailed)
            // The client must not take the end for a sign that all is well.
            connection.abort()
            if isForOne { throw failure }
            failure.tell()
        }
    }

    private func file(for client: SocketAddress) throws(Errno) -> (BlockingFile, String) {
        switch target {
        case .file:
            return (try BlockingFile(path, for: .writing), path)
        case .folder(let last):
            while true {
                let number = last.with { last in
                    last += 1
                    return last
                }
                let name = path + (path.hasSuffix("/") ? "" : "/") + Self.name(number, client)
                do {
                    return (try BlockingFile(name, for: .making), name)
                } catch .fileExists {
                    // Of an earlier server: it is left as it is, and the next number taken.
                }
            }
        }
    }

    /// `0001-127.0.0.1-53211`: only digits, letters, `.` and `-`, whatever the address is, so that no name leads elsewhere.
    static func name(_ number: Int, _ client: SocketAddress) -> String {
        let digits = String(number)
        let address = client.description.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".")) }
        let from = client.family == .unix ? "unix" : address.joined(separator: "-")
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "-" + from
    }

    private static func failure(_ path: String, _ error: Errno, status: Int32) -> Failure {
        Failure(
            attempted: "write what comes into \(SafeText.line(path))",
            happened: "\(error)",
            cause: error == .noSpace
                ? "the disk is full" : "its folder is not there, or it is not yours to write",
            next: ["ls -ld \(Failure.quoted(path))", "df \(Failure.quoted(path))   says how much room there is"],
            status: status
        )
    }
}
