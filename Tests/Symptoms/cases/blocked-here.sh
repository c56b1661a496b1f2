# shellcheck shell=bash
# This computer's own firewall does not let the connection out.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
serve server 0.0.0.0 1337
on client iptables -A OUTPUT -p tcp --dport 1337 -j REJECT
expect client firewall-rejects-here 10.9.0.2:1337
# And not even to itself.
on server iptables -A INPUT -p tcp --dport 1337 -j DROP
expect server firewall-drops-here 127.0.0.1:1337
