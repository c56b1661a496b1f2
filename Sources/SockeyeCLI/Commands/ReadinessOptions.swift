import ArgumentParser
import Sockeye
import SockeyeSystem

/// How a script learns that a server is ready, and on which port, without reading what it says to people.
struct ReadinessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Once clients can come, write the port into this file (of a Unix socket the address), a line for each ADDRESS. It "
                + "appears whole, and is removed at the end.",
            valueName: "file"
        ),
        completion: .file()
    )
    var portFile: String?

    @Option(
        help: ArgumentHelp(
            "Once clients can come, write the same lines to this open descriptor, and close it.",
            valueName: "n"
        ),
        transform: { text in
            if let number = Int32(text) { return number }
            throw ValidationError("the number of an open descriptor, as in --ready-fd 3 3>ready")
        }
    )
    var readyFd: Int32?

    func validate() throws {
        guard let readyFd else { return }
        guard readyFd > 2 else {
            throw ValidationError(
                "--ready-fd \(readyFd): 0, 1 and 2 are the standard streams; take one from 3 on, as in --ready-fd 3 3>ready."
            )
        }
        guard SystemFile.isInherited(readyFd) else {
            throw ValidationError(
                "--ready-fd \(readyFd): it was not open when sockeye was started; a shell opens it with \(readyFd)>file."
            )
        }
        guard SystemFile.takesWrites(readyFd) else {
            throw ValidationError(
                "--ready-fd \(readyFd): it is open for reading only; a shell opens it for writing with \(readyFd)>file."
            )
        }
    }

    /// Finds out, before anything is bound, whether it can be told.
    func check(again: String) throws(Failure) {
        guard let portFile else { return }
        do throws(Errno) {
            try SystemFile.checkMaking(portFile)
        } catch {
            throw fileFailure(error, again)
        }
    }

    /// Tells it. What it returns takes the file away again.
    func tell(_ addresses: [(SocketAddress, SocketKind)], again: String) throws(Failure) -> PortFile? {
        let lines = addresses.map { address, kind in
            (address.port.map { "\($0)" } ?? TypedAddress.text(for: address, kind)) + "\n"
        }.joined()
        let file: PortFile?
        do throws(Errno) {
            file = try portFile.map { path throws(Errno) in try PortFile(path, Array(lines.utf8)) }
        } catch {
            throw fileFailure(error, again)
        }
        guard let readyFd else { return file }
        do throws(Errno) {
            try SystemFile.tell(Array(lines.utf8), to: readyFd)
        } catch {
            file?.remove()
            throw Failure(
                attempted: "say on descriptor \(readyFd) that the server is ready",
                happened: "\(error)",
                cause: "whoever started the server does not read it any more",
                next: ["\(again) --ready-fd \(readyFd) \(readyFd)>ready"],
                status: Failure.wrongUsage
            )
        }
        return file
    }

    private func fileFailure(_ error: Errno, _ again: String) -> Failure {
        .unwritable(
            "write the port into \(SafeText.line(portFile ?? ""))",
            error,
            next: ["\(again) --port-file /tmp/port"]
        )
    }
}

/// The file that tells the port of a running server.
///
/// It is written under another name and then renamed, so that nobody reads half of it; and it is taken away only if it is
/// still this server's.
final class PortFile: Sendable {
    private let path: String
    private let contents: [UInt8]
    private static let ours = Locked<[PortFile]>([])

    init(_ path: String, _ contents: [UInt8]) throws(Errno) {
        self.path = path
        self.contents = contents
        let draft = "\(path).\(ThisProcess.id)"
        do {
            try SystemFile.write(contents, to: draft)
            try SystemFile.rename(draft, path)
        } catch {
            SystemFile.remove(Array(draft.utf8))
            throw error
        }
        Self.ours.with { $0.append(self) }
    }

    func remove() {
        guard let there = try? SystemFile.contents(path, limit: contents.count), there == contents else { return }
        SystemFile.remove(Array(path.utf8))
    }

    /// For every way in which the tool ends, also those that do not return from the command.
    static func removeAll() {
        let all = ours.with { files in
            defer { files = [] }
            return files
        }
        for file in all { file.remove() }
    }
}
