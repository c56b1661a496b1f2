# shellcheck shell=bash
# "Address already in use", and nobody listens: a child of the old server still has a client.
computer server
python server "
s = listen('0.0.0.0', 1337, reuse=False); c = socket.create_connection(('127.0.0.1', 1337)); k = s.accept()[0]
s.close(); print('ready'); wait()"
expect server connections-left --listen 1337
mentions ESTABLISHED
mentions "python3 (process"
mentions "kill "
# The server has ended, and nobody reads what it sent at last: no program has that connection, and the kernel goes on trying.
python server "
s = listen('0.0.0.0', 1338, reuse=False); c = socket.create_connection(('127.0.0.1', 1338)); k = s.accept()[0]; k.setblocking(False)
try:
    while True: k.send(bytes(65536))
except BlockingIOError: pass
s.close(); k.close(); print('ready'); wait()"
expect server connections-left --listen 1338
mentions "no program has that connection any more"
mentions "happen the next time"
