# shellcheck shell=bash
# "Network is unreachable": this computer knows no way there.
computer client other
cable client eth0 10.9.0.1/24 other eth0 10.9.0.2/24
expect client no-route 203.0.113.5:80
mentions "no default route for IPv4"
computer offline
expect offline no-route 203.0.113.5:80
mentions "in no network"
expect offline no-network
