# shellcheck shell=bash
# A router on the way does not let the port through.
computer client middle server
router middle
cable client eth0 10.9.1.2/24 middle eth1 10.9.1.1/24
cable server eth0 10.9.2.2/24 middle eth2 10.9.2.1/24
route client default via 10.9.1.1
route server default via 10.9.2.1
serve server 0.0.0.0 1337
expect client works 10.9.2.2:1337
on middle nft add table inet lab
on middle nft add chain inet lab forward '{ type filter hook forward priority 0; }'
on middle nft add rule inet lab forward tcp dport 1337 reject with icmpx admin-prohibited
expect client firewall-rejects 10.9.2.2:1337
mentions "10.9.1.1, which is on the way"
on middle nft flush chain inet lab forward
on middle nft add rule inet lab forward tcp dport 1337 drop
serve server 0.0.0.0 8080
expect client firewall-drops 10.9.2.2:1337
mentions "port 8080 answers"
