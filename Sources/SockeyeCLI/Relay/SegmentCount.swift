import Sockeye

/// Which of the peer's sends became which receives, as far as a middle can know: TCP counts the segments that brought
/// bytes, and where small pieces are sent at once, as on one computer, each send is one.
struct SegmentCount {
    private var counted = 0
    private var receives = 0
    private var byteCount = 0

    /// Call it after each receive. nil while some bytes have come that were not received: then a count would be a guess.
    mutating func arrival(on connection: Connection, of bytes: Int) -> Arrival? {
        receives += 1
        byteCount += bytes
        // In this order: what comes in between is unread then, and nothing is said.
        guard let segments = connection.segmentsReceived, connection.unreadBytes == 0 else { return nil }
        defer { (counted, receives, byteCount) = (segments, 0, 0) }
        guard segments > counted else { return nil }
        return Arrival(byteCount: byteCount, segments: segments - counted, receives: receives)
    }
}
