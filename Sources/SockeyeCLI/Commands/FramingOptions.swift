import ArgumentParser
import Sockeye

/// `--framing` and `--max-message`: how a command tells messages apart.
struct FramingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Speak in messages, of which each line here is one: \(TypedFraming.forms). (default: none)",
            valueName: "framing"
        ),
        completion: .list(TypedFraming.typed),
        transform: TypedFraming.init(parsing:)
    )
    var framing: TypedFraming?

    @Option(
        help: ArgumentHelp(
            "The longest message, in bytes, and what is longer is an error: \(TypedSize.examples). (default: 64K)",
            valueName: "size"
        ),
        transform: TypedSize.init(parsing:)
    )
    var maxMessage: TypedSize?

    /// nil: bytes as they come.
    var chosen: Framing? { framing?.framing(maximum: maxMessage?.byteCount) }

    func validate() throws {
        guard let maxMessage else { return }
        guard chosen != nil else {
            throw ValidationError("--max-message needs --framing: without one there are only bytes, and no messages.")
        }
        if case .fixed(let size) = framing?.kind, size > maxMessage.byteCount {
            throw ValidationError("--framing fixed:\(size) is above --max-message \(maxMessage.byteCount).")
        }
    }

    /// Why no answer can be sent that says this, if none can.
    func flaw(ofReply text: String) -> ValidationError? {
        guard let framing = chosen else { return nil }
        do throws(SocketError) {
            _ = try framing.encoded(text.utf8)
            return nil
        } catch {
            return ValidationError(
                "--framing \(self.framing?.text ?? "") cannot carry the reply \"\(SafeText.line(text))\": "
                    + "\(error.detail ?? "\(error.code)"). Choose another --reply, or --echo, or --discard."
            )
        }
    }
}
