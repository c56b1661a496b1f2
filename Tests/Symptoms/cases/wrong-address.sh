# shellcheck shell=bash
# "No route to host": nobody in the network has that address.
computer client other
cable client eth0 10.9.0.1/24 other eth0 10.9.0.2/24
expect client neighbour-silent 10.9.0.77:1337
mentions "asked for 10.9.0.77 on eth0"
