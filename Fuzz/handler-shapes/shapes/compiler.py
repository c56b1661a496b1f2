"""Compiles a set of files as one module, as `swift build` compiles a user's, and tells a crash from an ordinary error."""
from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
LANGUAGE = ("-swift-version", "6")
UPCOMING = ("NonisolatedNonsendingByDefault", "InferIsolatedConformances", "MemberImportVisibility", "ExistentialAny")
RELEASE = ("-O", "-g", "-whole-module-optimization")
DEBUG = ("-Onone", "-g", "-enable-testing", "-whole-module-optimization")

# What a user's module may be compiled with. Each is used as often as its number says.
MODES = {
    "release": (RELEASE + LANGUAGE, 4),
    "release-upcoming": (RELEASE + LANGUAGE + tuple(w for f in UPCOMING for w in ("-enable-upcoming-feature", f)), 3),
    "main-actor": (RELEASE + LANGUAGE + ("-default-isolation", "MainActor"), 2),
    "main-actor-upcoming": (
        RELEASE + LANGUAGE + ("-default-isolation", "MainActor") + tuple(w for f in UPCOMING for w in ("-enable-upcoming-feature", f)), 2,
    ),
    "size": (("-Osize", "-g", "-whole-module-optimization") + LANGUAGE, 1),
    "debug": (DEBUG + LANGUAGE, 2),
}

CRASH = re.compile(r"Stack dump:|Please submit a bug report|Found ownership error|SIL verification failed|LLVM ERROR", re.M)
# The lines of a report that say what broke, without what differs from program to program.
TELLING = re.compile(r"While \w+ing coroutine|Found ownership error|SIL verification failed.*|Assertion .* failed|LLVM ERROR.*|While running pass.*?\"[^\"]*\"|fatal error: .*")


@dataclass
class Outcome:
    kind: str  # "compiled", "crashed", "rejected" or "hung"
    words: str = ""
    output: str = field(default="", repr=False)


class Compiler:
    def __init__(self, modules: Path, scratch: Path, swiftc: str = "swiftc", seconds: int = 300):
        self.modules, self.scratch, self.swiftc, self.seconds = modules, scratch, swiftc, seconds
        scratch.mkdir(parents=True, exist_ok=True)

    def compile(self, files: dict[str, str], mode: str) -> Outcome:
        """`files` are names and texts; one that is called main.swift has top-level code."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            for name, text in files.items():
                Path(folder, name).write_text(text)
            command = [
                self.swiftc, "-module-name", "Shapes", *MODES[mode][0], "-suppress-warnings", "-num-threads", "0",
                "-I", str(self.modules), "-module-cache-path", str(self.scratch / "cache"),
                "-Xcc", f"-fmodule-map-file={REPOSITORY / 'Sources/CSockeye/include/module.modulemap'}",
                *(() if "main.swift" in files else ("-parse-as-library",)), "-c", *files, "-o", "shapes.o",
            ]
            environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
            try:
                done = subprocess.run(
                    command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace", timeout=self.seconds
                )
            except subprocess.TimeoutExpired:
                return Outcome("hung", f"no end within {self.seconds} s")
            return self.judge(done.returncode, done.stdout + done.stderr)

    @staticmethod
    def judge(status: int, output: str) -> Outcome:
        if status == 0:
            return Outcome("compiled")
        if status < 0 or status >= 128 or CRASH.search(output):
            found = list(dict.fromkeys(TELLING.findall(output)))
            return Outcome("crashed", "; ".join(found)[:200] or f"exit {status}", output)
        errors = [line for line in output.splitlines() if ": error:" in line]
        return Outcome("rejected", errors[0] if errors else output[:300], output)
