"""Two programs that talk over loopback, and the hands at their standard input and output."""

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

PATIENCE = 60  # seconds; every wait ends by then, and the cell fails


class Broken(Exception):
    """The cell does not hold; the text says what was seen."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Looked up, not tried: many of these servers serve one client only, and that must not be the look."""
    wanted = f"0100007F:{port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1] == wanted and row[3] == "0A" for row in rows)


class Program:
    """A running program. What it prints is collected; what it is given, and when its input ends, is the case's."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        self.printed = bytearray()
        self.said = bytearray()
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._collect, args=(self.process.stdout, self.printed), daemon=True),
            threading.Thread(target=self._collect, args=(self.process.stderr, self.said), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _collect(self, stream, into: bytearray) -> None:
        while chunk := os.read(stream.fileno(), 1 << 16):
            with self._changed:
                into += chunk
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def give(self, data: bytes) -> None:
        """In a thread: a pipe holds 64 KiB, and the program may read only while somebody reads from it."""

        def write() -> None:
            try:
                self.process.stdin.write(data)
                self.process.stdin.flush()
            except OSError:
                pass  # it is gone; what it did not get is missed at the other end

        self._giver = threading.Thread(target=write, daemon=True)
        self._giver.start()

    def end_input(self) -> None:
        giver = getattr(self, "_giver", None)
        if giver:
            giver.join(PATIENCE)
        try:
            self.process.stdin.close()
        except OSError:
            pass

    def wait_printed(self, count: int) -> None:
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while len(self.printed) < count:
                left = deadline - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self._threads[0].is_alive()):
                    raise Broken(f"{self.name} printed {len(self.printed)} of {count} bytes; it said: {self.words}")
                self._changed.wait(min(left, 0.2))

    def wait_end(self) -> int:
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Broken(f"{self.name} does not end; it said: {self.words}") from None
        for thread in self._threads:
            thread.join(PATIENCE)
        return status

    @property
    def words(self) -> str:
        return self.said.decode(errors="replace").strip() or "nothing"

    def kill(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Conversation:
    """A server, a client, and the certainty that both are gone afterwards."""

    def __init__(self, server: tuple[str, list[str]], client: tuple[str, list[str]], port: int) -> None:
        self.server = Program(*server)
        self.client = None
        try:
            deadline = time.monotonic() + PATIENCE
            while not listens(port):
                if self.server.process.poll() is not None or time.monotonic() > deadline:
                    raise Broken(f"{self.server.name} does not listen; it said: {self.server.words}")
                time.sleep(0.002)
            self.client = Program(*client)
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, *_) -> None:
        self.end()

    def end(self) -> None:
        for program in (self.server, self.client):
            if program:
                program.kill()
