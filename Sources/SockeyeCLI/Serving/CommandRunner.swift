import Sockeye
import SockeyeSystem

/// `--exec COMMAND`: a program for each client, whose standard input and output are the conversation.
///
/// The program gets pipes and not the socket. So the end is passed on in both directions each for itself: what the client
/// has sent is followed by the end of the program's input, and what the program has written by a FIN, and nothing is lost
/// because one of the two ended first.
struct CommandRunner: ServerRole {
    let arguments: [String]
    let isQuiet: Bool
    /// It serves one client, and what goes wrong is the status of the server.
    let isForOne: Bool
    /// 2 s for a program that was asked to end: as long as closing a connection may take.
    private static let patience = Duration.seconds(2)

    var owesWhole: Bool { true }

    func hold(with connection: Connection) async throws {
        if !isQuiet { Console.say("Connection from \(connection.remoteAddress)") }
        let program: RunningProgram
        do {
            program = try RunningProgram(arguments, Self.variables(connection))
        } catch let error as Errno {
            connection.abort()
            if isForOne { throw failure(error) }
            return failure(error).tell()
        }
        let hasGone = Locked(false)
        let status = await withTaskCancellationHandler {
            await run(program, connection, hasGone)
        } onCancel: {
            Self.stop(program)
        }
        EventLog.current?.tellCommand(status: status, of: connection)
        try Task.checkCancellation()
        if connection.wasSilent {
            throw SocketError(.timedOut, .receive, remoteAddress: connection.remoteAddress)
        }
        if status != 0, isForOne {
            let command = arguments.map(Failure.quoted).joined(separator: " ")
            throw Failure(commandFor: connection.remoteAddress, command, status: status)
        }
        if status != 0, !isQuiet {
            Console.say(Self.farewell(to: connection.remoteAddress, status, hasGone: hasGone.with(\.self)))
        }
    }

    private enum Part: Sendable {
        case isFed
        case hasAnswered
        case hasEnded(Int32)
    }

    /// A program that ends because its client has gone has not failed, as its status would have it.
    private static func farewell(to client: SocketAddress, _ status: Int32, hasGone: Bool) -> String {
        guard status > 128 else { return "The command for \(client) has ended with status \(status)" }
        let signal = "ended by signal \(status - 128)"
        return hasGone
            ? "The client \(client) has gone before its command was done, which was \(signal)"
            : "The command for \(client) was \(signal)"
    }

    /// Until the program has ended and all that it wrote is with the client; its status.
    ///
    /// - Parameter hasGone: Becomes true when the client leaves a program that is not done.
    private func run(_ program: RunningProgram, _ connection: Connection, _ hasGone: Locked<Bool>) async -> Int32 {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await feed(program, from: connection, hasGone)
                return .isFed
            }
            group.addTask {
                await answer(connection, from: program, hasGone)
                return .hasAnswered
            }
            group.addTask { .hasEnded(await program.end()) }
            var status: Int32?
            var hasAnswered = false
            for await part in group {
                switch part {
                case .isFed: break
                case .hasAnswered: hasAnswered = true
                case .hasEnded(let ended): status = ended
                }
                // Nobody is left who would read what the client still says.
                if status != nil, hasAnswered { group.cancelAll() }
            }
            return status ?? 0
        }
    }

    /// The client's bytes, then the end. A program that does not read is not waited for: its client goes on.
    private func feed(_ program: RunningProgram, from connection: Connection, _ hasGone: Locked<Bool>) async {
        do {
            var isRead = true
            while let bytes = try await connection.receive(upTo: 65_536) {
                guard isRead else { continue }
                do throws(SocketError) {
                    try await program.input.write(bytes)
                } catch {
                    isRead = false
                }
            }
            program.input.close()
        } catch {
            // The client has vanished: there is nobody to work for.
            program.input.close()
            guard !Task.isCancelled, !program.isOver else { return }
            hasGone.with { $0 = true }
            Self.stop(program)
        }
    }

    /// The program's bytes, then the end.
    private func answer(_ connection: Connection, from program: RunningProgram, _ hasGone: Locked<Bool>) async {
        do {
            while let bytes = try await program.output.read() { try await connection.send(bytes) }
            try await connection.finishSending()
        } catch {
            hasGone.with { $0 = true }
            // Its next write fails, as in a shell when the next program of a pipe has ended.
            program.output.close()
        }
    }

    /// Asks the program to end, and makes it end if it does not.
    private static func stop(_ program: RunningProgram) {
        program.process.send(.terminate)
        LoopTask.start {
            await LoopTask.sleep(for: patience)
            program.process.send(.kill)
        }
    }

    private static func variables(_ connection: Connection) -> [(name: String, value: String)] {
        variables("REMOTE", connection.remoteAddress) + variables("LOCAL", connection.localAddress)
    }

    private static func variables(_ side: String, _ address: SocketAddress) -> [(name: String, value: String)] {
        let host =
            switch address.kind {
            case .ipv4(let ip, _): "\(ip)"
            case .ipv6(let ip, _, _, _): "\(ip)"
            case .unixPath, .unixAbstract, .unixUnnamed: "\(address)"
            }
        return [("SOCKEYE_\(side)_ADDRESS", host), ("SOCKEYE_\(side)_PORT", address.port.map { String($0) } ?? "")]
    }

    private func failure(_ error: Errno) -> Failure {
        Failure(
            attempted: "start \(SafeText.line(arguments[0]))",
            happened: "\(error)",
            cause: error == .noSuchFile || error == .permissionDenied
                ? "there is no such program any more, or it may not be run"
                : "this computer has no room for another program",
            next: ["command -v \(Failure.quoted(arguments[0]))", "ulimit -a   lists the limits"],
            status: Failure.networkFailed
        )
    }
}

/// A program that runs, and this side's ends of its pipes.
private final class RunningProgram: Sendable {
    let process: ChildProcess
    /// What it reads.
    let input: PipeEnd
    /// What it writes.
    let output: PipeEnd
    private let status = Locked<(ended: Int32?, waiter: CheckedContinuation<Int32, Never>?)>((nil, nil))

    /// - Throws: `Errno` when the program cannot be started, `SocketError` when there is no loop.
    init(_ arguments: [String], _ variables: [(name: String, value: String)]) throws {
        let input = try Syscalls.pipe()
        defer { Syscalls.close(input.reading) }
        let output: (reading: Int32, writing: Int32)
        do {
            output = try Syscalls.pipe()
        } catch {
            Syscalls.close(input.writing)
            throw error
        }
        defer { Syscalls.close(output.writing) }
        do {
            self.input = try PipeEnd(adopting: input.writing)
        } catch {
            Syscalls.close(output.reading)
            throw error
        }
        self.output = try PipeEnd(adopting: output.reading)
        process = try ChildProcess(arguments, variables: variables, input: input.reading, output: output.writing)
        do {
            try Syscalls.startThread { [process, status] in
                let ended = process.waitForEnd()
                let waiter = status.with { status in
                    status.ended = ended
                    return status.waiter
                }
                waiter?.resume(returning: ended)
            }
        } catch {
            process.send(.kill)
            _ = process.waitForEnd()
            throw error
        }
    }

    var isOver: Bool { status.with { $0.ended != nil } }

    /// Waits until it has ended, also in a task that was cancelled: a process must not be left behind.
    func end() async -> Int32 {
        await withCheckedContinuation { continuation in
            let ended = status.with { status in
                if status.ended == nil { status.waiter = continuation }
                return status.ended
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }
}
