"""The two processes of a measurement: a server on one core, the load on another."""
from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from . import Failed

START_SECONDS = 30  # an interpreter under callgrind needs many of them
STOP_SECONDS = 20


def allow_open_files(wanted: int) -> None:
    """Raises this process's own limit, which servers and load inherit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise Failed(f"needs {wanted} open files, and the hard limit (ulimit -Hn) is {hard}")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(core: int):
    return lambda: os.sched_setaffinity(0, {core})


class Server:
    """A peer that listens. `wrap` is a program that runs it (strace, valgrind)."""

    def __init__(self, command, core: int, wrap=(), environment=None, unix=False, transport: str = "tcp"):
        """`command` is a function from the port, or from "unix:PATH", to the argument list."""
        self.transport = transport
        self._folder = tempfile.TemporaryDirectory() if unix else None
        self.port = f"unix:{self._folder.name}/server.sock" if unix else free_port()
        self._errors = tempfile.TemporaryFile()
        try:
            self.process = subprocess.Popen(
                [*wrap, *command(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env={**os.environ, **(environment or {})},
                preexec_fn=pinned(core),
            )
        except OSError as error:
            raise Failed(f"the server does not start: {error.strerror}") from error
        self._wait_until_it_listens()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        if self._folder:
            self._folder.cleanup()

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failed(f"the server ended at once: {self.last_words()}")
            if self._listens():
                return
            time.sleep(0.05)
        self.stop()
        raise Failed(f"the server did not listen within {START_SECONDS} s: {self.last_words()}")

    def _listens(self) -> bool:
        if self.transport == "udp":
            # A datagram would be part of what is counted, and nobody says whether one has arrived.
            taken = Path("/proc/net/udp").read_text().split("\n")[1:]
            return any(line.split()[1].endswith(f":{self.port:04X}") for line in taken if line)
        try:
            if self._folder:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(self.port.removeprefix("unix:"))
            else:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return " / ".join(lines[-3:]) or f"no word, status {self.process.returncode}"

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            raise Failed(f"the server ended (status {self.process.returncode}): {self.last_words()}")

    def cpu_seconds(self) -> float:
        """User and system time of all its threads, those that ended too, to the nanosecond.

        The clock of another process has the number that clock_getcpuclockid(3) gives: the same as the formula here.
        /proc/PID/stat has only hundredths of a second.
        """
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def resident_bytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024

    def children(self) -> list[int]:
        return [int(p) for p in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def stop(self, wrapped: bool = False) -> None:
        """Asks to end, then ends. With `wrapped`, asks the program inside, so that the wrapper can still report."""
        if self.process.poll() is not None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.children() if wrapped else [self.process.pid]:
                os.kill(pid, how)
            try:
                self.process.wait(STOP_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue
        self.process.kill()
        self.process.wait()


class Load:
    """c/load.c or c/udp-load.c, connected and warmed up once this is made; see there how the two speak."""

    def __init__(self, binary: Path, core: int, mode: str, port: int | str, arguments: list[str], limit_seconds: float):
        self.process = subprocess.Popen(
            [str(binary), mode, str(port), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=pinned(core),
        )
        # It bounds itself; this is for the case that it does not.
        self._watchdog = threading.Timer(limit_seconds + 120, self.process.kill)
        self._watchdog.daemon = True
        self._watchdog.start()
        try:
            self._line()
        except Failed:
            self.end()
            raise

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def _line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.process.stderr.read().strip() or "the load ended without a word")
        return line

    def go(self) -> dict:
        """Does the measured part, and nothing else: connections are open before and stay open after."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self._line())

    def end(self) -> None:
        self._watchdog.cancel()
        try:
            self.process.stdin.close()
            self.process.wait(30)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
