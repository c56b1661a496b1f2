"""The peers: echo servers, how each is built and how each is started."""
from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import Failed

HERE = Path(__file__).resolve().parent.parent
NATIVE = frozenset({"system_calls", "allocations", "instructions"})


@dataclass(frozen=True)
class Settings:
    """Where things are. Paths stay out of what is stored."""

    build_path: Path
    sockeye: Path
    sockeye_given: bool
    python: str
    jobs: int | None

    def made(self, name: str) -> Path:
        return self.build_path / "peers" / name

    def swift(self, product: str) -> Path:
        return self.build_path / "release" / product


@dataclass(frozen=True)
class Peer:
    name: str
    title: str  # in the picture and the tables
    build: Callable[[Settings], None]
    command: Callable[[Settings, int | str], list[str]]  # from a port, or "unix:PATH" for those that take it
    # Which figures mean something. Python's objects and Go's heap do not come from malloc, and valgrind does not run Go.
    figures: frozenset[str] = NATIVE
    transport: str = "tcp"


def run_build(command: list[str], what: str, **options) -> None:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        errors = [line for line in lines if "error:" in line] or lines[-3:]
        raise Failed(f"{what} does not build: " + " / ".join(errors[:3]))


def need(tool: str, what: str) -> str:
    found = shutil.which(tool)
    if not found:
        raise Failed(f"{what} needs {tool}, which is not installed")
    return found


def build_c(settings: Settings, name: str, *flags: str) -> None:
    source, out = HERE / "c" / f"{name}.c", settings.made(name)
    if out.exists() and out.stat().st_mtime >= source.stat().st_mtime:
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    cc = need("cc", f"c/{name}.c")
    run_build([cc, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", str(out), str(source), *flags], f"c/{name}.c")


def build_tools(settings: Settings) -> None:
    """What every measurement needs, whoever the peer is."""
    build_c(settings, "load")
    build_c(settings, "framed")
    build_c(settings, "splice")
    build_c(settings, "stream", "-pthread")
    build_c(settings, "udp-load")
    build_c(settings, "count-allocations", "-shared", "-fPIC", "-fno-builtin")
    build_c(settings, "sigsuspend-copy", "-shared", "-fPIC")


def swift_build(settings: Settings, package: Path, scratch: Path, product: str) -> None:
    jobs = ["-j", str(settings.jobs)] if settings.jobs else []
    run_build(
        [need("swift", product), "build", "-c", "release", "--package-path", str(package)]
        + ["--scratch-path", str(scratch), "--product", product, *jobs],
        product,
    )


def build_bulk(settings: Settings) -> None:
    """Sockeye's part in the cases that move bytes: `sockeye` there is this program."""
    swift_build(settings, HERE, settings.build_path, "BulkSockeye")


def build_sockeye(settings: Settings) -> None:
    if not settings.sockeye_given:
        swift_build(settings, HERE.parent, HERE.parent / ".build", "sockeye")


def sockeye_command(settings: Settings, port: int | str) -> list[str]:
    tool = str(settings.sockeye)
    if not settings.sockeye.exists():
        raise Failed("no sockeye binary: build it with 'swift build -c release', or name one with --sockeye PATH")
    help_text = subprocess.run([tool, "serve", "--help"], capture_output=True, text=True, timeout=30).stdout
    one_loop = ["--loops", "1"] if "--loops" in help_text else []
    return [tool, "serve", "--echo", "--quiet", *one_loop, port if isinstance(port, str) else f"127.0.0.1:{port}"]


def sockeye_udp_command(settings: Settings, port: int) -> list[str]:
    return [str(settings.sockeye), "serve", "--echo", "--quiet", f"udp:127.0.0.1:{port}"]


def swift_peer(name: str, title: str, product: str, *arguments: str) -> Peer:
    return Peer(
        name,
        title,
        lambda settings: swift_build(settings, HERE, settings.build_path, product),
        lambda settings, port: [str(settings.swift(product)), *arguments, str(port)],
    )


def build_go(settings: Settings, name: str = "echo-go", folder: str = "go") -> None:
    out = settings.made(name)
    out.parent.mkdir(parents=True, exist_ok=True)
    run_build([need("go", "the Go peer"), "build", "-o", str(out), "."], "the Go peer", cwd=HERE / "peers" / folder)


def check_uvloop(settings: Settings) -> None:
    probe = subprocess.run([settings.python, "-c", "import uvloop"], capture_output=True, stdin=subprocess.DEVNULL)
    if probe.returncode:
        raise Failed("uvloop is not installed for this Python (--python PATH names another)")


def python_peer(name: str, title: str, script: str, check: Callable[[Settings], None]) -> Peer:
    return Peer(
        name,
        title,
        check,
        lambda settings, port: [settings.python, "-B", str(HERE / "peers" / script), str(port)],
        frozenset({"system_calls", "instructions"}),
    )


PEERS = {
    peer.name: peer
    for peer in [
        Peer(
            "floor",
            "C floor",
            lambda settings: build_c(settings, "floor"),
            lambda settings, port: [str(settings.made("floor")), str(port)],
        ),
        Peer("sockeye", "sockeye serve --echo", build_sockeye, sockeye_command),
        swift_peer("sockeye-into", "Sockeye, receive(into:)", "EchoSockeye", "into"),
        swift_peer("sockeye-array", "Sockeye, receive(upTo:)", "EchoSockeye", "array"),
        swift_peer("sockeye-messages", "Sockeye, messages(_:)", "EchoSockeye", "messages"),
        swift_peer("nio", "SwiftNIO, handlers", "EchoNIO"),
        swift_peer("nio-async", "SwiftNIO, NIOAsyncChannel", "EchoNIOAsync"),
        Peer(
            "go",
            "Go, net",
            build_go,
            lambda settings, port: [str(settings.made("echo-go")), str(port)],
            frozenset({"system_calls"}),
        ),
        python_peer("uvloop", "Python, uvloop", "uvloop_echo.py", check_uvloop),
        python_peer("asyncio", "Python, asyncio", "asyncio_echo.py", lambda settings: None),
        Peer(
            "udp-floor",
            "C floor, recvmmsg and sendmmsg",
            lambda settings: build_c(settings, "udp-floor"),
            lambda settings, port: [str(settings.made("udp-floor")), str(port)],
            transport="udp",
        ),
        Peer("sockeye-udp", "sockeye serve --echo udp:", build_sockeye, sockeye_udp_command, transport="udp"),
    ]
}
