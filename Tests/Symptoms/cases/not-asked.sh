# shellcheck shell=bash
# Where nobody is asked who has an address, nobody is said to have been silent: a hardware address that was set by hand and is
# wrong, and a tunnel whose other end is not there.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
serve server 0.0.0.0 1337
ip -n client neighbour replace 10.9.0.2 lladdr 02:00:00:00:00:99 dev eth0 nud permanent
expect client host-silent 10.9.0.2:1337
mentions "set here by hand"
[ -w /dev/net/tun ] || exit 0
python client "
import fcntl
tunnel = os.open('/dev/net/tun', os.O_RDWR); fcntl.ioctl(tunnel, 0x400454ca, struct.pack('16sH14x', b'wg0', 0x1001)); print('ready'); wait()"
ip -n client address add 10.8.0.2/24 dev wg0
ip -n client link set wg0 up
expect client host-silent 10.8.0.5:1337
mentions "VPN or tunnel"
