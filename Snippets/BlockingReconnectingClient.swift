//! The request-response loop of the tutorials with plain system calls: a new connection for each message, until `exit`.

import Sockeye

while let line = readLine(), line != "exit" {
    let socket = try Socket(.ipv4, .stream)
    try socket.connect(to: "localhost:1337")
    try socket.sendAll(line)
    if let reply = try socket.receive(upTo: 1024) {
        print(String(decoding: reply, as: UTF8.self))
    }
}
