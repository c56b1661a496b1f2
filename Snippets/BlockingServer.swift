//! The server of the tutorials, line for line as in Python: one client at a time, and every call blocks.

import Sockeye

let server = try Socket(.ipv4, .stream)
try server.setOption(.reuseAddress, to: true)
try server.bind(to: "127.0.0.1:1337")
try server.listen()
print("listening on \(try server.localAddress)")
while true {
    let client = try server.accept()
    do {
        print("Connection from \(try client.remoteAddress)")
        if let data = try client.receive(upTo: 1024) {
            print(String(decoding: data, as: UTF8.self))
            try client.sendAll("Got it!")
        }
    } catch {
        print(error)  // a client that has gone is no reason to stop
    }
}
