import Sockeye
import SockeyeSystem

extension Lesson {
    static let families = Lesson(
        title: "Names, and two families of addresses",
        question: """
            "localhost" is a name; sockets know addresses only, of two families: IPv4 and IPv6. Whom does a server reach that \
            listens on one of them?
            """,
        lookFor: [
            "The name stands for one or two addresses. A client tries them in turn; which comes first is the system's choice.",
            "A server on 127.0.0.1 is not there for a client that goes to ::1: \"connection refused\", though it runs.",
            "A server on [::], every address of IPv6, takes IPv4 clients too, unless IPV6_V6ONLY says otherwise.",
            "An IPv4 client has an address like ::ffff:127.0.0.1 there; it is shown as 127.0.0.1.",
        ],
        tryNext: [
            .init("In one terminal", "sockeye serve 127.0.0.1:1337"),
            .init("In another: refused, though the server runs", "sockeye connect '[::1]:1337'"),
            .init(
                "In the first, after Ctrl-C: a server that takes clients of both families",
                "sockeye serve '*:1337'"
            ),
        ]
    ) { stage in
        try await names(stage)
        guard hasIPv6 else {
            stage.note("This computer has no IPv6, so the rest cannot be shown here.")
            return stage.check("without IPv6 there is one family, and nothing to mix up", true)
        }
        try await oneFamily(stage)
        try await bothFamilies(stage)
    }

    private static var hasIPv6: Bool {
        do {
            try Socket(.ipv6, .stream).bind(to: .ipv6(.loopback, port: 0))
            return true
        } catch {
            return false
        }
    }

    private static func names(_ stage: LessonStage) async throws {
        try await stage.together {
        } client: {
            var found: [SocketAddress] = []
            try stage.step(.client, "getaddrinfo(\"localhost\", 1337)") { () throws(SocketError) in
                found = try Endpoint.host("localhost", port: 1337).addresses(for: .connect, family: nil)
            } result: { _, _ in
                found.map(\.description).joined(separator: " and ")
            }
            stage.check("the name stands for an address of this computer", found.contains { $0.isLoopback })
        }
    }

    private static func oneFamily(_ stage: LessonStage) async throws {
        stage.note("A server on 127.0.0.1 alone:")
        let (address, done) = (Handover<SocketAddress>(), Handover<Bool>())
        try await stage.together {
            let listener = try stage.listen()
            address.give(try listener.localAddress)
            _ = try stage.accept(listener)
            done.wait()
        } client: {
            let port = address.take().port ?? 0
            let wrong = stage.failingStep(.client, "connect([::1]:\(port))") { () throws(SocketError) in
                try Socket(.ipv6, .stream).connect(to: .ipv6(.loopback, port: port))
            }
            _ = try stage.connect(to: .ipv4(.loopback, port: port))
            done.give()
            stage.check("the server on 127.0.0.1 was not there for [::1]: ECONNREFUSED", wrong?.code == .refused)
        }
    }

    private static func bothFamilies(_ stage: LessonStage) async throws {
        stage.note("A server on [::], for both families:")
        let (address, done) = (Handover<SocketAddress>(), Handover<Bool>())
        try await stage.together {
            let listener = try stage.listen(at: .ipv6(.any, port: 0)) { socket throws(SocketError) in
                try socket.setOption(.ipv6Only, to: false)
            }
            address.give(try listener.localAddress)
            let first = try stage.accept(listener)
            let second = try stage.accept(listener)
            let peers = [try first.remoteAddress, try second.remoteAddress]
            stage.check("the server on [::] took a client of IPv4: \(peers[0])", "\(peers[0])".hasPrefix("127.0.0.1:"))
            stage.check("and one of IPv6: \(peers[1])", "\(peers[1])".hasPrefix("[::1]:"))
            done.give()
        } client: {
            let port = address.take().port ?? 0
            let first = try stage.connect(to: .ipv4(.loopback, port: port))
            let second = try stage.connect(to: .ipv6(.loopback, port: port))
            done.wait()
            _ = (first.descriptor, second.descriptor)
        }
    }
}
