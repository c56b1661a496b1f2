# shellcheck shell=bash
# "Address already in use", although the server has ended: its old connections fade away.
computer server
closed_first="
c = socket.create_connection(('127.0.0.1', 1337)); k = s.accept()[0]
k.close(); c.recv(1); c.close(); s.close(); print('ready'); wait()"
python server "s = listen('0.0.0.0', 1337, reuse=False)$closed_first"
expect server time-wait-blocks --listen 1337
mentions "more seconds"
mentions "TIME_WAIT on port 1337"
# With the flag in both servers nobody has to wait.
computer careful
python careful "s = listen('0.0.0.0', 1337)$closed_first"
expect careful time-wait --listen 1337
finding can-listen
# The fifth case of "in use" is none: the client closed first.
computer lucky
python lucky "
s = listen('0.0.0.0', 1337, reuse=False); c = socket.create_connection(('127.0.0.1', 1337)); k = s.accept()[0]
c.close(); k.recv(1); k.close(); s.close(); print('ready'); wait()"
expect lucky can-listen --listen 1337
