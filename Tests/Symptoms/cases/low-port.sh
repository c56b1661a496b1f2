# shellcheck shell=bash
# "Permission denied" for port 80.
computer server
command -v setpriv >/dev/null || skip "setpriv is not installed"
on server sysctl -qw net.ipv4.ip_unprivileged_port_start=1024
report=$(on server setpriv --bounding-set=-all --inh-caps=-all timeout 60 "$SOCKEYE" doctor --json --no-wait --listen '*:80') || [ $? -eq 1 ]
finding low-port first
mentions "sockeye serve '*:8080'"
