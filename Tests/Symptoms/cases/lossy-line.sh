# shellcheck shell=bash
# Three packets of ten get lost in each direction, those that look for neighbours too: a server that is there is there. Wrong
# accusations are counted.
runs=${RUNS:-2}
wrong=0
count=0
can_be_bad
computer client server
bad_cable client 10.3.0.1/24 server 10.3.0.2/24 1 30
address client eth0 fd03::1/64
address server eth0 fd03::2/64

# judge ARGUMENTS…: any problem is a wrong accusation. Each run begins with an empty table of neighbours.
judge() {
    local round
    for round in $(seq "$runs"); do
        ip -n client neighbour flush all
        ip -n server neighbour flush all
        doctor client "$@"
        count=$((count + 1))
        case $report in
        *'"problem":false'*) continue ;;
        esac
        wrong=$((wrong + 1))
        echo "wrong ($round): $report"
    done
    echo "  client: doctor $*: $runs runs"
}

serve server 0.0.0.0 1337
serve server :: 1337
judge 10.3.0.2:1337
judge '[fd03::2]:1337'
python server "
s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('0.0.0.0', 1338)); print('ready')
while True: d, peer = s.recvfrom(2048); s.sendto(d, peer)"
judge udp:10.3.0.2:1338
# The own router, which is asked whether it is there.
route client default via 10.3.0.2
judge
# With a doctor at each end, on a line that is slow and loses one in ten: many bytes take their time.
ip -n client link del eth0
computer near far
bad_cable near 10.4.0.1/24 far 10.4.0.2/24 100 10 300
host far 1339
judge_both() {
    doctor near 10.4.0.2:1339
    count=$((count + 1))
    case $report in
    *'"problem":false'*) ;;
    *)
        wrong=$((wrong + 1))
        echo "wrong: $report"
        ;;
    esac
}
judge_both

echo "  $count diagnoses on a line that loses packets, $wrong wrong accusations"
[ "$wrong" -eq 0 ]
