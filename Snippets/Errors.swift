//! What an error tells, and how long one waits for it.

import Sockeye

do {
    try await withTimeout(.seconds(5)) {
        try await withConnection(to: "localhost:1337") { try await $0.send("hi") }
    }
} catch let error as SocketError where error.code == .refused {
    print(error)  // connect 127.0.0.1:1337: connection refused (ECONNREFUSED)
    print("is the server running?")
} catch let error as SocketError where error.code == .timedOut {
    print("no answer within five seconds")
}
