# shellcheck shell=bash
# The server listens on [::] for IPv6 alone (IPV6_V6ONLY), and who comes over IPv4 is refused: no firewall is accused of it.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
address client eth0 fd09::1/64
address server eth0 fd09::2/64
serve server :: 1337
expect server other-family-only 127.0.0.1:1337
expect server other-family-only 10.9.0.2:1337
expect server works '[::1]:1337'
expect client works '[fd09::2]:1337'
expect client nothing-listens 10.9.0.2:1337
mentions "the other family"
expect server server-there --listen 1337
mentions "IPV6_V6ONLY"
case $report in *"sockeye doctor 10.9.0.2:1337"*) echo "nobody reaches it there: $report"; exit 1 ;; esac
