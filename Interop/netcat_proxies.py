"""Two small proxies, for one connection each."""

import base64
import socket
import threading


def pump(one: socket.socket, other: socket.socket) -> None:
    try:
        while piece := one.recv(65536):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join(client: socket.socket, port: int) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=pump, args=(server, client), daemon=True)
        back.start()
        pump(client, server)
        back.join()


def exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def socks_proxy(listener: socket.socket, port: int) -> None:
    """SOCKS 5 (RFC 1928) without a password."""
    client, _ = listener.accept()
    _, count = exactly(client, 2)
    exactly(client, count)
    client.sendall(b"\x05\x00")
    kind = exactly(client, 4)[3]
    length = {1: 4, 4: 16}.get(kind) or exactly(client, 1)[0]
    exactly(client, length + 2)
    client.sendall(b"\x05\x00\x00\x01" + bytes(6))
    join(client, port)


def http_proxy(credentials: bytes = b""):
    """CONNECT (RFC 9110), which asks for credentials if there are any."""

    def serve(listener: socket.socket, port: int) -> None:
        wanted = base64.b64encode(credentials)
        while True:
            client, _ = listener.accept()
            # A client may be refused at first, and say who it is on the same connection.
            while True:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    piece = client.recv(1)
                    if not piece:
                        break
                    head += piece
                if not head:
                    break
                if wanted in head:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    return join(client, port)
                client.sendall(b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')

    return serve
