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
        )
    )
    var portFile: String?

    @Option(
        help: ArgumentHelp(
            "Once clients can come, write the same lines to this open descriptor, and close it.",
            valueName: "n"
        )
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
    }

    /// Tells it. What it returns takes the file away again.
    func tell(_ addresses: [SocketAddress], again: String) throws(Failure) -> PortFile? {
        let lines = addresses.map { $0.port.map { "\($0)\n" } ?? "\($0)\n" }.joined()
        let file: PortFile?
        do throws(Errno) {
            file = try portFile.map { path throws(Errno) in try PortFile(path, Array(lines.utf8)) }
        } catch {
            let attempted = "write the port into \(SafeText.line(portFile ?? ""))"
            throw failure(attempted, error, "\(again) --port-file /tmp/port")
        }
        guard let readyFd else { return file }
        do throws(Errno) {
            try SystemFile.tell(Array(lines.utf8), to: readyFd)
        } catch {
            file?.remove()
            let attempted = "say on descriptor \(readyFd) that the server is ready"
            throw failure(attempted, error, "\(again) --ready-fd \(readyFd) \(readyFd)>ready")
        }
        return file
    }

    private func failure(_ attempted: String, _ error: Errno, _ next: String) -> Failure {
        Failure(
            attempted: attempted,
            happened: "\(error)",
            cause: portFile == nil || error == .badDescriptor || error == .brokenPipe
                ? "whoever started the server has not opened the descriptor for writing, or does not read any more"
                : "its folder is not there, or is not yours to write in",
            next: [next],
            status: Failure.wrongUsage
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
