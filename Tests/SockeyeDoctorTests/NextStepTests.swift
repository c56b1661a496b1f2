import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// What is to be tried next can be pasted: a command stands alone, and a shell takes it as it is meant.
@Suite(.inTurn) struct NextStepTests {
    /// Findings of every table of verdicts.
    private static func all() throws -> [Finding] {
        var findings: [Finding] = []
        for row in ConnectVerdictTests.rows {
            findings += ConnectVerdict.findings(try ConnectVerdictTests.evidence(row))
        }
        for row in ListenVerdictTests.rows { findings += ListenVerdict.findings(try ListenVerdictTests.evidence(row)) }
        for row in DatagramVerdictTests.rows {
            findings += DatagramVerdict.findings(try DatagramVerdictTests.evidence(row))
        }
        return findings + ComputerVerdict.findings(try ConnectVerdictTests.home())
    }

    /// The programs that a command may begin with.
    private static let programs: Set = [
        "sockeye", "ip", "ss", "lsof", "nft", "iptables", "ip6tables", "ufw", "firewall-cmd", "kill", "cat", "getent",
        "traceroute", "tcpdump", "dmesg", "sysctl", "ulimit",
    ]

    @Test func `a command is a command from its first word to its last`() throws {
        let commands = Set(try Self.all().flatMap(\.next).compactMap(\.command))
        #expect(commands.count > 30)
        for command in commands {
            let words = command.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            let program = words[0] == "sudo" ? words[1] : words[0]
            #expect(Self.programs.contains(program), "\(command)")
            // Words behind a command are arguments to a shell, and zsh takes a comment for that too.
            #expect(!words.contains("") && !command.contains("#"), "\(command)")
            #expect(!["on", "to", "shows", "lists"].contains { words.dropFirst().contains($0) }, "\(command)")
            // What a shell would take for file names is quoted.
            let bare = command.split(separator: "'", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined()
            #expect(!bare.contains { "*[]?()<>&;$`\"".contains($0) }, "\(command)")
        }
    }

    @Test func `the words before a command are no command, and do not end like a sentence`() throws {
        for step in try Self.all().flatMap(\.next) where step.command != nil {
            #expect(!step.words.isEmpty && !step.words.hasSuffix(":") && !step.words.hasSuffix("."), "\(step)")
            #expect(!step.words.contains("   "), "\(step)")
        }
    }

    @Test(arguments: [
        ("ss -ltn   lists who listens", NextStep.run("ss -ltn", "lists who listens")),
        ("ls -l  # shows whose it is", .run("ls -l", "shows whose it is")),
        // What stands first parts them: the other mark may be in the words.
        ("s.bind(a)  # before   listen", .run("s.bind(a)", "before   listen")),
        ("ping -c 3 example.org", .run("ping -c 3 example.org", "")),
        ("use another port", "use another port"),
    ])
    func `a note is parted into a command and its words`(note: String, step: NextStep) {
        #expect(NextStep(noted: note) == step)
    }

    @Test(arguments: [
        ("1337", "1337"), ("*:1337", "'*:1337'"), ("[::1]:80", "'[::1]:80'"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#),
        ("$(x)", "'$(x)'"),
    ])
    func `an address is quoted where a shell would read it`(word: String, quoted: String) {
        #expect(Words.shell(word) == quoted)
    }
}
