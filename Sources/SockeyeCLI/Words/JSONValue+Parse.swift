// ArgumentParser links it already, and a reader of JSON that many others test is better than one of our own.
internal import FoundationEssentials

extension JSONValue {
    /// Why a text is no JSON.
    struct Mistake: Error, Equatable {
        let words: String
    }

    /// Reads one value, which may come from anywhere: a recording, a stored run.
    ///
    /// The members of an object come in the order of their names, since JSON gives their order no meaning.
    init(parsing text: some Sequence<UInt8>) throws(Mistake) {
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(text))
        } catch let DecodingError.dataCorrupted(context) {
            throw Mistake(words: (context.underlyingError.map { "\($0)" } ?? context.debugDescription))
        } catch {
            throw Mistake(words: "\(error)")
        }
    }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let number = try? container.decode(Int.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .decimal(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            let members = try container.decode([String: JSONValue].self)
            self = .object(members.sorted { $0.key < $1.key }.map { Member(name: $0.key, value: $0.value) })
        }
    }
}
