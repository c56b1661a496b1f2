/// What a recording lacks of one connection, so that the server's answers cannot be compared to their end.
struct RecordingGap: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// The file ends, and the connection has not.
        case end
        /// The server sent something, or may have, and nothing of it is there.
        case server
        /// There is no `open`: the file begins in the middle.
        case opening
    }

    let kind: Kind
    /// The last line of the file that belongs to the connection, from 1.
    let line: Int

    var words: String {
        switch kind {
        case .end:
            "the recording ends in the middle of it, with line \(line): what the server answered after that is not known"
        case .server:
            "nothing that the server sent is in the recording, up to its last line, \(line): there is nothing to compare"
        case .opening: "the recording has no \"open\" of it, so it was not played; its last line is \(line)"
        }
    }
}

extension Recording {
    /// The connections of which something is missing, and what.
    var gaps: [Int: RecordingGap] {
        var connections: [Int: Outline] = [:]
        for (event, line) in zip(events, lines) { connections[event.connection, default: Outline()].add(event, line) }
        return connections.compactMapValues(\.gap)
    }

    /// What of a connection is in the file.
    private struct Outline {
        private var hasOpening = false
        private var hasServerEnd = false
        private var isOver = false
        private var isUnreached = false
        private var serverBytes = 0
        /// What the relay has counted of the server, as the `close` says.
        private var countedBytes: Int?
        private var line = 0

        mutating func add(_ event: RelayEvent, _ line: Int) {
            self.line = line
            switch event.kind {
            case .open: hasOpening = true
            case .data(.server, let bytes): serverBytes += bytes.count
            case .end(.server), .reset(.server): hasServerEnd = true
            case .reset(.client), .cut, .stopped: isOver = true
            case .close(_, let server): (isOver, countedBytes) = (true, server)
            case .failed: isUnreached = true
            case .data, .end, .message: break
            }
        }

        var gap: RecordingGap? {
            if !hasOpening { return isUnreached ? nil : RecordingGap(kind: .opening, line: line) }
            if !isOver, !hasServerEnd { return RecordingGap(kind: .end, line: line) }
            // A server that said nothing and ended has said so; one of which nothing was kept has not.
            let isSilent = hasServerEnd ? countedBytes ?? 0 == 0 : countedBytes == 0
            return serverBytes == 0 && !isSilent ? RecordingGap(kind: .server, line: line) : nil
        }
    }
}
