"""The command line as its user meets it: exit codes, messages on standard error, documents on standard output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from harness import HEADER

COMMAND = [sys.executable, "-c", "from cnil_kg.cli import main; main()"]
LONE = HEADER + "ex:p a dpv:Process .\n"
OUT = HEADER + "ex:p a dpv:Process ; ckg:processesPersonalData false .\n"
CONTRADICTION = HEADER + "ex:p a dpv:Process ; ckg:largeScale true , false .\n"


def cli(*arguments: str, cwd: Path | None = None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, input=stdin, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    contents = {
        "lone.ttl": LONE,
        "out.ttl": OUT,
        "contradiction.ttl": CONTRADICTION,
        "word.ttl": "word",
        "nodot.ttl": HEADER + "ex:p a dpv:Process\n",
        "zero.ttl": "",
        "nothing.ttl": HEADER + "ex:a ex:b ex:c .\n",
        "project.ttl": HEADER + "ex:project a ckg:Project .\n",
    }
    for name, text in contents.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("word.ttl", "word.ttl:1"),
        ("nodot.ttl", f"nodot.ttl:{(HEADER + 'x').count(chr(10)) + 1}"),
        ("zero.ttl", "zero.ttl"),
        ("empty", "empty"),
        ("missing.ttl", "missing.ttl"),
        ("nothing.ttl", "nothing.ttl"),
    ],
)
def test_bad_input_is_one_message_and_code_2(files: Path, name: str, place: str) -> None:
    result = cli("validate", name, cwd=files)
    assert result.returncode == 2
    assert result.stderr.startswith(f"cnil-kg: {place}")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("name", ["lone.ttl", "project.ttl"])
def test_without_facts_everything_is_undetermined(files: Path, name: str) -> None:
    result = cli("validate", name, "--format", "json", cwd=files)
    assert result.returncode == 4
    document = json.loads(result.stdout)
    statuses = {c["question"]: c["status"] for c in document["conclusions"]}
    assert statuses == dict.fromkeys(
        ["scope", "regime", "purpose", "role", "legalBasis", "reuse", "dpia"], "undetermined"
    )
    assert all(c["missing"] for c in document["conclusions"])


def test_out_of_scope_is_firm_and_alone(files: Path) -> None:
    result = cli("validate", "out.ttl", "--format", "json", cwd=files)
    document = json.loads(result.stdout)
    assert [(c["question"], c["value"]) for c in document["conclusions"]] == [("scope", "out")]
    assert document["findings"] == []
    assert result.returncode == 0


def test_a_contradiction_is_1_and_names_both_sides(files: Path) -> None:
    result = cli("validate", "contradiction.ttl", "--format", "json", cwd=files)
    assert result.returncode == 1
    (found,) = json.loads(result.stdout)["contradictions"]
    assert {(s["object"], s["file"]) for s in found["sides"]} == {
        ("true", "contradiction.ttl"),
        ("false", "contradiction.ttl"),
    }


def test_good_files_are_still_reported_beside_a_bad_one(files: Path) -> None:
    for order in (["word.ttl", "out.ttl"], ["out.ttl", "word.ttl"]):
        result = cli("validate", *order, "--format", "json", cwd=files)
        assert result.returncode == 2
        assert [c["value"] for c in json.loads(result.stdout)["conclusions"]] == ["out"]


def test_a_violation_beats_an_open_point_in_any_order(files: Path) -> None:
    for order in (["lone.ttl", "contradiction.ttl"], ["contradiction.ttl", "lone.ttl"]):
        assert cli("validate", *order, cwd=files).returncode == 1


def test_usage_errors_are_2(files: Path) -> None:
    for arguments in (
        ["validate"],
        ["validate", "--nope", "lone.ttl"],
        ["nope"],
        ["validate", "lone.ttl", "--format", "x"],
    ):
        result = cli(*arguments, cwd=files)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr
    assert cli("validate", "lone.ttl", "--as-of", "tomorrow", cwd=files).returncode == 2


def test_standard_input_needs_no_name(files: Path) -> None:
    result = cli("validate", "-", "--format", "json", "--input-format", "turtle", stdin=OUT)
    assert result.returncode == 0
    assert json.loads(result.stdout)["inputs"] == ["-"]


def test_allow_undetermined(files: Path) -> None:
    assert cli("validate", "lone.ttl", "--allow-undetermined", cwd=files).returncode == 0


@pytest.mark.parametrize("name", ["lone.ttl", "out.ttl", "contradiction.ttl", "project.ttl"])
def test_the_document_follows_the_published_schema(files: Path, name: str) -> None:
    schema = json.loads(cli("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(cli("validate", name, "--format", "json", cwd=files).stdout)
    jsonschema.validate(document, schema)


def test_the_report_does_not_depend_on_the_folder(files: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "lone.ttl").write_text(LONE, encoding="utf-8")
    one = cli("validate", "lone.ttl", "--format", "json", "--as-of", "2026-11-25", cwd=files)
    two = cli("validate", "lone.ttl", "--format", "json", "--as-of", "2026-11-25", cwd=other)
    assert one.stdout == two.stdout
    assert str(tmp_path) not in one.stdout


def test_derive_writes_only_what_follows(files: Path) -> None:
    result = cli("derive", "out.ttl", "--rule-of", cwd=files)
    assert result.returncode == 0
    assert "<https://w3id.org/cnil-kg/ns#OutOfScope> . # F0-01" in result.stdout
    assert "processesPersonalData" not in result.stdout


def test_new_writes_a_skeleton_that_loads_and_never_overwrites(files: Path) -> None:
    assert cli("new", "-o", "mine.ttl", "--lang", "fr", cwd=files).returncode == 0
    assert cli("validate", "mine.ttl", cwd=files).returncode == 4
    before = (files / "mine.ttl").read_text(encoding="utf-8")
    again = cli("new", "-o", "mine.ttl", cwd=files)
    assert again.returncode == 2
    assert "mine.ttl" in again.stderr
    assert (files / "mine.ttl").read_text(encoding="utf-8") == before


def test_a_conclusion_cannot_be_stated(files: Path) -> None:
    (files / "forged.ttl").write_text(
        HEADER + "ex:p a dpv:Process ; ckg:scope ckg:OutOfScope ; ckg:dpiaStatus ckg:DpiaNotRequired .\n",
        encoding="utf-8",
    )
    result = cli("validate", "forged.ttl", "--format", "json", cwd=files)
    document = json.loads(result.stdout)
    assert {w["code"] for w in document["warnings"]} == {"stated-verdict"}
    assert {c["status"] for c in document["conclusions"]} == {"undetermined"}


def test_a_terminal_is_not_driven_by_a_description(files: Path) -> None:
    (files / "escape.ttl").write_text(
        HEADER + 'ex:p a dpv:Process ; ckg:systemType "\\u001b[31mred" ; ckg:largeScale "\\u001b[2J" .\n',
        encoding="utf-8",
    )
    result = cli("validate", "escape.ttl", cwd=files)
    assert "\x1b" not in result.stdout + result.stderr
