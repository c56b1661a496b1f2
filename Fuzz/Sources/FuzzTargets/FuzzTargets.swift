import Sockeye

/// What libFuzzer calls with each input. `SOCKEYE_FUZZ_TARGET` says which decoder gets it: one program for all of them,
/// so that it is built once.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private let run: @Sendable ([UInt8]) -> Void = {
    guard let name = environment("SOCKEYE_FUZZ_TARGET"), let target = targets[name] else {
        fatalError("set SOCKEYE_FUZZ_TARGET to one of: \(targets.keys.sorted().joined(separator: " "))")
    }
    return target
}()

/// The C function, without importing a library that would differ from system to system.
@_silgen_name("getenv")
private func getenv(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar>?

private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "lines": { fuzz($0) { .lines(maximumLength: Int($0 % 32)) } },
    "delimited": { fuzz($0) { .delimited(by: ["\0", "\r\n", "aab", "--"][Int($0 % 4)], maximumLength: Int($0 / 4)) } },
    "length": { fuzz($0, lengthPrefixed) },
    "varint": { fuzz($0) { $0 == 255 ? .varint : .varint(maximumLength: Int($0)) } },
    "fixed": { fuzz($0) { .fixed(Int($0) + 1) } },
    "text": fuzzText,
    "endpoint": fuzzEndpoint,
]

/// A `precondition` that says in a release build too what was wrong.
private func check(_ holds: Bool, _ words: @autoclosure () -> String) {
    if !holds { fatalError(words()) }
}

private func lengthPrefixed(_ choice: UInt8) -> Framing {
    let order: Framing.ByteOrder = choice & 1 == 0 ? .bigEndian : .littleEndian
    let counting: Framing.Counted = choice & 2 == 0 ? .message : .lengthAndMessage
    let maximum = choice & 4 == 0 ? 64 : Int.max
    return switch choice >> 3 & 7 {
    case 0: .lengthPrefixed(UInt8.self, byteOrder: order, counting: counting, maximumLength: maximum)
    case 1: .lengthPrefixed(Int8.self, byteOrder: order, counting: counting, maximumLength: maximum)
    case 2: .lengthPrefixed(UInt16.self, byteOrder: order, counting: counting, maximumLength: maximum)
    case 3: .lengthPrefixed(Int32.self, byteOrder: order, counting: counting, maximumLength: maximum)
    case 4: .lengthPrefixed(UInt32.self, byteOrder: order, counting: counting, maximumLength: maximum)
    case 5: .lengthPrefixed(Int64.self, byteOrder: order, counting: counting, maximumLength: maximum)
    case 6: .lengthPrefixed(UInt64.self, byteOrder: order, counting: counting, maximumLength: maximum)
    default: .lengthPrefixed(UInt128.self, byteOrder: order, counting: counting, maximumLength: maximum)
    }
}

/// How a stream read in a framing.
private struct Outcome: Equatable {
    var messages: [[UInt8]] = []
    var error: String?

    /// - Parameter size: Of each piece but the last one.
    init(_ framing: Framing, _ bytes: ArraySlice<UInt8>, inPiecesOf size: Int) {
        var decoder = Framing.Decoder(framing)
        var rest = bytes
        do {
            while !rest.isEmpty {
                decoder.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
                while let message = try decoder.next() { messages.append(message) }
            }
            if let last = try decoder.finish() { messages.append(last) }
        } catch {
            self.error = "\(error)"
        }
    }
}

/// The first byte chooses the framing and the second the cuts; the rest is the stream.
private func fuzz(_ input: [UInt8], _ framing: (UInt8) -> Framing) {
    guard input.count >= 2 else { return }
    let framing = framing(input[0])
    let bytes = input[2...]
    let whole = Outcome(framing, bytes, inPiecesOf: max(1, bytes.count))
    let cut = Outcome(framing, bytes, inPiecesOf: Int(input[1]) + 1)
    let single = Outcome(framing, bytes, inPiecesOf: 1)
    check(whole == cut && whole == single, "cutting changed \(whole) to \(cut) or \(single)")
    check(whole.messages.allSatisfy { $0.count <= framing.maximumLength }, "a message above the limit")
    // What was read can mostly be sent, and reads the same again. A line that ends with CR cannot, for one.
    var wire: [UInt8] = []
    var carried: [[UInt8]] = []
    for message in whole.messages {
        if (try? framing.encode(message, into: &wire)) != nil { carried.append(message) }
    }
    let again = Outcome(framing, wire[...], inPiecesOf: Int(input[1]) + 1)
    check(again.messages == carried && again.error == nil, "what was sent reads as \(again)")
}

@Sendable private func fuzzText(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = input.dropFirst()
    var decoder = TextDecoder()
    var text = ""
    var rest = bytes
    while !rest.isEmpty {
        text += decoder.decode(Array(rest.prefix(Int(first % 8) + 1)))
        rest = rest.dropFirst(Int(first % 8) + 1)
    }
    text += decoder.finish()
    check(Array(text.utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8), "cutting changed the text")
}

@Sendable private func fuzzEndpoint(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    guard let endpoint = try? Endpoint(parsing: text) else { return }
    let again = try? Endpoint(parsing: endpoint.description)
    check(
        again?.description == endpoint.description,
        "\(text) prints as \(endpoint), which reads as \(again as Any)"
    )
}
