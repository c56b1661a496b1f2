import SockeyeSystem

@testable import SockeyeDoctor

extension ConnectVerdictTests {
    static let rows: [Row] = [
        Row(
            name: "everybody in the network",
            address: .ipv4(IPv4Address(192, 168, 0, 255), port: 1337),
            outcome: .failed(.networkUnreachable),
            id: "group-address",
            confidence: .certain
        ),
        connected,
        refused,
        Row(name: "silent", outcome: .silent, id: "host-silent", confidence: .likely),
        Row(
            name: "silent, another port answers",
            outcome: .silent,
            change: { $0.otherPorts = [Attempt(target.plain(port: 22), .connected)] },
            id: "firewall-drops",
            confidence: .likely
        ),
        Row(
            name: "silent, another port refuses",
            outcome: .silent,
            change: { $0.otherPorts = [Attempt(target.plain(port: 22), .failed(.connectionRefused))] },
            id: "firewall-drops"
        ),
        Row(
            name: "silent at first, then connected",
            outcome: .silent,
            change: { $0.retries = [Attempt(target, .silent), Attempt(target, .connected)] },
            id: "works"
        ),
        Row(
            name: "the computer itself rejects",
            outcome: .failed(.connectionRefused),
            messages: [icmp(3, 3, from: target)],
            id: "firewall-rejects",
            confidence: .likely
        ),
        Row(
            name: "the computer itself prohibits, or one that it forwards to",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 13, from: target)],
            id: "firewall-rejects",
            confidence: .likely
        ),
        Row(
            name: "the port is forwarded, and nobody is there",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: target)],
            id: "nobody-there",
            confidence: .likely
        ),
        Row(
            name: "a router prohibits",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 13, from: router)],
            id: "firewall-rejects",
            confidence: .certain
        ),
        Row(
            name: "a router knows no way",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 0, from: router)],
            id: "router-knows-no-way",
            confidence: .certain
        ),
        Row(
            name: "a router knows the network, and nobody there",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: router)],
            id: "nobody-there",
            confidence: .likely
        ),
        Row(
            name: "a router knows another private network, and nobody there",
            address: away,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: router)],
            id: "nobody-there",
            confidence: .likely
        ),
        Row(
            name: "a router rejects, and is asked for nobody",
            address: away,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 10, from: router)],
            id: "firewall-rejects",
            confidence: .certain
        ),
        Row(
            name: "a line of the table shuts it out (blackhole)",
            outcome: .failed(.invalidArgument),
            change: { $0.state.routes.append(try shut()) },
            id: "no-route",
            confidence: .certain
        ),
        Row(
            name: "a line of the table prohibits it",
            outcome: .failed(.permissionDenied),
            change: { $0.state.routes.append(try shut()) },
            id: "no-route",
            confidence: .certain
        ),
        Row(
            name: "a line of the table says unreachable",
            outcome: .failed(.hostUnreachable),
            change: { $0.state.routes.append(try shut()) },
            id: "no-route",
            confidence: .certain
        ),
        Row(
            name: "in circles",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(11, 0, from: router)],
            id: "route-loop"
        ),
        Row(
            name: "this computer rejects",
            outcome: .failed(.connectionRefused),
            messages: [icmp(3, 3, from: own)],
            id: "firewall-rejects-here"
        ),
        Row(
            name: "a neighbour is not there",
            address: neighbour,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: own)],
            id: "neighbour-silent",
            confidence: .likely
        ),
        Row(
            name: "a neighbour is there and drops",
            address: neighbour,
            outcome: .silent,
            change: { $0.state.neighbours.append(Neighbour(address: neighbour, interface: "eth0", state: .answered)) },
            id: "firewall-drops"
        ),
        Row(
            name: "the router is silent",
            outcome: .silent,
            change: { $0.state.neighbours = [Neighbour(address: gateway, interface: "eth0", state: .silent)] },
            id: "router-silent"
        ),
        Row(name: "another home", address: away, outcome: .silent, id: "wrong-network", confidence: .likely),
        Row(
            name: "another home, and the router says so",
            address: away,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 0, from: router)],
            id: "wrong-network"
        ),
        Row(
            name: "no route",
            outcome: .failed(.networkUnreachable),
            change: { $0.state.routes.removeFirst() },
            id: "no-route",
            confidence: .certain
        ),
        Row(
            name: "the own router's public address answers itself",
            outcome: .failed(.connectionRefused),
            change: { $0.oneHop[target] = [icmp(3, 3, from: target)] },
            id: "own-router",
            confidence: .likely
        ),
        Row(
            name: "the own router's public address is silent",
            outcome: .silent,
            change: {
                $0.oneHop[target] = []
                $0.oneHopElsewhere = [icmp(11, 0, from: gateway)]
            },
            id: "own-router",
            confidence: .possible
        ),
        Row(
            name: "a distant computer is not the own router",
            outcome: .failed(.connectionRefused),
            change: {
                $0.oneHop[target] = [icmp(11, 0, from: gateway)]
                $0.oneHopElsewhere = [icmp(11, 0, from: gateway)]
            },
            id: "nothing-listens"
        ),
        Row(
            name: "nobody here",
            address: here,
            outcome: .failed(.connectionRefused),
            id: "nothing-listens",
            confidence: .certain
        ),
        Row(
            name: "here, on loopback only",
            address: .ipv4(IPv4Address(192, 168, 0, 2), port: 1337),
            outcome: .failed(.connectionRefused),
            change: { $0.state.sockets = [SocketRow(local: here, state: .listen)] },
            id: "loopback-only",
            confidence: .certain
        ),
        Row(
            name: "here, the other family",
            address: here,
            outcome: .failed(.connectionRefused),
            change: { $0.state.sockets = [SocketRow(local: .ipv6(.loopback, port: 1337), state: .listen)] },
            id: "other-family-only"
        ),
        Row(
            name: "here, another interface",
            address: here,
            outcome: .failed(.connectionRefused),
            change: { $0.state.sockets = [SocketRow(local: own.plain(port: 1337), state: .listen)] },
            id: "other-interface"
        ),
        Row(
            name: "here, the queue is full",
            address: here,
            outcome: .silent,
            change: { $0.state.sockets = [SocketRow(local: here, state: .listen, waiting: 2)] },
            id: "queue-full"
        ),
        Row(name: "here, dropped", address: here, outcome: .silent, id: "firewall-drops-here"),
        Row(name: "forbidden", outcome: .failed(.notPermitted), id: "forbidden-here"),
        Row(name: "no port left", outcome: .failed(.addressNotAvailable), id: "no-port-left"),
        Row(name: "a number that nobody expects", outcome: .failed(.stale), id: "other-error", confidence: .possible),
        Row(
            name: "every address",
            address: .ipv4(.any, port: 1337),
            outcome: .failed(.connectionRefused),
            id: "not-a-target"
        ),
        Row(name: "port 0", address: target.plain(port: 0), outcome: .failed(.connectionRefused), id: "not-a-target"),
        Row(
            name: "a group",
            address: .ipv4(IPv4Address(224, 0, 0, 1), port: 80),
            outcome: .failed(.networkUnreachable),
            id: "group-address"
        ),
        Row(
            name: "here, no port left",
            address: here,
            outcome: .failed(.addressNotAvailable),
            change: { $0.state.sockets = [SocketRow(local: here, state: .listen)] },
            id: "no-port-left",
            confidence: .likely
        ),
        Row(
            name: "here, refused although a server listens",
            address: here,
            outcome: .failed(.connectionRefused),
            change: { $0.state.sockets = [SocketRow(local: here, state: .listen)] },
            id: "firewall-rejects-here",
            confidence: .possible
        ),
        Row(
            name: "a neighbour that nobody was asked for",
            address: neighbour,
            outcome: .silent,
            id: "host-silent",
            confidence: .likely
        ),
        Row(
            name: "the own cable is out",
            address: neighbour,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: own)],
            change: { $0.state.unplugged = ["eth0"] },
            id: "no-link",
            confidence: .certain
        ),
        Row(
            name: "the own cable is out, and the router was looked for",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: own)],
            change: {
                $0.state.unplugged = ["eth0"]
                $0.state.neighbours = [Neighbour(address: gateway, interface: "eth0", state: .silent)]
            },
            id: "no-link",
            confidence: .certain
        ),
    ]
}
