# shellcheck shell=bash
# Rules as people and programs write them: sets, maps, conditions, jumps. What lets the port in is not called closed, and the
# clients' own attempts say the same.
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
serve server 0.0.0.0 1337
# rules RULES: one table, with a chain for input whose policy is to drop.
rules() {
    on server nft flush ruleset
    on server nft -f - <<RULES
table inet t {
    set open { type inet_service; flags interval; elements = { 22, 80-90, 1300-1400 }; }
    map doors { type inet_service : verdict; elements = { 22 : drop, 1337 : accept }; }
    chain shut { drop; }
    chain input { type filter hook input priority 0; policy drop; ct state vmap { established : accept, invalid : drop }
        icmp type echo-request accept
        $1
    }
}
RULES
}
# open RULES, partly RULES, shut RULES: what the doctor has to find, here and at the other end.
verdict() {
    local wanted=$1 there=$2
    rules "$3"
    doctor server --listen 1337
    case $wanted in
    open) case $report in *firewall-*) echo "$3 lets 1337 in: $report"; exit 1 ;; esac ;;
    *) finding "$wanted" ;;
    esac
    expect other "$there" 192.168.0.2:1337
}
verdict open works 'tcp dport @open accept'
verdict open works 'tcp dport vmap @doors'
verdict open works 'tcp dport vmap { 22 : accept, 1337 : accept }'
verdict open works 'meta l4proto { tcp, udp } th dport 1337 accept'
verdict open works 'ip saddr 10.0.0.0/8 jump shut
    tcp dport 1337 accept'
verdict open works 'iifname "eth0" accept'
verdict open works 'tcp dport 1337 log prefix "a client: " accept'
verdict firewall-partly works 'ip saddr 192.168.0.0/24 accept'
verdict firewall-partly works 'tcp dport 1337 limit rate 100/second accept'
verdict firewall-closed firewall-rejects 'tcp dport != 22 reject with icmpx admin-prohibited'
verdict firewall-closed firewall-rejects 'tcp flags syn / fin,syn,rst,ack reject with icmpx admin-prohibited'
