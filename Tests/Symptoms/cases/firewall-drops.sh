# shellcheck shell=bash
# Connecting hangs: a firewall throws the packets away.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
serve server 0.0.0.0 1337
on server iptables -A INPUT -p tcp --dport 1337 -j DROP
expect client firewall-drops 10.9.0.2:1337
mentions likely
# On the server's computer the rule itself is found, with the command that opens the port.
expect server can-listen --listen '*:1338'
on server iptables -A INPUT -p tcp --dport 1338 -j DROP
expect server can-listen --listen '*:1338'
finding firewall-closed
mentions "sudo iptables -I INPUT -p tcp --dport 1338 -j ACCEPT"
