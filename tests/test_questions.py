"""The library: the whole result of each question on the examples, on what they do not show, and on silence.

`tests/questions/<data>/Q01.csv` is the whole expected result. The long lists (LISTS) are compared with the report.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Store

from cnil_kg.errors import RuleLoadError, UnknownTermError
from cnil_kg.formats.table import CODES, COLUMNS, STATES
from cnil_kg.formats.words import QUESTIONS
from cnil_kg.model import Conclusion, Finding
from cnil_kg.sparql.dataset import LAYERS, Dataset, fill
from cnil_kg.sparql.guard import guard
from cnil_kg.sparql.library import Query, library, named
from cnil_kg.sparql.run import Table, document, table
from cnil_kg.vocab import CKG
from harness import ROOT, Run, run

EXPECTED = ROOT / "tests" / "questions"
DATA = {
    "examples": sorted(str(p.relative_to(ROOT)) for p in (ROOT / "examples").glob("*.ttl")),
    "variety": ["tests/questions/variety.ttl"],
    "silent": ["tests/questions/silent.ttl"],
}
LISTS = ("Q31", "Q34", "Q35")
# Empty on a description that says nothing: each asks for what is stated or established, and its `none` says no more.
EMPTY_ON_SILENCE = {"Q03", "Q10", "Q17", "Q19", "Q32", "Q33", "Q38", "Q39"}


@pytest.fixture(autouse=True)
def at_the_root() -> Iterator[None]:
    before = Path.cwd()
    os.chdir(ROOT)
    yield
    os.chdir(before)


@cache
def report(name: str) -> Run:
    return run(*DATA[name])


@cache
def data(name: str, layers: tuple[str, ...] = LAYERS) -> Dataset:
    return fill(report(name).reasoned, layers, report(name).concluder)


def answer(name: str, query: Query, layers: tuple[str, ...] = LAYERS) -> Table:
    found = table(data(name, layers), query)
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("id_", [i for i in library() if i not in LISTS])
def test_whole_result(id_: str, name: str) -> None:
    expected = (EXPECTED / name / f"{id_}.csv").read_text(encoding="utf-8")
    assert document(data(name), library()[id_], "csv").decode().replace("\r\n", "\n") == expected


@pytest.mark.parametrize("name", DATA)
def test_each_question_has_its_result_and_no_other_file_is_there(name: str) -> None:
    assert {p.stem for p in (EXPECTED / name).iterdir()} == set(library()) - set(LISTS)


def findings(name: str, level: str, statuses: set[str]) -> list[Finding]:
    return [f for f in report(name).findings if f.level == level and f.status in statuses]


def missing(name: str) -> set[tuple[str, str]]:
    found: list[Conclusion] = [c for c in report(name).conclusions if c.missing]
    return {(c.question, m.property) for c in found for m in c.missing}


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize(
    ("id_", "level", "statuses"),
    [
        ("Q33", "must", {"violated"}),
        ("Q34", "must", {"undetermined"}),
        ("Q35", "should", {"violated", "undetermined"}),
    ],
)
def test_requirements_are_those_of_the_report(id_: str, level: str, statuses: set[str], name: str) -> None:
    found = answer(name, library()[id_])
    entry, outcome = found.columns.index("entry"), found.columns.index("outcome")
    told = sorted((row[entry].value, row[outcome].value) for row in found.rows)
    assert told == sorted((f.id, f.status) for f in findings(name, level, statuses))


@pytest.mark.parametrize("name", DATA)
def test_missing_facts_are_those_of_the_report(name: str) -> None:
    found = answer(name, library()["Q31"])
    question, fact = found.columns.index("question"), found.columns.index("fact")
    assert {(row[question].value, row[fact].value) for row in found.rows} == missing(name)


def test_silence_is_never_none() -> None:
    empty = {id_ for id_, query in library().items() if not answer("silent", query).rows}
    assert empty == EMPTY_ON_SILENCE


@pytest.mark.parametrize("id_", library())
@pytest.mark.parametrize("name", DATA)
def test_a_question_reads_what_it_says(name: str, id_: str) -> None:
    query = library()[id_]
    assert answer(name, query, query.reads) == answer(name, query)


@pytest.mark.parametrize("id_", library())
def test_columns_and_words_are_labelled(id_: str) -> None:
    query = library()[id_]
    columns = [v.value for v in Store().query(query.sparql).variables]
    assert set(columns) <= set(COLUMNS)
    assert {p.name for p in query.parameters} <= set(columns)
    for column in CODES:
        if CODES[column] is STATES and column in columns:
            assert {w for w in re.findall(r'"(\w+)"', query.sparql)} & set(STATES)
    assert guard(query.sparql, data("silent").graphs).form == "SELECT"
    for text in (query.text, query.none):
        assert text.fr != text.en and text.fr.strip() and text.en.strip()
        assert text.fr[-1] in ".?" and text.en[-1] in ".?"


@pytest.mark.parametrize("id_", library())
def test_words_of_parameters_are_words_of_the_results(id_: str) -> None:
    for parameter in library()[id_].parameters:
        if parameter.name in QUESTIONS and parameter.words:
            codes = {c.value for name in DATA for c in report(name).conclusions if c.question == parameter.name}
            assert codes - {None} <= set(parameter.words)


def test_every_ckg_term_of_a_question_is_in_the_ontology() -> None:
    graph = {q.subject.value for q in data("silent").book.constants if hasattr(q.subject, "value")}
    named_terms = {t for q in library().values() for t in re.findall(r"ckg:(\w+)", q.sparql.partition("SELECT")[2])}
    assert {t for t in named_terms if CKG + t not in graph} == set()


def test_questions_are_named_by_id_name_or_both() -> None:
    for name in ("Q05", "q05", "dpia-verdicts", "DPIA-verdicts", "Q05-dpia-verdicts"):
        assert named(name).where == "Q05"
    with pytest.raises(UnknownTermError, match="no question") as error:
        named("dpia-verdict")
    assert "dpia-verdicts" in error.value.repair


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("# unknown: x", "unknown \\['unknown'\\]"),
        ("# reads: stated guesses", "guesses"),
        ("# id: Q2", "id Q1"),
        ("# none-fr:  ", "none-fr"),
        ("# param: before date tomorrow | x | y", "a day"),
        ("# filter: x", "cannot be read"),
    ],
)
def test_a_bad_header_does_not_load(tmp_path: Path, line: str, what: str) -> None:
    headers = {
        "id": "Q1", "fr": "Quoi ?", "en": "What?", "none-fr": "Rien.", "none-en": "Nothing.",
        "reads": "stated", "since": "0.1.0", "status": "active",
    }  # fmt: skip
    folder = tmp_path / "queries" / "questions"
    folder.mkdir(parents=True)
    kept = [f"# {k}: {v}" for k, v in headers.items() if not line.startswith(f"# {k}:")]
    path = folder / "Q1-what.rq"
    path.write_text("\n".join([*kept, line, "SELECT * { }", ""]), encoding="utf-8")
    with pytest.raises(RuleLoadError, match=what):
        library(tmp_path)
