# shellcheck shell=bash
# The name has an IPv6 address too, on which nothing listens: every connection is slow or fails at first.
computer client server
cable client eth0 10.9.0.1/24 server eth0 10.9.0.2/24
address client eth0 fd09::1/64
address server eth0 fd09::2/64
name 10.9.0.2 shop.lab
name fd09::2 shop.lab
serve server 0.0.0.0 1337
doctor client shop.lab:1337
finding works first
finding one-family-only
