//! A test of a client of one's own: a server from a script, and a network that hands out one byte at a time.
//! Run it with `swift run TestingYourOwn`; in a test target the same lines stand in a `@Test`.

// snippet.show
import Sockeye
import SockeyeTesting

func askName(_ endpoint: Endpoint) async throws -> String? {
    try await withConnection(to: endpoint) { connection in
        try await connection.send("name?\n")
        return try await connection.lines.next()
    }
}

let server = ScriptedPeer(.expect("name?\n"), .send("sockeye\n"), .finishSending)
try await withFaults(.shortReceives(), .shortSends()) {
    let name = try await server.serve { endpoint in try await askName(endpoint) }
    precondition(name == "sockeye")
}
