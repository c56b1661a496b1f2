//! A client that speaks in messages, each with its length in two bytes before it.
//! Run it with `swift run MessageClient`, with `swift run MessageServer` at the other end.

import Sockeye

try await withConnection(to: "localhost:1337") { connection in
    let messages = connection.messages(.lengthPrefixed(UInt16.self))
    try await messages.send(contentsOf: ["hello", "a longer message"])
    for _ in 1...2 {
        guard let reply = try await messages.next() else { break }
        print(String(decoding: reply, as: UTF8.self))
    }
}
