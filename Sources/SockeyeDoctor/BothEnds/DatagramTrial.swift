import SockeyeSystem

/// Datagrams of many sizes, there and back. It blocks, and runs on a thread of its own.
struct DatagramTrial {
    private let address: SocketAddress
    private let token: String
    /// How long an answer may take.
    private let patience: Duration
    /// How many datagrams go out in each round until one is answered. 12 in all: where two packets of five get lost in each
    /// direction, a size that passes is called too large once in two hundred times.
    private static let rounds = [1, 3, 4, 4]
    private static let mostTries = 16
    /// For all sizes together. 30 s: what a slow and lossy line does not settle by then stays unknown.
    private let deadline = Deadline(in: .seconds(30))

    init(_ address: SocketAddress, _ token: String, _ roundTrip: Duration) {
        self.address = address
        self.token = token
        patience = max(.milliseconds(150), roundTrip * 3)
    }

    func run() -> BothEndsEvidence.Datagrams {
        var result = BothEndsEvidence.Datagrams()
        do {
            let socket = try Socket(address.family, .datagram)
            try Syscalls.sendWhole(socket.descriptor, address.family)
            try socket.connect(to: address)
            result.up = largest { size in self.passes(socket.descriptor, socket, .up, size) }
            result.down = largest { size in self.passes(socket.descriptor, socket, .down, size) }
            result.isKnown = deadline.milliseconds > 0
        } catch {
            return result
        }
        return result
    }

    /// 0 when not even the smallest passes.
    private func largest(_ passes: (Int) -> Bool) -> Int {
        guard passes(DoctorDatagram.smallest) else { return 0 }
        if passes(DoctorDatagram.largest) { return DoctorDatagram.largest }
        var search = SizeSearch(passing: DoctorDatagram.smallest, failing: DoctorDatagram.largest)
        // What Ethernet carries, first over IPv4 and then over IPv6, is the answer nearly always.
        for size in [1473, 1472, 1453, 1452] where size > search.low && size < search.high {
            search.note(size, passes: passes(size))
        }
        while let size = search.next { search.note(size, passes: passes(size)) }
        return search.low
    }

    private func passes(_ descriptor: Int32, _ socket: borrowing Socket, _ word: DoctorDatagram.Word, _ size: Int)
        -> Bool
    {
        var number = size * Self.mostTries
        for count in Self.rounds where deadline.milliseconds > 0 {
            for _ in 0..<count {
                let question = DoctorDatagram(token, word, number, size).bytes(filledTo: word == .up ? size : 0)
                number += 1
                do throws(SocketError) {
                    guard try socket.send(question) == question.count else { return false }
                } catch {
                    // Too large for this computer's own interface: no need to try again. A refusal of an earlier one is over.
                    if error.code == .messageTooLong { return false }
                }
            }
            if let passes = answer(descriptor, socket, size) { return passes }
        }
        return false
    }

    /// nil when none came.
    private func answer(_ descriptor: Int32, _ socket: borrowing Socket, _ size: Int) -> Bool? {
        let deadline = Deadline(in: patience)
        while deadline.milliseconds > 0, Syscalls.waitReadable(descriptor, milliseconds: deadline.milliseconds) {
            guard let bytes = try? socket.receive(upTo: 65_536), let answer = DoctorDatagram(bytes),
                answer.token == token, answer.number / Self.mostTries == size
            else { continue }
            switch answer.word {
            case .got: return answer.size >= size
            case .big: return bytes.count >= size
            default: return false
            }
        }
        return nil
    }
}
