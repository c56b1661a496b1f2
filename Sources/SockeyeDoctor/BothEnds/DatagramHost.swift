package import Sockeye
package import SockeyeSystem

/// The end that takes datagrams: it answers what another doctor asks, and tells who has sent what.
///
/// Nobody else is answered, and an answer is never longer than the question, so that it is of no use to whoever sends with a
/// false address.
package final class DatagramHost: Sendable {
    /// A datagram that came.
    package struct Visit: Sendable, Equatable {
        package let from: SocketAddress
        package let byteCount: Int
        package let isDoctor: Bool
    }

    /// A line of text, since programs that take lines may be there; and longer than any answer.
    static let question =
        "sockeye doctor: does anybody take datagrams here, and from which address does this one seem to come?\n"
    static let answerHead = "sockeye doctor: seen "

    package let socket: DatagramSocket

    private init(_ socket: DatagramSocket) {
        self.socket = socket
    }

    package static func open(on endpoint: Endpoint) async throws(SocketError) -> DatagramHost {
        DatagramHost(try await DatagramSocket.bind(to: endpoint))
    }

    /// Answers until the task is cancelled.
    package func serve(_ tell: @escaping @Sendable (Visit) async -> Void) async throws(SocketError) {
        while true {
            let (bytes, from) = try await socket.receive(upTo: 65_535)
            let answer = Self.answer(to: bytes, from)
            // A sender that cannot be answered does not end the wait for others.
            if let answer { try? await socket.send(answer, to: from) }
            await tell(Visit(from: from, byteCount: bytes.count, isDoctor: answer != nil))
        }
    }

    /// nil for what is no doctor's question.
    static func answer(to bytes: [UInt8], _ from: SocketAddress) -> [UInt8]? {
        guard bytes == Array(question.utf8) else { return nil }
        let answer = answerHead + from.plain(port: from.port ?? 0).description + "\n"
        return Array(answer.utf8.prefix(question.utf8.count))
    }

    /// The address that the other doctor has seen, where an answer is one's.
    static func seen(in answer: [UInt8]) -> String? {
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix(answerHead), text.hasSuffix("\n") else { return nil }
        return String(text.dropFirst(answerHead.count).dropLast())
    }
}

extension HostVerdict {
    /// What the end that takes datagrams tells its person about a doctor that has asked.
    package static func findings(_ visit: DatagramHost.Visit, port: UInt16) -> [Finding] {
        let visitor = visit.from.plain(port: visit.from.port ?? 0)
        return [
            Finding(
                "visited",
                .works,
                .certain,
                "datagrams of \(visitor.host) reach this computer: the way from there to here is open",
                evidence: ["a doctor's datagram of \(visit.byteCount) bytes came from \(visitor), and was answered"],
                cause: "no firewall objects to datagrams for this port, and the address is the right one",
                next: [
                    .run(
                        "sockeye serve 'udp:*:\(port)'",
                        "end this doctor, and start a program here, which will get datagrams from there"
                    )
                ]
            )
        ]
    }
}
