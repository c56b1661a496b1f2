# shellcheck shell=bash
# TCP works and UDP does not: the firewall was opened for one of them.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
on server nft add table inet lab
on server nft add chain inet lab input '{ type filter hook input priority 0; }'
on server nft add rule inet lab input udp dport 1337 drop
host server 1337
expect client udp-blocked 10.9.0.2:1337
finding both-ends
