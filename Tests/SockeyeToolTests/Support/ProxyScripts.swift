/// Small proxies in Python, for one connection. Each tells its port, and then what it was asked for.
enum ProxyScript {
    private static let pump = """

        def pump(a, b):
            try:
                while True:
                    piece = a.recv(65536)
                    if not piece: break
                    b.sendall(piece)
                b.shutdown(1)
            except OSError: pass
        def join(c, t, first=b''):
            # The server's first words leave together with the proxy's own answer.
            if first: c.sendall(first)
            x = threading.Thread(target=pump, args=(c, t)); x.start(); pump(t, c); x.join(); c.close(); t.close()

        """

    /// SOCKS 5; with a password if `user` is given.
    static func socks(user: String = "", password: String = "", code: Int = 0) -> String {
        Script.prelude + pump + """
            user, password, code = '\(user)'.encode(), '\(password)'.encode(), \(code)
            l = listen(); c, _ = l.accept()
            version, count = read_exactly(c, 2); methods = read_exactly(c, count)
            wanted = 2 if user else 0
            if wanted not in methods: c.sendall(b'\\x05\\xff'); print('no method'); c.close(); sys.exit()
            c.sendall(bytes([5, wanted]))
            if wanted == 2:
                read_exactly(c, 1); u = read_exactly(c, read_exactly(c, 1)[0]); p = read_exactly(c, read_exactly(c, 1)[0])
                good = (u, p) == (user, password); c.sendall(bytes([1, 0 if good else 1]))
                if not good: print('denied'); c.close(); sys.exit()
            version, command, _, kind = read_exactly(c, 4)
            if kind == 1: host = socket.inet_ntop(socket.AF_INET, read_exactly(c, 4))
            elif kind == 4: host = socket.inet_ntop(socket.AF_INET6, read_exactly(c, 16))
            else: host = read_exactly(c, read_exactly(c, 1)[0]).decode()
            port = struct.unpack('>H', read_exactly(c, 2))[0]
            print(kind, host)
            if code: c.sendall(bytes([5, code, 0, 1] + [0] * 6)); c.close(); sys.exit()
            t = socket.create_connection((host, port), 60)
            join(c, t, bytes([5, 0, 0, 3, 5]) + b'proxy\\x00\\x00')
            """
    }

    /// HTTP's CONNECT; `answer` in place of a connection if it is given.
    static func http(authorization: String = "", answer: String = "") -> String {
        Script.prelude + pump + """
            l = listen(); c, _ = l.accept(); head = b''
            while not head.endswith(b'\\r\\n\\r\\n'): head += read_exactly(c, 1)
            lines = head.decode().split('\\r\\n'); print(lines[0])
            if '\(authorization)' and 'Proxy-Authorization: Basic \(authorization)' not in lines:
                c.sendall(b'HTTP/1.1 407 Proxy Authentication Required\\r\\n\\r\\n'); c.close(); sys.exit()
            if '\(answer)': c.sendall(b'\(answer)\\r\\n\\r\\n'); c.close(); sys.exit()
            host, port = lines[0].split(' ')[1].rsplit(':', 1)
            t = socket.create_connection((host.strip('[]'), int(port)), 60)
            join(c, t, b'HTTP/1.1 200 Connection established\\r\\nVia: test\\r\\n\\r\\n' + t.recv(3))
            """
    }
}
