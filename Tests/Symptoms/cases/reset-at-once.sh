# shellcheck shell=bash
# What takes the connection resets it at once, as a published port without a server behind it does.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
python server "
s = listen('0.0.0.0', 1337); print('ready')
while True:
    c = s.accept()[0]; c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); c.close()"
expect other reset-at-once 192.168.0.2:1337
mentions '"problem":true'
mentions "passes it on, to a server that is not there"
expect server reset-at-once 127.0.0.1:1337
