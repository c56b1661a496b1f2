# shellcheck shell=bash
# Rules in tables and chains of other names than those of every page on the web: the command has the real ones, and helps.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
serve server 0.0.0.0 1337
on server nft add table inet filter
on server nft add chain inet filter input '{ type filter hook input priority 0; policy accept; }'
on server nft add table ip my-guard
on server nft add chain ip my-guard from_outside '{ type filter hook input priority 10; policy drop; }'
on server nft add rule ip my-guard from_outside tcp dport 22 accept
expect server server-there --listen 1337
finding firewall-closed
command="nft insert rule ip my-guard from_outside tcp dport 1337 accept"
mentions "sudo $command"
case $report in *"inet filter input tcp"*) echo "the wrong chain was named: $report"; exit 1 ;; esac
expect other firewall-drops 192.168.0.2:1337
# shellcheck disable=SC2086
on server $command
expect other works 192.168.0.2:1337
doctor server --listen 1337
case $report in *firewall-*) echo "1337 is let in, and something is said: $report"; exit 1 ;; esac
