#!/usr/bin/env bash
# What the cases are made of: computers that are namespaces, cables that are pairs of virtual interfaces, and what the doctor
# has to find. It runs the case that is its argument, within namespaces of its own: nothing here needs cleaning up.

mount -t tmpfs tmpfs /run
lab_files=/run/lab
mkdir -p "$lab_files"

# Leaves the case: this machine cannot do it.
skip() {
    echo "SKIPPED: $1"
    exit 77
}

# A computer of its own, which only has its loopback.
computer() {
    local name
    for name in "$@"; do
        ip netns add "$name"
        ip -n "$name" link set lo up
        # Duplicate address detection would keep IPv6 addresses unusable for a second.
        ip netns exec "$name" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
    done
}

# Runs a command on a computer.
on() {
    local name=$1
    shift
    ip netns exec "$name" "$@"
}

# cable ONE INTERFACE ADDRESS/LENGTH OTHER INTERFACE ADDRESS/LENGTH; an address may be "-" for none.
cable() {
    # Made elsewhere and renamed: both ends may have the same name.
    ip link add name lab-one type veth peer name lab-two
    ip link set lab-one netns "$1" name "$2"
    ip link set lab-two netns "$4" name "$5"
    plug "$1" "$2" "$3"
    plug "$4" "$5" "$6"
}

# Leaves the case where no cable can be bad here.
can_be_bad() {
    computer trial
    [ -w /dev/net/tun ] || on trial tc qdisc add dev lo root netem delay 1ms 2>/dev/null || skip "there is neither netem nor /dev/net/tun"
}

# bad_cable ONE ADDRESS OTHER ADDRESS MILLISECONDS PERCENT [KILOBITS]: both ends are eth0. Packets take so long in each
# direction, so many get lost, those that look for neighbours too, and no more of them pass in a second.
bad_cable() {
    local kilobits=${7:-1000000}
    cable "$1" eth0 "$2" "$3" eth0 "$4"
    if on "$1" tc qdisc add dev eth0 root netem delay "$5ms" loss "$6%" rate "${kilobits}kbit" 2>/dev/null; then
        on "$3" tc qdisc add dev eth0 root netem delay "$5ms" loss "$6%" rate "${kilobits}kbit"
        return
    fi
    # This kernel has no netem: a program carries the packets instead, between two devices that it made.
    ip -n "$1" link del eth0
    computer "wire-$1"
    python "wire-$1" "
import fcntl, heapq, random, select
def device(name):
    d = os.open('/dev/net/tun', os.O_RDWR); fcntl.ioctl(d, 0x400454ca, struct.pack('16sH14x', name, 0x1002)); return d
one, two = device(b'one'), device(b'two'); print('ready'); line, n = [], 0
free = {one: 0, two: 0}
while True:
    wait = max(0, line[0][0] - time.monotonic()) if line else None
    for d in select.select([one, two], [], [], wait)[0]:
        packet = os.read(d, 65536); n += 1
        free[d] = max(free[d], time.monotonic()) + len(packet) * 8 / ($kilobits * 1000)
        if random.random() * 100 >= $6: heapq.heappush(line, (free[d] + $5 / 1000, n, two if d == one else one, packet))
    while line and line[0][0] <= time.monotonic():
        _, _, d, packet = heapq.heappop(line)
        try: os.write(d, packet)
        except OSError: pass"
    ip -n "wire-$1" link set one netns "$1" name eth0
    ip -n "wire-$1" link set two netns "$3" name eth0
    plug "$1" eth0 "$2"
    plug "$3" eth0 "$4"
}

plug() {
    [ "$3" = - ] || ip -n "$1" address add "$3" dev "$2"
    ip -n "$1" link set "$2" up
}

# Adds a second address to an interface that is there.
address() { ip -n "$1" address add "$3" dev "$2"; }

route() {
    local name=$1
    shift
    ip -n "$name" route add "$@"
}

# A computer that passes packets on.
router() { on "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; }

# A name that every computer of the lab knows: name ADDRESS NAME
name() {
    [ -f "$lab_files/hosts" ] || { cat /etc/hosts >"$lab_files/hosts"; mount --bind "$lab_files/hosts" /etc/hosts; }
    echo "$1 $2" >>"$lab_files/hosts"
}

# Runs a Python program on a computer until the case ends, and waits until it prints a line, which is in $ready then.
python() {
    local name=$1 output
    shift
    exec {output}< <(ip netns exec "$name" python3 -u -c "import socket, time, sys, os, struct
def listen(address, port, queue=128, family=socket.AF_INET, reuse=True):
    s = socket.socket(family)
    if reuse: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((address, port)); s.listen(queue); return s
def wait():
    while True: time.sleep(1000)
$1" 2>&1)
    read -r -t 20 -u "$output" ready || { echo "the program on $name said nothing"; return 1; }
    case $ready in *Error*|Traceback*) echo "the program on $name failed:"; cat <&"$output"; return 1 ;; esac
}

# A server that accepts, and keeps its clients: serve COMPUTER ADDRESS PORT
serve() {
    python "$1" "
s = listen('$2', $3, family=socket.AF_INET6 if ':' in '$2' else socket.AF_INET); print('ready'); kept = []
while True: kept.append(s.accept())"
}

# A doctor that listens on a computer until the case ends: host COMPUTER PORT. What it says is read from $said.
host() {
    local line
    exec {said}< <(ip netns exec "$1" "$SOCKEYE" doctor --json --listen "$2" 2>&1)
    while read -r -t 20 -u "$said" line; do
        case $line in Waiting*) return 0 ;; esac
    done
    echo "the doctor on $1 does not listen"
    return 1
}

# The doctor on a computer, whose JSON is in $report then. Its status is 1 where it finds a problem.
doctor() {
    local name=$1
    shift
    report=$(on "$name" timeout 60 "$SOCKEYE" doctor --json --no-wait "$@") || [ $? -eq 1 ]
}

# expect COMPUTER FINDING ARGUMENTS…: the first finding of the doctor is this one.
expect() {
    local name=$1 wanted=$2
    shift 2
    doctor "$name" "$@"
    finding "$wanted" first
    echo "  $name: doctor $* -> $wanted"
}

# The last report has a finding: finding ID [first]
finding() {
    WANTED=$1 PLACE=${2:-any} REPORT=$report python3 -c '
import json, os, sys
report = json.loads(os.environ["REPORT"])
ids = [one["id"] for one in report["findings"]]
wanted = os.environ["WANTED"]
if wanted not in (ids[:1] if os.environ["PLACE"] == "first" else ids):
    sys.exit("expected %s, but found %s:\n%s" % (wanted, ids, json.dumps(report, indent=1)))
first = report["findings"][0]
assert first["evidence"] and first["cause"] and first["next"], "a finding without its four parts: %s" % first'
}

# The last report's words hold a text.
mentions() {
    case $report in
    *"$1"*) ;;
    *)
        echo "\"$1\" is not in $report"
        return 1
        ;;
    esac
}

# shellcheck source=/dev/null
source "$1"
