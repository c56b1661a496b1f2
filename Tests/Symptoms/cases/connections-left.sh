# shellcheck shell=bash
# "Address already in use", and nobody listens: a child of the old server still has a client.
computer server
python server "
s = listen('0.0.0.0', 1337, reuse=False); c = socket.create_connection(('127.0.0.1', 1337)); k = s.accept()[0]
s.close(); print('ready'); wait()"
expect server connections-left --listen 1337
mentions ESTABLISHED
mentions "python3 (process"
