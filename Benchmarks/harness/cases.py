"""The cases: what the load does, and which figure comes of it."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    mode: str  # of c/load.c, or of c/udp-load.c
    about: str
    connections: int = 64
    size: int = 64
    depth: int = 1
    in_flight: int = 64
    warm_up: int = 5000  # messages before the measured phase
    most: int = 100_000_000  # messages (or connections) a round at most
    unit: str = "message"
    unix: bool = False  # over a Unix socket
    peers: tuple[str, ...] | None = None  # only these; None for all
    without: tuple[str, ...] = ()  # never these
    mib: int = 0  # how much is moved in a round, where that and not the time is given
    transport: str = "tcp"  # whose peers take part
    kind: str = ""  # how messages in bulk are taken apart: see framed.py
    framing: str = ""  # and what separates them on the wire

    def load_arguments(self, seconds: float, count: int | None = None) -> list[str]:
        if self.framing:
            return [self.framing, str(count or self.most)]
        values = {
            "connections": self.connections,
            "in-flight": self.in_flight,
            "size": self.size,
            "depth": self.depth,
            "warm-up": self.warm_up,
            "seconds": seconds,
            "count": count or self.most,
        }
        return [text for name, value in values.items() for text in (f"--{name}", str(value))]

    @property
    def load(self) -> str:
        """The program in c/ that makes the load."""
        if self.framing:
            return "framed"
        return "load" if self.transport == "tcp" else f"{self.transport}-load"

    @property
    def floor(self) -> str:
        """The peer whose CPU is the 1.00 of the ratios."""
        return FLOORS[self.transport]

    @property
    def open_files(self) -> int:
        """How many descriptors the server needs, with room for its own."""
        return self.connections + 200


FLOORS = {"tcp": "floor", "udp": "udp-floor"}



def framed(kind: str, about: str, peers: tuple[str, ...]) -> Case:
    framing = kind.removesuffix("-lent").replace("text", "lines")
    return Case(f"framed-{kind}", "send", about, size=64, most=3_000_000, peers=peers, kind=kind, framing=framing)


# In the first case, and in that of UDP, system calls, allocations and instructions are counted.
CASES = {
    case.name: case
    for case in [
        Case("64x64B", "echo", "64 connections, one message of 64 bytes in flight on each"),
        Case("512x64B", "echo", "512 connections, one message of 64 bytes in flight on each", connections=512),
        # `messages` sends each of its messages of 64 bytes by itself: 256 times for one of the load's, or 16 times where the
        # others send once. That says nothing about what the bytes cost.
        Case(
            "64x16KiB",
            "echo",
            "64 connections, one message of 16 KiB in flight on each",
            size=16384,
            warm_up=2000,
            without=("sockeye-messages",),
        ),
        Case(
            "64x64B-deep16",
            "echo",
            "64 connections, 16 messages of 64 bytes in flight on each",
            depth=16,
            without=("sockeye-messages",),
        ),
        Case(
            "connect",
            "connect",
            "a connection opened, used for one message and closed, 64 at a time",
            warm_up=500,
            # Every closed connection keeps its client port for a minute (TIME_WAIT), of the usual 28,000.
            most=20_000,
            unit="connection",
        ),
        Case(
            "turn-10000",
            "turn",
            "10,000 open connections, 64 busy at a time, each in its turn",
            connections=10_000,
            warm_up=20_000,
        ),
        Case(
            "unix-64x64B",
            "echo",
            "64 connections over a Unix socket, one message of 64 bytes in flight on each",
            unix=True,
            peers=("floor", "sockeye"),
        ),
        Case(
            "relay",
            "relay",
            "one stream from one peer to another through a relay (splice)",
            peers=("floor", "sockeye"),
            mib=4096,
            unit="GiB",
        ),
        Case(
            "sendfile",
            "pull",
            "a file of 1 GiB in the page cache, sent four times (sendfile)",
            peers=("floor", "sockeye"),
            mib=4096,
            unit="GiB",
        ),
        Case(
            "udp-32x64B",
            "udp",
            "4 UDP sockets, 32 datagrams of 64 bytes in flight on each",
            connections=4,
            depth=32,
            unit="datagram",
            transport="udp",
        ),
        framed("text", "lines of 64 bytes in bulk, each as a text", ("floor", "sockeye", "nio", "go", "asyncio")),
        framed("lines", "lines of 64 bytes in bulk, each as bytes", ("floor", "sockeye", "nio", "go", "asyncio")),
        framed("u16", "64 bytes behind a length of two bytes", ("floor", "sockeye", "nio", "go", "asyncio")),
        framed("varint", "64 bytes behind a varint", ("floor", "sockeye", "go")),
        framed("lines-lent", "lines of 64 bytes in bulk, lent and not copied", ("floor", "sockeye", "go")),
        framed("u16-lent", "64 bytes behind two bytes, lent and not copied", ("floor", "sockeye")),
        Case("idle-10000", "idle", "10,000 open connections, silent after one message each", connections=10_000),
    ]
}
# What is counted in which case, for each transport.
COUNTED = {"tcp": CASES["64x64B"], "udp": CASES["udp-32x64B"]}
COUNTED |= {name: case for name, case in CASES.items() if case.framing}
