"""The guard: the figures that are counted, not timed, held against limits.json. For CI; never a time."""
from __future__ import annotations

import json
import os
import shutil
import sys

from . import Failed
from .measure import FIGURES, TOOLS, Bench
from .peers import HERE, Peer


def guard(bench: Bench, peers: list[Peer]) -> int:
    """Returns the exit status: 0 within every limit, 1 beyond one (or not measured where CI demands it)."""
    limits = json.loads((HERE / "limits.json").read_text())
    strict = os.environ.get("CI") == "true"
    problems: list[str] = []
    for peer in peers:
        if peer.name not in limits:
            raise Failed(f"limits.json has no limits for {peer.name}")
        for figure, word in FIGURES.items():
            if figure not in limits[peer.name]:
                continue
            limit, why = (limits[peer.name][figure][key] for key in ("limit", "why"))
            tool = TOOLS[figure]
            if tool and not shutil.which(tool):
                print(f"{peer.name}: {word} a message: SKIPPED, {tool} is not installed", flush=True)
                if strict:
                    problems.append(f"{word} were not measured: install {tool} (with CI=true nothing is skipped)")
                continue
            try:
                value = bench.count(peer, figure)
            except Failed as reason:
                problems.append(f"{word} of {peer.name} could not be measured: {reason}")
                print(f"{peer.name}: {word} a message: FAILED, {reason}", flush=True)
                continue
            beyond = value > limit
            verdict = "TOO MANY" if beyond else "ok"
            print(f"{peer.name}: {word} a message: {value:.3f}, limit {limit:g}: {verdict}", flush=True)
            if beyond:
                problems.append(f"{peer.name} spends {value:.3f} {word} a message and may spend {limit:g} ({why})")
    for problem in problems:
        print(f"guard: {problem}", file=sys.stderr)
    if problems:
        print("guard: limits and reasons are in Benchmarks/limits.json", file=sys.stderr)
    return 1 if problems else 0
