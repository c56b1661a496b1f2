"""Whole programs: the types and functions that a user puts handlers into."""
from __future__ import annotations

import random

from .closures import Closures
from .scope import (
    ANYTHING, BYTES, INT, MEMORY, NOTHING, RESULTS, SOCKET_ERROR, TEXT, VOID, Function, Scope, Variable,
)
from .statements import block

# What generated programs call besides Sockeye; once in each module.
SUPPORT = """import Sockeye

nonisolated struct Broken: Error { let words: String }
nonisolated enum Trouble: Error { case none, number(Int), text(String) }

@inline(never) nonisolated func work(_ bytes: [UInt8]) -> Int { bytes.count }
@inline(never) nonisolated func work(_ bytes: RawSpan) -> Int { bytes.byteCount }
@inline(never) nonisolated func work(_ bytes: UnsafeRawBufferPointer, _ memory: UnsafeMutableRawBufferPointer) -> Int {
    bytes.count + memory.count
}
@inline(never) nonisolated func check(_ number: Int) -> Bool { number > CommandLine.arguments.count }
@inline(never) nonisolated func parse(_ bytes: RawSpan) throws -> Int {
    guard bytes.byteCount > 2 else { throw Trouble.text("only \\(bytes.byteCount)") }
    return bytes.byteCount
}
@inline(never) nonisolated func fail() throws { if check(1) { throw Trouble.none } }
"""


class Program(Closures):
    """One file. Its names begin with `prefix`, so that several fit into a module."""

    def __init__(self, seed: str, prefix: str, script: bool):
        super().__init__(random.Random(seed))
        self.prefix, self.script = prefix, script
        self.functions: tuple[Function, ...] = ()

    def text(self) -> str:
        lines: list[str] = []
        for _ in range(self.random.choice((1, 1, 2))):
            lines += [*self.pick((self.free_functions, self.namespace, self.type, self.type, self.generic, self.protocol))(), ""]
        lines += self.script_lines() if self.script else self.entry()
        return "import Sockeye\n\n" + "\n".join(lines) + "\n"

    # MARK: Functions

    def function(self, call: str, connection: str | None, socket: str | None, *, member: bool = False, state=(), attribute="",
                 functions=None) -> tuple[list[str], Function]:
        """A function and how it is called. What it is given it takes as parameters, unless `self` has it."""
        name = self.name("run")
        result, throws = self.pick(RESULTS), self.pick((ANYTHING, ANYTHING, ANYTHING, SOCKET_ERROR, SOCKET_ERROR, NOTHING))
        parameters, arguments, variables = [], [], list(state)
        if not member and connection:
            parameters.append(f"_ {connection}: Connection")
            arguments.append("{c}")
        if not member and socket:
            parameters.append(f"_ {socket}: DatagramSocket")
            arguments.append("{s}")
        if self.chance(0.25):
            parameters.append(f"into memory: {MEMORY}")
            arguments.append("into: {m}")
            variables.append(Variable("memory", MEMORY, local_only=True))
        if self.chance(0.2):
            parameters.append("isolation: isolated (any Actor)? = #isolation") if not member and not attribute else None
        scope = Scope(
            result, throws,
            connections=(("self." if member else "") + connection,) if connection else (),
            datagrams=(("self." if member else "") + socket,) if socket else (),
            variables=tuple(variables), functions=self.functions if functions is None else functions,
        )
        self.budget = self.random.choice((2, 3, 4, 6, 10))
        body = self.finished(scope, self.body(scope, 2, 4))
        header = f"{attribute}func {name}({', '.join(parameters)}) async {throws}{' ' if throws else ''}-> {result} {{"
        made = Function(f"{call}{name}({', '.join(arguments)})", result, throws, bool(connection), bool(socket))
        return block(header, body), made

    def inputs(self) -> tuple[str | None, str | None]:
        return self.pick((("connection", None),) * 5 + ((None, "socket"), ("connection", "socket")))

    def free_functions(self) -> list[str]:
        lines, function = self.function("", *self.inputs(), attribute=self.pick(("", "", "@MainActor ", "@concurrent ", "nonisolated(nonsending) ")))
        lines[0] = lines[0].replace("func ", f"func {self.prefix}", 1)
        self.functions += (function._replace(call=self.prefix + function.call),)
        return lines

    def namespace(self) -> list[str]:
        name, lines = f"{self.prefix}{self.name('Handlers')}", []
        for _ in range(self.random.randint(1, 2)):
            written, function = self.function(f"{name}.", *self.inputs())
            written[0] = "static " + written[0]
            lines += [*written]
            self.functions += (function,)
        return block(f"enum {name} {{", lines)

    def type(self) -> list[str]:
        """A struct, class or actor that keeps its connection, and often some state."""
        kind = self.pick(("struct", "final class", "final class Sendable", "final class", "actor", "@MainActor final class", "class"))
        name = f"{self.prefix}{self.name('Reader')}"
        connection, socket = self.inputs()
        properties, state = self.properties(connection, socket), ()
        if "Sendable" not in kind and self.chance(0.7):
            properties += ["var total = 0", 'var name = ""', "var kept: [UInt8] = []"]
            state = tuple(Variable(f"self.{n}", t, True, True) for n, t in (("total", INT), ("name", TEXT), ("kept", BYTES)))
        suffix = ": Sendable" if "Sendable" in kind else ""
        arguments = ", ".join(["{c}"] * bool(connection) + ["{s}"] * bool(socket))
        lines, made = [*properties, self.initialiser(connection, socket)], []
        for _ in range(self.random.randint(1, 2)):
            mutating = kind == "struct" and state
            inner = () if mutating else tuple(f._replace(call="self." + f.call) for f in made)
            written, function = self.function(
                "", connection, socket, member=True, state=state, attribute="mutating " if mutating else "",
                functions=self.functions + inner,
            )
            lines += written
            made.append(function)
        if kind == "struct" and state:
            # Only a variable can be mutated.
            holder = f"{self.prefix}{self.name('use')}"
            parameters = ", ".join(["_ connection: Connection"] * bool(connection) + ["_ socket: DatagramSocket"] * bool(socket))
            given = arguments.format(c="connection", s="socket")
            lines = [*block(f"struct {name} {{", lines), *block(f"func {holder}({parameters}) async throws {{", [
                f"var holder = {name}({given})",
                *(f"{'_ = ' if f.result != VOID else ''}{'try ' if f.throws else ''}await holder.{f.call.format(c='', s='', m='.init(start: nil, count: 0)')}" for f in made),
            ])]
            self.functions += (Function(f"{holder}({arguments})", VOID, ANYTHING, bool(connection), bool(socket)),)
            return lines
        else:
            self.functions += tuple(f._replace(call=f"{name}({arguments}).{f.call}") for f in made)
        return block(f"{kind.replace(' Sendable', '')} {name}{suffix} {{", lines)

    @staticmethod
    def properties(connection, socket) -> list[str]:
        return ["let connection: Connection"] * bool(connection) + ["let socket: DatagramSocket"] * bool(socket)

    @staticmethod
    def initialiser(connection, socket) -> str:
        names = [("connection", "Connection")] * bool(connection) + [("socket", "DatagramSocket")] * bool(socket)
        parameters = ", ".join(f"_ {n}: {t}" for n, t in names)
        return f"init({parameters}) {{ {'; '.join(f'self.{n} = {n}' for n, _ in names)} }}"

    def generic(self) -> list[str]:
        name = f"{self.prefix}{self.name('Box')}"
        lines = ["let connection: Connection", "let extra: Extra", "init(_ connection: Connection, _ extra: Extra) { self.connection = connection; self.extra = extra }"]
        written, function = self.function("", "connection", None, member=True)
        self.functions += (function._replace(call=f"{name}({{c}}, {self.pick(('1', chr(34) + 'a' + chr(34)))}).{function.call}"),)
        return block(f"struct {name}<Extra: Sendable & CustomStringConvertible>: Sendable {{", [*lines, *written])

    def protocol(self) -> list[str]:
        name = f"{self.prefix}{self.name('Talking')}"
        written, function = self.function("", "connection", None, member=True)
        lines = [f"protocol {name}: Sendable {{ var connection: Connection {{ get }} }}"]
        lines += block(f"extension {name} {{", written)
        lines += [f"struct {name}One: {name} {{ let connection: Connection }}"]
        self.functions += (function._replace(call=f"{name}One(connection: {{c}}).{function.call}"),)
        return lines

    # MARK: The entry

    def handler_scope(self, name: str) -> Scope:
        return Scope(VOID, ANYTHING, connections=(name,), functions=self.functions, is_closure=True)

    def entry(self) -> list[str]:
        """A server, or a client, or both."""
        lines, self.budget = [], 3
        if self.chance(0.7):
            lines += ['let listener = try await Listener.bind(to: "127.0.0.1:0")']
            lines += block("try await listener.serve { connection in", self.body(self.handler_scope("connection"), 1, 3))
        if self.chance(0.5) or not lines:
            lines += block('try await withConnection(to: "localhost:1337") { connection in', self.body(self.handler_scope("connection"), 1, 3))
        # Public, or whole-module optimisation would find that nobody calls it, and compile nothing.
        return block(f"@MainActor public func {self.prefix}Main() async throws {{", [*lines, *self.uncalled(lines)])

    def uncalled(self, lines: list[str]) -> list[str]:
        """Calls of what nothing has called yet, for the same reason."""
        written = "\n".join(lines)
        missing = [f for f in self.functions if f.call.partition("(")[0] not in written or "." in f.call.partition(")")[2]]
        calls = [f.call.format(c="connection", s="socket", m=".init(start: nil, count: 0)") for f in missing]
        body = [f"{'_ = ' if f.result != VOID else ''}{'try ' if f.throws else ''}await {call}" for f, call in zip(missing, calls)]
        if not body:
            return []
        inner = block('try await withDatagramSocket(to: "localhost:1337") { socket in', body)
        return block('try await withConnection(to: "localhost:1337") { connection in', inner)

    def script_lines(self) -> list[str]:
        """Top-level code, as in every tutorial."""
        self.budget = 3
        if self.chance(0.5):
            lines = block('try await withConnection(to: "localhost:1337") { connection in', self.body(self.handler_scope("connection"), 1, 3))
            return [*lines, *self.uncalled(lines)]
        lines = ['let listener = try await Listener.bind(to: "127.0.0.1:0")',
                 *block("try await listener.serve { connection in", self.body(self.handler_scope("connection"), 1, 3))]
        return [*lines, *self.uncalled(lines)]
