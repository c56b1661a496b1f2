import Foundation
import Testing

/// A network of its own, with its own hosts file and name service: for what depends on this computer's.
///
/// It takes root and Linux namespaces; where they are not to be had, `isAvailable` says so and the test is skipped with a word.
enum Namespace {
    static let isAvailable: Bool = {
        guard let unshare = Peers.path("unshare"), Peers.path("ip") ?? Peers.sbin("ip") != nil else { return false }
        let script = "ip link set lo up && ip link add sa type veth peer name sb && mount --bind /etc/hosts /etc/hosts"
        let probe = try? Program(unshare, ["-n", "-m", "sh", "-c", path + script]).finish()
        return probe?.status == 0
    }()

    private static let path = "PATH=$PATH:/usr/sbin:/sbin; "

    /// Starts a shell script in new namespaces; `$1` is the tool.
    static func run(_ script: String, _ arguments: [String] = []) throws -> Program {
        let unshare = try #require(Peers.path("unshare"))
        return try Program(
            unshare,
            ["-n", "-m", "sh", "-c", path + "ip link set lo up || exit 9\n" + script, "sh", Program.sockeyePath]
                + arguments
        )
    }

    /// Runs a command in the network of a program that runs.
    static func enter(_ program: Program, _ command: String...) throws -> Program {
        try Program(try #require(Peers.path("nsenter")), ["-t", String(program.id), "-n", "--"] + command)
    }

    static func skip(_ location: SourceLocation = #_sourceLocation) -> Bool {
        if isAvailable { return false }
        print("skipped: this needs root, unshare, and the ip command")
        return true
    }
}

extension Peers {
    static func sbin(_ name: String) -> String? {
        ["/usr/sbin/", "/sbin/"].map { $0 + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// A name service of three names, in Python, on port 53 of 127.0.0.1; then the command in its arguments.
enum NameService {
    /// alias.example stands for real.example, which has two addresses; broken.example makes the service fail, and
    /// slow.example is never answered. Every other name is unknown.
    static let script = """
        import socket, struct, subprocess, sys, threading
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 53))
        def encoded(name): return b''.join(bytes([len(p)]) + p.encode() for p in name.split('.')) + b'\\0'
        def serve():
            while True:
                question, peer = s.recvfrom(4096)
                at, labels = 12, []
                while question[at]:
                    labels.append(question[at + 1:at + 1 + question[at]].decode()); at += 1 + question[at]
                name, kind = '.'.join(labels), struct.unpack('!H', question[at + 1:at + 3])[0]
                if name == 'slow.example': continue
                code = 0 if name in ('alias.example', 'real.example') else 2 if name == 'broken.example' else 3
                answers = []
                if name == 'alias.example':
                    answers.append(encoded(name) + struct.pack('!HHIH', 5, 1, 60, 14) + encoded('real.example'))
                if not code and kind == 1:
                    answers.append(encoded('real.example') + struct.pack('!HHIH', 1, 1, 60, 4) + bytes([127, 0, 0, 5]))
                if not code and kind == 28:
                    answers.append(encoded('real.example') + struct.pack('!HHIH', 28, 1, 60, 16) + bytes(15) + bytes([1]))
                header = question[:2] + struct.pack('!HHHHH', 0x8180 | code, 1, len(answers), 0, 0)
                s.sendto(header + question[12:at + 5] + b''.join(answers), peer)
        threading.Thread(target=serve, daemon=True).start()
        sys.exit(subprocess.call(sys.argv[1:]))
        """
}
