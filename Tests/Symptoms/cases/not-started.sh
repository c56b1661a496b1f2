# shellcheck shell=bash
# Nobody has started the server.
computer alone
expect alone nothing-listens 127.0.0.1:1337
mentions certain
