# A manual page whose description keeps its lines: it is written as `--help` shows it, with examples in columns.
/^\.Sh DESCRIPTION/ { print; print ".Bd -unfilled"; inside = 1; next }
inside && /^\.(Bl|Sh|Ss)/ { print ".Ed"; inside = 0 }
# Not markup: a line of text that begins with a quote or a point would be taken for a request.
inside && /^['.]/ { print "\\&" $0; next }
inside && /^$/ { print ".Pp"; next }
# Pages are installed as sockeye-serve.1, as other tools name those of their subcommands.
/^\.Dt SOCKEYE\./ { sub(/SOCKEYE\./, "SOCKEYE-") }
/^\.Xr sockeye\./ { sub(/sockeye\./, "sockeye-") }
{ print }
END { if (inside) print ".Ed" }
