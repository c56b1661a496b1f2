//! The client of the tutorials, line for line as in Python. `do` is Python's `with`: the socket closes on every way out.

import Sockeye

do {
    let socket = try Socket(.ipv4, .stream)
    try socket.connect(to: "localhost:1337")
    print("What to say? ", terminator: "")
    try socket.sendAll(readLine() ?? "hi")
    if let reply = try socket.receive(upTo: 1024) {
        print(String(decoding: reply, as: UTF8.self))
    }
}
