//! A server that speaks in messages: each comes whole, and each is answered, however the network cuts them.
//! Run it with `swift run MessageServer`, and `swift run MessageClient` beside it.

import Sockeye

let listener = try await Listener.bind(to: "127.0.0.1:1337")
try await listener.serve { connection in
    let messages = connection.messages(.lengthPrefixed(UInt16.self))
    for try await message in messages {
        try await messages.send("\(message.count) bytes")
    }
}
