"""What ten lines of Python's socket module do: standard input to the peer, the peer to standard output."""

import os
import socket
import sys
import threading


def main() -> None:
    role, port = sys.argv[1], int(sys.argv[2])
    if role == "client":
        connection = socket.create_connection(("127.0.0.1", port))
    else:
        with socket.create_server(("127.0.0.1", port)) as listener:
            connection, _ = listener.accept()

    def send() -> None:
        while chunk := os.read(0, 65536):
            connection.sendall(chunk)
        connection.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    while chunk := connection.recv(65536):
        view = memoryview(chunk)
        while view:
            view = view[os.write(1, view):]
    sender.join()
    connection.close()


main()
