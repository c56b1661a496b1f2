# shellcheck shell=bash
# "The port is forwarded, and still nobody gets in": the computer that the router forwards it to is off, or refuses.
computer client home server
router home
cable client eth0 203.0.113.1/24 home wan 203.0.113.2/24
cable server eth0 192.168.0.3/24 home lan 192.168.0.1/24
route server default via 192.168.0.1
serve server 0.0.0.0 1337
on home nft add table ip lab
on home nft add chain ip lab in '{ type nat hook prerouting priority -100; }'
on home nft add rule ip lab in iifname wan tcp dport 1337 dnat to 192.168.0.3
on home nft add rule ip lab in iifname wan tcp dport 1400 dnat to 192.168.0.77
expect client works 203.0.113.2:1337
expect client nobody-there 203.0.113.2:1400
mentions "forwards port 1400 to another computer, which is off or not there"
# A firewall behind it speaks in the router's name, and so the router alone is not accused.
on server iptables -A INPUT -p tcp --dport 1337 -j REJECT --reject-with icmp-admin-prohibited
expect client firewall-rejects 203.0.113.2:1337
mentions "or of a computer that 203.0.113.2 forwards the port to"
