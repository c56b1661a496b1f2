import ArgumentParser
import Sockeye
import SockeyeDoctor
import SockeyeSystem

/// An error as a person meets it: what was attempted, what happened, why that usually is, and what to try next.
struct Failure: Error {
    let attempted: String
    let happened: String
    let cause: String
    /// Never none. Each is as ``NextStep`` takes its notes: what a command does stands behind it, after three blanks.
    let next: [String]
    let status: Int32
    /// What of it a program can go by: `SocketError.Code`, and the name of the errno, where there was one.
    var code: String?
    var errno: String?

    /// `EX_USAGE` of sysexits.h, which ArgumentParser uses too.
    static let wrongUsage: Int32 = 64
    static let networkFailed: Int32 = 1

    /// The four parts, ready for standard error. Where that is no terminal a part is one line however long, so that whoever searches
    /// a log finds a whole sentence in the line that has its beginning.
    var description: String { description(columns: StandardStream.error.columns ?? .max) }

    /// Narrower than this, and the texts stand below their labels.
    private static let narrow = 60

    /// - Parameter columns: Where lines are broken. Commands are not, so that they can be copied.
    func description(columns: Int) -> String {
        columns < Self.narrow ? narrowDescription(columns) : wideDescription(columns)
    }

    private func narrowDescription(_ columns: Int) -> String {
        func paragraph(_ label: String, _ rows: [String]) -> [String] { ["  \(label):"] + rows.map { "    " + $0 } }
        let width = max(columns - 4, 20)
        let first = Narrator.wrap("sockeye: could not \(attempted)", max(columns - 2, 20)).joined(separator: "\n  ")
        let rest =
            paragraph("what happened", Narrator.wrap(happened, width))
            + paragraph("likely cause", Narrator.wrap(cause, width)) + paragraph("try next", nextRows(width))
        return ([first] + rest).joined(separator: "\n")
    }

    private func wideDescription(_ columns: Int) -> String {
        let indent = String(repeating: " ", count: 17)
        let width = columns == .max ? columns : max(columns - indent.count, 40)
        func paragraph(_ label: String, _ text: String) -> String {
            label + Narrator.wrap(text, width).joined(separator: "\n" + indent)
        }
        return [
            "sockeye: could not \(attempted)",
            paragraph("  what happened: ", happened),
            paragraph("  likely cause:  ", cause),
            "  try next:      " + nextRows(width).joined(separator: "\n" + indent),
        ].joined(separator: "\n")
    }

    private func nextRows(_ width: Int) -> [String] { next.flatMap { NextStep(noted: $0).rows(width) } }

    /// A word as a shell takes it: quoted where a character in it means something there.
    static func quoted(_ word: String) -> String { Words.shell(word) }
}

extension Failure {
    /// The whole of a network error: the error, the address that was typed, and what this computer knows about it.
    init(_ error: SocketError, _ address: TypedAddress, command: String) {
        if let failure = Failure.ofDatagrams(error, address, command: command) {
            self = failure
            note(error)
            return
        }
        let facts = Facts.gathered(for: error, address.endpoint)
        let advice = Advice(for: error, at: address.endpoint, facts: facts, command: command)
        attempted = Self.attempt(error, address)
        happened = Self.answer(error)
        cause = advice.cause
        next = advice.next
        status = error.code == .invalidAddress ? Self.wrongUsage : Self.networkFailed
        note(error)
    }

    /// Keeps what a program can go by.
    mutating func note(_ error: SocketError) {
        code = error.code.rawValue
        errno = error.errno?.name
    }

    private static func attempt(_ error: SocketError, _ address: TypedAddress) -> String {
        let typed = SafeText.line(address.endpoint.description)
        let remote = error.remoteAddress.map(\.description) ?? typed
        let local = error.localAddress.map(\.description) ?? typed
        return switch error.operation {
        case .connect: remote == typed ? "connect to \(typed)" : "connect to \(typed) (\(remote))"
        case .bind where error.isOfSource: "send to \(typed) from \(local)"
        case .bind, .listen: local == typed ? "listen on \(typed)" : "listen on \(typed) (\(local))"
        case .accept: "accept clients on \(local)"
        case .create: "make a socket for \(typed)"
        case .resolve: "find the address of \(typed)"
        case .receive: "receive from \(remote)"
        case .send: "send to \(remote)"
        case .finishSending: "finish sending to \(remote)"
        case .option: "set an option of the socket for \(typed)"
        default: "\(error.operation.rawValue) for \(typed)"
        }
    }

    private static func answer(_ error: SocketError) -> String {
        guard let errno = error.errno else { return error.detail.map(SafeText.line) ?? "\(error.code)" }
        // A refusal is another error: here the server's computer had taken the connection.
        let isBrokenOff = error.operation == .connect && error.code == .reset
        let answer = isBrokenOff ? "the connection was made, and broken off at once: \(errno)" : "\(errno)"
        return error.detail.map { "\(answer); \(SafeText.line($0))" } ?? answer
    }

    /// Runs a command's body, and turns the errors of the network into words and a status.
    static func explaining(
        _ address: TypedAddress,
        command: String,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let error as SocketError {
            try Failure(error, address, command: command).end()
        } catch let failure as Failure {
            try failure.end()
        }
    }

    /// Says it, and ends the command.
    func end() throws -> Never {
        tell()
        throw ExitCode(status)
    }

    /// Says it in words, and with `--json` as an event too.
    func tell() {
        Console.say(description)
        EventLog.current?.tell(
            "error",
            [
                .init(name: "attempted", value: .string(attempted)), .init(name: "happened", value: .string(happened)),
                .init(name: "cause", value: .string(cause)), .init(name: "next", value: .strings(next)),
                .init(name: "status", value: .integer(status)), .init(name: "code", value: .optional(code)),
                .init(name: "errno", value: .optional(errno)),
            ]
        )
    }
}
