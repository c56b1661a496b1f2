# shellcheck shell=bash
# "The server says that I come from an address I do not have": a router translates.
computer client home server
router home
cable client eth0 192.168.0.2/24 home lan 192.168.0.1/24
cable home wan 203.0.113.2/24 server eth0 203.0.113.1/24
route client default via 192.168.0.1
on home nft add table ip lab
on home nft add chain ip lab out '{ type nat hook postrouting priority 100; }'
on home nft add rule ip lab out oifname wan masquerade
host server 1337
expect client both-ends 203.0.113.1:1337
finding address-translated
mentions "the other end sees 203.0.113.2:"
finding way-back-closed
