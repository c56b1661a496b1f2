# shellcheck shell=bash
# The network mask of this computer is too wide: who is behind the router is looked for in the own network.
computer client middle server
router middle
cable client eth0 10.1.0.2/8 middle eth1 10.1.0.1/24
cable server eth0 10.2.0.2/24 middle eth2 10.2.0.1/24
route client default via 10.1.0.1
route server default via 10.2.0.1
serve server 0.0.0.0 1337
expect client neighbour-silent 10.2.0.2:1337
mentions "the network mask of this computer is wrong: /8"
ip -n client address del 10.1.0.2/8 dev eth0
address client eth0 10.1.0.2/24
ip -n client route replace default via 10.1.0.1
expect client works 10.2.0.2:1337
