# shellcheck shell=bash
# A doctor at each end: they know each other, and check both directions.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
host server 1337
expect client both-ends 10.9.0.2:1337
mentions "round trip"
mentions "largest packet there: 1500 bytes"
mentions "largest packet back: 1500 bytes"
finding way-back-open
case $report in *address-translated*) echo "nothing translates here: $report"; exit 1 ;; esac
read -r -t 20 -u "$said" report
finding visited first
mentions "10.9.0.1 has reached this computer"

# A program that is no doctor is not taken for one, and its connection counts all the same.
on client python3 -c "
import socket
s = socket.create_connection(('10.9.0.2', 1337)); assert s.recv(100).startswith(b'sockeye-doctor 1 '); s.sendall(b'GET /\r\n')"
read -r -t 20 -u "$said" report
mentions "no doctor"

# A firewall at the client's end: the way back is closed, which is no problem.
on client nft add table inet lab
on client nft add chain inet lab input '{ type filter hook input priority 0; policy drop; }'
on client nft add rule inet lab input ct state established,related accept
expect client both-ends 10.9.0.2:1337
finding way-back-closed
mentions '"problem":false'
