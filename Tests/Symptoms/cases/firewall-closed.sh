# shellcheck shell=bash
# The server listens on every address, and nobody gets in: this computer's own firewall.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
route server default via 192.168.0.1
doctor server --listen '*:1337'
finding can-listen first
finding reach
finding not-from-outside
on server nft add table inet filter
on server nft add chain inet filter input '{ type filter hook input priority 0; policy drop; }'
on server nft add rule inet filter input ct state established,related accept
on server nft add rule inet filter input iif lo accept
on server nft add rule inet filter input tcp dport '{ 22, 8000-8100 }' accept
doctor server --listen '*:1337'
finding firewall-closed
mentions "policy drop"
mentions "sudo nft insert rule inet filter input tcp dport 1337 accept"
doctor server --listen '*:8080'
case $report in *firewall-closed*) echo "8080 is let in, and was called closed: $report"; exit 1 ;; esac
# What it advises helps.
serve server 0.0.0.0 1337
expect other firewall-drops 192.168.0.2:1337
on server nft insert rule inet filter input tcp dport 1337 accept
expect other works 192.168.0.2:1337
