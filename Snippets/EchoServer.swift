//! An echo server on the highest port, for every interface: what comes is sent back, for any number of clients at once.

import Sockeye

let listener = try await Listener.bind(to: "*:65535")
try await listener.serve { connection in
    while let bytes = try await connection.receiveLent() {
        try await connection.send(bytes)
    }
}
