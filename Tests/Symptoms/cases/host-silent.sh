# shellcheck shell=bash
# Nothing at all comes back: a firewall that drops everything, behind a router.
computer client middle server
router middle
cable client eth0 198.51.100.2/24 middle eth1 198.51.100.1/24
cable server eth0 203.0.113.2/24 middle eth2 203.0.113.1/24
route client default via 198.51.100.1
route server default via 203.0.113.1
on server nft add table inet lab
on server nft add chain inet lab input '{ type filter hook input priority 0; policy drop; }'
expect client host-silent 203.0.113.2:1337
mentions "7 other ports: no answer either"
# An address that nobody has, where its router says so.
expect client nobody-there 203.0.113.77:1337
mentions "ICMP 3/1, host unreachable, from 198.51.100.1"
