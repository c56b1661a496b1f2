# shellcheck shell=bash
# "Address already in use": another server is alive.
computer server
serve server 0.0.0.0 1337
expect server server-there --listen '*:1337'
finding port-taken
mentions "python3 (process"
mentions "state LISTEN"
expect server server-there --listen 1337
