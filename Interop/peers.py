"""The programs that the grid talks to: how each is started as a client and as a server, and what it can do at all."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

HERE = Path(__file__).resolve().parent
PYTHON_PEER = [sys.executable, str(HERE / "python_peer.py")]


@dataclass(frozen=True)
class Peer:
    name: str
    program: str
    #: port -> command; None where the tool has no such role.
    client: Optional[Callable[[int], list[str]]] = None
    server: Optional[Callable[[int], list[str]]] = None
    #: Its client says "nothing more comes" when its standard input ends, and goes on receiving.
    finishes: bool = True
    #: Its server, whose standard input has ended, goes on receiving what the client still sends.
    outlives_own_end: bool = True
    #: Its server goes on when the client has finished sending, and can still answer.
    outlives_client: bool = True
    #: Its client goes on sending when the server has finished.
    outlives_server: bool = True
    #: Passes every byte. (A telnet client swallows and doubles 0xFF.)
    is_binary: bool = True

    @property
    def is_there(self) -> bool:
        return shutil.which(self.program) is not None


PEERS = [
    Peer(
        "nc.openbsd",
        "nc.openbsd",
        client=lambda port: ["nc.openbsd", "-N", "127.0.0.1", str(port)],
        server=lambda port: ["nc.openbsd", "-l", "-N", "127.0.0.1", str(port)],
        outlives_client=False,
    ),
    Peer(
        "nc.traditional",
        "nc.traditional",
        # It cannot finish sending at all: -q says how long after the end of its input it gives up everything.
        client=lambda port: ["nc.traditional", "-q", "3", "127.0.0.1", str(port)],
        server=lambda port: ["nc.traditional", "-l", "-q", "3", "-s", "127.0.0.1", "-p", str(port)],
        finishes=False,
        outlives_server=False,
        outlives_own_end=False,
        outlives_client=False,
    ),
    Peer(
        "ncat",
        "ncat",
        client=lambda port: ["ncat", "127.0.0.1", str(port)],
        server=lambda port: ["ncat", "-l", "127.0.0.1", str(port)],
        outlives_client=False,
    ),
    Peer(
        "socat",
        "socat",
        # Without -t it stops half a second after one direction has ended, and loses the rest.
        client=lambda port: ["socat", "-t", "30", "-", f"TCP:127.0.0.1:{port}"],
        server=lambda port: ["socat", "-t", "30", "-", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr"],
    ),
    Peer(
        "Python",
        "python3",
        client=lambda port: [*PYTHON_PEER, "client", str(port)],
        server=lambda port: [*PYTHON_PEER, "server", str(port)],
    ),
    Peer(
        "curl",
        "curl",
        # Its telnet client is the only one of its protocols that passes on what it reads. It never finishes sending.
        client=lambda port: ["curl", "-s", "-N", f"telnet://127.0.0.1:{port}"],
        finishes=False,
        is_binary=False,
    ),
]
