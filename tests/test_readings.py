"""Readings that the text does not impose: each has a page and is listed, and its verdicts are "to be confirmed"."""

from __future__ import annotations

import csv
import re
from functools import cache

import pytest
from click.testing import CliRunner

from cnil_kg.catalogue import catalogue
from cnil_kg.cli import cli
from cnil_kg.exporting import export
from cnil_kg.rulebook import load_rulebook
from cnil_kg.validate import requirements
from doctrine import DOCTRINE, entries
from harness import AS_OF, CASES, ROOT

PAGES = ROOT / "docs" / "decisions"
OF_THE_PROJECT = {"dependencies", "facts-that-decide-when-stated", "query-page"}
"""Pages that are about the tool as a whole, not about entries."""
WORDING = re.compile(r"RDF property is our suggestion")
"""A judgement of ours about a name, which decides nothing."""
PARTS = ("**What the text says.**", "**What we read.**", "**Why.**", "**What would change it.**")


@cache
def readings() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with (ROOT / "ontology" / "readings.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found.setdefault(row["id"], set()).add(row["page"])
    return found


@cache
def flagged() -> frozenset[str]:
    book = load_rulebook()
    rules = {r.entry for r in book.rules if r.to_be_confirmed}
    return frozenset(rules | {r.id for r in requirements(book.shapes) if r.to_be_confirmed})


def implemented() -> set[str]:
    book = load_rulebook()
    return {r.entry for r in book.rules} | {r.id for r in requirements(book.shapes)}


def test_what_is_to_be_confirmed_has_a_page_and_nothing_else() -> None:
    partly = {"F4A-08"}  # its own conditions are law; what F4A-30 adds is our reading
    assert flagged() - partly == set(readings())


def test_rules_name_the_pages_of_their_entry() -> None:
    for rule in load_rulebook().rules:
        page = rule.headers.get("decision")
        if page is not None and rule.entry != "F4A-08":
            assert page in readings()[rule.entry], rule.id


def test_every_page_is_listed_and_in_form() -> None:
    pages = {path.stem for path in PAGES.glob("*.md")} - OF_THE_PROJECT
    assert pages == {page for found in readings().values() for page in found}
    for page in pages:
        text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
        assert re.search(r"^(Rules|Entries) F\d", text, re.MULTILINE), page
        assert [part for part in PARTS if part not in text] == [], page
        assert [text.index(part) for part in PARTS] == sorted(text.index(part) for part in PARTS), page


def test_every_page_names_its_entries() -> None:
    for id_, pages in readings().items():
        for page in pages:
            text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
            assert _names(text, id_), (page, id_)


def _names(text: str, id_: str) -> bool:
    """The id itself, one of its rules, or a range that holds it."""
    if re.search(rf"\b{id_}[a-z]?\b", text):
        return True
    fiche, number = id_.split("-")
    ranges = re.findall(rf"\b{fiche}-(\d+)[a-z]? to (?:{fiche}-)?(\d+)", text)
    return any(int(low) <= int(number) <= int(high) for low, high in ranges)


@pytest.mark.skipif(not DOCTRINE.is_dir(), reason="the doctrine is not here")
def test_low_confidence_and_own_judgement_are_to_be_confirmed() -> None:
    doubtful = set()
    for id_, entry in entries().items():
        low = str(entry.get("confidence", "")).startswith("low")
        own = bool(entry.get("own_judgement")) and not WORDING.search(str(entry.get("note", "")))
        if low or own:
            doubtful.add(id_)
    assert doubtful & implemented() - flagged() == set()


def test_the_catalogue_leads_to_the_pages() -> None:
    told = {entry.id: set(entry.decisions) for entry in catalogue(load_rulebook()) if entry.decisions}
    assert told == readings()
    shown = CliRunner().invoke(cli, ["rules", "F5-70", "--lang", "fr"]).output
    assert "docs/decisions/dpia-risks-and-measures.md" in shown


@pytest.mark.parametrize("format", ["text", "markdown", "json"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_reports_say_so(format: str, lang: str) -> None:
    case = str(CASES / "F5-53" / "fail-no-phase.ttl")
    result = CliRunner().invoke(cli, ["validate", case, "--format", format, "--lang", lang, "--as-of", AS_OF])
    said = {"json": '"toBeConfirmed": true'}.get(format, {"fr": "à confirmer", "en": "to be confirmed"}[lang])
    lines = [line for line in result.output.splitlines() if said in line]
    assert lines
    if format != "json":
        assert any("F5-53" in line for line in lines)


def test_exports_say_so() -> None:
    case = str(CASES / "F5-53" / "fail-no-phase.ttl")
    assert "ckg:toBeConfirmed true" in export("dpv", [case], as_of=AS_OF)
    assert "; to be confirmed" in export("atlas", [case], as_of=AS_OF)
