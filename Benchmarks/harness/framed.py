"""Messages in bulk over one connection: what each costs the program that receives them. Beside c/framed.c in each round."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .peers import HERE, Peer, Settings, build_c, build_go, swift_build
from .process import Load, Server

if TYPE_CHECKING:
    from .cases import Case
    from .measure import Bench

# The peers keep their names, since each is what the name says, and another program does it.
FRAMED_TITLES = {
    "floor": "C floor, memchr and memcpy",
    "sockeye": "Sockeye, lines and messages(_:)",
    "nio": "SwiftNIO, decoders of NIOExtras",
    "go": "Go, bufio",
    "asyncio": "Python, asyncio streams",
}
# The guard counts these, as if they were peers.
GUARDED = ("framed-text", "framed-lines", "framed-u16", "framed-varint", "framed-lines-lent", "framed-u16-lent")
SECONDS = 120


def build_framed(settings: Settings, peer: str) -> None:
    if peer == "floor":
        build_c(settings, "framed")
    elif peer == "sockeye":
        swift_build(settings, HERE, settings.build_path, "FramedSockeye")
    elif peer == "nio":
        swift_build(settings, HERE, settings.build_path, "FramedNIO")
    elif peer == "go":
        build_go(settings, "framed-go", "go-framed")


def command(settings: Settings, peer: str, kind: str, port: int | str) -> list[str]:
    programs: dict[str, list[str | Path]] = {
        # The floor makes no difference between a text and bytes.
        "floor": [settings.made("framed"), "receive", kind.replace("text", "lines")],
        "sockeye": [settings.swift("FramedSockeye"), kind],
        "nio": [settings.swift("FramedNIO"), kind],
        "go": [settings.made("framed-go"), kind],
        "asyncio": [settings.python, "-B", HERE / "peers" / "asyncio_framed.py", kind],
    }
    return [*(str(word) for word in programs[peer]), str(port)]


def framed_round(bench: Bench, peer: Peer, case: Case) -> dict:
    """CPU a message of the one that receives."""
    with Server(lambda port: command(bench.settings, peer.name, case.kind, port), bench.server_core) as server:
        arguments = case.load_arguments(SECONDS, case.most // 30 if peer.name == "asyncio" else None)
        with Load(bench.settings.made(case.load), bench.load_core, case.mode, server.port, arguments, SECONDS) as load:
            start = server.cpu_seconds()
            said = load.go()
            spent = server.cpu_seconds() - start
    return {"cpu_us": spent / said["done"] * 1e6, "rate": said["done"] / said["seconds"]}


def guarded(name: str) -> Peer:
    kind = name.removeprefix("framed-")
    return Peer(
        name,
        f"Sockeye, {kind} in bulk",
        lambda settings: build_framed(settings, "sockeye"),
        lambda settings, port: command(settings, "sockeye", kind, port),
        transport=name,
    )
