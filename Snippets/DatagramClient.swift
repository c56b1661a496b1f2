//! A UDP client: datagrams get lost on the way, so it asks again until there is an answer.

import Sockeye

try await withDatagramSocket(to: "localhost:1337") { socket in
    for _ in 1...3 {
        try await socket.send("hi")
        do {
            let reply = try await withTimeout(.seconds(1)) { try await socket.receive() }
            print(String(decoding: reply.bytes, as: UTF8.self))
            break
        } catch let error as SocketError where error.code == .timedOut {
            print("no answer within a second")
        }
    }
}
