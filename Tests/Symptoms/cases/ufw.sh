# shellcheck shell=bash
# The server's computer has ufw, which lets in what it was told of.
command -v ufw >/dev/null || skip "ufw is not installed"
computer server other
cable server eth0 192.168.0.2/24 other eth0 192.168.0.1/24
# Its own settings, which end with this case.
for folder in /etc/ufw /etc/default /lib/ufw; do
    mkdir -p "$lab_files$folder"
    cp -a "$folder/." "$lab_files$folder/"
    mount --bind "$lab_files$folder" "$folder"
done
on server ufw --force enable >"$lab_files/ufw" 2>&1 || skip "ufw does not run here: $(tail -1 "$lab_files/ufw")"
on server ufw allow 8080/tcp >/dev/null
doctor server --listen '*:1337'
finding firewall-closed
mentions "sudo ufw allow 1337/tcp"
doctor server --listen '*:8080'
case $report in *firewall-*) echo "8080 is let in, and something is said: $report"; exit 1 ;; esac
# What it advises helps.
serve server 0.0.0.0 1337
expect other firewall-drops 192.168.0.2:1337
on server ufw allow 1337/tcp >/dev/null
expect other works 192.168.0.2:1337
