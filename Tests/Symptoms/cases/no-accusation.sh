# shellcheck shell=bash
# Healthy, slow, distant and lossy servers: the doctor accuses nobody. Wrong accusations are counted.
runs=${RUNS:-4}
wrong=0
count=0

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

can_be_bad
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
