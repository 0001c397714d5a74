"""Every hygiene check: seen failing on its bad fixture, silent on its good one, silent on the ontology."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

from cnil_kg.vocab import shrink

ROOT = Path(__file__).resolve().parent.parent
QUERIES = ROOT / "queries" / "hygiene"
FIXTURES = ROOT / "tests" / "hygiene"
CHECKS = sorted(QUERIES.glob("*.rq"))
SEVERITIES = {"error", "warning"}
FINDS = re.compile(r"# finds: (?P<terms>.+)")


def short(term: NamedNode) -> str:
    curie = shrink(term.value)
    return curie if curie != term.value else f"<{curie}>"


def rows(query: Path, *files: Path) -> list[str]:
    """The terms a check finds in some Turtle files, in order."""
    return found(query, load(*files))


@cache
def load(*files: Path) -> Store:
    store = Store()
    for file in files:
        store.load(path=str(file), format=RdfFormat.TURTLE)
    return store


def found(query: Path, store: Store) -> list[str]:
    return sorted(short(row["term"]) for row in store.query(query.read_text(encoding="utf-8")))


def fixture(query: Path, name: str) -> Path:
    return FIXTURES / query.stem.partition("-")[0] / name


def modules() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "ontology").glob("*.ttl")))


@pytest.mark.parametrize("query", CHECKS, ids=lambda q: q.stem)
def test_header_says_problem_and_solution(query: Path) -> None:
    first, second = query.read_text(encoding="utf-8").splitlines()[:2]
    assert first.startswith("# problem: ")
    assert second.startswith("# solution: ")


@pytest.mark.parametrize("query", CHECKS, ids=lambda q: q.stem)
def test_bad_fixture_is_found_term_by_term(query: Path) -> None:
    bad = fixture(query, "bad.ttl")
    header = FINDS.match(bad.read_text(encoding="utf-8"))
    assert header, f"{bad} must open with `# finds: <terms>`"
    assert rows(query, bad) == sorted(header["terms"].split())


@pytest.mark.parametrize("query", CHECKS, ids=lambda q: q.stem)
def test_good_fixture_is_silent(query: Path) -> None:
    assert rows(query, fixture(query, "good.ttl")) == []


@pytest.mark.parametrize("query", CHECKS, ids=lambda q: q.stem)
def test_ontology_is_clean(query: Path) -> None:
    assert rows(query, *modules()) == []


def test_profile_lists_every_check_with_a_severity() -> None:
    with (QUERIES / "profile.tsv").open(encoding="utf-8", newline="") as handle:
        profile = list(csv.DictReader(handle, delimiter="\t"))
    assert [f"{row['check']}-{row['name']}" for row in profile] == [q.stem for q in CHECKS]
    assert {row["severity"] for row in profile} <= SEVERITIES


def test_no_fixture_without_a_check() -> None:
    assert sorted(f.name for f in FIXTURES.iterdir()) == [q.stem.partition("-")[0] for q in CHECKS]
