# shellcheck shell=bash
# There is a firewall, and the doctor may not read it, as in a container: that is said, and nothing is claimed.
command -v setpriv >/dev/null || skip "setpriv is not installed"
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
on server nft add table inet filter
on server nft add chain inet filter input '{ type filter hook input priority 0; policy drop; }'
for place in '*:1337' udp:1337; do
    report=$(on server timeout 60 setpriv --bounding-set=-net_admin --inh-caps=-net_admin \
        "$SOCKEYE" doctor --json --no-wait --listen "$place")
    finding can-listen first
    finding firewall-unreadable
    mentions "nft list ruleset: "
    mentions "NET_ADMIN"
    case $report in *firewall-closed*) echo "claimed without having read it: $report"; exit 1 ;; esac
done
