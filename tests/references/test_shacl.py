"""Our findings are those of the `pyshacl` command and of rudof on exported files: facts, derived facts, the shapes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyrudof
import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize
from rdflib import SH, Graph

from cnil_kg.conclude import Concluder
from cnil_kg.questions import TYPE
from cnil_kg.rdf import matching
from cnil_kg.requirements import ID
from cnil_kg.validate import requirements, validate
from harness import CASES, ROOT, Run, batches, run, together

GOOD = sorted((ROOT / "examples").glob("*.ttl")) + sorted((CASES / "real").glob("*.ttl"))
Failure = tuple[str, str, bool]


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `shapes/` folder as one file, which both engines want."""
    graph = Graph()
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        graph.parse(path)
    file = tmp_path_factory.mktemp("shapes") / "shapes.ttl"
    graph.serialize(file, format="turtle")
    return file


def export(result: Run, graph: NamedNode) -> bytes:
    """One description with what was derived from it, as N-Triples."""
    triples = [
        Triple(q.subject, q.predicate, q.object) for q in matching(result.reasoned.store, None, None, None, graph)
    ]
    return serialize(sorted(triples, key=str), format=RdfFormat.N_TRIPLES) or b""


def ours(result: Run, concluder: Concluder, statuses: dict[tuple[str, str], str], graph: NamedNode) -> set[Failure]:
    """(entry, node, stated) for each shape that must fail according to our findings."""
    book = result.reasoned.rulebook
    found = set()
    for requirement in requirements(book.shapes):
        for quad in matching(result.reasoned.store, None, TYPE, requirement.applies, graph):
            shown = statuses.get((requirement.id, concluder.names.node(quad.subject)))
            if shown == "violated":
                found.add((requirement.id, quad.subject.value, False))
            elif shown == "undetermined":
                found.add((requirement.id, quad.subject.value, True))
    return found


def read(report: Graph) -> set[Failure]:
    """The failures of a validation report; what is stated wrong wins over what is not stated."""
    found = set()
    for result in report.subjects(None, SH.ValidationResult):
        match = ID.match(str(report.value(result, SH.sourceShape)))
        assert match is not None, "a result whose source is no named shape of ours"
        found.add((match[1], str(report.value(result, SH.focusNode)), bool(match[2])))
    return {f for f in found if not f[2] or (f[0], f[1], False) not in found}


def by_pyshacl(data: Path, shapes: Path) -> set[Failure]:
    command = [str(Path(sys.executable).with_name("pyshacl")), "-s", str(shapes), "-f", "nt", "-df", "nt", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return read(Graph().parse(data=done.stdout, format="nt"))


def by_rudof(data: Path, shapes: Path) -> set[Failure]:
    engine = pyrudof.Rudof(pyrudof.RudofConfig())
    engine.read_shacl(str(shapes), pyrudof.ShaclFormat.Turtle)
    engine.read_data(str(data), pyrudof.RDFFormat.NTriples)
    engine.validate_shacl()
    text = engine.serialize_shacl_validation_results(pyrudof.ResultShaclValidationFormat.Turtle)
    return read(Graph().parse(data=text, format="turtle"))


def compare(result: Run, shapes: Path, folder: Path) -> None:
    data = folder / "data.nt"
    graphs = [d.graph for d in result.reasoned.facts.descriptions]
    data.write_bytes(b"".join(export(result, graph) for graph in graphs))
    concluder = result.quick
    statuses = {(f.id, f.subject): f.status for f in validate(result.reasoned, concluder)}
    expected = {failure for graph in graphs for failure in ours(result, concluder, statuses, graph)}
    assert by_pyshacl(data, shapes) == expected
    assert by_rudof(data, shapes) == expected


@pytest.mark.parametrize("file", GOOD, ids=lambda p: p.stem)
def test_findings_of_whole_projects(file: Path, shapes: Path, tmp_path: Path) -> None:
    compare(run(file), shapes, tmp_path)


@pytest.mark.parametrize(
    "files", batches("findings", one_in=6), ids=lambda fs: f"{fs[0].parent.name}..{fs[-1].parent.name}"
)
def test_findings_of_small_cases(files: list[Path], shapes: Path, tmp_path: Path) -> None:
    compare(together(files), shapes, tmp_path)
