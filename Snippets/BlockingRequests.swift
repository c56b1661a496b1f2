//! The request-response loop of the tutorials with plain system calls: one sustained connection, until `exit`.

import Sockeye

do {
    let socket = try Socket(.ipv4, .stream)
    try socket.connect(to: "localhost:1337")
    while let line = readLine(), line != "exit" {
        try socket.sendAll(line)
        guard let reply = try socket.receive(upTo: 1024) else { break }
        print(String(decoding: reply, as: UTF8.self))
    }
    socket.close()
}
