# shellcheck shell=bash
# The first client is served, the second one hangs.
computer server
python server "
s = listen('127.0.0.1', 1337); c = socket.create_connection(('127.0.0.1', 1337)); kept = s.accept(); print('ready'); wait()"
expect server not-accepted 127.0.0.1:1337
mentions "one client at a time"
