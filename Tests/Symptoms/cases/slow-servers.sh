# shellcheck shell=bash
# Servers that work and take their time: a slow accept, a late answer, a queue that is full and drains. Nobody is accused,
# and wrong accusations are counted.
runs=${RUNS:-3}
wrong=0
count=0

# judge COMPUTER ADDRESS: any problem is a wrong accusation, and so are lost packets where nothing can be lost.
judge() {
    local round
    for round in $(seq "$runs"); do
        doctor "$@"
        count=$((count + 1))
        case $report in
        *packets-lost*|*'"problem":true'*) ;;
        *'"id":"works"'*) continue ;;
        esac
        wrong=$((wrong + 1))
        echo "wrong ($round): $report"
    done
    echo "  $*: $runs runs"
}

computer client server
cable client eth0 10.4.0.1/24 server eth0 10.4.0.2/24

# It accepts a client only now and then.
python server "
s = listen('0.0.0.0', 1340); print('ready'); kept = []
while True: time.sleep(0.9); kept.append(s.accept())"
judge client 10.4.0.2:1340
judge server 127.0.0.1:1340

# It accepts at once, and answers seconds after it was asked; nobody asks here.
python server "
import threading
def hold(k): k.recv(99); time.sleep(5); k.send(b'late'); k.close()
s = listen('0.0.0.0', 1341); print('ready')
while True: threading.Thread(target=hold, args=[s.accept()[0]]).start()"
judge client 10.4.0.2:1341
judge server 127.0.0.1:1341

# Its queue is full each time that somebody comes, and drains: port 1400 is asked to fill it.
python server "
s = listen('0.0.0.0', 1342, queue=1); door = listen('0.0.0.0', 1400); print('ready'); kept = []
while True:
    k = door.accept()[0]
    for _ in range(6):
        c = socket.socket(); c.setblocking(False); c.connect_ex(('127.0.0.1', 1342)); kept.append(c)
    k.send(b'full'); k.close(); end = time.monotonic() + 12
    time.sleep(1.5); s.settimeout(0.5)
    while time.monotonic() < end:
        try: kept.append(s.accept()[0]); time.sleep(0.2)
        except TimeoutError: pass"
fill() {
    on server python3 -c "import socket; s = socket.create_connection(('127.0.0.1', 1400)); assert s.recv(9) == b'full'"
}
runs=1
for _ in 1 2; do
    fill
    judge client 10.4.0.2:1342
    fill
    judge server 127.0.0.1:1342
done

echo "  $count diagnoses of servers that work, $wrong wrong accusations"
[ "$wrong" -eq 0 ]
