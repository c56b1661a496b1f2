# shellcheck shell=bash
# "localhost" fails and 127.0.0.1 works, or the other way round.
computer server
serve server ::1 1337
expect server other-family-only 127.0.0.1:1337
serve server 127.0.0.1 1338
expect server other-family-only '[::1]:1338'
expect server works '[::1]:1337'
