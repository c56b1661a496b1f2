"""Where the kernel moves the bytes: a relay through splice, and files through sendfile. Beside c/splice.c in each round."""
from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .process import Load, Server, free_port

if TYPE_CHECKING:
    from .cases import Case
    from .measure import Bench
    from .peers import Peer

# The peers keep their names, since each is what the name says, and another program does it.
BULK_TITLES = {"floor": "C floor, splice and sendfile", "sockeye": "Sockeye, relay and sendFile"}
FILE_BYTES = 1 << 30
SECONDS = 120


def bulk_round(bench: Bench, peer: Peer, case: Case) -> dict:
    """CPU of the one that moves, by GiB."""
    settings = bench.settings
    program = settings.made("splice") if peer.name == "floor" else settings.swift("BulkSockeye")
    with tempfile.TemporaryDirectory() as folder:
        if case.mode == "relay":
            what, target = "relay", str(free_port())
        else:
            what, target = "sendfile", str(a_file(Path(folder)))
        command = lambda port: [str(program), what, str(port), target]  # noqa: E731
        with Server(command, bench.server_core) as server:
            arguments = [target, str(case.mib)] if case.mode == "relay" else [str(case.mib)]
            binary = settings.made("stream")
            with Load(binary, bench.load_core, case.mode, server.port, arguments, SECONDS) as load:
                start = server.cpu_seconds()
                said = load.go()
                spent = server.cpu_seconds() - start
    return {"cpu_us": spent / said["done"] * 1e6, "rate": said["done"] / said["seconds"]}


def a_file(folder: Path) -> Path:
    """A file that is in the page cache as a whole, so that no disk is measured."""
    path = folder / "file"
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for _ in range(FILE_BYTES // len(block)):
            file.write(block)
    return path
