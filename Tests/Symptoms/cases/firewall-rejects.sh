# shellcheck shell=bash
# "Connection refused" or "no route to host", although the server listens: its firewall says no.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
serve server 0.0.0.0 1337
on server iptables -A INPUT -p tcp --dport 1337 -j REJECT
expect client firewall-rejects 10.9.0.2:1337
mentions "ICMP 3/3, port unreachable, from 10.9.0.2"
on server iptables -F
on server iptables -A INPUT -p tcp --dport 1337 -j REJECT --reject-with icmp-admin-prohibited
expect client firewall-rejects 10.9.0.2:1337
mentions "ICMP 3/13"
# The same over IPv6, with nftables.
address client eth0 fd09::1/64
address server eth0 fd09::2/64
serve server :: 1337
on server nft add table inet lab
on server nft add chain inet lab input '{ type filter hook input priority 0; }'
on server nft add rule inet lab input tcp dport 1337 reject with icmpx admin-prohibited
on server iptables -F
expect client firewall-rejects '[fd09::2]:1337'
mentions "ICMPv6 1/1"
