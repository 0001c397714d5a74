"""The catalogue: every id once, each encoded entry held by files and cases, the rest listed with a reason."""

from __future__ import annotations

import csv
import json
import re
from functools import cache

import pytest
from click.testing import CliRunner

from cnil_kg.catalogue import Entry, as_json, catalogue, one
from cnil_kg.cli import cli
from cnil_kg.errors import UnknownTermError
from cnil_kg.rulebook import load_rulebook
from doctrine import DOCTRINE, needs_doctrine
from harness import ROOT

BOOK = load_rulebook()


@cache
def entries() -> tuple[Entry, ...]:
    return catalogue(BOOK)


@needs_doctrine
def test_the_ids_are_those_of_the_doctrine() -> None:
    with (DOCTRINE / "entries.csv").open(encoding="utf-8") as handle:
        wanted = [r["id"] for r in csv.DictReader(handle) if re.fullmatch(r"F[0-7][AB]?-\d\d", r["id"])]
    assert sorted(e.id for e in entries()) == sorted(wanted)


def test_what_is_not_encoded_is_listed_with_a_reason() -> None:
    listed: list[str] = []
    for line in (ROOT / "docs" / "not-encoded.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| F"):
            _, ids, why, _ = line.split("|")
            assert why.strip()
            for first, last in re.findall(r"(F\d[AB]?-\d\d)(?: to (F\d[AB]?-\d\d))?", ids):
                listed += [e.id for e in entries() if first <= e.id <= (last or first)]
    assert sorted(listed) == [e.id for e in entries() if e.status == "notEncoded"]


def test_an_encoded_entry_stands_in_the_files_it_names() -> None:
    for entry in entries():
        assert bool(entry.files) == (entry.status == "encoded") == bool(entry.kind)
        for name in entry.files:
            assert entry.id in (BOOK.root / name).read_text(encoding="utf-8"), (entry.id, name)


def test_every_rule_and_requirement_has_cases_that_hold_or_not() -> None:
    for entry in entries():
        if entry.kind in ("shape", "rule"):
            found = entry.cases_by_outcome()
            assert "other" not in found, (entry.id, found)
            assert len(found) > 1, (entry.id, found)


def test_what_is_explained_exists() -> None:
    ids = {e.id for e in entries() if e.status == "encoded"}
    terms = {q.subject.value for q in BOOK.constants if hasattr(q.subject, "value")}
    for entry in entries():
        for target in entry.explains:
            known = target in ids or target.replace("ckg:", "https://w3id.org/cnil-kg/ns#") in terms
            assert known or one(BOOK, target).status == "notEncoded", (entry.id, target)


def test_every_entry_has_its_text_and_sources() -> None:
    for entry in entries():
        assert entry.text.fr and entry.text.en and entry.sources
        assert entry.text.fr != entry.text.en
        assert max(len(entry.text.fr), len(entry.text.en)) < 450, entry.id


def test_the_facts_of_an_entry_are_reached_through_its_steps() -> None:
    assert one(BOOK, "F7-80").reads == tuple(
        f"ckg:{name}"
        for name in (
            "allCopiesCovered", "developmentEndDate", "developmentEndEvent", "developmentRetention", "endOfLifeAction",
            "endOfLifeAnonymisationTested", "endOfLifeDate", "indefiniteRetention", "keptAfterDevelopment",
            "maintenanceEndDate", "maintenanceRetention",
        )
    )  # fmt: skip


def test_one_entry_is_found_by_the_id_of_a_rule_too() -> None:
    assert one(BOOK, "f5-30c").id == "F5-30"
    with pytest.raises(UnknownTermError, match="no entry") as caught:
        one(BOOK, "F5-00")
    assert "F5-" in caught.value.repair


def test_the_command_lists_shows_and_refuses() -> None:
    run = CliRunner().invoke
    listed = run(cli, ["rules", "--lang", "fr"]).output.splitlines()
    assert [line.split()[0] for line in listed] == [e.id for e in entries()]
    assert json.loads(run(cli, ["rules", "--format", "json"]).output) == json.loads(json.dumps(as_json(entries())))
    shown = run(cli, ["rules", "F7-85", "--lang", "en"]).output
    for part in ("obligation, sheet 7, encoded", "GDPR, recital 26", "(ckg:endOfLifeAction)", "fail-copies-left"):
        assert part in shown
    assert run(cli, ["rules", "F9-99"]).exit_code != 0
