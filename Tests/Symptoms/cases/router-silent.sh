# shellcheck shell=bash
# Nothing works any more: the router does not answer.
computer client middle
cable client eth0 192.168.0.2/24 middle eth0 192.168.0.9/24
route client default via 192.168.0.1
expect client router-silent 203.0.113.5:80
expect client router-silent
