//! A request-response loop over one sustained connection, until `exit`.

import Sockeye

try await withConnection(to: "localhost:1337") { connection in
    while let line = readLine(), line != "exit" {
        try await connection.send(line)
        guard let reply = try await connection.receive(upTo: 1024) else { return print("the server has finished") }
        print(String(decoding: reply, as: UTF8.self))
    }
}
