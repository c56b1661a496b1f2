//! A UDP server: each datagram is a message, and all clients share one socket.

import Sockeye

let socket = try await DatagramSocket.bind(to: "127.0.0.1:1337")
print("taking datagrams on \(socket.localAddress)")
while true {
    let datagram = try await socket.receive()
    print("\(datagram.from): \(String(decoding: datagram.bytes, as: UTF8.self))")
    try await socket.send(datagram.bytes, to: datagram.from)
}
