/// What one side has said since the other spoke last: as much of it as tells what a reader may still miss.
struct Turn: Sendable, Equatable {
    /// 16: a length, the first word of a request.
    private static let openingBytes = 16
    private static let closingBytes = 4

    private(set) var opening: [UInt8] = []
    private(set) var closing: [UInt8] = []
    private(set) var byteCount = 0
    /// In how many receives it came.
    private(set) var receives = 0
    /// In how many segments, as far as they were counted: for small pieces that are sent at once, the number of sends.
    private(set) var segments = 0
    /// Every receive so far is in that count.
    private(set) var isCounted = true

    init() {}

    init(_ text: String) {
        self.init()
        take(Array(text.utf8), nil)
    }

    mutating func take(_ bytes: [UInt8], _ arrival: Arrival?) {
        opening += bytes.prefix(Self.openingBytes - opening.count)
        closing = Array((closing + bytes.suffix(Self.closingBytes)).suffix(Self.closingBytes))
        byteCount += bytes.count
        receives += 1
        segments += arrival?.segments ?? 0
        isCounted = arrival != nil
    }
}
