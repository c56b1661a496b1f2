import Sockeye

/// What went wrong with one connection.
enum Fault: Error {
    /// The system's answer.
    case socket(SocketError)
    /// The server finished sending while a reply was due.
    case ended(afterReplies: Int)
    /// A reply was not what it has to be.
    case wrongReply(WrongReply)

    /// The kind, by which errors are counted: the code of a `SocketError`, or `wrongReply`.
    var kind: String {
        switch self {
        case .socket(let error): error.code.rawValue
        case .ended: SocketError.Code.endOfStream.rawValue
        case .wrongReply: "wrongReply"
        }
    }

    /// The kind as a person reads it.
    static func words(of kind: String) -> String {
        switch kind {
        case "wrongReply": "wrong reply"
        case SocketError.Code.endOfStream.rawValue: "closed by the server"
        default: SocketError.Code(rawValue: kind)?.words ?? kind
        }
    }
}

/// Where a reply went wrong.
struct WrongReply: Equatable {
    /// Counted from 1.
    var reply: Int
    /// The first wrong byte, counted from 1 within its reply.
    var position: Int
    /// What came from there on, and what had to; some bytes of it. Nothing had to when more came than was asked for.
    var came: [UInt8]
    var expected: [UInt8]
    /// The reader of messages gave up, for this reason.
    var problem: String?
}

/// All that went wrong, by kind, with an example of each.
struct Faults {
    private(set) var counts: [String: Int] = [:]
    private(set) var examples: [String: Fault] = [:]

    var total: Int { counts.values.reduce(0, +) }

    mutating func add(_ fault: Fault) {
        counts[fault.kind, default: 0] += 1
        if examples[fault.kind] == nil { examples[fault.kind] = fault }
    }

    mutating func add(_ other: Faults) {
        counts.merge(other.counts, uniquingKeysWith: +)
        examples.merge(other.examples) { mine, _ in mine }
    }

    /// The kinds, most frequent first.
    var ranked: [(kind: String, count: Int)] {
        counts.map { (kind: $0.key, count: $0.value) }.sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
    }

    /// An example of the most frequent kind.
    var foremost: Fault? { ranked.first.flatMap { examples[$0.kind] } }
}
