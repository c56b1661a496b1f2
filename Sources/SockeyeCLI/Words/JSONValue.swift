/// A value as JSON (RFC 8259): what `--json` writes, a line an event.
///
/// Written by hand and not by an encoder, since people read it too: the members stay in the order in which they are given.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// As it is written, so that no digit is lost.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Equatable {
        let name: String
        let value: JSONValue
    }

    static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { Member(name: $0.key, value: $0.value) })
    }

    static func integer(_ number: some BinaryInteger) -> JSONValue { .number(String(number)) }

    /// What is not finite has no form in JSON and becomes null.
    static func decimal(_ number: Double) -> JSONValue { number.isFinite ? .number("\(number)") : .null }

    /// Seconds, to the microsecond.
    static func seconds(_ duration: Duration) -> JSONValue {
        let microseconds = duration / .microseconds(1)
        return decimal(microseconds.rounded() / 1e6)
    }

    static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map(JSONValue.string)) }

    static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// An object with its kind before its other members, as every line of `--json` has it.
    func asEvent(_ name: String) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object([Member(name: "event", value: .string(name))] + members)
    }

    // MARK: Reading what was read

    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    var integer: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
    var double: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }

    // MARK: Writing

    /// On one line: a newline within a text is escaped. Without the newline that ends it.
    var line: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): Self.quoted(text)
        case .array(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.line }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += #"\""#
            case "\\": quoted += #"\\"#
            case "\n": quoted += #"\n"#
            case "\r": quoted += #"\r"#
            case "\t": quoted += #"\t"#
            // JSON lets DEL and the second set of control characters stand, but a terminal takes them for commands.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let digits = String(scalar.value, radix: 16)
                quoted += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
