"""Where a run was made: what a reader needs to judge its figures, and nothing that names a person or a path."""
from __future__ import annotations

import datetime
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from .peers import HERE, Settings


def first_line(*command: str) -> str | None:
    if not shutil.which(command[0]):
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else None


def cpu_model() -> str:
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^(?:model name|Model|Hardware)\s*:\s*(.+)$", text, re.M)
    return found[1].strip() if found else platform.machine()


def commit() -> str:
    git = ("git", "--no-optional-locks", "-C", str(HERE))
    head = first_line(*git, "rev-parse", "HEAD")
    if not head:
        return "unknown"
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD"], capture_output=True, stdin=subprocess.DEVNULL).returncode
    return head + (" with uncommitted changes" if changed else "")


def describe(settings: Settings, cores: tuple[int, int]) -> dict:
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "pinning": f"server on core {cores[0]}, load on core {cores[1]}",
        "versions": {
            name: version
            for name, version in {
                "cc": first_line("cc", "--version"),
                "swift": first_line("swift", "--version"),
                "go": first_line("go", "version"),
                "python": first_line(settings.python, "--version"),
                "uvloop": first_line(settings.python, "-c", "import uvloop; print(uvloop.__version__)"),
            }.items()
            if version
        },
    }
