public import SockeyeSystem

extension DatagramSocket {
    /// Sends bytes as many datagrams of one length; the last may be shorter.
    ///
    ///     try await socket.send(movie, inDatagramsOf: 1200, to: viewer)
    ///
    /// No bytes make no datagram. The kernel, or the network card, cuts up to 64 datagrams out of each system call, which makes a fraction of the work
    /// (`UDP_SEGMENT`). Where it cannot, they are sent one by one.
    ///
    /// - Parameters:
    ///   - size: From 1 byte up. 1,200 pass nearly every network unfragmented.
    ///   - address: Where to; nil for the peer of a connected socket.
    ///   - source: An address of this computer to send from; nil: the kernel chooses.
    /// - Cancellation, Throws: as ``send(_:)-([UInt8])``; the error says how many bytes had gone out. `.invalidArgument` for a
    ///   size below 1.
    ///
    /// In C: `sendmsg` with a `UDP_SEGMENT` control message.
    public func send(
        _ bytes: [UInt8],
        inDatagramsOf size: Int,
        to address: SocketAddress? = nil,
        from source: SocketAddress? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        guard size > 0 else {
            throw SocketError(.invalidArgument, .send, detail: "datagrams of \(size) bytes: at least one makes sense")
        }
        let operation = try beginSending(to: address, from: source).get()
        var cut = Cutting(
            size: size,
            canSegment: traits.canSegment,
            destination: Destination(to: address, from: source)
        )
        var room = RoomWait()
        while true {
            switch try sendStep(operation, unsafe bytes.span.bytes, &cut) {
            case .done: return
            case .wait: await waitForRoom(at: address, &room)
            case .yield: await Task.yield()
            }
        }
    }
}

/// How far a sending of many datagrams has come.
private struct Cutting {
    let size: Int
    var canSegment: Bool
    let destination: Destination
    var sent = 0

    init(size: Int, canSegment: Bool, destination: Destination) {
        self.size = size
        self.canSegment = canSegment
        self.destination = destination
    }

    /// 64 datagrams: what the kernel cuts at once (`UDP_MAX_SEGMENTS` before 6.9). And 65,000 bytes: all of them together are
    /// one datagram as long as they are under way, so they are bounded like one.
    func next(of total: Int) -> Int {
        guard canSegment else { return min(size, total - sent) }
        let most = min(64, max(1, 65_000 / size))
        return min(most * size, total - sent)
    }

    /// Answers of a kernel, a route or a network card that does not cut.
    static let cannotCut: Set<Errno> = [.invalidArgument, .inputOutput, .messageTooLong, .notSupported, .noSuchOption]
}

extension DatagramSocket {
    private func sendStep(
        _ operation: Sending,
        _ bytes: RawSpan,
        _ cut: inout Cutting
    ) throws(SocketError) -> SendStep {
        while cut.sent < bytes.byteCount {
            let step: Step
            do {
                step = try registration.step(.write, endsWhen: .callerSays) { () throws(Errno) in
                    Attempt(count: try attempt(bytes, &cut), isShort: false)
                }
            } catch {
                let detail = cut.sent > 0 ? "\(cut.sent) of \(bytes.byteCount) bytes had gone out" : nil
                let to = cut.destination.to
                let size = min(cut.size, bytes.byteCount - cut.sent)
                throw fail(.send, error, since: operation.start, to: to, byteCount: size, detail: detail)
            }
            switch step {
            case .wait: return .wait
            case .yield: return .yield
            case .done(let count):
                cut.sent += count
                let datagrams = (count + cut.size - 1) / cut.size
                registration.loop.spend(datagrams: datagrams)
                if observation != nil {
                    report(
                        .send,
                        since: operation.start,
                        remote: cut.destination.to,
                        byteCount: count,
                        datagramCount: datagrams
                    )
                }
            }
        }
        registration.end(.write)
        return .done
    }

    private func attempt(_ bytes: RawSpan, _ cut: inout Cutting) throws(Errno) -> Int {
        while true {
            let count = cut.next(of: bytes.byteCount)
            do throws(Errno) {
                return try unsafe bytes.withUnsafeBytes { memory throws(Errno) in
                    try unsafe Syscalls.sendDatagram(
                        registration.descriptor,
                        memory.baseAddress.map { unsafe $0 + cut.sent },
                        count: count,
                        to: cut.destination.to,
                        from: cut.destination.from,
                        segment: count > cut.size ? UInt16(cut.size) : 0
                    )
                }
            } catch {
                guard count > cut.size, Cutting.cannotCut.contains(error) else { throw error }
                cut.canSegment = false
            }
        }
    }
}
