"""Waivers: what is accepted stays visible; what is wrong in `cnil-kg.toml` is told with its line, waiving nothing."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from cnil_kg.config import beside, parse_config
from cnil_kg.formats.accepted import waiver_counts
from cnil_kg.formats.json import schema
from cnil_kg.formats.markdown import render as markdown
from cnil_kg.formats.text import render as as_text
from cnil_kg.model import Report
from cnil_kg.reason import Reasoned
from cnil_kg.report import build
from cnil_kg.runs import reasoned_upon
from cnil_kg.waivers import waived
from harness import HEADER, ROOT, command

AS_OF = "2026-11-25"
BANK = "https://example.org/bank/training"
USE = f"{BANK} / prov:qualifiedUsage [prov:entity https://example.org/bank/transactions]"
VIOLATED = {("F4B-16", USE), ("F5-08", BANK), ("F5-56", BANK)}


def table(id_: str = "F5-08", subject: str = BANK, **changes: str) -> str:
    """One waiver as TOML; `changes` are TOML values, an empty one leaves the key out."""
    keys = {
        "id": f'"{id_}"',
        "subject": f'"{subject}"',
        "reason": '"finished in May, before any decision"',
        "approver": '"A. Martin, DPO"',
        "expires": "2027-03-01",
    } | changes
    return "[[waiver]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items() if value)


@cache
def examined() -> tuple[Report, Reasoned]:
    reasoned = reasoned_upon([str(ROOT / "examples" / "bank.ttl")], as_of=AS_OF)
    return build(reasoned), reasoned


def judged(text: str, of: tuple[Report, Reasoned] | None = None) -> tuple[set[tuple[str, str]], list[str]]:
    """What a configuration waives of a run, by default on the bank, and its errors."""
    report, reasoned = of or examined()
    found = waived(report, reasoned, [parse_config(text.encode(), "cnil-kg.toml")], lambda waiver: False)
    assert [(f.id, f.subject, f.status) for f in found.findings] == [
        (f.id, f.subject, f.status) for f in report.findings
    ]
    return {(f.id, f.subject) for f in found.findings if f.waiver}, [str(error) for error in found.errors]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "examples" / "bank.ttl", tmp_path / "bank.ttl")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def validate(*arguments: str) -> tuple[int, str, str]:
    return command("validate", *arguments, "--as-of", AS_OF)


def document(*arguments: str) -> tuple[int, dict[str, Any], list[str]]:
    code, out, err = validate(*arguments, "--format", "json")
    return code, json.loads(out), err.splitlines()


def waived_in(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(f["id"], f["subject"]) for f in found["findings"] if f["waiver"] is not None}


def test_what_is_waived_is_still_violated_and_does_not_fail_the_run(folder: Path) -> None:
    text = "# accepted gaps\n\n" + table("F4B-16", USE) + "\n" + table()
    (folder / "cnil-kg.toml").write_text(text, encoding="utf-8")
    code, found, errors = document("bank.ttl", "--allow-undetermined")
    assert (code, errors) == (0, [])
    violated = {(f["id"], f["subject"]) for f in found["findings"] if f["status"] == "violated"}
    assert violated == VIOLATED
    assert found["summary"]["findings"]["violated"] == 3
    assert found["summary"]["waived"] == {"violated": 2, "undetermined": 0, "elsewhere": 0}
    assert waived_in(found) == {("F4B-16", USE), ("F5-08", BANK)}
    (shown,) = [f["waiver"] for f in found["findings"] if f["id"] == "F5-08"]
    assert shown == {
        "reason": "finished in May, before any decision",
        "approver": "A. Martin, DPO",
        "expires": "2027-03-01",
        "file": "cnil-kg.toml",
        "line": 10,
    }
    jsonschema.validate(found, json.loads(schema()))
    assert validate("bank.ttl", "--allow-undetermined", "--no-config")[0] == 1


@pytest.mark.parametrize(
    ("lang", "counts", "label", "told"),
    [
        (
            "fr",
            "Dont acceptées (cnil-kg.toml) : 1 non respectée, 0 indéterminée",
            "✗ F5-08 [non respecté, obligation, accepté] — ",
            "Accepté par A. Martin, DPO jusqu'au 2027-03-01 : finished in May, before any decision (cnil-kg.toml:1) "
            "L'obligation demeure.",
        ),
        (
            "en",
            "Of these, waived (cnil-kg.toml): 1 violated, 0 undetermined",
            "✗ F5-08 [violated, binding, waived] — ",
            "Waived by A. Martin, DPO until 2027-03-01: finished in May, before any decision (cnil-kg.toml:1) "
            "The obligation stands.",
        ),
    ],
)
def test_a_reader_sees_who_accepts_until_when_and_why(lang: str, counts: str, label: str, told: str) -> None:
    report, reasoned = examined()
    report = waived(report, reasoned, [parse_config(table().encode(), "cnil-kg.toml")], lambda waiver: False)
    text = [click.unstyle(line) for line in as_text(report, lang).splitlines()]
    assert counts in text
    (at,) = [n for n, line in enumerate(text) if line.strip().startswith(label)]
    assert text[at + 2].strip() == told
    page = markdown(report, lang)
    (row,) = [line for line in page.splitlines() if line.startswith("| F5-08 |")]
    assert row.replace("\\", "").endswith(f"<br>{told} |")


def test_an_open_point_is_waived_only_as_open() -> None:
    open_ = "F2-05", USE
    found, (error,) = judged(table(*open_))
    assert found == set()
    assert error == (
        f"cnil-kg.toml:1: F2-05 is undetermined for {USE}, not violated. State the facts it waits for, or "
        'accept that it is open: status = "undetermined".'
    )
    assert judged(table(*open_, status='"undetermined"')) == ({open_}, [])
    found, (error,) = judged(table(status='"undetermined"'))  # what was accepted as open has turned out violated
    assert found == set() and "F5-08 is violated, not open" in error


WRONG = {
    "expired": (table(expires="2026-11-24"), 1, "the waiver of F5-08 expired on 2026-11-24"),
    "unknown id": (table("F5-088"), 1, "no requirement has the id F5-088. Did you mean F5-08 or "),
    "no reason": (table(reason=""), 1, "the waiver gives no reason. A waiver gives id, subject, reason, approver"),
    "blank reason": (table(reason='"  "'), 4, "the waiver gives no reason"),
    "no approver": (table(approver=""), 1, "the waiver gives no approver"),
    "no expiry": (table(expires=""), 1, "the waiver gives no expires"),
    "no id": (table(id=""), 1, "the waiver gives no id"),
    "a text for a day": (table(expires='"2027-03-01"'), 6, "expires is a day. Write it as expires = 2026-12-31."),
    "an hour too many": (table(expires="2027-03-01T00:00:00"), 6, "expires is a day"),
    "no text": (table(reason="12"), 4, "reason is a text"),
    "unknown key": (table(expire="2027-03-01"), 7, 'the key "expire" is unknown. Did you mean expires?'),
    "unknown table": ("[waivers]\nid = 1\n", 1, 'the key "waivers" is unknown. Did you mean waiver?'),
    "one table": ("[waiver]\nid = 1\n", 1, "waivers are tables. Begin each with a line [[waiver]]."),
    "unknown status": (table(status='"open"'), 7, "status is one of violated, undetermined"),
    "a verdict": (table("F5-30"), 1, "F5-30 is a conclusion, not a requirement. Only a requirement can be waived"),
    "a question": (table("dpia"), 1, "dpia is a conclusion, not a requirement"),
    "no requirement": (table("F5-92"), 1, "F5-92 is no requirement that this version checks"),
    "met": (table("F1-11"), 1, f"F1-11 is met for {BANK}: the waiver waives nothing"),
    "does not apply": (table("F2-10"), 1, f"F2-10 does not apply for {BANK}: the waiver waives nothing"),
    "asked of another": (
        table("F4B-16"),
        1,
        f"F4B-16 is not asked of {BANK}: the waiver waives nothing. It is asked of: ",
    ),
    "unknown subject": (
        table(subject="https://example.org/bank/trainning"),
        1,
        "no description says anything of https://example.org/bank/trainning: the waiver waives nothing. Did you mean "
        f"{BANK}?",
    ),
    "twice": (table() + table(), 7, f"F5-08 is waived twice for {BANK}, first at cnil-kg.toml:1. Keep one of them."),
    "no TOML": (table() + "[[waiver\n", 7, "TOML syntax: "),
    "not closed": ('a = """\n\n', 3, "TOML syntax: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_waives_nothing_and_is_told_at_its_line(name: str) -> None:
    text, line, message = WRONG[name]
    found, (error, *more) = judged(text)
    assert (found, more) == (set(), [])
    assert error.startswith(f"cnil-kg.toml:{line}: {message}")


def test_a_run_with_a_wrong_waiver_ends_with_2_and_reports_what_is_not_waived(folder: Path) -> None:
    (folder / "cnil-kg.toml").write_text(table(expires="2026-11-24"), encoding="utf-8")
    code, found, (error,) = document("bank.ttl")
    assert code == 2
    assert error.startswith("cnil-kg: cnil-kg.toml:1: the waiver of F5-08 expired on 2026-11-24. ")
    assert {(f["id"], f["subject"]) for f in found["findings"] if f["status"] == "violated"} == VIOLATED
    assert waived_in(found) == set()
    assert [e["where"] for e in found["errors"]] == ["cnil-kg.toml:1"]


def test_a_waiver_holds_until_its_last_day_and_beside_one_in_error() -> None:
    found, (error,) = judged(table(expires=AS_OF) + table("F5-56", expires="2026-11-24"))
    assert "F5-56 expired" in error
    assert found == {("F5-08", BANK)}


def test_of_a_subject_of_two_projects_only_what_was_accepted_is_waived() -> None:
    report, reasoned = examined()
    (violated,) = [f for f in report.findings if f.id == "F5-08"]
    open_ = replace(violated, project="https://example.org/other", status="undetermined")
    config = parse_config(table().encode(), "cnil-kg.toml")
    both = replace(report, findings=(violated, open_))
    found = waived(both, reasoned, [config], lambda waiver: False).findings
    assert [(f.status, f.waiver is not None) for f in found] == [("violated", True), ("undetermined", False)]


def test_a_contradiction_is_not_waived(folder: Path) -> None:
    (folder / "against.ttl").write_text(
        HEADER + f"<{BANK}> ckg:dpiaCompletionDate '2026-01-01'^^xsd:date .\n", encoding="utf-8"
    )
    reasoned = reasoned_upon(["bank.ttl", "against.ttl"], as_of=AS_OF)
    of = build(reasoned), reasoned
    (contradiction,) = of[0].contradictions
    (open_,) = [f for f in of[0].findings if f.id == "F5-08"]
    assert (open_.status, open_.reason) == ("undetermined", "contradiction")
    for id_, status in (("F5-08", '"undetermined"'), ("F5-08", ""), *((i, "") for i in contradiction.ids)):
        text = table(id_, status=status)
        found, (error,) = judged(text, of)
        assert found == set()
        assert "a contradiction cannot be waived. Correct the facts that contradict each other." in error


def test_the_file_of_the_nearest_folder_counts_up_to_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one/deep/a.ttl", "one/b.ttl", "two/c.ttl", "d.ttl", "one/cnil-kg.toml", "cnil-kg.toml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    assert beside(["one/deep/a.ttl"]) == ("one/cnil-kg.toml",)
    assert beside(["one/b.ttl", "two/c.ttl", "-"]) == ("one/cnil-kg.toml", "cnil-kg.toml")
    monkeypatch.chdir(folder / "two")
    assert beside(["c.ttl", "../d.ttl", "-"]) == ("../cnil-kg.toml",)
    assert beside(["../one/deep/a.ttl"]) == ()


def test_waivers_of_other_descriptions_of_the_folder_are_counted_apart(folder: Path) -> None:
    shutil.copy(ROOT / "examples" / "tram.ttl", folder / "tram.ttl")
    tram = "https://example.org/tram/training"
    (folder / "cnil-kg.toml").write_text(table() + table("F5-07", tram), encoding="utf-8")
    code, found, errors = document("bank.ttl")
    assert errors == []
    assert found["summary"]["waived"] == {"violated": 1, "undetermined": 0, "elsewhere": 1}
    assert list(waiver_counts(found["summary"]["waived"], "en")) == [
        "Of these, waived (cnil-kg.toml): 1 violated, 0 undetermined",
        "Waivers about other descriptions, not examined: 1",
    ]
    assert code == 1  # F4B-16
    _, (error,) = judged(table("F5-07", tram))  # a file named on purpose is for this run
    assert f"no description says anything of {tram}" in error


def test_another_file_can_be_named(folder: Path) -> None:
    (folder / "cnil-kg.toml").write_text("nothing", encoding="utf-8")
    (folder / "ours.toml").write_text(table(), encoding="utf-8")
    assert waived_in(document("bank.ttl", "--config", "ours.toml")[1]) == {("F5-08", BANK)}
    code, _, (error,) = document("bank.ttl", "--config", "none.toml")
    assert code == 2 and error.startswith("cnil-kg: none.toml: The file cannot be read")
    assert validate("bank.ttl", "--config", "ours.toml", "--no-config")[0] == 2


def test_a_terminal_is_not_driven_by_a_waiver() -> None:
    report, reasoned = examined()
    config = parse_config(table(reason=r'"\u001b[31mred"').encode(), "cnil-kg.toml")
    text = click.unstyle(as_text(waived(report, reasoned, [config], lambda waiver: False), "en"))
    assert "�[31mred" in text and "\x1b" not in text


LINES = '''
# [[waiver]]
[[waiver]]
id = "F5-08"
subject = "s"
reason = """
[[waiver]]
"""
approver = \'\'\'
[[waiver]]\'\'\'
expires = 2027-01-01
[["waiver"]]  # of last year
id = "F5-08"
subject = "[[waiver]] \\" # no comment"
reason = "r"
approver = "a"
expires = 2027-01-01
'''


def test_lines_are_those_of_the_tables() -> None:
    found = parse_config(LINES.encode(), "x")
    assert [(w.line, w.reason) for w in found.waivers] == [(3, "[[waiver]]"), (12, "r")]
    crlf = parse_config(LINES.replace("\n", "\r\n").encode(), "x")
    assert crlf == found
    keys = ", ".join(re.sub(r"\s*=\s*", " = ", line) for line in table().splitlines()[1:])
    inline = parse_config(f"\nwaiver = [{{{keys}}}]\n".encode(), "x")
    assert [w.line for w in inline.waivers] == [2]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a = " + b"[" * 100_000, b"x" * (1 << 21), b"a = " + b"9" * 9999])
def test_what_is_no_configuration_is_one_message(data: bytes) -> None:
    (error,) = parse_config(data, "x").errors
    assert error.where.startswith("x")
