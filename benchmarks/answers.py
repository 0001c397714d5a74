"""How long the answers behind a verdict take, beside the plain examination of the same file, in one run.

    python benchmarks/answers.py [--file examples/bank.ttl] [--repeat 5]

Rules, ontology and shapes are read before the clock starts: what is measured comes after start. Each figure is the
median (minimum to maximum) of fresh runs in this process; the ratio is to the examination (`validate`).
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from cnil_kg.ask import ask
from cnil_kg.explain import explain
from cnil_kg.missing import _places
from cnil_kg.report import examine
from cnil_kg.rulebook import load_rulebook

ROOT = Path(__file__).parents[1]
AS_OF = "2026-11-25"


def timed(work: Callable[[], object], repeat: int) -> list[float]:
    """Seconds of each run; what the search for missing facts remembers is forgotten before each."""
    found = []
    for _ in range(repeat):
        _places.cache_clear()
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found


def main() -> None:
    """Print one line a piece of work."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--file", default="examples/bank.ttl")
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    os.chdir(ROOT)
    file = [arguments.file]
    work: dict[str, Callable[[], object]] = {
        "validate": lambda: examine(file, as_of=AS_OF),
        "explain dpia": lambda: explain(file, "dpia", as_of=AS_OF),
        "ask": lambda: ask(file, as_of=AS_OF),
    }
    load_rulebook()
    examine(file, as_of=AS_OF)  # the shapes are read, and the order of the rules worked out
    base = 0.0
    for name, run in work.items():
        seconds = timed(run, arguments.repeat)
        middle = statistics.median(seconds)
        base = base or middle
        print(f"{name:<14}{middle:6.2f} s ({min(seconds):.2f} to {max(seconds):.2f})  {middle / base:5.2f} of validate")


if __name__ == "__main__":
    main()
