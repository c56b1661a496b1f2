# shellcheck shell=bash
# Addresses that begin with fe80, with the interface, without it, and with the wrong one.
computer server client third
cable server eth0 - client eth0 -
link_address() { on "$1" ip -6 -o address show dev eth0 scope link | awk '{ split($4, parts, "/"); print parts[1] }'; }
# The kernel gives the address once both ends are up, and accept_dad is off: it is there at once.
there=$(link_address server)
serve server :: 1337
expect client works "[$there%eth0]:1337"
# There is only one link, so it is that one.
expect client works "[$there]:1337"
cable client eth1 - third eth0 -
expect client zone-missing "[$there]:1337"
mentions "ip -brief link"
expect client works "[$there%eth0]:1337"
# It answers on the first link: nobody has that address on the second one.
expect client neighbour-silent "[$there%eth1]:1337"
mentions "on eth1"
expect client address-wrong "[$there%nosuch]:1337"
expect server zone-missing --listen "[$there]:1337"
