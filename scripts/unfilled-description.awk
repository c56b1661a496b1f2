# A manual page whose description looks as `--help` shows it: sentences are filled, and examples keep their lines and
# columns. What an example is for goes on below itself where a page of 80 columns has no more room.
/^\.Sh DESCRIPTION/ { print; inside = 1; next }
inside && /^\.(Bl|Sh|Ss)/ { leave(); inside = 0 }
inside && /^$/ { leave(); print ".Pp"; next }
inside && is_example($0) { enter(); row($0); next }
inside { leave(); put($0); next }
# Pages are installed as sockeye-serve.1, as other tools name those of their subcommands.
/^\.Dt SOCKEYE\./ { sub(/SOCKEYE\./, "SOCKEYE-") }
/^\.Xr sockeye\./ { sub(/sockeye\./, "sockeye-") }
{ print }
END { leave() }

# A table has gaps; a command without an explanation has none, and must not be broken either.
function is_example(line) { return line ~ /[^ ]  +[^ ]/ || line ~ /^ *sockeye / || line ~ /^ / }
function enter() { if (!unfilled) print ".Bd -unfilled -compact"; unfilled = 1 }
function leave() { if (unfilled) print ".Ed"; unfilled = 0 }

# Not markup: a line of text that begins with a quote or a point would be taken for a request.
function put(line) { print (line ~ /^['.]/ ? "\\&" : "") line }

function row(line,    label, column, words, count, i, text) {
    if (length(line) <= 73 || !match(line, /[^ ]  +[^ ]/)) { put(line); return }
    label = substr(line, 1, RSTART)
    column = RSTART + RLENGTH - 2
    count = split(substr(line, column + 1), words, " ")
    if (column > 45) { put(label); label = ""; column = 6 }
    text = sprintf("%-" column "s", label) words[1]
    for (i = 2; i <= count; i++) {
        if (length(text) + 1 + length(words[i]) <= 73) { text = text " " words[i]; continue }
        put(text)
        text = sprintf("%" column "s", "") words[i]
    }
    put(text)
}
