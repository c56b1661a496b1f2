"""What the statement that is written next may use: variables, sockets, loops, and what it may throw and return."""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

VOID, INT, BOOL, BYTE = "Void", "Int", "Bool", "UInt8?"
BYTES, MAYBE_BYTES, TEXT, MAYBE_TEXT = "[UInt8]", "[UInt8]?", "String", "String?"
MEMORY = "UnsafeMutableRawBufferPointer"
RESULTS = (VOID, INT, BOOL, BYTES, MAYBE_BYTES, TEXT, MAYBE_TEXT)

# What a body may throw.
ANYTHING, SOCKET_ERROR, NOTHING = "throws", "throws(SocketError)", ""


class Variable(NamedTuple):
    name: str
    type: str
    mutable: bool = False
    # A property of self, a pointer: not for a closure that runs elsewhere.
    local_only: bool = False


class Function(NamedTuple):
    """A function of the program that has been written already."""

    call: str  # with {c} for the connection, {s} for the datagram socket and {m} for memory
    result: str
    throws: str
    connection: bool = True
    datagrams: bool = False


@dataclass(frozen=True)
class Scope:
    result: str | None  # None where there is no `return`
    throws: str
    connections: tuple[str, ...] = ()
    datagrams: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    loops: tuple[str, ...] = ()
    depth: int = 0
    # Whether a `throw` may stand here: it makes the error of a plain `do` any error.
    may_throw: bool = True
    is_closure: bool = False
    # Bodies of closures that other tasks run may not use what is mutable.
    functions: tuple[Function, ...] = field(default=(), repr=False)

    def deeper(self, **changes) -> "Scope":
        return replace(self, depth=self.depth + 1, **changes)

    def having(self, *variables: Variable) -> "Scope":
        return replace(self, variables=self.variables + variables)

    def of(self, type: str, mutable: bool = False) -> list[str]:
        return [v.name for v in self.variables if v.type == type and (v.mutable or not mutable)]

    def in_closure(self, result: str, throws: str, **changes) -> "Scope":
        """A closure that runs in place: it may use everything, but leaves no loop."""
        return self.deeper(result=result, throws=throws, loops=(), may_throw=True, is_closure=True, **changes)

    def in_task(self, result: str, throws: str, **changes) -> "Scope":
        """A closure that another task may run."""
        kept = tuple(v for v in self.variables if not v.mutable and not v.local_only)
        return self.deeper(result=result, throws=throws, loops=(), variables=kept, may_throw=True, is_closure=True, **changes)
