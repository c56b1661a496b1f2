# shellcheck shell=bash
# "Logging in works, and then it hangs": a tunnel takes smaller packets, and nobody says so.
computer client middle server
router middle
cable client eth0 10.9.1.2/24 middle eth1 10.9.1.1/24
cable server eth0 10.9.2.2/24 middle eth2 10.9.2.1/24
route client default via 10.9.1.1
route server default via 10.9.2.1
ip -n middle link set eth2 mtu 1300
host server 1337
# As long as the router says that a packet is too large, TCP finds its way.
expect client both-ends 10.9.2.2:1337
mentions "largest packet there: 1300 bytes"
ip -n client route flush cache
on middle nft add table inet lab
on middle nft add chain inet lab output '{ type filter hook output priority 0; }'
on middle nft add rule inet lab output icmp type destination-unreachable drop
expect client large-packets-vanish 10.9.2.2:1337
mentions "from here to there"
