//! A client: it connects, asks what to say, sends it and prints the answer.
//! Run it with `swift run Client`, with a server at the other end.

import Sockeye

try await withConnection(to: "localhost:1337") { connection in
    print("What to say? ", terminator: "")
    try await connection.send(readLine() ?? "hi")
    if let reply = try await connection.receive(upTo: 1024) {
        print(String(decoding: reply, as: UTF8.self))
    }
}
