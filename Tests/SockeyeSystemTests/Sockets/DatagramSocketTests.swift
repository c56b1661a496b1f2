import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Datagram sockets` {
    @Test(arguments: Family.allCases)
    func `keep messages apart and tell who sent them`(family: Family) throws {
        let one = try family.bound(.datagram)
        let other = try family.bound(.datagram)
        try one.send(Array("first".utf8), to: other.localAddress)
        try one.send(Array("second".utf8), to: other.localAddress)
        let first = try other.receiveFrom(upTo: 1024)
        #expect(first.bytes == Array("first".utf8))
        #expect(try first.from == one.localAddress)
        #expect(try other.receive(upTo: 1024) == Array("second".utf8))
        try other.send([1], to: first.from)
        #expect(try one.receive(upTo: 1024) == [1])
    }

    @Test(arguments: Family.allCases)
    func `an empty datagram is a message and no end`(family: Family) throws {
        let one = try family.bound(.datagram)
        let other = try family.bound(.datagram)
        try one.send([], to: other.localAddress)
        try one.send([], to: other.localAddress)
        #expect(try other.receive(upTo: 16) == [])
        #expect(try other.receiveFrom(upTo: 16).bytes == [])
    }

    @Test(arguments: Family.allCases)
    func `what does not fit is cut off, and the next message is whole`(family: Family) throws {
        let one = try family.bound(.datagram)
        let other = try family.bound(.datagram)
        try one.send(Array("abcdef".utf8), to: other.localAddress)
        try one.send(Array("xyz".utf8), to: other.localAddress)
        #expect(try other.receive(upTo: 4) == Array("abcd".utf8))
        #expect(try other.receive(upTo: 4) == Array("xyz".utf8))
    }

    @Test(arguments: Family.allCases)
    func `a connected one sends and receives without an address`(family: Family) throws {
        let server = try family.bound(.datagram)
        let client = try family.bound(.datagram)
        try client.connect(to: server.localAddress)
        #expect(try client.remoteAddress == server.localAddress)
        #expect(try client.send(Array("hi".utf8)) == 2)
        #expect(try server.receive(upTo: 16) == Array("hi".utf8))
    }

    @Test(arguments: Family.tcp)
    func `a message that is too long says so`(family: Family) throws {
        let one = try family.bound(.datagram)
        let other = try family.bound(.datagram)
        let error = try #require(
            socketError {
                try one.send([UInt8](repeating: 0, count: 70_000), to: other.localAddress)
            }
        )
        #expect(error.code == .messageTooLong)
        #expect(try error.remoteAddress == other.localAddress)
    }

    @Test(arguments: Family.tcp)
    func `nobody at the other end is told with the next call`(family: Family) throws {
        let client = try family.bound(.datagram)
        let gone = try family.bound(.datagram)
        try client.connect(to: gone.localAddress)
        gone.close()
        _ = try client.send([1])
        #expect(socketError { _ = try client.receive(upTo: 1) }?.code == .refused)
    }

    @Test(arguments: Family.allCases)
    func `sending without an address is not connected`(family: Family) throws {
        let socket = try family.bound(.datagram)
        #expect(socketError { _ = try socket.send([1]) }?.code == .notConnected)
    }
}
