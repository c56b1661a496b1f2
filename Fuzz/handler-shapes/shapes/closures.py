"""Statements with a body of another kind: catches, closures, child tasks and nested functions."""
from __future__ import annotations

from dataclasses import replace

from .expressions import CODES
from .scope import ANYTHING, BYTES, INT, MAYBE_BYTES, NOTHING, SOCKET_ERROR, TEXT, VOID, Scope, Variable
from .statements import DEEPEST, Statements, block


class Closures(Statements):
    # MARK: Catching

    def do_catch(self, s: Scope):
        if s.depth >= DEEPEST or not (s.connections or s.datagrams) or not s.may_throw:
            return None
        form = self.pick((self.typed_catch, self.inferred_catch, self.untyped_catch, self.partial_catch))
        return form(s)

    def typed_catch(self, s: Scope):
        body = self.nested(s, throws=SOCKET_ERROR)
        return block("do throws(SocketError) {", body) [:-1] + self.socket_catches(s), ()

    def inferred_catch(self, s: Scope):
        """The compiler finds out that only a `SocketError` is thrown."""
        if s.is_closure:
            return None
        inner = s.deeper(throws=SOCKET_ERROR, may_throw=False)
        body = [self.sent(replace(inner, functions=())), *self.body(inner, 1, 3)]
        return block("do {", body)[:-1] + self.socket_catches(s), ()

    def socket_catches(self, s: Scope) -> list[str]:
        """`error` is a `SocketError`, and every one is caught.

        Without the last catch, one before it that waits would crash the compiler (docs/workarounds.md).
        """
        if self.chance(0.3):
            lines = block(f"}} catch where error.code == .{self.pick(CODES)} {{", self.caught(s))[:-1]
            return lines + block("} catch {", self.caught(s))
        body = self.nested(s) if self.chance(0.6) else []
        if self.chance(0.4):
            body.insert(0, f"if error.code == .{self.pick(CODES)} {{ {self.return_statement(s)} }}")
        if self.chance(0.4):
            body += ["throw error"] if s.throws != NOTHING else self.leaving(s)
        return block("} catch {", body or ["print(error)"])

    def caught(self, s: Scope, has_error: bool = True) -> list[str]:
        """The body of a catch: it waits, or leaves, or does neither."""
        return self.nested(s) if self.chance(0.5) else self.quiet(s, has_error)

    def quiet(self, s: Scope, has_error: bool = True) -> list[str]:
        """A few statements that wait for nothing."""
        options = [["print(error)"] if has_error else ["print(1)"], [f"print({self.value(s, TEXT)})"]]
        options += [[f"return {self.value(s, s.result)}" if s.result != VOID else "return"]]
        if s.throws != NOTHING:
            options += [["throw error"] if s.throws == ANYTHING and has_error else [f"throw {self.error(s)}"], [f"throw {self.error(s)}"]]
        if s.loops:
            options += [[self.pick(("break", "continue"))], [f"continue {self.pick(s.loops)}"]]
        known = s.of(INT, mutable=True)
        if known:
            options += [[f"{self.pick(known)} = -2"]]
        return self.pick(options)

    def untyped_catch(self, s: Scope):
        """Patterns, and then everything else."""
        lines = block("do {", [*self.nested(s, throws=ANYTHING), "try fail()"])[:-1]
        for pattern in self.random.sample(self.patterns(), self.random.randint(0, 2)):
            lines += block(f"}} catch {pattern} {{", self.caught(s, "let error" in pattern))[:-1]
        body = self.caught(s)
        if self.chance(0.2):
            body.insert(0, "if error is CancellationError { " + self.return_statement(s) + " }")
        return lines + block("} catch {", body), ()

    def partial_catch(self, s: Scope):
        """What no pattern matches goes on to the caller."""
        if s.throws != ANYTHING:
            return None
        lines = block("do {", [*self.nested(s), "try fail()"])[:-1]
        for pattern in self.random.sample(self.patterns(), self.random.randint(1, 2)):
            lines += block(f"}} catch {pattern} {{", self.caught(s, "let error" in pattern))[:-1]
        return [*lines, "}"], ()

    def patterns(self) -> list[str]:
        return [
            f"let error as SocketError where error.code == .{self.pick(CODES)}", "let error as SocketError", "is CancellationError",
            "let error as Broken", "Trouble.none", "let Trouble.number(number) where number > 3", "Trouble.text(let words)",
        ]

    # MARK: Child tasks and closures

    def escaping(self, s: Scope) -> tuple[list[str], Scope]:
        """What a closure that outlives this line may capture: constants only, and no `self` that is not Sendable."""
        lines, names = [], []
        for group in (s.connections, s.datagrams):
            mine = []
            for name in group:
                if name.startswith("self."):
                    local = self.name("captured")
                    lines.append(f"let {local} = {name}")
                    name = local
                mine.append(name)
            names.append(tuple(mine))
        functions = tuple(f for f in s.functions if not f.call.startswith("self."))
        return lines, replace(s, connections=names[0], datagrams=names[1], functions=functions)

    def finished(self, s: Scope, lines: list[str]) -> list[str]:
        """A body that ends with a value."""
        if s.result == VOID:
            return lines
        return [*lines, self.return_statement(s)]

    def do_with_timeout(self, s: Scope):
        if s.throws != ANYTHING or s.depth >= DEEPEST or not (s.connections or s.datagrams):
            return None
        before, outer = self.escaping(s)
        type, name = self.pick((VOID, INT, MAYBE_BYTES, BYTES)), self.name("answer")
        inner = outer.in_task(type, ANYTHING)
        if self.chance(0.4) and (received := self.received(inner, type if type != VOID else INT)):
            return [*before, f"let {name} = try await withTimeout(.seconds(5)) {{ {received} }}"], self.left(name, type)
        body = self.finished(inner, self.body(inner, 1, 3))
        header = f"let {name}: {type} = try await withTimeout(.seconds(1)) {{ () async throws -> {type} in"
        return [*before, *block(header, body)], self.left(name, type)

    @staticmethod
    def left(name: str, type: str) -> tuple[Variable, ...]:
        return (Variable(name, type),) if type != VOID else ()

    def do_task_group(self, s: Scope):
        if s.throws != ANYTHING or s.depth >= DEEPEST - 1 or not (s.connections or s.datagrams):
            return None
        before, outer = self.escaping(s)
        type, group = self.pick((VOID, INT, MAYBE_BYTES)), self.name("group")
        lines: list[str] = []
        for _ in range(self.random.randint(1, 3)):
            inner = outer.in_task(type, ANYTHING)
            lines += block(f"{group}.addTask {{", self.finished(inner, self.body(inner, 1, 2)))
        if type == VOID:
            lines.append(self.pick((f"try await {group}.waitForAll()", f"try await {group}.next()", f"{group}.cancelAll()")))
        else:
            lines.append(f"for try await part in {group} {{ print(part as Any) }}")
        return [*before, *block(f"try await withThrowingTaskGroup(of: {type}.self) {{ {group} in", lines)], ()

    def do_async_let(self, s: Scope):
        if s.throws != ANYTHING or not (s.connections or s.datagrams):
            return None
        before, outer = self.escaping(s)
        type, name, result = self.pick((INT, MAYBE_BYTES, BYTES)), self.name("pending"), self.name("got")
        received = self.received(outer.in_task(type, ANYTHING), type)
        if not received:
            return None
        lines = [*before, f"async let {name} = {received.removeprefix('try await ')}"]
        if self.chance(0.7):
            lines += self.body(s.deeper(), 0, 2)
        return [*lines, f"let {result} = try await {name}"], (Variable(result, type),)

    def do_local_closure(self, s: Scope):
        if s.depth >= DEEPEST or not s.connections:
            return None
        before, outer = self.escaping(s)
        name, argument = self.name("handle"), self.name("peer")
        type = self.pick((VOID, INT, MAYBE_BYTES))
        throws = self.pick((ANYTHING, SOCKET_ERROR))
        inner = replace(outer.in_task(type, throws), connections=(argument,), datagrams=())
        body = self.finished(inner, self.body(inner, 1, 3))
        header = f"let {name} = {{ @Sendable ({argument}: Connection) async {throws} -> {type} in"
        lines = [*before, *block(header, body)]
        call = f"await {name}({self.pick(s.connections)})"
        if s.throws == ANYTHING or s.throws == throws:
            return [*lines, f"{'' if type == VOID else '_ = '}try {call}"], ()
        return [*lines, f"_ = try? {call}"], ()

    def do_nested_function(self, s: Scope):
        if s.depth >= DEEPEST - 1 or not (s.connections or s.datagrams):
            return None
        before, outer = self.escaping(s)
        name, type, throws = self.name("inner"), self.pick((VOID, INT, BYTES)), self.pick((ANYTHING, SOCKET_ERROR))
        inner = outer.in_task(type, throws)
        body = self.finished(inner, self.body(inner, 1, 4))
        lines = [*before, *block(f"func {name}() async {throws} -> {type} {{", body)]
        if s.throws == ANYTHING or s.throws == throws:
            return [*lines, f"{'' if type == VOID else '_ = '}try await {name}()"], ()
        return [*lines, f"_ = try? await {name}()"], ()

    def do_with_connection(self, s: Scope):
        if s.throws != ANYTHING or s.depth >= DEEPEST:
            return None
        name, type, answer = self.name("server"), self.pick((VOID, VOID, INT, BYTES)), self.name("answer")
        inner = s.in_closure(type, ANYTHING, connections=s.connections + (name,))
        body = self.finished(inner, self.body(inner, 1, 4))
        if type == VOID:
            return block(f'try await withConnection(to: "localhost:1337") {{ {name} in', body), ()
        header = f'let {answer}: {type} = try await withConnection(to: "localhost:1337") {{ {name} async throws -> {type} in'
        return block(header, body), self.left(answer, type)

    def do_with_datagrams(self, s: Scope):
        if s.throws != ANYTHING or s.depth >= DEEPEST or self.chance(0.5):
            return None
        name = self.name("socket")
        inner = s.in_closure(VOID, ANYTHING, datagrams=s.datagrams + (name,))
        return block(f'try await withDatagramSocket(to: "localhost:1337") {{ {name} in', self.body(inner, 1, 3)), ()
