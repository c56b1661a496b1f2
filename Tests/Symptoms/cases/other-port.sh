# shellcheck shell=bash
# The server runs, on another port than the client uses.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
serve server 0.0.0.0 8080
expect client nothing-listens 10.9.0.2:1337
mentions "port 8080"
expect server nothing-listens 127.0.0.1:1337
mentions "port 8080: python3"
