import Sockeye

let listener = try await Listener.bind(to: "127.0.0.1:1338")
try await listener.serve { client in
    try await withConnection(to: "localhost:1337") { server in
        let bytes = try await relay(client, server)
        print("\(bytes.forth) bytes there, \(bytes.back) back")
    }
}
