"""Medians, the table on the terminal and the stored files."""
from __future__ import annotations

import json
import statistics
from pathlib import Path

from .bulk import BULK_TITLES
from .cases import CASES, Case
from .chart import draw
from .framed import FRAMED_TITLES
from .measure import FIGURES
from .peers import PEERS


def summarise(rounds: dict[str, list[dict]], floor_name: str = "floor") -> dict[str, dict]:
    """Medians over rounds, by peer. A ratio is the median of each round's own ratio to the floor of that round."""
    result = {}
    for peer, rows in rounds.items():
        if not rows:
            continue
        figures = {key: statistics.median(row[key] for row in rows) for key in rows[0] if key != "round"}
        if "cpu_us" in figures:
            floor = {row["round"]: row["cpu_us"] for row in rounds.get(floor_name, [])}
            ratios = [row["cpu_us"] / floor[row["round"]] for row in rows if row["round"] in floor]
            if ratios:
                figures["ratio"] = statistics.median(ratios)
                figures["ratio_low"], figures["ratio_high"] = min(ratios), max(ratios)
        result[peer] = figures
    return result


def title(peer: str) -> str:
    return PEERS[peer].title if peer in PEERS else peer


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table, aligned so that it reads as well on a terminal: names to the left, figures to the right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def line(cells: list[str]) -> str:
        shown = [c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths))]
        return "| " + " | ".join(shown) + " |"

    rule = ["-" * w if i == 0 else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return [line(header), "| " + " | ".join(rule) + " |", *(line(row) for row in rows)]


def case_lines(name: str, peers: dict[str, dict], cases: dict) -> list[str]:
    case = CASES[name]
    peers = {peer: figures for peer, figures in peers.items() if peer not in case.without}
    lines = [f"### {name}: {case.about}", ""]
    if case.mode == "idle":
        return lines + table(
            ["peer", "memory an idle connection"], [[title(p), f"{f['idle_bytes']:,.0f} B"] for p, f in peers.items()]
        )
    if case.mib:
        return lines + bulk_table(case, peers)
    if case.framing:
        return lines + framed_table(peers)
    header = ["peer", f"CPU a {case.unit}", "/ floor", "of all rounds", f"{case.unit}s a second", "p50", "p99"]
    base = cases.get("64x64B", {}) if case.mode == "turn" else {}
    if base:
        header.insert(4, "/ itself at 64")
    rows = []
    for peer, f in peers.items():
        ratio = [f"{f['ratio']:.2f}", f"{f['ratio_low']:.2f} to {f['ratio_high']:.2f}"] if "ratio" in f else ["", ""]
        if base:
            ratio.append(f"{f['cpu_us'] / base[peer]['cpu_us']:.2f}" if peer in base else "")
        times = [f"{f['p50_us']:,.0f} µs", f"{f['p99_us']:,.0f} µs"]
        rows.append([title(peer), f"{f['cpu_us']:.2f} µs", *ratio, f"{f['rate']:,.0f}", *times])
    return lines + table(header, rows)


def bulk_table(case: Case, peers: dict[str, dict]) -> list[str]:
    """For what is counted in bytes and not in messages."""
    header = ["peer", f"CPU a {case.unit}", "/ floor", "of all rounds", f"{case.unit} a second"]
    rows = []
    for peer, f in peers.items():
        ratio = [f"{f['ratio']:.2f}", f"{f['ratio_low']:.2f} to {f['ratio_high']:.2f}"] if "ratio" in f else ["", ""]
        rows.append([BULK_TITLES.get(peer, title(peer)), f"{f['cpu_us'] / 1000:.0f} ms", *ratio, f"{f['rate']:.2f}"])
    return table(header, rows)


def framed_table(peers: dict[str, dict]) -> list[str]:
    header = ["peer", "CPU a message", "/ floor", "of all rounds", "messages a second"]
    rows = []
    for peer, f in peers.items():
        ratio = [f"{f['ratio']:.2f}", f"{f['ratio_low']:.2f} to {f['ratio_high']:.2f}"] if "ratio" in f else ["", ""]
        rows.append([FRAMED_TITLES.get(peer, title(peer)), f"{f['cpu_us'] * 1000:.0f} ns", *ratio, f"{f['rate']:,.0f}"])
    return table(header, rows)


def count_lines(counts: dict[str, dict]) -> list[str]:
    header = ["peer", *(f"{word} a message" for word in FIGURES.values())]
    rows = [
        [title(peer), *(f"{figures[key]:,.2f}" if key in figures else "" for key in FIGURES)]
        for peer, figures in counts.items()
    ]
    return ["### Counted, not timed: 64x64B, and udp-32x64B for UDP", "", *table(header, rows)]


def markdown(run: dict) -> str:
    machine = run["machine"]
    lines = [
        "# The last stored run",
        "",
        f"{machine['date']}, commit {machine['commit']}.",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['kernel']}; {machine['pinning']}.",
        f"{run['rounds']} rounds of {run['seconds']:g} s, peers in turn within each round; every figure is a median.",
        "",
        *(f"- {name}: {version}" for name, version in machine["versions"].items()),
        "",
    ]
    for name, peers in run["cases"].items():
        lines += [*case_lines(name, peers, run["cases"]), ""]
    if run["counts"]:
        lines += [*count_lines(run["counts"]), ""]
    for word, entries in (("Left out", run["skipped"]), ("Failed", run["failed"])):
        if entries:
            lines += [f"### {word}", "", *(f"- {what}: {why}" for what, why in entries.items()), ""]
    return "\n".join(lines)


def store(run: dict, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latest.json").write_text(json.dumps(run, indent=2, ensure_ascii=False) + "\n")
    redraw(run, folder)


def redraw(run: dict, folder: Path) -> None:
    (folder / "latest.md").write_text(markdown(run))
    (folder / "latest.svg").write_text(draw(run))
