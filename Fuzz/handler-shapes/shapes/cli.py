"""The command line: which programs are compiled, how, and what is said of them."""
from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .compiler import MODES, REPOSITORY, Compiler, Outcome
from .program import SUPPORT, Program
from .reduce import reduce

# So many programs are one module, which saves the compiler's start. The first one of them has top-level code.
BATCH = 10
HERE = Path(__file__).resolve().parents[1]
DESCRIPTION = """Compile ordinary programs that use Sockeye, and report those that crash the compiler.

The corpus comes first: programs that crashed the compiler once. Then come random ones. The same seed and number make the
same program. A program that crashes is made smaller and kept in the build folder. Copy it to corpus/ once it compiles.
known/ has programs without Sockeye that still crash the compiler: docs/workarounds.md has an entry for each."""
EPILOG = """examples:
  ./run                          the corpus and 200 programs with a new seed (about two minutes on two cores)
  ./run --count 0                only the corpus
  ./run --seed 7 --count 2000    2,000 programs, the same ones each time
  ./run --show 7.42              print program 42 of seed 7
  ./run --reduce crash.swift     make a program smaller that crashes the compiler

Exit status: 0 all compiled, 1 a crash or a program with an error, 64 usage error."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str):
        self.exit(64, f"run: {message} (see ./run --help)\n")


def count(text: str) -> int:
    if int(text) < 0:
        raise ValueError
    return int(text)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    p = Parser(prog="run", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--count", type=count, default=200, metavar="N", help="compile N random programs (default: 200)")
    p.add_argument("--seed", type=count, metavar="S", help="make the programs of this seed (default: a new one, printed)")
    p.add_argument("--jobs", type=count, default=len(os.sched_getaffinity(0)), metavar="N", help="run N compilers (default: one per core)")
    p.add_argument("--mode", action="append", choices=MODES, metavar="MODE", help=f"use only this mode; repeatable: {', '.join(MODES)}")
    p.add_argument("--modules", type=Path, metavar="DIR", help="take the modules of Sockeye from here (default: build them)")
    p.add_argument("--show", metavar="SEED.NUMBER", help="print a program and exit")
    p.add_argument("--reduce", type=Path, metavar="FILE", help="print a smaller program that crashes the compiler, and exit")
    a = p.parse_args(arguments)
    a.jobs = max(1, a.jobs)
    return a


def built_modules() -> Path:
    """The library as a release build of a user compiles it."""
    command = ["swift", "build", "--package-path", str(REPOSITORY), "-c", "release", "--product", "Sockeye"]
    if subprocess.run(command, stdout=subprocess.DEVNULL if not sys.stdout.isatty() else None).returncode != 0:
        sys.exit("run: Sockeye does not build")
    shown = subprocess.run([*command[:-2], "--show-bin-path"], capture_output=True, text=True, check=True)
    return Path(shown.stdout.strip()) / "Modules"


def program(seed: int, number: int) -> tuple[str, str]:
    """The name and text of a file."""
    name, is_script = f"P{number}", number % BATCH == 0
    return "main.swift" if is_script else f"{name}.swift", Program(f"{seed}.{number}", name, is_script).text()


class Run:
    def __init__(self, a: argparse.Namespace, compiler: Compiler):
        self.a, self.compiler, self.seed = a, compiler, a.seed
        self.outcomes: Counter[str] = Counter()
        self.found: list[str] = []

    def corpus(self) -> None:
        files = sorted((HERE / "corpus").glob("*.swift"))
        # With several compilers at once; in every mode, since a crash depends on it.
        jobs = [(file, mode) for file in files for mode in (self.a.mode or list(MODES))]
        with ThreadPoolExecutor(self.a.jobs) as pool:
            for (file, mode), outcome in zip(jobs, pool.map(lambda job: self.compile_corpus(*job), jobs)):
                if outcome.kind != "compiled":
                    self.found.append(f"corpus/{file.name} ({mode}): {outcome.kind}: {outcome.words}")
                    print(self.found[-1], flush=True)
        print(f"corpus: {len(files)} programs, {len(jobs)} compilations", flush=True)

    def known(self) -> None:
        """A crash that is gone asks for its entry in the documentation to go too."""
        files = sorted((HERE / "known").glob("*.swift"))
        with ThreadPoolExecutor(self.a.jobs) as pool:
            for file, outcome in zip(files, pool.map(lambda file: self.compile_corpus(file, "release"), files)):
                if outcome.kind != "crashed":
                    self.found.append(f"known/{file.name}: {outcome.kind} {outcome.words}")
                    print(f"{self.found[-1]}: if it compiles now, remove it and its entry in docs/workarounds.md", flush=True)

    def compile_corpus(self, file: Path, mode: str) -> Outcome:
        return self.compiler.compile({"main.swift": file.read_text(), "Support.swift": SUPPORT}, mode)

    def random_programs(self) -> None:
        modes = [m for m in (self.a.mode or MODES) for _ in range(1 if self.a.mode else MODES[m][1])]
        choose = random.Random(self.seed)
        numbers = list(range(self.a.count))
        batches = [numbers[i : i + BATCH] for i in range(0, len(numbers), BATCH)]
        jobs = [(batch, choose.choice(modes)) for batch in batches]
        with ThreadPoolExecutor(self.a.jobs) as pool:
            for number, done in enumerate(pool.map(lambda job: self.compile_batch(*job), jobs), 1):
                for words in done:
                    print(words, flush=True)
                if number % 20 == 0:
                    print(f"random: {number * BATCH} of {self.a.count}", flush=True)

    def compile_batch(self, numbers: list[int], mode: str) -> list[str]:
        """Where the module does not compile, each program is compiled alone."""
        files = dict(program(self.seed, number) for number in numbers)
        outcome = self.compiler.compile({"Support.swift": SUPPORT, **files}, mode)
        if outcome.kind == "compiled":
            self.outcomes["compiled"] += len(numbers)
            return []
        said, blamed = [], 0
        for number in numbers:
            alone = self.compiler.compile({"Support.swift": SUPPORT, **dict([program(self.seed, number)])}, mode)
            self.outcomes[alone.kind] += 1
            if alone.kind != "compiled":
                blamed += 1
                said.append(self.report(number, mode, alone))
        if not blamed:
            self.outcomes["crashed"] += outcome.kind != "rejected"
            self.found.append("together")
            said.append(f"{self.seed}.{numbers[0]} to {numbers[-1]} ({mode}): {outcome.kind} only together: {outcome.words}")
        return said

    def report(self, number: int, mode: str, outcome: Outcome) -> str:
        name, text = program(self.seed, number)
        self.found.append(f"{self.seed}.{number}")
        kept = self.compiler.scratch / f"{outcome.kind}-{self.seed}.{number}.swift"
        if outcome.kind == "crashed":
            text = reduce(text, lambda smaller: self.crashes(name, smaller, mode), attempts=150)
        kept.write_text(f"// {mode}: {outcome.words}\n{text}")
        return f"{self.seed}.{number} ({mode}): {outcome.kind}: {outcome.words}\n  kept as {kept}"

    def crashes(self, name: str, text: str, mode: str) -> bool:
        return self.compiler.compile({"Support.swift": SUPPORT, name: text}, mode).kind == "crashed"


def main(arguments: list[str] | None = None) -> int:
    a = parse(arguments)
    if a.show:
        try:
            seed, number = (int(part) for part in a.show.split("."))
        except ValueError:
            Parser(prog="run").error("--show takes a seed and a number, as in 7.42")
        print(program(seed, number)[1], end="")
        return 0
    compiler = Compiler(a.modules or built_modules(), HERE / ".build")
    if a.seed is None:
        a.seed = random.SystemRandom().randrange(1_000_000)
    run = Run(a, compiler)
    if a.reduce:
        mode = (a.mode or ["release"])[0]
        text = a.reduce.read_text()
        if not run.crashes("main.swift", text, mode):
            sys.exit(f"run: {a.reduce} does not crash the compiler ({mode})")
        print(reduce(text, lambda smaller: run.crashes("main.swift", smaller, mode)), end="")
        return 0
    print(f"handler shapes: seed {a.seed}, {a.count} programs", flush=True)
    began = time.monotonic()
    run.corpus()
    run.known()
    run.random_programs()
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(run.outcomes.items())) or "none"
    print(f"random: {kinds}, {time.monotonic() - began:.0f} s")
    return 1 if run.found else 0
