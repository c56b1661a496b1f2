# shellcheck shell=bash
# The server runs, and nobody gets in: its own computer's firewall, looked at while the server has the port.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
serve server 0.0.0.0 1337
# closed ARGUMENTS…: the server is found, and then what keeps clients from it, before the addresses and the port.
closed() {
    expect server server-there "$@"
    finding firewall-closed
    finding port-taken
    mentions '"problem":true'
    mentions "python3 (process"
    mentions "sockeye doctor 192.168.0.2:1337"
}
on server nft add table inet filter
on server nft add chain inet filter input '{ type filter hook input priority 0; }'
on server nft add rule inet filter input tcp dport 1337 drop
closed --listen 1337
closed --listen 192.168.0.2:1337
mentions "sudo nft insert rule inet filter input tcp dport 1337 accept"
expect other firewall-drops 192.168.0.2:1337
# What it advises helps, at once and without the server noticing.
on server nft insert rule inet filter input tcp dport 1337 accept
expect other works 192.168.0.2:1337
doctor server --listen 1337
case $report in *firewall-*) echo "1337 is let in, and something is said: $report"; exit 1 ;; esac
on server nft delete table inet filter
# The same with iptables, by silence and by a refusal.
on server iptables -A INPUT -p tcp --dport 1337 -j DROP
closed --listen '*:1337'
mentions "sudo iptables -I INPUT -p tcp --dport 1337 -j ACCEPT"
on server iptables -F
on server iptables -A INPUT -p tcp --dport 1337 -j REJECT
closed --listen '*:1337'
mentions "rejects clients of port 1337"
expect other firewall-rejects 192.168.0.2:1337
on server iptables -I INPUT -p tcp --dport 1337 -j ACCEPT
expect other works 192.168.0.2:1337
on server iptables -F
# The older tables of the kernel, which nft does not show, beside rules of nftables that let everybody in.
if on server iptables-legacy -A INPUT -p tcp --dport 1337 -j DROP 2>/dev/null; then
    on server nft add table inet filter
    on server nft add chain inet filter input '{ type filter hook input priority 0; }'
    closed --listen '*:1337'
    mentions "sudo iptables-legacy -I INPUT -p tcp --dport 1337 -j ACCEPT"
    expect other firewall-drops 192.168.0.2:1337
    on server iptables-legacy -F
    on server nft delete table inet filter
fi
# Closed over IPv6 only: those who come over IPv4 get in, and the command is that of the other family.
address server eth0 fd09::2/64
serve server :: 1337
on server ip6tables -A INPUT -p tcp --dport 1337 -j DROP
expect server server-there --listen '*:1337'
finding firewall-partly
mentions "sudo ip6tables -I INPUT -p tcp --dport 1337 -j ACCEPT"
case $report in *firewall-closed*) echo "IPv4 is let in, and was called closed: $report"; exit 1 ;; esac
