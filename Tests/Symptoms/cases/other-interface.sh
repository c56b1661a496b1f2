# shellcheck shell=bash
# The server was bound to one of its addresses, and clients use the other.
computer server client
cable server eth0 10.9.0.2/24 client eth0 10.9.0.1/24
address server eth0 10.8.0.2/24
serve server 10.8.0.2 1337
expect server other-interface 10.9.0.2:1337
mentions 10.8.0.2
