# shellcheck shell=bash
# The cable of this computer is out: its address and its routes are there as before.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
route client default via 10.9.0.2
serve server 0.0.0.0 1337
expect client works 10.9.0.2:1337
ip -n server link set eth0 down
expect client no-link 10.9.0.2:1337
mentions "eth0 of this computer has no connection"
expect client no-link 203.0.113.5:1337
expect client no-link udp:10.9.0.2:1337
expect client no-link
