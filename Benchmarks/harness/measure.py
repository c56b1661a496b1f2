"""The figures: those of the clock (one round), and those that can be counted."""
from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import Failed
from .bulk import bulk_round
from .cases import COUNTED, Case
from .framed import framed_round
from .peers import NATIVE, Peer, Settings
from .process import Load, Server, allow_open_files

FEW, MANY = 2_000, 22_000  # messages of the two runs whose difference is counted
MEMORY_SETTLES_SECONDS = 0.5

FIGURES = {
    "system_calls": "system calls",
    "allocations": "allocations",
    "instructions": "user instructions",
}
TOOLS = {"system_calls": "strace", "instructions": "valgrind", "allocations": None}


@dataclass(frozen=True)
class Bench:
    settings: Settings
    server_core: int
    load_core: int

    def serve(self, peer: Peer, **options) -> Server:
        return Server(
            lambda port: peer.command(self.settings, port), self.server_core, transport=peer.transport, **options
        )

    def load(self, server: Server, case: Case, seconds: float, count: int | None = None) -> Load:
        arguments = case.load_arguments(seconds, count)
        return Load(self.settings.made(case.load), self.load_core, case.mode, server.port, arguments, seconds)

    # MARK: by the clock

    def round(self, peer: Peer, case: Case, seconds: float) -> dict:
        if case.mib:
            return bulk_round(self, peer, case)
        if case.framing:
            return framed_round(self, peer, case)
        allow_open_files(case.open_files)
        with self.serve(peer, unix=case.unix) as server:
            before = server.resident_bytes()
            with self.load(server, case, seconds) as load:
                if case.mode == "idle":
                    time.sleep(MEMORY_SETTLES_SECONDS)
                    return {"idle_bytes": (server.resident_bytes() - before) / case.connections}
                start = server.cpu_seconds()
                said = load.go()
                spent = server.cpu_seconds() - start
        if not said["done"]:
            raise Failed("nothing came back")
        return {
            "cpu_us": spent / said["done"] * 1e6,
            "rate": said["done"] / said["seconds"],
            "p50_us": said["p50_us"],
            "p99_us": said["p99_us"],
        }

    # MARK: counted

    def count(self, peer: Peer, figure: str) -> float:
        """A message's share of a figure: the difference of two runs, so that starting and ending do not count."""
        tool = TOOLS[figure]
        if tool and not shutil.which(tool):
            raise Failed(f"{tool} is not installed")
        if figure == "allocations":
            return self._allocations(peer)
        total = self._system_calls if figure == "system_calls" else self._instructions
        return (total(peer, MANY) - total(peer, FEW)) / (MANY - FEW)

    def _exactly(self, server: Server, messages: int) -> None:
        try:
            with self.load(server, COUNTED[server.transport], 120, messages) as load:
                if (done := load.go()["done"]) != messages:
                    raise Failed(f"only {done} of {messages} messages in time")
        except Failed:
            server.check_alive()
            raise

    def _system_calls(self, peer: Peer, messages: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "strace"
            with self.serve(peer, wrap=("strace", "-f", "-c", "-U", "calls,name", "-o", str(out))) as server:
                try:
                    self._exactly(server, messages)
                finally:
                    server.stop(wrapped=True)
            found = re.search(r"^\s*(\d+) total$", out.read_text(), re.M)
        if not found:
            raise Failed("strace printed no table")
        return int(found[1])

    def _instructions(self, peer: Peer, messages: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "callgrind"
            options = ("--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}")

            def command(port: int) -> list[str]:
                program, *arguments = peer.command(self.settings, port)
                return [self._stripped(program, folder) if peer.figures == NATIVE else program, *arguments]

            environment = {"LD_PRELOAD": str(self.settings.made("sigsuspend-copy"))}
            try:
                with Server(
                    command, self.server_core, ("valgrind", *options), environment, transport=peer.transport
                ) as server:
                    self._exactly(server, messages)
            except Failed as reason:
                lines = log.read_text().splitlines() if log.exists() else []
                said = [line for line in lines if "valgrind: " in line.lower()]
                raise Failed(" / ".join([str(reason), *said[:2]])) from None
            found = re.search(r"Collected : (\d+)", log.read_text())
        if not found:
            raise Failed("callgrind printed no count")
        return int(found[1])

    def _stripped(self, program: str, folder: str) -> str:
        """A copy without debug information: valgrind before 3.20 gives up on that which clang writes (DWARF 5)."""
        if not shutil.which("strip"):
            raise Failed("strip (binutils) is not installed")
        copy = str(Path(folder) / Path(program).name)
        done = subprocess.run(["strip", "--strip-debug", "-o", copy, program], capture_output=True)
        return program if done.returncode else copy  # a script has nothing to strip

    def _allocations(self, peer: Peer) -> float:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "count"
            environment = {"LD_PRELOAD": str(self.settings.made("count-allocations")), "ALLOCATION_COUNT": str(out)}

            with self.serve(peer, environment=environment) as server:

                def spent(messages: int) -> int:
                    before = self._allocations_so_far(server, out)
                    self._exactly(server, messages)
                    return self._allocations_so_far(server, out) - before

                # The first run grows what is kept for later (tables, free lists); only the steady state counts.
                spent(FEW)
                few = spent(FEW)
                return (spent(MANY) - few) / (MANY - FEW)

    def _allocations_so_far(self, server: Server, out: Path) -> int:
        time.sleep(0.2)  # connections that the load has just closed are still being closed
        out.write_text("")
        server.process.send_signal(signal.SIGUSR1)
        for _ in range(250):
            server.check_alive()
            if (text := out.read_text()).endswith("\n"):
                return int(text)
            time.sleep(0.02)
        raise Failed("no allocation count came (is the server linked statically, or does it take SIGUSR1 for itself?)")
