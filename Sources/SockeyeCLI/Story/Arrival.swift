/// Which sends became which receives, as far as whoever received can know: TCP counts the segments that brought bytes, and
/// where small pieces are sent at once, each send is one. TCP may have joined several while it waited for an answer: there are so
/// many sends at least.
struct Arrival: Sendable, Equatable {
    let byteCount: Int
    let segments: Int
    let receives: Int

    /// 1200: no path of today's carries smaller full segments, so larger ones may be parts of one send that TCP has cut.
    private static let smallestFullSegment = 1200

    var words: String {
        let receives = RelayWords.times(receives, "receive")
        if segments <= 1 { return "1 send arrived as \(receives) here" }
        if byteCount / segments >= Self.smallestFullSegment {
            return
                "\(segments) segments arrived as \(receives) here: large sends, perhaps a single one, which TCP has cut"
        }
        return "at least \(segments) sends (as many segments) arrived as \(receives) here"
    }
}
