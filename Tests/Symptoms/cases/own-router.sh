# shellcheck shell=bash
# From outside it works; from inside the own public address does not (hairpin).
computer client server home internet
router home
ip -n home link add lan type bridge
ip -n home address add 192.168.0.1/24 dev lan
ip -n home link set lan up
cable client eth0 192.168.0.2/24 home one -
cable server eth0 192.168.0.3/24 home two -
ip -n home link set one master lan
ip -n home link set two master lan
cable home wan 203.0.113.2/24 internet eth0 203.0.113.1/24
route client default via 192.168.0.1
route server default via 192.168.0.1
route home default via 203.0.113.1
router internet
serve server 0.0.0.0 1337
on home nft add table ip lab
on home nft add chain ip lab in '{ type nat hook prerouting priority -100; }'
on home nft add rule ip lab in iifname wan tcp dport 1337 dnat to 192.168.0.3
on home nft add chain ip lab out '{ type nat hook postrouting priority 100; }'
on home nft add rule ip lab out oifname wan masquerade
expect internet works 203.0.113.2:1337
expect client own-router 203.0.113.2:1337
# Some routers drop it instead of refusing.
on home nft add table inet wall
on home nft add chain inet wall input '{ type filter hook input priority 0; }'
on home nft add rule inet wall input iifname lan ip daddr 203.0.113.2 drop
expect client own-router 203.0.113.2:1337
# A computer that is really outside is not taken for the router.
expect client nothing-listens 203.0.113.1:1337
