import Sockeye
let port = CommandLine.arguments[1], mode = CommandLine.arguments[2]
let listener = try await Listener.bind(to: Endpoint(parsing: "127.0.0.1:\(port)"))
try await listener.serve { c in
    switch mode {
    case "array": while let d = try await c.receive(upTo: 65536) { try await c.send(d) }
    default: while try await c.withReceivedBytes({ try await c.send($0) }) != nil {}
    }
}
