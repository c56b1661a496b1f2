import Sockeye

var options = ConnectionOptions()
options.keepAlive = KeepAlive(idle: .seconds(30))
options.userTimeout = .seconds(10)
try await withConnection(to: "localhost:1337", options: options) { connection in
    try await connection.send("hi")
    print(try connection.statistics)
}
