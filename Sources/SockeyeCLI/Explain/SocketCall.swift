/// Which call on a socket failed, as far as the text shows it.
enum SocketCall: Hashable, Sendable {
    case connect, bind, listen, accept, receive, send, sendTo, shutdown, option

    /// The words that messages and lines of code have for it; those of the error itself come before those of the code.
    private static let words: [(call: SocketCall, words: [String])] = [
        (.bind, [": bind:", "bind: ", "bind E", "listen EACCES", "listen EADDR"]),
        (.listen, ["listen: ", "listen E"]),
        (.accept, ["accept: ", "accept E", "accept tcp"]),
        (.connect, ["connect: ", "connect E", "dial tcp", "dial udp", "dial unix"]),
        (.sendTo, ["sendto: "]),
        (.send, ["send: ", "send E", "write: ", "write E", "write tcp", "write udp", "writev: "]),
        (.receive, ["recv: ", "recvfrom: ", "read: ", "read E", "read tcp", "read udp", "recv E"]),
        (.shutdown, ["shutdown: ", "shutdown E"]),
        (.option, ["setsockopt: ", "getsockopt: "]),
        (
            .bind,
            [".bind(", "create_server(", "start_server(", "TcpListener::bind", "UdpSocket::bind", "net.Listen("]
        ),
        (.accept, [".accept(", "accept("]),
        (
            .connect,
            [".connect(", ".connect_ex(", "create_connection(", "open_connection(", "TcpStream::connect", "net.Dial("]
        ),
        (.sendTo, [".sendto("]),
        (.listen, [".listen("]),
        (.shutdown, [".shutdown("]),
        (.option, [".setsockopt(", ".getsockopt("]),
        (.receive, [".recv(", ".recv_into(", ".recvfrom(", ".readline(", ".readexactly("]),
        (.send, [".send(", ".sendall(", ".drain("]),
    ]

    /// - Parameter line: The error's line, and the line of code that it is about.
    init?(line: String) {
        guard let found = Self.words.first(where: { $0.words.contains(where: line.contains) }) else { return nil }
        self = found.call
    }

    /// The first of Java's frames, which stand below the message, and Node's word for the call.
    init?(frames: String) {
        let words: [(SocketCall, [String])] = [
            (.bind, ["ServerSocket.bind(", "Net.bind", "ServerSocket.<init>", "syscall: 'listen'", "syscall: 'bind'"]),
            (.accept, ["ServerSocket.accept(", ".implAccept(", "syscall: 'accept'"]),
            (.connect, ["Socket.connect(", "Net.connect", "Net.pollConnect", "syscall: 'connect'"]),
            (.receive, [".implRead(", "SocketInputStream.", "SocketDispatcher.read", "syscall: 'read'"]),
            (.send, [".implWrite(", "SocketOutputStream.", "SocketDispatcher.write", "syscall: 'write'"]),
        ]
        guard let found = words.first(where: { $0.1.contains(where: frames.contains) }) else { return nil }
        self = found.0
    }
}

/// In which language the program was written that a text comes from.
enum Language: Sendable {
    case python, node, java, go, rust, dotNet, swift

    init?(of text: String) {
        let signs: [(Language, [String])] = [
            (.python, ["Traceback (most recent", "  File \"", "[Errno ", "[WinError ", "Error: [E"]),
            (.java, ["java.net.", "java.io.", "java.nio.", "\tat ", "Exception in thread"]),
            (.rust, ["thread 'main' ", "Os { code", "(os error ", "kind: "]),
            (
                .go,
                ["dial tcp", "listen tcp", "read tcp", "write tcp", "dial udp", "listen udp", "panic: ", "goroutine "]
            ),
            (.dotNet, ["System.Net.", "System.IO."]),
            (.node, ["node:", "syscall: '", "errno: -", " ECONN", " EADDR", "NodeJS"]),
            (.swift, ["NSURLErrorDomain", "NIOCore", "NIOPosix", "Swift/"]),
        ]
        guard let found = signs.first(where: { $0.1.contains(where: text.contains) }) else { return nil }
        self = found.0
    }

    /// Servers of these set SO_REUSEADDR before they bind, so remains of earlier ones are not in their way.
    var reusesAddresses: Bool {
        switch self {
        case .node, .java, .go, .rust: true
        case .python, .dotNet, .swift: false
        }
    }

    /// Python's calls that do.
    static let reusingCalls = ["create_server(", "start_server(", "HTTPServer("]
}
