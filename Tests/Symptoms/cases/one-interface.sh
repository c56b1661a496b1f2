# shellcheck shell=bash
# The server takes clients of one network interface only (SO_BINDTODEVICE), which no list of the kernel in /proc shows.
computer server near far
cable server eth0 10.1.0.2/24 near eth0 10.1.0.1/24
cable server eth1 10.2.0.2/24 far eth0 10.2.0.1/24
python server "
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, 25, b'eth1'); s.bind(('0.0.0.0', 1337)); s.listen(); print('ready')
while True: s.accept()"
expect far works 10.2.0.2:1337
expect near nothing-listens 10.1.0.2:1337
# No rule is there, so none is accused alone.
expect server firewall-rejects-here 10.1.0.2:1337
mentions '"confidence":"possible"'
mentions "SO_BINDTODEVICE"
# A rule that answers with a reset looks the same, and is named too.
on server iptables -A INPUT -p tcp --dport 1338 -j REJECT --reject-with tcp-reset
serve server 0.0.0.0 1338
expect server firewall-rejects-here 127.0.0.1:1338
mentions "a rule that rejects with a reset"
