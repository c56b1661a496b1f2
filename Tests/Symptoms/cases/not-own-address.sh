# shellcheck shell=bash
# "Cannot assign requested address": the server was told the router's public one.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
expect server not-own-address --listen 203.0.113.2:1337
mentions 192.168.0.2
