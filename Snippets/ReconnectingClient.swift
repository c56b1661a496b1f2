//! A request-response loop with a new connection for each message, until `exit`.

import Sockeye

while let line = readLine(), line != "exit" {
    try await withConnection(to: "localhost:1337") { connection in
        try await connection.send(line)
        if let reply = try await connection.receive(upTo: 1024) {
            print(String(decoding: reply, as: UTF8.self))
        }
    }
}
