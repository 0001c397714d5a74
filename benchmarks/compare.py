"""Compare cnil-kg with rdflib + owlrl + pySHACL on the same projects, in one run.

    python benchmarks/compare.py [--sizes 1 100 1000] [--peer-sizes 1 10] [--repeat 3] [--seed 1]

Each figure is the median (minimum to maximum) over fresh processes.

"reason": ours reads the files, applies axioms and rules. The peer is given the facts with what our rules derived from
them, and closes that under the same OWL 2 RL axioms: it does less. "validate" adds the shapes for both and, for ours,
the conclusions with what is missing. Sizes the peer is not run at are left out, never extrapolated.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from generate import write
from pyoxigraph import RdfFormat, serialize

from cnil_kg.load import load
from cnil_kg.reason import reason
from cnil_kg.report import build
from cnil_kg.rulebook import load_rulebook

ROOT = Path(__file__).parents[1]
AS_OF = "2026-11-25"
Figures = dict[str, float]


def ours(folder: Path, reasoning_only: bool) -> Figures:
    """Our stages, in this process."""
    book = load_rulebook()
    start = time.perf_counter()
    reasoned = reason(load([str(folder)], terms=book.terms), book, AS_OF)
    figures = {"reason": time.perf_counter() - start}
    if not reasoning_only:
        build(reasoned)
        figures["validate"] = time.perf_counter() - start
    return figures


def peer(folder: Path, reasoning_only: bool) -> Figures:
    """rdflib, owlrl and pySHACL, one project after the other: they know no named projects."""
    import owlrl
    from pyshacl import validate
    from rdflib import Graph

    axioms, shapes = logical_part(), Graph()
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        shapes.parse(path)
    figures = {"reason": 0.0, "validate": 0.0}
    for path in sorted(folder.glob("*.nt")):
        start = time.perf_counter()
        graph = Graph()
        for triple in axioms:
            graph.add(triple)
        graph.parse(path)
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
        figures["reason"] += time.perf_counter() - start
        if not reasoning_only:
            validate(graph, shacl_graph=shapes)
            figures["validate"] += time.perf_counter() - start
    return figures


def export(folder: Path, target: Path) -> None:
    """The projects of a folder for the peer: what is stated and what our rules, not our axioms, derived."""
    book = load_rulebook()
    reasoned = reason(load([str(folder)], terms=book.terms), book, AS_OF)
    target.mkdir()
    for number, description in enumerate(reasoned.facts.descriptions):
        triples = []
        for quad in reasoned.store.quads_for_pattern(None, None, None, description.graph):
            derivation = reasoned.derived.get(quad)
            if derivation is None or any(not rule.id.startswith("axiom") for rule in derivation.rules):
                triples.append(quad.triple)
        (target / f"{number:05}.nt").write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")


def logical_part():  # type: ignore[no-untyped-def]
    """The ontology without labels, definitions and citations, as a graph."""
    from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph

    graph, kept = Graph(), Graph()
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        graph.parse(path)
    said = set(graph.subjects(RDF.type, OWL.AnnotationProperty)) | {RDFS.label, RDFS.isDefinedBy, RDFS.seeAlso}
    for triple in graph:
        if triple[1] not in said and not str(triple[1]).startswith((str(SKOS), str(DCTERMS))):
            kept.add(triple)
    return kept


SIDES: dict[str, Callable[[Path, bool], Figures]] = {"ours": ours, "peer": peer}


def watched(command: list[str]) -> tuple[str, Figures]:
    """What a process prints, how long it took and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)
    peaks = [0]
    watcher = threading.Thread(target=watch, args=(process, peaks))
    watcher.start()
    text, _ = process.communicate()
    wall = time.perf_counter() - start
    watcher.join()
    return text, {"wall": wall, "memory": max(peaks) / 1e6}


def watch(process: subprocess.Popen[str], peaks: list[int]) -> None:
    """Note the memory of a process until it ends."""
    try:
        memory = psutil.Process(process.pid)
        while process.poll() is None:
            peaks.append(memory.memory_info().rss)
            time.sleep(0.005)
    except psutil.NoSuchProcess:
        return


def median(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def side(name: str, folder: Path, repeat: int, reasoning_only: bool) -> dict[str, list[float]]:
    """The figures of one side over fresh processes."""
    found: dict[str, list[float]] = {}
    for _ in range(repeat):
        command = [sys.executable, __file__, "--side", name, "--folder", str(folder)]
        text, outside = watched(command + ["--reasoning-only"] * reasoning_only)
        for key, value in {**json.loads(text), "memory": outside["memory"]}.items():
            found.setdefault(key, []).append(value)
    return found


def cold(folder: Path, repeat: int) -> list[float]:
    """Seconds of the whole command, start included."""
    command = [str(Path(sys.executable).with_name("cnil-kg")), "validate", str(folder), "--format", "json"]
    return [watched(command)[1]["wall"] for _ in range(repeat)]


def show(label: str, count: int, figures: dict[str, list[float]]) -> None:
    for key in ("reason", "validate"):
        if key in figures:
            seconds = statistics.median(figures[key])
            print(f"{label:5} {count:5} {key:9} {median(figures[key]):26} s  {count / seconds:10.1f} projects/s")
    print(f"{label:5} {count:5} {'memory':9} {median(figures['memory']):26} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 100, 1000])
    parser.add_argument("--peer-sizes", type=int, nargs="*", default=[1, 10], help="the peer takes seconds a project")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reasoning-only", action="store_true", help="leave out conclusions and shapes")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.side:
        print(json.dumps(SIDES[chosen.side](chosen.folder, chosen.reasoning_only)))
        return
    for count in sorted({*chosen.sizes, *chosen.peer_sizes}):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(folder, count, chosen.seed)
            compare(folder, count, chosen)


def compare(folder: Path, count: int, chosen: argparse.Namespace) -> None:
    """One size: ours, the peer where it is run, and their ratio."""
    mine = side("ours", folder, chosen.repeat, chosen.reasoning_only)
    show("ours", count, mine)
    if not chosen.reasoning_only:
        print(f"ours  {count:5} {'command':9} {median(cold(folder, chosen.repeat)):26} s")
    if count not in chosen.peer_sizes:
        return
    export(folder, folder / "peer")
    other = side("peer", folder / "peer", chosen.repeat, chosen.reasoning_only)
    show("peer", count, other)
    for key in ("reason", "validate"):
        if other.get(key) and other[key][0]:
            ratio = statistics.median(other[key]) / statistics.median(mine[key])
            print(f"ratio {count:5} {key:9} {ratio:.1f} times the time of cnil-kg")


if __name__ == "__main__":
    main()
