"""Statements: loops, catches, switches and closures around what is received and sent, nested at random."""
from __future__ import annotations

from dataclasses import replace

from .expressions import FRAMINGS, SENTINELS, WORDS, Expressions
from .scope import (
    ANYTHING, BOOL, BYTE, BYTES, INT, MAYBE_BYTES, MAYBE_TEXT, MEMORY, NOTHING, TEXT, VOID, Scope, Variable,
)

DEEPEST = 3


def block(header: str, body: list[str], footer: str = "}") -> list[str]:
    return [header, *("    " + line for line in body), footer]


class Statements(Expressions):
    """Each method `do_…` returns the lines of one statement and the variables that it leaves, or nil where it cannot stand."""

    def __init__(self, random):
        super().__init__(random)
        self.budget = 0  # about how many statements the function that is being written still gets
        self.kinds = [(getattr(self, name), self.weights.get(name, 2)) for name in dir(self) if name.startswith("do_")]

    weights = {
        "do_receive": 6, "do_send": 6, "do_assign": 4, "do_guard_received": 5, "do_if_let": 4, "do_while_let": 4,
        "do_sentinel_loop": 4, "do_catch": 4, "do_switch_number": 3, "do_lent": 4, "do_return": 1, "do_throw": 1, "do_leave_loop": 1,
    }

    def body(self, s: Scope, least: int = 1, most: int = 4) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(least, most) if self.budget > 0 else 1):
            self.budget -= 1
            written, left = self.statement(s if self.budget > 0 else replace(s, depth=DEEPEST))
            lines += written
            s = s.having(*left)
        return lines

    def statement(self, s: Scope) -> tuple[list[str], tuple[Variable, ...]]:
        while True:
            made = self.random.choices([k for k, _ in self.kinds], [w for _, w in self.kinds])[0](s)
            if made is not None:
                return made

    def nested(self, s: Scope, **changes) -> list[str]:
        return self.body(s.deeper(**changes), 1, 2)

    def leaving(self, s: Scope) -> list[str]:
        """Ends the block: what stands in the `else` of a guard."""
        options = [self.return_statement(s)] * 3
        if s.throws != NOTHING and s.may_throw:
            options += [f"throw {self.error(s)}"] * 2
        if s.loops:
            label = self.pick(s.loops)
            options += ["break", "continue", f"break {label}", f"continue {label}"]
        lines = [self.pick(options)]
        if s.of(INT, mutable=True) and self.chance(0.3):
            lines.insert(0, f"{self.pick(s.of(INT, mutable=True))} = {self.pick(SENTINELS)}")
        return lines

    def return_statement(self, s: Scope) -> str:
        if s.result == VOID:
            return f"return {self.sent(s)}" if s.throws != NOTHING and self.chance(0.5) else "return"
        if self.chance(0.5) and (received := self.received(s, s.result)):
            return f"return {received}"
        return f"return {self.value(s, s.result)}"

    # MARK: Plain ones

    def do_receive(self, s: Scope):
        type = self.pick((MAYBE_BYTES, MAYBE_BYTES, BYTES, MAYBE_TEXT, TEXT, INT, BOOL, BYTE))
        received = self.received(s, type)
        if not received:
            return None
        known = s.of(type, mutable=True)
        if known and self.chance(0.4):
            return [f"{self.pick(known)} = {received}"], ()
        name, mutable = self.name("got"), self.chance(0.4)
        return [f"{'var' if mutable else 'let'} {name}: {type} = {received}"], (Variable(name, type, mutable),)

    def do_send(self, s: Scope):
        return [self.sent(s)], ()

    def do_assign(self, s: Scope):
        known = [v for v in s.variables if v.mutable and v.type in (INT, BYTES, TEXT, BOOL)]
        if not known or self.chance(0.4):
            type = self.pick((INT, INT, INT, BYTES, TEXT))
            name = self.name("result" if type == INT else "kept")
            return [f"var {name}{': [UInt8]' if type == BYTES else ''} = {self.value(s, type)}"], (Variable(name, type, True),)
        variable = self.pick(known)
        operator = "+=" if variable.type != BOOL and self.chance(0.5) else "="
        value = self.value(s, variable.type)
        return ([f"{variable.name} {operator} {value}"], ()) if value != variable.name else None

    def do_messages(self, s: Scope):
        if not s.connections:
            return None
        name = self.name("messages")
        return [f"let {name} = {self.pick(s.connections)}.messages({self.pick(FRAMINGS)})"], (Variable(name, "Messages"),)

    def do_print(self, s: Scope):
        return [f"print({self.value(s, self.pick((INT, TEXT, BOOL)))})"], ()

    def do_return(self, s: Scope):
        condition = self.value(s, BOOL)
        return [f"if {condition} {{ {self.return_statement(s)} }}"], ()

    def do_throw(self, s: Scope):
        if s.throws == NOTHING or not s.may_throw:
            return None
        return [f"if {self.value(s, BOOL)} {{ throw {self.error(s)} }}"], ()

    def do_leave_loop(self, s: Scope):
        if not s.loops:
            return None
        word = self.pick(("break", "continue")) + self.pick(("", f" {self.pick(s.loops)}"))
        condition = self.received(s, BOOL) if self.chance(0.4) else None
        return [f"if {condition or self.value(s, BOOL)} {{ {word} }}"], ()

    def do_defer(self, s: Scope):
        known = [n for n in s.of(INT, mutable=True)]
        line = f"{self.pick(known)} += 1" if known and self.chance(0.5) else f'print("gone", {self.value(s, INT)})'
        return [f"defer {{ {line} }}"], ()

    # MARK: Conditions

    def do_guard_received(self, s: Scope):
        type = self.pick((MAYBE_BYTES, MAYBE_BYTES, MAYBE_TEXT, BYTE))
        received = self.received(s, type)
        if not received:
            return None
        name = self.name("there")
        more = f", {self.pick((f'!{name}.isEmpty', f'{name}.count > 3'))}" if type != BYTE and self.chance(0.3) else ""
        lines = [f"guard let {name} = {received}{more} else {{", *("    " + line for line in self.guard_end(s)), "}"]
        left = {MAYBE_BYTES: BYTES, MAYBE_TEXT: TEXT, BYTE: "UInt8"}[type]
        return lines, (Variable(name, left),)

    def guard_end(self, s: Scope) -> list[str]:
        return ([self.sent(s)] if self.chance(0.3) else []) + self.leaving(s)

    def do_guard(self, s: Scope):
        condition = (self.received(s, BOOL) if self.chance(0.6) else None) or self.value(s, BOOL)
        return block(f"guard {condition} else {{", self.guard_end(s)), ()

    def do_if_let(self, s: Scope):
        if s.depth >= DEEPEST:
            return None
        type = self.pick((MAYBE_BYTES, MAYBE_TEXT))
        name = self.name("some")
        source = self.pick(s.of(type)) if s.of(type) and self.chance(0.3) else self.received(s, type)
        if not source:
            return None
        inner = s.having(Variable(name, BYTES if type == MAYBE_BYTES else TEXT))
        lines = block(f"if let {name} = {source} {{", self.nested(inner))
        if self.chance(0.4):
            lines[-1:] = block("} else {", self.nested(s))
        return lines, ()

    def do_if(self, s: Scope):
        if s.depth >= DEEPEST:
            return None
        condition = (self.received(s, BOOL) if self.chance(0.4) else None) or self.value(s, BOOL)
        lines = block(f"if {condition} {{", self.nested(s))
        if self.chance(0.3):
            lines[-1:] = block(f"}} else if {self.value(s, BOOL)} {{", self.nested(s))
        if self.chance(0.4):
            lines[-1:] = block("} else {", self.nested(s))
        return lines, ()

    def do_switch_number(self, s: Scope):
        if s.depth >= DEEPEST:
            return None
        subject = (self.received(s, INT) if self.chance(0.3) else None) or self.value(s, INT)
        lines = [f"switch {subject} {{"]
        for case in self.random.sample(("-2", "-3", "0", "1...9", "10", "20, 30", "let n where n > 1000"), self.random.randint(1, 4)):
            lines += ["case " + case + ":", *("    " + line for line in self.case_body(s))]
        return [*lines, "default:", *("    " + line for line in self.case_body(s)), "}"], ()

    def case_body(self, s: Scope) -> list[str]:
        lines = self.nested(s)
        return lines + self.leaving(s) if self.chance(0.4) else lines

    def do_switch_text(self, s: Scope):
        if s.depth >= DEEPEST:
            return None
        subject = self.received(s, MAYBE_TEXT)
        if not subject:
            return None
        name = self.name("word")
        lines = [f"switch {subject} {{", "case nil:", *("    " + line for line in self.case_body(s))]
        for word in self.random.sample(WORDS, self.random.randint(0, 2)):
            lines += [f'case "{word}":', *("    " + line for line in self.case_body(s))]
        inner = s.having(Variable(name, TEXT))
        return [*lines, f"case let {name}?:", *("    " + line for line in self.case_body(inner)), "}"], ()

    def do_later(self, s: Scope):
        """`let x: Int`, and a value on every path."""
        if s.depth >= DEEPEST:
            return None
        name, type = self.name("later"), self.pick((INT, BYTES, TEXT))
        lines = [f"let {name}: {type}"]
        lines += block(f"if {self.value(s, BOOL)} {{", [*self.nested(s), f"{name} = {self.received(s, type) or self.value(s, type)}"])
        other = [*self.nested(s), *(self.leaving(s) if self.chance(0.4) else [f"{name} = {self.value(s, type)}"])]
        lines[-1:] = block("} else {", other)
        return lines, (Variable(name, type),)

    # MARK: Loops

    def loop(self, s: Scope, header: str, before=(), variables=(), footer: str = "}") -> list[str]:
        label = self.name("loop")
        body = self.nested(s.having(*variables), loops=s.loops + (label,))
        if self.chance(0.3):
            return block(f"{label}: {header}", [*before, *body], footer)
        return self.unlabelled(block(header, [*before, *body], footer), label)

    @staticmethod
    def unlabelled(lines: list[str], label: str) -> list[str]:
        named = any(line.rstrip(" }").endswith((f"break {label}", f"continue {label}")) for line in lines)
        return [f"{label}: {lines[0]}", *lines[1:]] if named else lines

    def do_while_let(self, s: Scope):
        if s.depth >= DEEPEST:
            return None
        type = self.pick((MAYBE_BYTES, MAYBE_BYTES, MAYBE_TEXT))
        received = self.received(s, type)
        if not received:
            return None
        name = self.name("next")
        variable = Variable(name, BYTES if type == MAYBE_BYTES else TEXT)
        return self.loop(s, f"while let {name} = {received} {{", variables=(variable,)), ()

    def do_while(self, s: Scope):
        if s.depth >= DEEPEST:
            return None
        if self.chance(0.3):
            # With a way out: an endless loop in a protocol's extension crashes the compiler (docs/workarounds.md).
            return self.loop(s, "while true {", before=[f"if {self.value(s, BOOL)} {{ break }}"]), ()
        return self.loop(s, f"while {self.received(s, BOOL) or self.value(s, BOOL)} {{"), ()

    def do_repeat(self, s: Scope):
        if s.depth >= DEEPEST:
            return None
        condition = (self.received(s, BOOL) if self.chance(0.5) else None) or self.value(s, BOOL)
        return self.loop(s, "repeat {", footer=f"}} while {condition}"), ()

    def do_for(self, s: Scope):
        if s.depth >= DEEPEST:
            return None
        name = self.name("i")
        return self.loop(s, f"for {name} in 0..<{self.pick(('3', '10', f'max(0, {self.value(s, INT)})'))} {{", variables=(Variable(name, INT),)), ()

    def do_for_await(self, s: Scope):
        if s.depth >= DEEPEST or s.throws != ANYTHING and self.chance(0.5) or s.throws == NOTHING or not s.connections:
            return None
        c, name = self.pick(s.connections), self.name("item")
        source, type = self.pick((
            (self.messages(s, c), BYTES), (f"{c}.lines", TEXT), (f"{c}.text", TEXT), (f"{c}.lines(maximumLength: 99)", TEXT),
        ))
        where = f" where !{name}.isEmpty" if self.chance(0.2) else ""
        return self.loop(s, f"for try await {name} in {source}{where} {{", variables=(Variable(name, type),)), ()

    def do_iterator(self, s: Scope):
        if s.depth >= DEEPEST or s.throws == NOTHING or not s.connections:
            return None
        c, name, item = self.pick(s.connections), self.name("iterator"), self.name("item")
        source, type = self.pick(((self.messages(s, c), BYTES), (f"{c}.lines", TEXT), (f"{c}.text", TEXT)))
        lines = [f"var {name} = {source}.makeAsyncIterator()"]
        return lines + self.loop(s, f"while let {item} = try await {name}.next() {{", variables=(Variable(item, type),)), ()

    def do_sentinel_loop(self, s: Scope):
        """A number that says how the loop ended, and a switch over it."""
        if s.depth >= DEEPEST or s.throws == NOTHING or not s.connections:
            return None
        name, there = self.name("result"), self.name("there")
        result = Variable(name, INT, True)
        inner = s.having(result).deeper(loops=s.loops + (self.name("loop"),))
        c = self.pick(s.connections)
        lent = self.chance(0.5)
        source = f"try await {c}.receiveLent()" if lent else self.received(inner, MAYBE_BYTES)
        end = [f"{name} = {self.pick(SENTINELS)}", "break"] if self.chance(0.7) else self.leaving(inner)
        body = block(f"guard let {there} = {source} else {{", end)
        if lent:
            body += [f"{name} = {self.closure(inner, there)}"]
        else:
            inner = inner.having(Variable(there, BYTES))
            body += [f"{name} = work({there})"]
        body += self.body(inner, 1, 2)
        lines = [f"var {name} = -1", *self.unlabelled(block(f"while {name} == -1 {{", body), inner.loops[-1])]
        if self.chance(0.6):
            written, _ = self.do_switch_number(s.having(result)) or ([], ())
            lines += written
        return lines, (result,)

    # MARK: Memory

    def closure(self, s: Scope, lent: str) -> str:
        """A number out of borrowed bytes."""
        memory = self.pick(s.of(MEMORY) or [".init(start: nil, count: 0)"])
        return self.pick((
            f"{lent}.withBytes {{ span in span.withUnsafeBytes {{ raw in work(raw, {memory}) }} }}",
            f"{lent}.withBytes {{ span in work(span) + {self.value(s, INT)} }}",
            f"{lent}.withBytes {{ $0.byteCount }}",
            f"{lent}.withBytes {{ span in span.withUnsafeBytes {{ raw in raw.reduce(0) {{ $0 &+ Int($1) }} }} }}",
        ))

    def do_lent(self, s: Scope):
        """Borrowed bytes: in a loop, behind a guard or in a condition."""
        if s.throws == NOTHING or not s.connections or s.depth >= DEEPEST:
            return None
        c, name = self.pick(s.connections), self.name("lent")
        source = f"try await {c}.receiveLent({self.pick(('', 'upTo: 100'))})"
        count = self.name("count")
        uses = [f"try await {c}.send({name})", f"let {count} = {self.closure(s, name)}"]
        if s.throws == ANYTHING:
            uses.append(f"let {count} = try {name}.withBytes {{ span in try parse(span) }}")
        self.random.shuffle(uses)
        uses = uses[: self.random.randint(1, len(uses))]
        left = tuple(Variable(count, INT) for _ in [0] if any(use.startswith("let") for use in uses))
        form = self.pick(("while", "if", "guard"))
        if form == "guard":
            return [*block(f"guard let {name} = {source} else {{", self.guard_end(s)), *self.once(uses, count)], left
        uses = self.once(uses, count)
        if form == "if":
            return block(f"if let {name} = {source} {{", [*uses, *self.nested(s.having(*left))]), ()
        return self.loop(s, f"while let {name} = {source} {{", before=uses, variables=left), ()

    @staticmethod
    def once(uses: list[str], count: str) -> list[str]:
        """Only the first of them declares the number."""
        kept: list[str] = []
        for use in uses:
            declared = any(line.startswith("let") for line in kept)
            kept.append(use.replace(f"let {count}", "_", 1) if declared and use.startswith("let") else use)
        return kept

    def do_output(self, s: Scope):
        """Memory of the user's own."""
        if s.throws == NOTHING or not (s.connections or s.datagrams) or s.depth >= DEEPEST:
            return None
        memory, output = self.name("memory"), self.name("output")
        lines = [
            f"let {memory} = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)",
            f"defer {{ {memory}.deallocate() }}",
            f"var {output} = OutputRawSpan(buffer: {memory}, initializedCount: 0)",
        ]
        if s.datagrams and (not s.connections or self.chance(0.5)):
            receive = f"try await {self.pick(s.datagrams)}.receive(into: &{output}).byteCount"
        else:
            receive = f"try await {self.pick(s.connections)}.receive(into: &{output})"
        known = s.of(INT, mutable=True)
        if known and self.chance(0.5):
            return block("do {", [*lines, f"{self.pick(known)} = {receive}"]), ()
        # A loop without an end in the same block would be a "lifetime-dependent variable escapes its scope".
        inner = replace(s, depth=DEEPEST)
        return block("do {", [*lines, *self.loop(inner, f"while {receive} > 0 {{", before=[f"print({output}.byteCount)"])]), ()

    # MARK: Datagrams

    def do_datagram(self, s: Scope):
        if not s.datagrams or s.throws == NOTHING:
            return None
        d, bytes, sender = self.pick(s.datagrams), self.name("bytes"), self.name("sender")
        if self.chance(0.5):
            lines = [f"let ({bytes}, {sender}) = try await {d}.receive()"]
        else:
            lines = [f"let {bytes}Of: Datagram = try await {d}.receive(upTo: 1500)", f"let {bytes} = {bytes}Of.bytes",
                     f"let {sender} = {bytes}Of.from"]
        return lines, (Variable(bytes, BYTES), Variable(sender, "SocketAddress"))

    def do_batch(self, s: Scope):
        if not s.datagrams or s.throws == NOTHING or s.depth >= DEEPEST:
            return None
        d, batch, item = self.pick(s.datagrams), self.name("batch"), self.name("item")
        lines = [f"let {batch} = try DatagramBatch(capacity: 32)"]
        inside = [f"try await {d}.send({batch})"] if self.chance(0.5) else []
        if self.chance(0.4):
            inside += block(f"for {item} in {batch} {{", [f"print({item}.bytes.count, {item}.from)", f"if {item}.bytes.isEmpty {{ {self.pick(('break', 'continue', self.return_statement(s)))} }}"])
        if self.chance(0.5):
            return [*lines, f"try await {d}.receive(into: {batch})", *inside], ()
        return [*lines, *self.loop(s, f"while try await {d}.receive(into: {batch}) > 0 {{", before=inside)], ()
