import Foundation
import TestSupport
import Testing

/// What somebody new to the tool ran into.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct StrangerTests {
    @Test(arguments: ["/etc/hostname", "/tmp"])
    func `a file or a folder that is no socket is never to be removed`(path: String) throws {
        for command in ["serve", "connect"] {
            let outcome = try Program.sockeye(command, "unix:\(path)").finish()
            #expect(outcome.status == 1)
            #expect(!outcome.errors.contains("rm "), "\(outcome.errors)")
            #expect(outcome.errors.contains("no socket"), "\(outcome.errors)")
        }
    }

    @Test func `closed standard streams are not mistaken for sockets`() throws {
        let server = try Program.sockeye("serve", "0")
        let port = try server.port()
        let tool = Program.sockeyePath
        let line = "'\(tool)' connect \(port) <&- >&- 2>&-"
        let outcome = try Program.shell(line).finish()
        #expect(outcome.status == 0)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).status == 0)
    }

    @Test func `port 0 and a star are explained to a client`() throws {
        #expect(try Program.sockeye("connect", "0").finish().errors.contains("port 0 cannot be connected to"))
        let star = try Program.sockeye("connect", "*:1").finish()
        #expect(star.errors.contains("a client connects to one computer"), "\(star.errors)")
    }

    @Test func `an interface and a name that are not there are explained`() throws {
        let zone = try Program.sockeye("connect", "[::1%nope]:80").finish()
        #expect(zone.errors.contains("no network interface named \"nope\""), "\(zone.errors)")
        #expect(zone.errors.contains("ip -brief address"), "\(zone.errors)")
        let name = try Program.sockeye("connect", "unix:@sockeye-test-nobody").finish()
        #expect(name.status == 1)
        #expect(name.errors.contains("no program listens at that name"), "\(name.errors)")
    }

    @Test func `a web address is explained`() throws {
        let outcome = try Program.sockeye("connect", "http://localhost:80/").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("localhost:80"), "\(outcome.errors)")
    }
}
