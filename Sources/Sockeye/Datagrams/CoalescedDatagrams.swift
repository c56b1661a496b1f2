internal import SockeyeSystem

/// Several datagrams of one peer that the kernel has handed over in one piece (`UDP_GRO`), until all of them are taken.
///
/// All but the last are equally long, and the kernel says how long.
@safe final class CoalescedDatagrams {
    /// 64 KiB: no piece is larger.
    private static let byteCount = 65_536
    private let base: UnsafeMutableRawPointer
    private var arrival: DatagramArrival?
    private var offset = 0

    init() {
        unsafe base = .allocate(byteCount: Self.byteCount, alignment: 64)
    }

    deinit {
        unsafe base.deallocate()
    }

    var isEmpty: Bool { arrival == nil }

    /// Receives the next piece, when the last one is used up.
    func fill(_ descriptor: Int32) throws(Errno) {
        arrival = try unsafe Syscalls.receiveDatagram(descriptor, into: base, room: Self.byteCount, control: .addresses)
        offset = 0
    }

    /// Takes the next datagram out and lends it to `body`; false when there is none.
    func take(_ body: (UnsafeRawBufferPointer, DatagramArrival) -> Void) -> Bool {
        guard let arrival else { return false }
        let end = min(arrival.length, Self.byteCount)
        let count = arrival.segment > 0 ? min(arrival.segment, end - offset) : end
        let one = DatagramArrival(
            length: count,
            from: arrival.from,
            local: arrival.local,
            interface: arrival.interface
        )
        unsafe body(UnsafeRawBufferPointer(start: base + offset, count: count), one)
        offset += count
        // A datagram of no bytes comes by itself.
        if offset >= end { self.arrival = nil }
        return true
    }
}
