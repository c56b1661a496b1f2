# shellcheck shell=bash
# "Invalid argument" and other odd answers: a line of this computer's own table of routes shuts the network out.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
route client default via 10.9.0.2
for kind in blackhole prohibit unreachable throw; do
    route client "$kind" 10.77.0.0/16
    expect client no-route 10.77.0.5:1337
    mentions "a route of this computer itself forbids the way to 10.77.0.5"
    case $report in *"is in 10.77"*) exit 1 ;; esac
    on client ip route del "$kind" 10.77.0.0/16
done
