# shellcheck shell=bash
# All the ports that clients are given are taken, here and from elsewhere: no firewall has a part in it.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
serve server 0.0.0.0 1337
serve client 0.0.0.0 1337
on client sysctl -qw net.ipv4.ip_local_port_range="40000 40001"
python client "
kept = [socket.create_connection((host, 1337)) for host in ('127.0.0.1', '10.9.0.2') for _ in range(2)]; print('ready'); wait()"
expect client no-port-left 10.9.0.2:1337
mentions "clients get ports 40000 to 40001"
expect client no-port-left 127.0.0.1:1337
