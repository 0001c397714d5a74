"""`cnil-kg impact`: what changes between two days, and because of which entry or stated day."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click import unstyle
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode, Quad

import cnil_kg.diff
import cnil_kg.impact
from cnil_kg.cli import cli
from cnil_kg.compare import Turn
from cnil_kg.formats.impact import as_json, render
from cnil_kg.impact import Impact, impact
from cnil_kg.load import load
from cnil_kg.reason import reason
from cnil_kg.report import build
from cnil_kg.rulebook import VALIDITY, load_rulebook
from cnil_kg.turns import date_reads, following, previous, turns
from cnil_kg.vocab import CKG, XSD, shrink
from harness import HEADER, ROOT, WithoutSearch

sys.path.insert(0, str(ROOT / "scripts"))

from make_changes import PAGE, page

START = HEADER + (
    "ex:project a ckg:Project ; ckg:hasProcessing ex:p .\n"
    "ex:p a dpv:Process ; ckg:processesPersonalData true ; ckg:operationalUse ckg:UndefinedUse .\n"
)
BANNED = "ex:p ckg:prohibitedPractice ckg:PBA .\n"
BIAS = "ex:p ckg:biasMonitoringUsesSpecialCategories true .\n"
NO_DPIA = 'ex:p ckg:mandatoryListItem ckg:LM03 ; ckg:dpiaPerformed false ; ckg:processingStartDate "{}"^^xsd:date .\n'
OVERDUE = (
    "ex:p ckg:mandatoryListItem ckg:LM03 ; ckg:dpiaPerformed true ; ckg:plannedMeasure ex:m ;"
    ' ckg:measureListClosed true ; ckg:measureDueDate "2027-06-30"^^xsd:date ; ckg:implementedMeasure ckg:none .\n'
)
Compared = Callable[..., Impact]


@pytest.fixture
def between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compared:
    """The impact on a text; why verdicts are open, the slow part, is not looked into."""
    monkeypatch.setattr(cnil_kg.impact, "build", lambda reasoned: build(reasoned, WithoutSearch(reasoned)))

    def compared(text: str, start: str, end: str) -> Impact:
        (tmp_path / "p.ttl").write_text(START + text, encoding="utf-8")
        return impact([str(tmp_path / "p.ttl")], start, end)

    return compared


def turned(turn: Turn) -> str:
    return " ".join([shrink(turn.id), turn.date, *turn.entries])


def told(found: Impact) -> dict[str, list[Any]]:
    """The verdicts that change, day by day: `F5-46 undetermined > established`, then the causes."""
    return {
        day.day: [
            (
                f"{v.place.id} {v.before and v.before.status} > {v.after and v.after.status}",
                *map(turned, v.causes or ()),
            )
            for v in day.verdicts
            if v.before and v.after
        ]
        for day in found.days
        if day.verdicts
    }


def test_a_prohibition_applies_from_its_day(between: Compared) -> None:
    assert told(between(BANNED, "2026-12-01", "2027-12-02")) == {
        "2026-12-02": [("F5-46 undetermined > established", "P-ba 2026-12-02 F5-46")]
    }
    assert told(between(BANNED, "2026-12-02", "2027-12-02")) == {}


def test_a_rule_takes_the_place_of_another(between: Compared) -> None:
    assert told(between(BIAS, "2026-07-26", "2026-08-01")) == {
        "2026-07-27": [("F7-91 notApplicable > undetermined", "F7-91 2026-07-27 F7-91")]
    }


@pytest.mark.parametrize(
    ("text", "day", "cause"),
    [
        (NO_DPIA.format("2027-03-01"), "2027-03-01", "F5-08 undetermined > violated"),
        (OVERDUE, "2027-07-01", "F5-79 undetermined > violated"),
    ],
)
def test_a_stated_day_is_reached(between: Compared, text: str, day: str, cause: str) -> None:
    found = between(text, "2027-01-01", "2027-12-31")
    assert {d: [v[0] for v in verdicts if v[0] == cause] for d, verdicts in told(found).items()} == {day: [cause]}
    (verdict,) = [v for d in found.days for v in d.verdicts if v.place.id == cause.split(maxsplit=1)[0]]
    assert [t.kind for t in verdict.causes or ()] == ["fact"]


def test_of_two_things_on_one_day_each_verdict_names_its_own(between: Compared) -> None:
    assert told(between(BANNED + NO_DPIA.format("2026-12-02"), "2026-12-01", "2026-12-03")) == {
        "2026-12-02": [
            ("F5-46 undetermined > established", "P-ba 2026-12-02 F5-46"),
            ("F5-08 undetermined > violated", "ckg:processingStartDate 2026-12-02 F5-08"),
        ]
    }


def test_what_no_rule_reads_is_said_not_hidden(between: Compared) -> None:
    found = between(BANNED, "2027-12-01", "2027-12-02")
    (day,) = found.days
    assert [(t.id, t.kind, t.entries) for t in day.turns] == [("DT-8", "date", ())]
    assert day.verdicts == ()
    assert "application to the uses of Annex III: applies from this day" in render(found, "en")
    assert "no rule of this version reads it)\n    No verdict changes." in unstyle(render(found, "en"))
    # The date first set for Annex III is no longer law by then.
    assert "DT-8 (2024)" not in json.dumps(
        [turned(t) for d in between("", "2026-08-01", "2026-08-02").days for t in d.turns]
    )


def test_a_threshold_that_begins_is_found(between: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    """No threshold has changed yet: one is given another first day."""
    book = load_rulebook()
    since, node = NamedNode(CKG + VALIDITY[0]), NamedNode(CKG + "TwoCriteria")
    constants = type(book.constants)()
    constants.extend(q for q in book.constants if (q.subject, q.predicate) != (node, since))
    constants.add(Quad(node, since, Literal("2027-01-01", datatype=NamedNode(XSD + "date"))))
    later = replace(book, constants=constants)
    monkeypatch.setattr(cnil_kg.impact, "load_rulebook", lambda: later)
    text = "ex:p ckg:largeScale true ; ckg:evaluatesOrScoresPersons true ; ckg:vulnerablePersons true .\n"
    found = told(between(text, "2026-12-31", "2027-01-02"))
    causes = {v[0]: v[1:] for v in found["2027-01-01"]}
    assert causes["dpia undetermined > established"] == ("ckg:TwoCriteria 2027-01-01 F5-30",)


def test_what_is_not_in_force_is_read_by_no_rule() -> None:
    book = load_rulebook()
    node = NamedNode(CKG + "SystemicRiskCompute")
    days = {day: any(q.subject == node for q in book.readable_on(day)) for day in ("2025-08-01", "2025-08-02")}
    assert days == {"2025-08-01": False, "2025-08-02": True}


def test_every_rule_that_reads_the_day_is_followed() -> None:
    """A rule that compares with the day in a way not understood would change verdicts unseen."""
    book = load_rulebook()
    mentioned = {r.id for r in book.rules if "ckg:Today" in r.query}
    assert mentioned == {read.rule.id for read in date_reads(book)}
    for rule in book.rules:
        assert rule.query.count("ckg:Today") == rule.query.count("ckg:Today ") <= 1, rule.id


def test_the_days_found_are_all_the_days_on_which_something_changes(tmp_path: Path) -> None:
    """Day after day around each: what follows changes on the days found and on no other."""
    book = load_rulebook()
    text = START + BANNED + BIAS + OVERDUE.replace("ckg:dpiaPerformed true ; ", "") + NO_DPIA.format("2027-03-01")
    (tmp_path / "p.ttl").write_text(text, encoding="utf-8")
    facts = load([str(tmp_path / "p.ttl")], terms=book.terms)
    found = turns(reason(facts, book, "2026-07-01"), "2026-07-01", "2027-12-31")
    days = {d for d, known in found.items() if any(t.entries for t in known)}
    assert days == {"2026-07-27", "2026-12-02", "2027-03-01", "2027-07-01"}
    near = sorted({near for day in days for near in (previous(previous(day)), previous(day), day, following(day))})
    follows = {day: set(reason(facts, book, day).derived) for day in near}
    changed = {day for before, day in pairwise(near) if follows[before] != follows[day]}
    assert changed == days


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: Compared) -> None:
    monkeypatch.chdir(tmp_path)
    found = between(BANNED, "2026-12-01", "2026-12-02")
    (v,) = json.loads(as_json(found))["days"][0]["verdicts"]
    assert (v["kind"], v["id"], v["after"]["status"]) == ("step", "F5-46", "established")
    assert [(c["kind"], c["id"], c["entries"]) for c in v["causes"]] == [("date", "P-ba", ["F5-46"])]
    arguments = ["impact", "p.ttl", "--from", "2026-12-01", "--to", "2026-12-02", "--lang", "fr"]
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "F5-46 pratique interdite déclarée — https://example.org/p : indéterminé → établi" in result.stdout
    assert "à cause de : P-ba — images intimes non consenties (règle F5-46)" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["p.ttl", "--from", "2026-12-02", "--to", "2026-12-01"], "The second day comes before the first"),
        (["p.ttl", "--from", "2026-12-32", "--to", "2026-12-01"], "2026-12-32 is not a day"),
        (["p.ttl", "--to", "2026-12-01"], "Missing option '--from'"),
        (["absent.ttl", "--from", "2026-12-01", "--to", "2026-12-02"], "There is no such file or folder"),
        (["bad.ttl", "--from", "2026-12-01", "--to", "2026-12-02"], "bad.ttl:1"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.ttl").write_text(START, encoding="utf-8")
    Path("bad.ttl").write_text("nothing like Turtle", encoding="utf-8")
    result = CliRunner().invoke(cli, ["impact", *arguments], standalone_mode=True)
    output = result.output + (str(result.exception) if result.exception else "")
    assert result.stdout == "" and said in output and result.exit_code != 0


def test_the_page_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why verdicts are open does not show on the page; it is not looked into here."""
    for module in (cnil_kg.diff, cnil_kg.impact):
        monkeypatch.setattr(module, "build", lambda reasoned: build(reasoned, WithoutSearch(reasoned)))
    monkeypatch.chdir(ROOT)
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/make_changes.py"
