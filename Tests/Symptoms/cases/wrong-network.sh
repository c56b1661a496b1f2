# shellcheck shell=bash
# A friend's 192.168 address, used from another home.
computer client middle internet
router middle
cable client eth0 192.168.0.2/24 middle eth1 192.168.0.1/24
cable middle eth2 203.0.113.2/24 internet eth0 203.0.113.1/24
route client default via 192.168.0.1
route middle default via 203.0.113.1
on internet nft add table inet lab
on internet nft add chain inet lab input '{ type filter hook prerouting priority 0; }'
on internet nft add rule inet lab input ip daddr 192.168.0.0/16 drop
expect client wrong-network 192.168.7.7:1337
# The same where the provider's router says so.
on internet nft flush chain inet lab input
router internet
route internet 192.168.0.0/24 via 203.0.113.2
expect client wrong-network 192.168.7.7:1337
mentions "network unreachable"
# A network that is known to a router, and in which nobody has the address, is not a wrong one.
computer lab
cable internet eth1 192.168.7.1/24 lab eth0 192.168.7.2/24
expect client nobody-there 192.168.7.7:1337
mentions "ICMP 3/1"
