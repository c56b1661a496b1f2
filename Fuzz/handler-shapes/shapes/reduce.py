"""Makes a program that crashes the compiler small: leaves out blocks and lines as long as it still crashes in the same way."""
from __future__ import annotations

from collections.abc import Callable


def blocks(lines: list[str]) -> dict[int, int]:
    """The last line of the block that each line opens, by line."""
    ends, open_lines = {}, []
    for number, line in enumerate(lines):
        text = line.strip()
        if text.startswith("}") and open_lines:
            ends[open_lines.pop()] = number
        if text.endswith("{") or text.endswith(" in") and "{" in text:
            open_lines.append(number)
    return ends


def candidates(lines: list[str]):
    """Smaller versions, the much smaller ones first."""
    ends = blocks(lines)
    for first, last in sorted(ends.items(), key=lambda pair: pair[0] - pair[1]):
        # Without `else` or `catch` the part before it ends with a brace of its own.
        closing = ["}"] if lines[first].strip().startswith("}") else []
        if not lines[last].strip().startswith(("} else", "} catch")):
            yield lines[:first] + closing + lines[last + 1 :]
        else:
            yield lines[:first] + lines[last:]
    for first, last in ends.items():
        if not lines[first].strip().startswith("}") and lines[last].strip().startswith("}"):
            yield lines[:first] + lines[first + 1 : last] + lines[last + 1 :]
    for size in (8, 4, 2, 1):
        for first in range(0, len(lines) - size + 1, max(1, size // 2)):
            yield lines[:first] + lines[first + size :]


def reduce(text: str, still_crashes: Callable[[str], bool], attempts: int = 400, report=lambda words: None) -> str:
    lines = text.splitlines()
    tried: set[str] = set()
    found = True
    while found and attempts > 0:
        found = False
        for smaller in candidates(lines):
            candidate = "\n".join(smaller) + "\n"
            if candidate in tried or candidate.count("{") != candidate.count("}"):
                continue
            tried.add(candidate)
            attempts -= 1
            if still_crashes(candidate):
                report(f"{len(lines)} to {len(smaller)} lines")
                lines, found = smaller, True
                break
            if attempts <= 0:
                break
    return "\n".join(lines) + "\n"
