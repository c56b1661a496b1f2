# shellcheck shell=bash
# Healthy, slow, distant and lossy servers: the doctor accuses nobody. Wrong accusations are counted.
runs=${RUNS:-4}
wrong=0
count=0

# bad_cable ONE ADDRESS OTHER ADDRESS MILLISECONDS PERCENT: a line with delay and loss in both directions.
bad_cable() {
    cable "$1" eth0 "$2" "$3" eth0 "$4"
    if on "$1" tc qdisc add dev eth0 root netem delay "$5ms" loss "$6%" 2>/dev/null; then
        on "$3" tc qdisc add dev eth0 root netem delay "$5ms" loss "$6%"
        return
    fi
    # This kernel has no netem: a program carries the packets instead, between two devices that it made.
    ip -n "$1" link del eth0
    computer "wire-$1"
    python "wire-$1" "
import fcntl, heapq, random, select
def device(name):
    d = os.open('/dev/net/tun', os.O_RDWR); fcntl.ioctl(d, 0x400454ca, struct.pack('16sH14x', name, 0x1001)); return d
one, two = device(b'one'), device(b'two'); print('ready'); line, n = [], 0
while True:
    wait = max(0, line[0][0] - time.monotonic()) if line else None
    for d in select.select([one, two], [], [], wait)[0]:
        packet = os.read(d, 65536); n += 1
        if random.random() * 100 >= $6: heapq.heappush(line, (time.monotonic() + $5 / 1000, n, two if d == one else one, packet))
    while line and line[0][0] <= time.monotonic():
        _, _, d, packet = heapq.heappop(line)
        try: os.write(d, packet)
        except OSError: pass"
    ip -n "wire-$1" link set one netns "$1" name eth0
    ip -n "wire-$1" link set two netns "$3" name eth0
    plug "$1" eth0 "$2"
    plug "$3" eth0 "$4"
}

# judge COMPUTER ARGUMENTS…: any problem is a wrong accusation.
judge() {
    local round
    for round in $(seq "$runs"); do
        doctor "$@"
        count=$((count + 1))
        case $report in
        *'"problem":false'*'"id":"works"'*) ;;
        *)
            wrong=$((wrong + 1))
            echo "wrong ($round): $report"
            ;;
        esac
    done
    echo "  $*: $runs runs"
}

computer trial
[ -w /dev/net/tun ] || on trial tc qdisc add dev lo root netem delay 1ms 2>/dev/null || skip "there is neither netem nor /dev/net/tun"

computer near server
cable near eth0 10.1.0.1/24 server near 10.1.0.2/24
serve server 0.0.0.0 1337
judge near 10.1.0.2:1337
judge server 127.0.0.1:1337

# It accepts at once, and says something only after seconds; or closes after its greeting.
python server "
import threading
def hold(k): time.sleep(3); k.send(b'late'); k.close()
s = listen('0.0.0.0', 1338); print('ready')
while True: threading.Thread(target=hold, args=[s.accept()[0]]).start()"
judge near 10.1.0.2:1338
python server "
s = listen('0.0.0.0', 1339); print('ready')
while True: k = s.accept()[0]; k.send(b'220 hello\r\n'); k.close()"
judge near 10.1.0.2:1339
judge server 127.0.0.1:1339

computer far
bad_cable far 10.2.0.1/24 server 10.2.0.2/24 300 0
judge far 10.2.0.2:1337
ip -n far link del eth0
computer lossy target
bad_cable lossy 10.3.0.1/24 target 10.3.0.2/24 20 20
serve target 0.0.0.0 1337
judge lossy 10.3.0.2:1337

# Both ends of a healthy line, an open port and a closed one: what is closed is not called a firewall.
doctor near 10.1.0.2:7777
finding nothing-listens first
doctor lossy 10.3.0.2:7777
finding nothing-listens first

echo "  $count diagnoses of servers that work, $wrong wrong accusations"
[ "$wrong" -eq 0 ]
