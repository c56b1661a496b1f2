import ArgumentParser

/// `sockeye help address`: what an ADDRESS may be. A command of its own, since that is what `help` explains.
struct AddressHelp: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "address",
        abstract: "What an ADDRESS may be.",
        discussion: """
            1337                        this computer only: serve takes 127.0.0.1, connect tries [::1] too
            localhost:1337              the same, by name
            192.168.1.20:1337           one IPv4 address: a computer, or one of this computer's own
            '[2001:db8::7]:1337'        an IPv6 address stands in brackets
            '[fe80::1%eth0]:1337'       a link-local one needs the interface that it is reached by
            example.com:80              a name: connect tries all its addresses, IPv6 and IPv4
            '*:1337'                    serve: every interface, so that other computers can connect, IPv4 and IPv6
            0.0.0.0:1337                serve: every interface over IPv4 only, as -4 '*:1337'; for IPv6 only -6 '*:1337'
            localhost:0                 serve: a free port, which is told
            unix:/tmp/chat.sock         a Unix socket, for programs on this computer
            unix:@chat                  a Unix socket that is a name without a file (Linux)

            udp:localhost:1337          datagrams: udp: stands before any form that has a port
            unix-datagram:/tmp/d.sock   datagrams over a Unix socket; also unix-datagram:@chat

            A port is a number from 0 to 65535; names of services, such as http, are not looked up. \
            serve, connect, relay and replay take all of these forms, bench none of datagrams, and doctor none of Unix \
            sockets; resolve takes a name or an IP address alone. tcp: before an address may be left out. The shell takes \
            * and [ ] for its own: quote them.

            Why an address does not work: sockeye doctor ADDRESS.
            """,
        shouldDisplay: false,
        aliases: ["ADDRESS", "addresses"]
    )

    func run() throws {
        throw CleanExit.helpRequest(self)
    }
}
