"""Baselines: what is known is hidden and counted, what is new is reported and fails; no line, no clock."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from cnil_kg.baseline import Baseline, only_new, points, read_baseline, written
from cnil_kg.errors import InputError
from cnil_kg.formats.accepted import baseline_counts
from cnil_kg.formats.json import document, schema, summary
from cnil_kg.gate import Gate
from cnil_kg.model import Baselined, Contradiction, Premise, Report, Waiver
from cnil_kg.report import examine, exit_code
from harness import ROOT, command

AS_OF = "2026-11-25"
BANK = "https://example.org/bank/training"


@cache
def bank() -> Report:
    return examine([str(ROOT / "examples" / "bank.ttl")], as_of=AS_OF)


def known(report: Report) -> Baseline:
    return Baseline("known.json", frozenset(points(report)))


def without(report: Report, id_: str) -> Report:
    return replace(report, findings=tuple(f for f in report.findings if f.id != id_))


def becomes(report: Report, id_: str, status: str) -> Report:
    changed = tuple(replace(f, status=status) if f.id == id_ else f for f in report.findings)  # type: ignore[arg-type]
    return replace(report, findings=changed)


def test_what_is_known_is_hidden_counted_and_fails_no_more() -> None:
    found = only_new(bank(), known(bank()))
    assert found.baseline == Baselined("known.json", 3, 118, 1, 0, gone=0, elsewhere=0)
    assert {f.status for f in found.findings} == {"met", "notApplicable"}
    assert {c.status for c in found.conclusions} == {"established"}
    assert summary(found) == summary(bank())
    assert (exit_code(bank()), exit_code(found), exit_code(found, strict=True)) == (1, 0, 0)
    shown = document(found)
    assert shown["baseline"]["violated"] == 3
    jsonschema.validate(shown, json.loads(schema()))


def test_what_is_new_is_shown_and_fails() -> None:
    found = only_new(bank(), known(without(bank(), "F5-08")))
    assert [(f.id, f.subject) for f in found.findings if f.status == "violated"] == [("F5-08", BANK)]
    assert exit_code(found) == 1


def test_an_open_point_that_turns_out_violated_is_new_and_the_open_one_is_gone() -> None:
    found = only_new(bank(), known(becomes(bank(), "F5-08", "undetermined")))
    assert [f.id for f in found.findings if f.status == "violated"] == ["F5-08"]
    assert found.baseline is not None and (found.baseline.violated, found.baseline.gone) == (2, 1)


def test_what_no_longer_occurs_is_counted_apart_from_what_was_not_read() -> None:
    other = replace(bank().findings[0], id="F5-08", status="violated", project="https://example.org/other")
    before = replace(bank(), findings=(*bank().findings, other))
    found = only_new(becomes(bank(), "F5-08", "met"), known(before))
    assert found.baseline == Baselined("known.json", 2, 118, 1, 0, gone=1, elsewhere=1)
    assert list(baseline_counts(found.baseline, "en")) == [
        "Baseline known.json, known points not shown: 121 (Requirements: 2 violated, 118 undetermined; "
        "Conclusions: 1 undetermined; Contradictions: 0)",
        "Points of the baseline that no longer occur: 1",
        "Points of the baseline about projects that were not read: 1",
    ]
    assert next(iter(baseline_counts(found.baseline, "fr"))) == (
        "État de référence known.json, points déjà connus et non montrés : 121 (Exigences : 2 non respectées, "
        "118 indéterminées; Conclusions : 1 indéterminée; Contradictions : 0)"
    )


def test_what_is_waived_is_no_part_of_a_baseline_and_stays_visible() -> None:
    waiver = Waiver("F5-08", BANK, "r", "a", "2027-01-01", "violated", "cnil-kg.toml", 1)
    accepted = replace(
        bank(), findings=tuple(replace(f, waiver=waiver) if f.id == "F5-08" else f for f in bank().findings)
    )
    assert all(p.id != "F5-08" for p in points(accepted))
    found = only_new(accepted, known(bank()))
    assert [f.id for f in found.findings if f.waiver] == ["F5-08"]
    assert found.baseline is not None and (found.baseline.violated, found.baseline.gone) == (2, 0)


def side(property_: str, value: str, line: int) -> Premise:
    return Premise(BANK, property_, value, "bank.ttl", line)


def test_another_contradiction_of_the_same_subject_is_new() -> None:
    known_, new = (
        Contradiction(None, BANK, (side(p, "true", 1), side(p, "false", 2)), ("F5-08",)) for p in ("ckg:a", "ckg:b")
    )
    moved = replace(known_, sides=tuple(replace(s, line=7) for s in known_.sides))
    found = only_new(replace(bank(), contradictions=(moved, new)), known(replace(bank(), contradictions=(known_,))))
    assert found.contradictions == (new,)
    assert found.baseline is not None and found.baseline.contradictions == 1
    assert exit_code(found) == 1


def test_the_file_is_the_same_on_any_day_and_wherever_the_lines_are(tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere.ttl"
    moved.write_text("\n\n" + (ROOT / "examples" / "bank.ttl").read_text(encoding="utf-8"), encoding="utf-8")
    assert written(examine([str(moved)], as_of="2026-11-26")) == written(bank())
    file = tmp_path / "known.json"
    file.write_text(written(bank()), encoding="utf-8")
    assert read_baseline(str(file)).points == known(bank()).points


def test_the_command_writes_a_baseline_and_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "examples" / "bank.ttl", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert command("validate", "bank.ttl", "--write-baseline", "known.json", "--as-of", AS_OF)[0] == 0
    before = Path("known.json").read_text(encoding="utf-8")
    assert before == written(bank())
    code, out, _ = command("validate", "bank.ttl", "--baseline", "known.json", "--as-of", AS_OF, "--lang", "en")
    assert code == 0
    assert "Baseline known.json, known points not shown: 122 (" in out
    assert "✗" not in out and "? " not in out
    code, out, err = command("validate", "bank.ttl", "--write-baseline", "known.json")  # nothing is run
    assert (code, out) == (2, "")
    assert err.startswith("cnil-kg: known.json: exists already.")
    assert Path("known.json").read_text(encoding="utf-8") == before
    code, _, err = command("validate", "none.ttl", "--write-baseline", "new.json")
    assert code == 2 and not Path("new.json").exists()
    assert "new.json: is not written: there are errors" in err


def test_what_a_gate_has_written_fails_no_more() -> None:
    assert Gate(write_baseline="known.json").code(bank()) == 0
    assert Gate().code(bank()) == 1


BAD = {
    "": "known.json:1: is no JSON",
    "{": "known.json:1: is no JSON",
    "[" * 100_000: "known.json: is no JSON",
    "\ufeff[]": "known.json: is no baseline",
    "{}": "known.json: is no baseline",
    '{"baseline": 1}': "known.json: is no baseline",
    '{"baseline": 2, "points": []}': "known.json: is a baseline of form 2, this version reads form 1",
    '{"baseline": 1, "points": [1]}': "known.json: points[0] is no point of a baseline",
    '{"baseline": 1, "points": [{"kind": "finding", "id": 1}]}': "known.json: points[0] is no point of a baseline",
}


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:40] or "empty")
def test_what_is_no_baseline_is_one_message(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("known.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_baseline("known.json")
    assert str(caught.value).startswith(BAD[text])


def test_a_missing_baseline_ends_the_run_with_2(tmp_path: Path) -> None:
    code, out, err = command("validate", str(ROOT / "examples/bank.ttl"), "--baseline", str(tmp_path / "no"))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "The file cannot be read" in err
