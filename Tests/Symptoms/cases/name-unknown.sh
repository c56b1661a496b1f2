# shellcheck shell=bash
# The name is misspelt; or nobody can be asked for names.
computer client
echo "nameserver 127.0.0.1" >"$lab_files/resolv.conf"
mount --bind "$lab_files/resolv.conf" /etc/resolv.conf
expect client name-service-silent shop.example:80
# Nobody need be asked for what never exists.
expect client name-unknown shop.INVALID.:80
# A name server that knows no name: the question comes back, marked as an answer with code 3.
python client "
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 53)); print('ready')
while True:
    q, who = s.recvfrom(512); s.sendto(q[:2] + bytes([0x81, 0x83]) + q[4:6] + bytes(6) + q[12:], who)"
expect client name-unknown shop.example:80
