import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Lent bytes` {
    @Test(arguments: Family.allCases)
    func `can be looked at, copied, sent on, and come to an end`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("lent")
            var copy: [UInt8] = []
            if let bytes = try await server.receiveLent() {
                copy = bytes.array
                let seen = bytes.withBytes { $0.byteCount }
                #expect(bytes.count == 4)
                #expect(seen == 4)
                try await server.send(bytes)
            }
            #expect(copy == Array("lent".utf8))
            #expect(try await client.receiveText(count: 4) == "lent")
            try await client.finishSending()
            let isEnd = try await server.receiveLent() == nil
            #expect(isEnd)
        }
    }

    @Test(arguments: [0, -1, Int.min])
    func `room for nothing is an error`(maximum: Int) async throws {
        try await withEnds(.ipv4) { _, server in
            let error = await socketError { _ = try await server.receiveLent(upTo: maximum) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test(arguments: Family.allCases)
    func `stay what they are while many are held at once`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("first")
            if let first = try await server.receiveLent() {
                for index in 0..<40 {
                    try await client.send("\(index)")
                    let next = try await server.receiveLent()?.array
                    #expect(next == Array("\(index)".utf8))
                }
                #expect(first.array == Array("first".utf8))
            }
        }
    }
}
