"""Our findings are those of the `pyshacl` command and of rudof on exported files: facts, derived facts, the shapes."""

from __future__ import annotations

from pathlib import Path

import pyrudof
import pytest
from rdflib import Graph

from cnil_kg.validate import validate
from cnil_kg.verify.shacl import Failure, by_pyshacl, expected, export, read, write_shapes
from harness import CASES, ROOT, Run, batches, run, together

GOOD = sorted((ROOT / "examples").glob("*.ttl")) + sorted((CASES / "real").glob("*.ttl"))


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `shapes/` folder as one file, which both engines want."""
    file = tmp_path_factory.mktemp("shapes") / "shapes.ttl"
    write_shapes(sorted((ROOT / "shapes").glob("*.ttl")), file)
    return file


def by_rudof(data: Path, shapes: Path) -> set[Failure]:
    engine = pyrudof.Rudof(pyrudof.RudofConfig())
    engine.read_shacl(str(shapes), pyrudof.ShaclFormat.Turtle)
    engine.read_data(str(data), pyrudof.RDFFormat.NTriples)
    engine.validate_shacl()
    text = engine.serialize_shacl_validation_results(pyrudof.ResultShaclValidationFormat.Turtle)
    return read(Graph().parse(data=text, format="turtle"))


def compare(result: Run, shapes: Path, folder: Path) -> None:
    data = folder / "data.nt"
    data.write_bytes(export(result.reasoned))
    failing, compared = expected(result.reasoned, validate(result.reasoned, result.quick))
    assert compared >= len(failing)
    assert by_pyshacl(data, shapes) == failing
    assert by_rudof(data, shapes) == failing


@pytest.mark.parametrize("file", GOOD, ids=lambda p: p.stem)
def test_findings_of_whole_projects(file: Path, shapes: Path, tmp_path: Path) -> None:
    compare(run(file), shapes, tmp_path)


@pytest.mark.parametrize(
    "files", batches("findings", one_in=10), ids=lambda fs: f"{fs[0].parent.name}..{fs[-1].parent.name}"
)
def test_findings_of_small_cases(files: list[Path], shapes: Path, tmp_path: Path) -> None:
    compare(together(files), shapes, tmp_path)
