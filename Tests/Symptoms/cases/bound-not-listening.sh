# shellcheck shell=bash
# "Address already in use", and no list shows who: a program has called bind, and not listen.
computer server
python server "s = socket.socket(); s.bind(('0.0.0.0', 1337)); print('ready'); wait()"
expect server bound-not-listening --listen 1337
mentions "lists no such sockets"
mentions "call listen after bind"
# A client is refused as if nothing were there, and no other cause is claimed.
expect server nothing-listens 127.0.0.1:1337
# With SO_REUSEADDR on both sides the port can be had all the same: a note, and nobody is told to wait.
python server "
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('0.0.0.0', 1338)); print('ready'); wait()"
expect server bound-not-listening --listen 1338
mentions "can have it all the same"
case $report in *TIME_WAIT*) echo "an earlier server was made up: $report"; exit 1 ;; esac
# What it advises finds the program.
command -v lsof >/dev/null || skip "lsof is not installed"
found=$(on server lsof -nP | grep 'protocol: TCP')
case $found in *python3*) ;; *) echo "lsof does not show it: $found"; exit 1 ;; esac
