# shellcheck shell=bash
# A program takes datagrams, and none come: this computer's own firewall, looked at from where the program is.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
doctor server --listen udp:1337
finding can-listen first
mentions "sockeye doctor udp:192.168.0.2:1337"
on server nft add table inet filter
on server nft add chain inet filter input '{ type filter hook input priority 0; policy drop; }'
on server nft add rule inet filter input ct state established,related accept
on server nft add rule inet filter input iif lo accept
on server nft add rule inet filter input tcp dport 1337 accept
doctor server --listen udp:1337
finding firewall-closed
mentions "sudo nft insert rule inet filter input udp dport 1337 accept"
# The rule for TCP is not one for UDP, and the other way round.
doctor server --listen 1337
case $report in *firewall-closed*) echo "TCP is let in, and was called closed: $report"; exit 1 ;; esac
# What it advises helps, and the two doctors know each other.
host server udp:1337
expect other silence-no-verdict udp:192.168.0.2:1337
on server nft insert rule inet filter input udp dport 1337 accept
expect other datagram-answered udp:192.168.0.2:1337
mentions "another doctor got it"
mentions "which is its own address"
# Who holds the port.
python server "s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('0.0.0.0', 1400)); print('ready'); wait()"
expect server port-taken --listen udp:1400
mentions "python3 (process"
python server "s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 1500)); print('ready'); wait()"
expect server port-taken --listen udp:1500
finding loopback-only
