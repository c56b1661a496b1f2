# shellcheck shell=bash
# A list of names that are not wanted, as blockers of advertising have, answers with an address that is nobody's.
computer client
name 0.0.0.0 blocked.example
expect client not-a-target blocked.example:80
mentions "what blocks names"
mentions "getent ahosts blocked.example"
# Who types the address meant a server, and is told of that.
expect client not-a-target 0.0.0.0:80
mentions "every address of a server"
