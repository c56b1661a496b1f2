import Foundation
import Testing

/// Programs that are not ours, and how they are found.
enum Peers {
    static func path(_ name: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A port of 127.0.0.1 on which nobody listens.
    static func closedPort() throws -> String {
        let script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        return try Program.python(script).finish().text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// Servers and clients in Python: the other end of the tutorials.
enum Script {
    static let prelude = """
        import socket, struct, sys, threading
        def reset(s):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()
        def read_all(s):
            pieces = []
            while True:
                piece = s.recv(65536)
                if not piece: return b''.join(pieces)
                pieces.append(piece)
        def read_exactly(s, count):
            data = b''
            while len(data) < count:
                piece = s.recv(count - len(data))
                if not piece: raise EOFError(data)
                data += piece
            return data
        def connect():
            return socket.create_connection(('127.0.0.1', int(sys.argv[1])), 60)
        def listen():
            s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(256); print(s.getsockname()[1]); return s

        """

    static func client(_ body: String) -> String { prelude + "s = connect()\n" + body }
    static func server(_ body: String) -> String { prelude + "l = listen()\n" + body }
}
