import Sockeye

let listener = try await Listener.bind(to: "127.0.0.1:1337")
try await listener.serve { connection in
    let count = try await connection.sendFile("/etc/hosts")
    print("\(count) bytes for \(connection.remoteAddress)")
}
