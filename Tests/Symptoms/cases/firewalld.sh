# shellcheck shell=bash
# The server's computer has firewalld, which lets in what it was told of.
for tool in firewalld firewall-cmd dbus-daemon; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
# Its own settings and its own message bus, which end with this case.
mkdir -p /run/dbus "$lab_files/firewalld"
cp -a /etc/firewalld/. "$lab_files/firewalld/"
mount --bind "$lab_files/firewalld" /etc/firewalld
on server dbus-daemon --system --fork --nopidfile >"$lab_files/bus" 2>&1 || skip "no message bus: $(tail -1 "$lab_files/bus")"
on server firewalld --nofork --nopid >"$lab_files/log" 2>&1 &
manager=$!
until on server firewall-cmd --state >/dev/null 2>&1; do
    kill -0 "$manager" 2>/dev/null || skip "firewalld does not run here: $(tail -1 "$lab_files/log")"
done
on server firewall-cmd --quiet --add-port=8080/tcp
doctor server --listen '*:1337'
finding firewall-closed
mentions "sudo firewall-cmd --add-port=1337/tcp"
mentions "sudo firewall-cmd --permanent --add-port=1337/tcp"
doctor server --listen '*:8080'
case $report in *firewall-*) echo "8080 is let in, and something is said: $report"; exit 1 ;; esac
# What it advises helps.
serve server 0.0.0.0 1337
expect other firewall-rejects 192.168.0.2:1337
on server firewall-cmd --quiet --add-port=1337/tcp
expect other works 192.168.0.2:1337
# In another zone the command names it.
on server firewall-cmd --quiet --zone=home --change-interface=eth0
doctor server --listen '*:1338'
finding firewall-closed
mentions "sudo firewall-cmd --zone=home --add-port=1338/tcp"
