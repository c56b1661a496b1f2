# shellcheck shell=bash
# Both are in one Wi-Fi, and the access point keeps its clients apart.
computer access phone laptop
ip -n access link add wifi type bridge
ip -n access address add 192.168.0.1/24 dev wifi
ip -n access link set wifi up
cable phone wlan0 192.168.0.2/24 access one -
cable laptop wlan0 192.168.0.3/24 access two -
ip -n access link set one master wifi
ip -n access link set two master wifi
route phone default via 192.168.0.1
serve laptop 0.0.0.0 1337
expect phone works 192.168.0.3:1337
ip -n access link set one type bridge_slave isolated on
ip -n access link set two type bridge_slave isolated on
ip -n phone neighbour flush all
expect phone neighbour-silent 192.168.0.3:1337
mentions "the router answers, but no computer"
mentions "access point keeps its clients"
mentions "192.168.0.1 answered all of 5 questions meanwhile"
