"""The `pyshacl` command, in a process of its own on exported files, fails exactly the shapes that our findings say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode
from rdflib import RDF, SH, Graph

from cnil_kg.errors import EngineError
from cnil_kg.model import Finding
from cnil_kg.naming import Names
from cnil_kg.questions import TYPE
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned
from cnil_kg.requirements import ID
from cnil_kg.validate import requirements
from cnil_kg.verify.apart import mentioned, name, rdflib_triple

Failure = tuple[str, str, bool]
"""The entry, the node (named by `verify.apart`), and whether it is the shape of what is not stated that fails."""
LIMIT = 1800
"""Seconds after which pySHACL is stopped."""


def write_shapes(paths: Iterable[Path], file: Path) -> None:
    """The shapes as one file, which the engines want."""
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    graph.serialize(file, format="nt", encoding="utf-8")  # read fastest; Turtle too


def export(reasoned: Reasoned) -> bytes:
    """The descriptions with what was derived from them, as N-Triples."""
    graph, terms = Graph(), mentioned(reasoned.rulebook.root)
    for quad in reasoned.store:
        if isinstance(quad.graph_name, NamedNode):
            graph.add(rdflib_triple(quad, terms))
    return b"".join(sorted(graph.serialize(format="ntriples", encoding="utf-8").splitlines(keepends=True)))


def expected(reasoned: Reasoned, findings: Iterable[Finding]) -> tuple[set[Failure], int]:
    """The shapes that must fail according to the findings, and on how many (requirement, node) that was looked at."""
    names, terms = Names(reasoned.facts.paths), mentioned(reasoned.rulebook.root)
    statuses = {(f.id, f.project, f.subject): f.status for f in findings}
    found: set[Failure] = set()
    compared = 0
    for description in reasoned.facts.descriptions:
        graph = description.graph
        project = names.node(description.project) if description.project is not None else None
        for requirement in requirements(reasoned.rulebook.shapes):
            for quad in matching(reasoned.store, None, TYPE, requirement.applies, graph):
                compared += 1
                shown = statuses.get((requirement.id, project, names.node(quad.subject)))
                if shown in ("violated", "undetermined"):
                    found.add((requirement.id, name(quad.subject, graph, terms), shown == "undetermined"))
    return found, compared


def read(report: Graph) -> set[Failure]:
    """The failures of a validation report; what is stated wrong wins over what is not stated.

    Raises:
        EngineError: a result whose source is no named shape of ours.
    """
    found = set()
    for result in report.subjects(None, SH.ValidationResult):
        shape = str(report.value(result, SH.sourceShape))
        match = ID.match(shape)
        if match is None:
            raise EngineError("a shape without an id fails", shape)
        found.add((match[1], str(report.value(result, SH.focusNode)), bool(match[2])))
    return {f for f in found if not f[2] or (f[0], f[1], False) not in found}


def by_pyshacl(data: Path, shapes: Path) -> set[Failure]:
    """The failures that pySHACL finds.

    Raises:
        SubprocessError: it did not run to its end.
    """
    command = [sys.executable, "-m", "pyshacl", "-s", str(shapes.resolve()), "-sf", "nt", "-f", "nt", "-df", "nt"]
    done = subprocess.run(
        [*command, str(data.resolve())],
        capture_output=True,
        check=False,
        cwd=data.parent,  # `-m` looks for modules in the working directory first
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=LIMIT,
    )
    report = Graph().parse(data=done.stdout, format="nt") if done.returncode in (0, 1) else Graph()
    # An interpreter that breaks off ends with 1 too, as a report of failures does: only a report is an answer.
    if report.value(None, RDF.type, SH.ValidationReport) is None:
        raise subprocess.CalledProcessError(done.returncode, "pyshacl", done.stdout, done.stderr)
    return read(report)
