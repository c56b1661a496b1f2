# shellcheck shell=bash
# The requests arrive, and the answers find no way back: a wrong network mask, and a missing default route.
computer client server
cable client eth0 10.0.0.1/24 server eth0 10.0.0.130/25
serve server 0.0.0.0 1337
expect client firewall-drops 10.0.0.130:1337
mentions "find no way back, as with a wrong network mask"
computer far middle
router middle
cable far eth0 198.51.100.2/24 middle eth1 198.51.100.1/24
cable server eth1 203.0.113.2/24 middle eth2 203.0.113.1/24
route far default via 198.51.100.1
expect far host-silent 203.0.113.2:1337
mentions "find no way back"
# On the server's computer that is plain.
expect server server-there --listen 1337
finding no-way-out
route server default via 203.0.113.1
expect far works 203.0.113.2:1337
doctor server --listen 1337
case $report in *no-way-out*) echo "there is a way out: $report"; exit 1 ;; esac
