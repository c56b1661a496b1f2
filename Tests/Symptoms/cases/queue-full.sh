# shellcheck shell=bash
# No client gets in any more: the queue of those who wait to be accepted is full.
computer server
python server "
s = listen('127.0.0.1', 1337, queue=1); kept = []
for _ in range(8):
    c = socket.socket(); c.setblocking(False); c.connect_ex(('127.0.0.1', 1337)); kept.append(c)
print('ready'); wait()"
expect server queue-full 127.0.0.1:1337
mentions "clients wait in its queue"
