//! The echo server of the tutorials with plain system calls: one client at a time, until it has finished.

import Sockeye

let server = try Socket(.ipv4, .stream)
try server.setOption(.reuseAddress, to: true)
try server.bind(to: "0.0.0.0:65535")
try server.listen()
while true {
    let client = try server.accept()
    while let data = try client.receive(upTo: 1024) {
        try client.sendAll(data)
    }
}
