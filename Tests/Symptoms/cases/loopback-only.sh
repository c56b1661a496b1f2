# shellcheck shell=bash
# "It works on my machine": the server listens on 127.0.0.1.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
serve server 127.0.0.1 1337
expect server loopback-only 10.9.0.2:1337
mentions "python3 (process"
# Also when the server's own port is asked about.
expect server port-taken --listen 1337
finding loopback-only
# From outside it cannot be told apart from a server that is not there, and so it is not.
expect client nothing-listens 10.9.0.2:1337
mentions "127.0.0.1 only"
expect server works 127.0.0.1:1337
