# shellcheck shell=bash
# A server for a single client: the doctor is that client, and says so.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
only_client() {
    python server "
s = listen('0.0.0.0', 1337); print('ready'); k = s.accept()[0]; s.close(); k.recv(100)"
}
only_client
expect server works 127.0.0.1:1337
mentions "the server has ended since: start it again"
only_client
# From elsewhere that cannot be seen, and is said to be possible.
expect other works 192.168.0.2:1337
mentions "a server made for a single client may have ended now"
expect other nothing-listens 192.168.0.2:1337
