import ArgumentParser
import Testing

@testable import SockeyeCLI

/// The short way to a subcommand, which must lead where the long way leads.
@Suite struct `A subcommand that is asked alone` {
    @Test(arguments: [
        ["serve"], ["serve", "--echo", "--quiet", "127.0.0.1:0"], ["connect", "localhost:1337", "--crlf"],
        ["relay", "0", "localhost:1"], ["resolve", "localhost", "-4"], ["replay", "a file", "localhost:1"],
        ["bench", "localhost:1", "--connections", "3"],
    ])
    func `is the one that the tool finds`(arguments: [String]) throws {
        let short = try #require(Subcommand.parsed(arguments))
        let long = try SockeyeTool.parseAsRoot(arguments)
        #expect(type(of: short) == type(of: long))
        #expect(String(describing: short) == String(describing: long))
    }

    // What is wrong, and what is asked for, is answered by the whole tool, which knows the right words.
    @Test(arguments: [
        [], ["--version"], ["--help"], ["help"], ["help", "serve"], ["serve", "--help"], ["serve", "-h"],
        ["serve", "--version"],
        ["serve", "--no-such-option"], ["serve", "--generate-completion-script", "bash"], ["connect"], ["tour"],
        ["serv"],
        ["--generate-completion-script", "zsh"], ["serve", "--framing", "no-framing"],
    ])
    func `leaves everything else to the tool`(arguments: [String]) {
        #expect(Subcommand.parsed(arguments) == nil)
    }
}
