import Sockeye

/// What went wrong with messages: the two ends mean different things, which neither the network nor this computer knows.
extension Failure {
    /// - Parameters:
    ///   - error: What ``Sockeye/Framing`` says: a length that is none, a message too long, or one that was cut off.
    ///   - again: The command without its framing, for what is proposed.
    /// - Returns: nil for an error that is not about messages.
    init?(_ error: SocketError, _ framing: TypedFraming, again: String) {
        guard error.operation == .receive, error.code == .limitExceeded || error.code == .endOfStream else {
            return nil
        }
        let detail = error.detail ?? "\(error.code)"
        attempted = "read a message from \(error.remoteAddress.map(\.description) ?? "the peer")"
        happened = SafeText.line(detail)
        status = Self.networkFailed
        code = error.code.rawValue
        let plain = "\(again)   shows the bytes as they come"
        let larger = framing.options(after: detail).map { "\(again) \($0)   takes longer ones" }
        if error.code == .endOfStream {
            cause =
                "the other end broke off in the middle of a message, or it speaks another framing than \(framing.text)"
            next = ["look at what the other program printed last", plain]
        } else if detail.contains("these"), detail.contains("the text") {
            cause = "the other end sends text and no lengths, or something came before the first length"
            next = ["\(again) --framing lines", plain]
        } else if detail.contains("order it would be"), let other = framing.inOtherOrder {
            cause = "the other end writes its lengths in the other byte order"
            next = ["\(again) --framing \(other)", plain]
        } else if detail.contains("the length was") {
            cause =
                "the two ends do not use the same framing, or they lost each other earlier; or messages really are so long"
            next = [plain, larger].compactMap(\.self)
        } else {
            cause = "messages really are so long, or what ends one at the other end is not what ends one here"
            next = [larger, plain].compactMap(\.self)
        }
    }
}
