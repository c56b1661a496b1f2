import Sockeye

// Every operation on every connection of this server, when it has ended.
struct Log: SocketObserver {
    func observe(_ event: SocketEvent) { print(event) }
}

var listening = ListenerOptions()
listening.observer = Log()
let listener = try await Listener.bind(to: "*:1337", options: listening)

var limits = ServeOptions()
limits.maximumConnections = 100
limits.whenFull = .refuse(farewell: Array("full, come back later\n".utf8))
limits.idleTimeLimit = .seconds(60)
limits.allow = [try NetworkPrefix(parsing: "127.0.0.0/8"), try NetworkPrefix(parsing: "192.168.0.0/16")]
limits.onHandlerError = { error, connection in print("\(connection.remoteAddress): \(error)") }

try await listener.serve(options: limits) { connection in
    for try await order in connection.messages(.lines(maximumLength: 1024)) {
        if order == Array("stop".utf8) {
            // Ten seconds for those who are in the middle of something; `serve` returns after that.
            Task { print(await listener.shutdown(drain: .seconds(10))) }
            return
        }
        try await connection.send("Got it!\n")
    }
}
