import Sockeye
import SockeyeSystem

/// What two doctors say to each other: lines of text over TCP, of which the one that listens says the first.
///
///     sockeye-doctor 1 5f3a…      the greeting, with a token that datagrams carry
///     hello                       a doctor came, and no other program
///     seen 203.0.113.7:40000      the address that it is seen with
///     ping 3 / pong 3             a round trip
///     take 200000 …, took 200000  so many bytes this way
///     give 200000, …              and so many that way
///     call 40001, called open     the listening end connects to the visitor's own address, and tells what happened
///     summary udp …               what the visitor has found out about datagrams
package enum DoctorWords {
    package static let greeting = "sockeye-doctor 1 "

    /// 128 bytes: longer than any line of ours, and short enough for whoever else comes.
    static let longestLineBytes = 128
    /// 200 kB: more than any first window, so that full packets travel; little for a slow line.
    static let bulkBytes = 200_000
    /// For an answer to a line. 15 s: on a line that loses two packets of five it may take several of the kernel's attempts.
    static let patience = Duration.seconds(15)
    /// For many bytes as long as none of them come through. 8 s: five attempts of the kernel at the first of them.
    static let standstill = Duration.seconds(8)
    /// For many bytes that do come through: a slow line is a slow line, and no broken one.
    static let bulkPatience = Duration.seconds(25)

    /// The token of a doctor's greeting; nil when another server speaks.
    package static func token(in greeting: [UInt8]) -> String? {
        let line = String(decoding: greeting.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard line.hasPrefix(Self.greeting) else { return nil }
        let token = line.dropFirst(Self.greeting.count)
        return token.count == 16 && token.allSatisfy(\.isHexDigit) ? String(token) : nil
    }

    static func newToken() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The next line without its end; nil when the peer has finished.
    static func line(from connection: Connection) async throws -> String? {
        guard let bytes = try await connection.receive(until: [UInt8(ascii: "\n")], upTo: longestLineBytes) else {
            return nil
        }
        return String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }

    /// Says a line and waits for the answer, which must begin with the word; what follows it is returned.
    static func ask(_ connection: Connection, _ question: String, _ word: String) async throws -> String {
        try await withTimeout(patience) {
            try await connection.send(question + "\n")
            guard let answer = try await line(from: connection), answer.hasPrefix(word) else {
                throw SocketError(.endOfStream, .receive, detail: "the other doctor did not answer \"\(question)\"")
            }
            return String(answer.dropFirst(word.count).drop { $0 == " " })
        }
    }

    /// Receives so many bytes and drops them. It ends early when none come for a while.
    ///
    /// - Parameter note: Told how many have come, each time that some have.
    static func drain(_ connection: Connection, _ count: Int, note: @Sendable (Int) -> Void = { _ in }) async throws {
        var left = count
        while left > 0 {
            let most = min(left, 65_536)
            guard let bytes = try await withTimeout(patience, { try await connection.receive(upTo: most) }) else {
                throw SocketError(.endOfStream, .receive, detail: "\(left) of \(count) bytes are missing")
            }
            left -= bytes.count
            note(count - left)
        }
    }
}

/// The datagrams of two doctors: `TOKEN WORD NUMBER SIZE`, filled up with zeros to the size that is tried.
///
///     up 7 1472     from the visitor, 1472 bytes long: the answer is  got 7 1472, short
///     down 8 1472   short: the answer is  big 8 1472, 1472 bytes long, or  no 8 1472  where it cannot be sent
struct DoctorDatagram: Equatable {
    enum Word: String {
        case up, got, down, big, no
    }

    let token: String
    let word: Word
    let number: Int
    let size: Int

    init(_ token: String, _ word: Word, _ number: Int, _ size: Int) {
        self.token = token
        self.word = word
        self.number = number
        self.size = size
    }

    init?(_ bytes: [UInt8]) {
        let parts = String(decoding: bytes.prefix(64).prefix { $0 != 0 }, as: UTF8.self).split(separator: " ")
        guard parts.count == 4, let word = Word(rawValue: String(parts[1])), let number = Int(parts[2]),
            let size = Int(parts[3]), (Self.smallest...Self.largest).contains(size)
        else { return nil }
        self.init(String(parts[0]), word, number, size)
    }

    /// The text with zeros behind it, up to `size` bytes.
    func bytes(filledTo size: Int = 0) -> [UInt8] {
        let text = Array("\(token) \(word.rawValue) \(number) \(self.size)".utf8)
        return text + [UInt8](repeating: 0, count: max(size - text.count, 1))
    }

    /// 64 bytes hold the text; 65,507 is the largest that UDP over IPv4 can carry.
    static let smallest = 64
    static let largest = 65_507
}

/// The search for the largest size that passes: a pure halving, which assumes that what is smaller passes too.
struct SizeSearch {
    /// Passes.
    private(set) var low: Int
    /// Does not.
    private(set) var high: Int

    init(passing low: Int, failing high: Int) {
        self.low = low
        self.high = high
    }

    /// The size to try next; nil when `low` is the answer.
    var next: Int? { high - low > 1 ? low + (high - low) / 2 : nil }

    mutating func note(_ size: Int, passes: Bool) {
        if passes { low = max(low, size) } else { high = min(high, size) }
    }
}
