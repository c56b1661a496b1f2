"""The command line: what is built, run and shown."""
from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from . import Failed, report
from .cases import CASES, FLOORS
from .framed import GUARDED, build_framed, guarded
from .guard import guard
from .machine import describe
from .measure import FIGURES, Bench
from .peers import HERE, PEERS, Peer, Settings, build_bulk, build_tools

DESCRIPTION = """Echo servers beside a bare C epoll loop (the floor), all in one run.

Without options: builds every peer, runs them in turn over every case, prints the tables, counts system calls,
allocations and instructions a message, and stores it all in Benchmarks/results (about 20 minutes). A peer that is not
installed here is left out, and the output says so. A run with a part of the cases or peers, or --quick, is shown and not
stored, unless --store is given. Keep the machine otherwise idle: times are times. --guard does not mind company."""

EPILOG = """examples:
  ./run                                    everything; stores results/latest.json, .md and .svg
  ./run --quick                            a look in two minutes; not stored
  ./run --case 64x64B --peer sockeye       Sockeye beside the floor in one case
  ./run --guard                            what CI runs: deterministic figures against limits.json
  ./run --draw                             the table and the picture again, from results/latest.json

exit: 0 done, 1 a limit passed or a peer failed, 64 wrong usage"""


class Parser(argparse.ArgumentParser):
    def error(self, message: str):
        self.exit(64, f"run: {message} (./run --help tells)\n")


def positive(number):
    def parse(text: str):
        value = number(text)
        if not value > 0:
            raise ValueError
        return value

    parse.__name__ = f"positive {number.__name__}"
    return parse


def parse(arguments: list[str] | None) -> argparse.Namespace:
    p = Parser(prog="run", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = p.add_argument_group("what").add_argument
    add("--case", action="append", choices=list(CASES), metavar="NAME", help="only this case; repeatable (see --list)")
    add("--peer", action="append", choices=[*PEERS, *GUARDED], metavar="NAME", help="only this peer and the floor; repeatable")
    add("--rounds", type=positive(int), metavar="N", help="rounds of every case (default 5)")
    add("--seconds", type=positive(float), metavar="S", help="measured seconds a round (default 2)")
    add("--quick", action="store_true", help="1 round of 0.5 s: whether it works, not how well")
    add("--no-counts", action="store_true", help="leave out system calls, allocations and instructions")
    add = p.add_argument_group("instead").add_mutually_exclusive_group().add_argument
    add("--guard", action="store_true", help="hold sockeye's counted figures (or --peer's) against limits.json")
    add("--draw", action="store_true", help="write table and picture again from the stored run")
    add("--list", action="store_true", help="name the cases and the peers")
    add = p.add_argument_group("how").add_argument
    add("--sockeye", type=Path, metavar="PATH", help="the sockeye binary (default: ../.build/release/sockeye, built first)")
    add("--python", default=sys.executable, metavar="PATH", help="the Python of asyncio and uvloop (default: this one)")
    add("--no-build", action="store_true", help="take the Swift and Go peers as they were built before")
    add("--build-path", type=Path, default=HERE / ".build", metavar="DIR", help="where peers are built (default: .build)")
    add("--jobs", type=positive(int), metavar="N", help="parallel jobs of swift build")
    add("--cores", default="0,1", metavar="SERVER,LOAD", help="the cores that both are pinned to (default: 0,1)")
    add("--results", type=Path, default=HERE / "results", metavar="DIR", help="where a run is stored (default: results)")
    add("--store", action="store_true", help="store this run even if it is not a whole one")
    a = p.parse_args(arguments)
    try:
        server, load = (int(core) for core in a.cores.split(","))
    except ValueError:
        p.error("--cores takes two numbers, as in 0,1")
    if missing := {server, load} - os.sched_getaffinity(0):
        p.error(f"core {min(missing)} is not there for this process; choose with --cores")
    a.cores = (server, load)
    return a


def build(chosen: list[Peer], settings: Settings, skip_slow: bool) -> tuple[list[Peer], dict[str, str]]:
    """The peers that are there, and why the others are not. The C programs are always brought up to date."""
    build_tools(settings)
    there, skipped = [], {}
    for peer in chosen:
        try:
            if not skip_slow or peer.name in ("floor", "udp-floor", "uvloop"):
                print(f"preparing {peer.name}", file=sys.stderr, flush=True)
                peer.build(settings)
            program = Path(peer.command(settings, 0)[0])
            if not program.exists():
                raise Failed("it has not been built")
            there.append(peer)
        except Failed as reason:
            print(f"left out: {peer.name}: {reason}", file=sys.stderr, flush=True)
            skipped[peer.name] = str(reason)
    return there, skipped


def run_cases(bench: Bench, peers: list[Peer], names: list[str], rounds: int, seconds: float) -> tuple[dict, dict]:
    results, failed = {}, {}
    for name in names:
        case = CASES[name]
        taking_part = [
            peer
            for peer in peers
            if peer.transport == case.transport and peer.name not in case.without
            and (not case.peers or peer.name in case.peers)
        ]
        rows: dict[str, list[dict]] = {peer.name: [] for peer in taking_part}
        for number in range(rounds if taking_part else 0):
            # Every round in another order, so that nobody always runs after the same neighbour.
            first = number % len(taking_part)
            for peer in taking_part[first:] + taking_part[:first]:
                if f"{peer.name} in {name}" in failed:
                    continue
                try:
                    rows[peer.name].append({"round": number, **bench.round(peer, CASES[name], seconds)})
                except Failed as reason:
                    failed[f"{peer.name} in {name}"] = str(reason)
                    print(f"FAILED: {peer.name} in {name}: {reason}", file=sys.stderr, flush=True)
        if not any(rows.values()):
            continue
        results[name] = report.summarise(rows, CASES[name].floor)
        print("\n".join(report.case_lines(name, results[name], results)), end="\n\n", flush=True)
    return results, failed


def run_counts(bench: Bench, peers: list[Peer]) -> tuple[dict, dict]:
    counts, skipped = {}, {}
    for peer in peers:
        counts[peer.name] = {}
        for figure in FIGURES:
            if figure not in peer.figures:
                continue
            try:
                counts[peer.name][figure] = round(bench.count(peer, figure), 3)
            except Failed as reason:
                skipped[f"{FIGURES[figure]} of {peer.name}"] = str(reason)
                print(f"left out: {FIGURES[figure]} of {peer.name}: {reason}", file=sys.stderr, flush=True)
    print("\n".join(report.count_lines(counts)), end="\n\n", flush=True)
    return counts, skipped


def show_list() -> None:
    for word, entries in (("cases", CASES), ("peers", PEERS)):
        print(f"{word}:")
        for name, entry in entries.items():
            print(f"  {name:14} {entry.about if word == 'cases' else entry.title}")


def run(a: argparse.Namespace) -> int:
    if a.list:
        show_list()
        return 0
    if a.draw:
        stored = a.results / "latest.json"
        if not stored.exists():
            raise Failed("there is no stored run to draw; make one with ./run")
        report.redraw(json.loads(stored.read_text()), a.results)
        return 0
    sockeye = (a.sockeye or HERE.parent / ".build" / "release" / "sockeye").absolute()
    settings = Settings(a.build_path.absolute(), sockeye, a.sockeye is not None, a.python, a.jobs)
    bench = Bench(settings, *a.cores)
    if a.guard:
        there, skipped = build(
            [PEERS.get(name) or guarded(name) for name in a.peer or ["sockeye", "sockeye-udp", *GUARDED]],
            settings,
            a.no_build,
        )
        if skipped:
            raise Failed("; ".join(f"{name}: {why}" for name, why in skipped.items()))
        return guard(bench, there)

    wanted = [peer for peer in PEERS.values() if not a.peer or peer.name in a.peer or peer.name in FLOORS.values()]
    there, skipped = build(wanted, settings, a.no_build)
    rounds = a.rounds or (1 if a.quick else 5)
    seconds = a.seconds or (0.5 if a.quick else 2)
    names = [name for name in CASES if not a.case or name in a.case]
    if any(CASES[name].mib for name in names) and not a.no_build:
        print("preparing BulkSockeye", file=sys.stderr, flush=True)
        build_bulk(settings)
    framed_peers = {name for case in names for name in CASES[case].peers or () if CASES[case].framing}
    for peer in () if a.no_build else there:
        if peer.name in framed_peers:
            print(f"preparing {peer.name} for framed messages", file=sys.stderr, flush=True)
            build_framed(settings, peer.name)
    results, failed = run_cases(bench, there, names, rounds, seconds)
    counts: dict = {}
    if not a.no_counts:
        counts, more = run_counts(bench, there)
        skipped |= more
    whole = {
        "machine": describe(settings, a.cores),
        "rounds": rounds,
        "seconds": seconds,
        "cases": results,
        "counts": counts,
        "skipped": skipped,
        "failed": failed,
    }
    if a.store or not (a.case or a.peer or a.quick or a.no_counts or a.rounds or a.seconds):
        report.store(whole, a.results)
        print("stored in the results folder: latest.json, latest.md, latest.svg", file=sys.stderr)
    else:
        print("not stored: this was not a whole run (--store stores it all the same)", file=sys.stderr)
    for what, why in failed.items():
        print(f"run: {what} failed: {why}", file=sys.stderr)
    if "sockeye" in skipped:
        print(f"run: without Sockeye itself: {skipped['sockeye']}", file=sys.stderr)
    return 1 if failed or "sockeye" in skipped else 0


def main(arguments: list[str] | None = None) -> int:
    try:
        return run(parse(arguments))
    except Failed as error:
        print(f"run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
