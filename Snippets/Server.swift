//! A server: it waits for clients, prints what they send, and answers each piece with "Got it!".
//! Run it with `swift run Server`, and talk to it with `swift run sockeye connect 1337`.

import Sockeye

let listener = try await Listener.bind(to: "127.0.0.1:1337")
print("listening on \(listener.localAddress)")
try await listener.serve { connection in
    print("Connection from \(connection.remoteAddress)")
    while let data = try await connection.receive(upTo: 1024) {
        print(String(decoding: data, as: UTF8.self))
        try await connection.send("Got it!")
    }
}
