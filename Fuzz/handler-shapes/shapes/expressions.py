"""Expressions: what is received, what a user makes of it, and plain values."""
from __future__ import annotations

from .scope import (
    ANYTHING, BOOL, BYTE, BYTES, INT, MAYBE_BYTES, MAYBE_TEXT, MEMORY, NOTHING, SOCKET_ERROR, TEXT, VOID, Scope,
)

FRAMINGS = (
    ".lines", ".varint", ".fixed(8)", ".lengthPrefixed(UInt16.self)", ".lengthPrefixed(UInt32.self, byteOrder: .littleEndian)",
    '.delimited(by: "\\0")', ".lines(maximumLength: 1024)",
)
WORDS = ("quit", "HELLO", "echo", "ping", "done", "no")
SENTINELS = (-1, -2, -3, 0)
CODES = ("reset", "timedOut", "endOfStream", "limitExceeded", "cancelled", "closed")


class Expressions:
    """Writes expressions. `random` decides everything, so a seed is a program."""

    def __init__(self, random):
        self.random = random
        self.names = 0

    def name(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, choices):
        return self.random.choice(list(choices))

    # MARK: Values that take no wait

    def value(self, s: Scope, type: str) -> str:
        known = s.of(type)
        if known and self.chance(0.6):
            return self.pick(known)
        return getattr(self, "value_" + {
            INT: "int", BOOL: "bool", BYTE: "byte", BYTES: "bytes", MAYBE_BYTES: "maybe_bytes", TEXT: "text",
            MAYBE_TEXT: "maybe_text", MEMORY: "memory",
        }[type])(s)

    def value_int(self, s: Scope) -> str:
        options = [str(self.pick(SENTINELS)), str(self.random.randint(1, 100))]
        options += [f"{name}.count" for name in s.of(BYTES) + s.of(TEXT)]
        options += [f"({name}?.count ?? {self.pick(SENTINELS)})" for name in s.of(MAYBE_BYTES)]
        options += [f"({name} {self.pick('+-')} {self.random.randint(1, 9)})" for name in s.of(INT)]
        options += [f"work({self.pick(s.of(BYTES))})"] if s.of(BYTES) else []
        return self.pick(options)

    def value_bool(self, s: Scope) -> str:
        options = [f"check({self.value(s, INT)})"]
        options += [f"{name} {self.pick(('==', '!=', '<', '>', '<='))} {self.pick(SENTINELS)}" for name in s.of(INT)]
        options += [f"{name}.isEmpty" for name in s.of(BYTES) + s.of(TEXT)]
        options += [f"{name} == nil" for name in s.of(MAYBE_BYTES) + s.of(MAYBE_TEXT)]
        options += [f'{name} == "{self.pick(WORDS)}"' for name in s.of(TEXT) + s.of(MAYBE_TEXT)]
        return self.pick(options)

    def value_byte(self, s: Scope) -> str:
        return self.pick([f"{name}.first" for name in s.of(BYTES)] or ["UInt8?.some(7)", "UInt8?.none"])

    def value_bytes(self, s: Scope) -> str:
        options = [f"[{self.random.randint(0, 255)}]", f'Array("{self.pick(WORDS)}\\n".utf8)', "[UInt8](repeating: 7, count: 9)"]
        options += [f"({name} ?? [])" for name in s.of(MAYBE_BYTES)]
        options += [f"Array({name}.utf8)" for name in s.of(TEXT)]
        options += [f"Array({name}.dropFirst(2))" for name in s.of(BYTES)]
        return self.pick(options)

    def value_maybe_bytes(self, s: Scope) -> str:
        return self.pick(s.of(BYTES) + ["[UInt8]?.none", "[UInt8]?.some([1])"])

    def value_text(self, s: Scope) -> str:
        parts = [f"\\({self.value(s, INT)})"]
        if s.connections:
            parts.append(f"\\({self.pick(s.connections)}.remoteAddress)")
        if s.of(TEXT):
            parts.append(f"\\({self.pick(s.of(TEXT))})")
        text = '"' + " ".join(self.random.sample(parts, self.random.randint(1, len(parts)))) + f': {self.pick(WORDS)}"'
        return self.pick([text, f'"{self.pick(WORDS)}\\n"'])

    def value_maybe_text(self, s: Scope) -> str:
        return self.pick(s.of(TEXT) + ["String?.none", f'String?.some("{self.pick(WORDS)}")'])

    def value_memory(self, s: Scope) -> str:
        return ".init(start: nil, count: 0)"

    # MARK: What is received

    def received(self, s: Scope, type: str) -> str | None:
        """An expression of this type with a wait in it, ready to stand at the right of `=`; nil where none may be."""
        options = self.sources(s, type)
        if not options:
            return None
        expression = self.pick(options)
        if s.throws != NOTHING:
            return f"try await {expression}"
        default = {MAYBE_BYTES: "", MAYBE_TEXT: "", BYTES: " ?? []", INT: " ?? -1", BOOL: " ?? false", TEXT: ' ?? "-"', BYTE: ""}[type]
        return f"(try? await {expression}){default}"

    def sources(self, s: Scope, type: str) -> list[str]:
        made = {
            MAYBE_BYTES: self.maybe_bytes_sources, BYTES: self.bytes_sources, MAYBE_TEXT: self.maybe_text_sources,
            INT: self.int_sources, BOOL: self.bool_sources, TEXT: self.text_sources, BYTE: self.byte_sources,
        }[type]
        options = made(s, self.pick(s.connections)) if s.connections else []
        if s.datagrams and type in (BYTES, INT):
            socket = self.pick(s.datagrams)
            options += {
                BYTES: [f"{socket}.receive().bytes", f"{socket}.receive(upTo: 512).bytes"],
                INT: [f"{socket}.receive().bytes.count"],
            }[type]
        return options + self.calls(s, type)

    def size(self) -> int:
        return self.pick((1, 2, 4, 64, 1024, 8192))

    def messages(self, s: Scope, c: str) -> str:
        return self.pick(s.of("Messages") + [f"{c}.messages({self.pick(FRAMINGS)})"])

    def maybe_bytes_sources(self, s: Scope, c: str) -> list[str]:
        return [
            f"{c}.receive(upTo: {self.size()})", f"{c}.receive(upTo: {self.size()})",
            f'{c}.receive(until: "\\r\\n", upTo: {self.size() + 2})', f"{c}.receive(until: [0], upTo: {self.size()})",
            f"{self.messages(s, c)}.next()", f"{c}.receiveLent()?.array",
            f"{c}.receive(upTo: 8).map({{ Array($0.dropFirst()) }})",
        ]

    def bytes_sources(self, s: Scope, c: str) -> list[str]:
        return [
            f"{c}.receive(exactly: {self.size()})", f"{c}.receive(exactly: {self.value(s, INT)})",
            f"{c}.receive(upTo: {self.size()}) ?? []", f"{self.messages(s, c)}.next() ?? []",
        ]

    def maybe_text_sources(self, s: Scope, c: str) -> list[str]:
        return [
            f"{c}.lines.next()", f"{c}.lines(maximumLength: 100).next()", f"{c}.text.next()", f"{c}.lines.nextLine()?.text",
            f"{c}.receive(upTo: 99).map({{ String(decoding: $0, as: UTF8.self) }})",
        ]

    def text_sources(self, s: Scope, c: str) -> list[str]:
        return [f'{c}.lines.next() ?? "{self.pick(WORDS)}"', f'{c}.text.next() ?? ""']

    def int_sources(self, s: Scope, c: str) -> list[str]:
        end = self.pick(SENTINELS)
        return [
            f"{c}.receive(upTo: {self.size()})?.count ?? {end}", f"{c}.receive(exactly: {self.size()}).count",
            f"{c}.receiveLent()?.count ?? {end}", f"{c}.receiveLent(upTo: 100)?.withBytes({{ work($0) }}) ?? {end}",
            f"{c}.messages({self.pick(FRAMINGS)}).next()?.count ?? {end}", f"{c}.lines.next()?.count ?? {end}",
            f"{c}.lines.next().flatMap({{ Int($0) }}) ?? {end}",
        ]

    def bool_sources(self, s: Scope, c: str) -> list[str]:
        return [
            f"{c}.receive(upTo: {self.size()}) {self.pick(('==', '!='))} nil",
            f'{c}.receive(upTo: 4) == Array("{self.pick(WORDS)}".utf8)', f'{c}.lines.next() == "{self.pick(WORDS)}"',
            f"{c}.receive(exactly: 2) == [0, 0]", f"{c}.receiveLent()?.count == 1", f"{self.messages(s, c)}.next() != nil",
            f"{c}.lines.nextLine()?.ending == .missing",
        ]

    def byte_sources(self, s: Scope, c: str) -> list[str]:
        return [f"{c}.receive(upTo: {self.size()})?.first", f"{c}.receive(exactly: 3).first", f"{c}.receiveLent()?.array.last"]

    def calls(self, s: Scope, type: str) -> list[str]:
        return [
            f.call.format(c=self.pick(s.connections or [""]), s=self.pick(s.datagrams or [""]), m=".init(start: nil, count: 0)")
            for f in s.functions
            if f.result == type and (s.connections or not f.connection) and (s.datagrams or not f.datagrams)
            and (f.throws != ANYTHING or s.throws != SOCKET_ERROR)
        ]

    # MARK: What is sent

    def sent(self, s: Scope) -> str:
        """A send, a call or another wait whose result is of no interest, as a statement."""
        options = self.calls(s, VOID)
        if s.connections:
            c = self.pick(s.connections)
            options += [
                f"{c}.send({self.value(s, BYTES)})", f"{c}.send({self.value(s, TEXT)})", f"{c}.finishSending()",
                f"{self.messages(s, c)}.send({self.value(s, self.pick((TEXT, BYTES)))})",
                f'{self.messages(s, c)}.send(contentsOf: ["a", {self.value(s, TEXT)}])',
            ]
            options += [f"{c}.send({name}.span.bytes)" for name in s.of(BYTES) if name.startswith(("got", "there"))]
        if s.datagrams:
            d = self.pick(s.datagrams)
            options += [f"{d}.send({self.value(s, BYTES)})", f"{d}.send({self.value(s, TEXT)})"]
            options += [f"{d}.send({self.value(s, BYTES)}, to: {name})" for name in s.of("SocketAddress")]
        if not options:
            return "await Task.yield()"
        return f"{'try' if s.throws != NOTHING else '_ = try?'} await {self.pick(options)}"

    def error(self, s: Scope) -> str:
        """An error that a user throws here."""
        words = f'"{self.pick(WORDS)}: \\({self.value(s, INT)})"'
        if s.connections:
            words = f'"\\({self.pick(s.connections)}.remoteAddress): cut off after \\({self.value(s, INT)})"'
        if s.throws == SOCKET_ERROR:
            return f"SocketError(.{self.pick(CODES)}, .receive, detail: {words})"
        return self.pick((f"Broken(words: {words})", f"Trouble.text({words})", f"Trouble.number({self.value(s, INT)})",
                          "CancellationError()", "Trouble.none", f"SocketError(.closed, .receive, detail: {words})"))
