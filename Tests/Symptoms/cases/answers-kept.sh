# shellcheck shell=bash
# Requests come in, as tcpdump shows, and the server's own computer drops what it answers.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
serve server 0.0.0.0 1337
kept() {
    expect server server-there --listen 1337
    finding firewall-keeps-answers
    mentions '"problem":true'
    mentions "$1"
    # Only looking at the server's end tells it from requests that are dropped.
    expect other firewall-drops 192.168.0.2:1337
}
free() {
    doctor server --listen 1337
    case $report in *firewall-*) echo "answers get out, and something is said: $report"; exit 1 ;; esac
    expect other works 192.168.0.2:1337
}
on server nft -f - <<RULES
table inet t {
    chain leaving {
        type filter hook output priority 0; policy drop;
        icmp type echo-reply accept
        tcp dport { 53, 80 } accept
    }
}
RULES
kept "sudo nft insert rule inet t leaving tcp sport 1337 accept"
on server nft insert rule inet t leaving tcp sport 1337 accept
free
# The usual line, which a new connection's answer passes.
on server nft flush chain inet t leaving
on server nft insert rule inet t leaving ct state established,related accept
free
on server nft delete table inet t
on server iptables -A OUTPUT -p tcp --sport 1337 -j DROP
kept "sudo iptables -I OUTPUT -p tcp --sport 1337 -j ACCEPT"
on server iptables -I OUTPUT -p tcp --sport 1337 -j ACCEPT
free
