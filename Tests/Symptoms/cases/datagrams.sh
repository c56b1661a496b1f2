# shellcheck shell=bash
# UDP from one end: an answer, a port without a program, a firewall that says so, and silence, which is no verdict.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
python server "
s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('0.0.0.0', 1337))
q = socket.socket(type=socket.SOCK_DGRAM); q.bind(('0.0.0.0', 1338)); print('ready')
while True: d, peer = s.recvfrom(2048); s.sendto(b'got ' + d, peer)"
serve server 0.0.0.0 1339
expect client datagram-answered udp:10.9.0.2:1337
mentions 'got sockeye doctor'
expect client silence-no-verdict udp:10.9.0.2:1338
mentions '"problem":false'
mentions '3 datagrams with a line of text sent'
expect server datagram-not-answered udp:127.0.0.1:1338
mentions 'python3 (process'
# Nobody is there for datagrams, and TCP is.
expect client no-datagram-program udp:10.9.0.2:1339
mentions 'port unreachable, from 10.9.0.2'
finding other-protocol
expect server no-datagram-program udp:127.0.0.1:1339
finding other-protocol
# The other way round.
expect server nothing-listens 127.0.0.1:1337
mentions 'sockeye connect udp:1337'
# Firewalls: one that says so, one that looks like a closed port, one that says nothing.
on server nft add table inet lab
on server nft add chain inet lab input '{ type filter hook input priority 0; }'
on server nft add rule inet lab input udp dport 1337 reject with icmpx admin-prohibited
expect client firewall-rejects udp:10.9.0.2:1337
expect server firewall-rejects-here udp:127.0.0.1:1337
on server nft flush chain inet lab input
on server nft add rule inet lab input udp dport 1337 reject with icmpx port-unreachable
expect client no-datagram-program udp:10.9.0.2:1337
mentions 'a firewall that rejects'
on server nft flush chain inet lab input
on server nft add rule inet lab input udp dport '{ 1337, 1400 }' drop
expect client silence-no-verdict udp:10.9.0.2:1337
expect server firewall-drops-here udp:127.0.0.1:1400
# Nobody has the address; no way there; this computer itself forbids it.
expect client neighbour-silent udp:10.9.0.7:1337
expect client no-route udp:10.10.0.1:1337
on client nft add table inet lab
on client nft add chain inet lab output '{ type filter hook output priority 0; }'
on client nft add rule inet lab output udp dport 1337 drop
expect client forbidden-here udp:10.9.0.2:1337
expect client name-service-silent udp:nobody.example:1337
