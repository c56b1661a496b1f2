import ArgumentParser
import Sockeye
import SockeyeSystem

/// Everything that the relay tells: to a person, to a program, and into a recording. One line after the other.
///
/// What the two programs say goes to standard output, what the relay says of it to standard error. It is written on a
/// thread of its own; whoever tells something waits until it is written, so a slow reader slows the conversation down
/// instead of filling the memory.
final class RelayLog: Sendable {
    enum Show: String, ExpressibleByArgument, CaseIterable {
        case text, hex, none
    }

    struct Options: Sendable {
        var show = Show.text
        var isJSON = false
        var isQuiet = false
        var isExplaining = false
        var framing: Framing?
    }

    let options: Options
    private let start = ContinuousClock.now
    private let paint = Paint.onStandardError
    private let recording: OutputFile?
    /// Ends the relay when nobody reads on, or when what it tells cannot be written.
    let stop: RelayStop
    private let worker = Worker()
    /// The words for a recording that cannot be written.
    private let flaw: @Sendable (Errno) -> Failure
    private let hole = Locked<Failure?>(nil)
    /// How much of the recording can still be written before it is too large for `sockeye replay`; nil once that was told.
    private let room: Locked<Int?>
    private let tellFull: @Sendable () -> Void
    private let views = Locked<[Int: PerSide<RelayView>]>([:])

    init(
        _ options: Options,
        recording: consuming OutputFile?,
        _ stop: RelayStop,
        flaw: @escaping @Sendable (Errno) -> Failure,
        room: Int = Recording.largestBytes,
        tellFull: @escaping @Sendable () -> Void
    ) {
        self.room = Locked(room)
        self.tellFull = tellFull
        self.stop = stop
        self.flaw = flaw
        self.options = options
        self.recording = recording
    }

    var isExplaining: Bool { options.isExplaining }

    /// Standard output carries something, so that it matters whether somebody reads it.
    var writesOutput: Bool { options.isJSON || options.show != .none }

    /// Nothing is shown or kept of the bytes themselves: then they need not change threads.
    private var ignoresData: Bool {
        options.show == .none && options.isQuiet && !options.isJSON && recording == nil
    }

    /// Tells an event of a connection, and returns when it is written.
    func write(_ connection: Int, _ kind: RelayEvent.Kind) async {
        if case .data = kind, ignoresData { return }
        let event = RelayEvent(time: .now - start, connection: connection, kind: kind)
        await worker.run { self.writeNow(event) }
    }

    /// A sentence of `--explain`: with `--json` an event like the others, which no recording holds.
    func explain(_ connection: Int, _ remarks: [Remark]) async {
        guard isExplaining, !remarks.isEmpty else { return }
        let time = ContinuousClock.now - start
        await worker.run {
            for remark in remarks where !self.stop.isOver {
                Explainer.say("#\(connection) \(remark.words)")
                if self.options.isJSON { self.put(Array((remark.json(at: time, connection).line + "\n").utf8)) }
            }
        }
    }

    /// The first line of a recording.
    ///
    /// - Throws: when not even that can be written. What cannot be written later is told at once, and ends the relay.
    func writeHeading(listen: String, target: String) async throws(Failure) {
        let heading = Recording.Heading(listen: listen, target: target, started: "\(TimeOfDay.now)")
        await worker.run {
            if self.options.isJSON { self.put(Array((heading.json.line + "\n").utf8)) }
            self.record(heading.json)
        }
        if let failure = hole.with(\.self) { throw failure }
    }

    // MARK: On the worker's thread

    private func writeNow(_ event: RelayEvent) {
        let wasWhole = hole.with { $0 == nil }
        record(event.json)
        if options.isJSON { put(Array((event.json.line + "\n").utf8)) }
        if wasWhole, let failure = hole.with(\.self) {
            failure.tell()
            return stop.end(status: failure.status)
        }
        let framing = options.framing
        switch event.kind {
        case .data(let side, let bytes):
            let shown = view(event.connection, side) { view in view.take(bytes, framing) }
            for message in shown.messages { show(event, side, message, "message of ") }
            if let flaw = shown.flaw { say(event, side, "\(side.direction)  no message: \(flaw)") }
            if let rest = shown.bytes { show(event, side, rest, "") }
        case .end(let side):
            let shown = view(event.connection, side) { view in view.finish(framing) }
            for message in shown.messages { show(event, side, message, "message of ") }
            if let flaw = shown.flaw { say(event, side, "\(side.direction)  no message: \(flaw)") }
            put(shown.bytes ?? [])
            say(event, side, "\(side.rawValue) has finished sending")
        case .close:
            views.with { $0[event.connection] = nil }
            say(event, nil, RelayWords.line(of: event.kind))
        default:
            say(event, nil, RelayWords.line(of: event.kind))
        }
    }

    private func show(_ event: RelayEvent, _ side: RelaySide, _ bytes: [UInt8], _ what: String) {
        if options.isJSON {
            guard !what.isEmpty else { return }
            let message = RelayEvent(time: event.time, connection: event.connection, kind: .message(side, bytes))
            return put(Array((message.json.line + "\n").utf8))
        }
        say(event, side, "\(side.direction)  \(what)\(Quantity.bytes(bytes.count))")
        put(view(event.connection, side) { $0.render(bytes, as: options.show, isMessage: !what.isEmpty) })
    }

    private func say(_ event: RelayEvent, _ side: RelaySide?, _ words: String) {
        if options.isQuiet || options.isJSON || stop.isOver { return }
        let columns = Console.isTerminal ? StandardStream.error.columns : nil
        let line = Console.broken("\(Quantity.clock(event.time)) #\(event.connection) \(words)", columns: columns)
        Console.say(side.map { paint.lane($0 == .client ? .client : .server, line) } ?? line)
    }

    private func view<Result: Sendable>(_ number: Int, _ side: RelaySide, _ body: (inout RelayView) -> Result) -> Result
    {
        views.with { views in
            body(&views[number, default: PerSide { _ in RelayView(isTerminal: Output.standard.isTerminal) }][side])
        }
    }

    private func record(_ json: JSONValue) {
        guard recording != nil, hole.with({ $0 == nil }) else { return }
        do throws(Errno) {
            HeldUp.begin(.recording)
            defer { HeldUp.end(.recording) }
            let bytes = Array((json.line + "\n").utf8)
            try recording?.write(bytes)
            if outgrows(bytes.count) { tellFull() }
        } catch {
            // A recording with a hole in it is worse than none.
            let failure = flaw(error)
            hole.with { $0 = failure }
        }
    }

    /// Whether the recording has just become too large to be played.
    private func outgrows(_ count: Int) -> Bool {
        room.with { room in
            guard let left = room else { return false }
            room = left < count ? nil : left - count
            return room == nil
        }
    }

    private func put(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, !stop.isOver else { return }
        do throws(Errno) {
            try HeldUp.during(.output) { () throws(Errno) in try StandardStream.output.write(bytes) }
        } catch {
            // Nobody reads on (`| head -1`): the relay has shown what was wanted.
            if error == .brokenPipe { return stop.end(status: 0) }
            Console.say(Failure.output(error).description)
            stop.end(status: Failure.networkFailed)
        }
    }
}

/// How the bytes of one side of one connection are shown.
struct RelayView: Sendable {
    private var display: Display
    private var messages: Display
    private var decoder: Framing.Decoder?
    /// The bytes made no sense as messages: from there on they are shown as they come.
    private var hasFlaw = false
    private var offset = 0

    init(isTerminal: Bool) {
        display = Display(isTerminal: isTerminal)
        messages = Display(isTerminal: isTerminal, isFramed: true)
    }

    struct Shown: Sendable {
        var messages: [[UInt8]] = []
        /// Bytes that are shown as they came.
        var bytes: [UInt8]?
        var flaw: String?
    }

    /// Bytes as they came, or the messages that they complete.
    mutating func take(_ bytes: [UInt8], _ framing: Framing?) -> Shown {
        guard let framing, !hasFlaw else { return Shown(bytes: bytes) }
        var decoder = decoder ?? Framing.Decoder(framing)
        defer { self.decoder = decoder }
        decoder.append(bytes)
        var shown = Shown()
        do throws(SocketError) {
            while let message = try decoder.next() { shown.messages.append(message) }
        } catch {
            hasFlaw = true
            shown.flaw = "\(error.detail ?? "\(error.code)"); from here on the bytes as they come"
            shown.bytes = bytes
        }
        return shown
    }

    /// What is left when the side has finished.
    mutating func finish(_ framing: Framing?) -> Shown {
        var shown = Shown()
        if framing != nil, !hasFlaw, var decoder {
            do throws(SocketError) {
                if let last = try decoder.finish() { shown.messages.append(last) }
            } catch {
                shown.flaw = error.detail ?? "a message was cut off"
            }
        }
        shown.bytes = display.finish()
        return shown
    }

    /// What goes to standard output.
    mutating func render(_ bytes: [UInt8], as show: RelayLog.Show, isMessage: Bool) -> [UInt8] {
        defer { offset += bytes.count }
        switch show {
        case .none: return []
        case .hex:
            let rows = HexDump.rows(bytes, offset: offset, columns: StandardStream.output.columns)
            return Array(rows.map { $0 + "\n" }.joined().utf8)
        case .text: return isMessage ? messages.render(bytes) : display.render(bytes)
        }
    }
}

extension Quantity {
    /// Seconds with three digits after the point: when something was.
    static func clock(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let digits = String(attoseconds / 1_000_000_000_000_000)
        return "\(seconds)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension Paint {
    /// Colours for standard error, where a person sees them and wants them.
    static var onStandardError: Paint { Paint(isOn: StandardStream.error.isTerminal && isWanted) }

    /// https://no-color.org
    static var isWanted: Bool {
        (ThisProcess.environment("NO_COLOR") ?? "").isEmpty && Console.understandsSequences
    }
}
