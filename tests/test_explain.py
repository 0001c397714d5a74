"""`cnil-kg explain`: the page of proofs is up to date, and the command answers, or says what is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnil_kg.cli import cli
from cnil_kg.errors import UnknownTermError
from cnil_kg.explain import explain
from cnil_kg.formats.explain import render
from cnil_kg.proof import Check, Proof
from harness import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from make_explain import PAGE, page

BANK = "examples/bank.ttl"


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["explain", *arguments])
    return result.exit_code, result.stdout


def test_the_page_of_proofs_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_a_violated_requirement_shows_the_dates_it_turns_on() -> None:
    code, text = run(BANK, "F5-08", "--lang", "fr", "--as-of", "2026-11-25")
    assert code == 0
    assert "F5-08 — https://example.org/bank/training : [non respecté" in text
    lines = [line.strip() for line in text.splitlines()]
    start = lines.index("2026-05-18 > 2026-03-02")
    assert lines[start - 1] == "L'AIPD a été achevée après le début du traitement. (F5-08; RGPD, art. 35(1))"
    assert lines[-2:] == [
        "date d'achèvement de l'AIPD = 2026-05-18 (examples/bank.ttl:50)",
        "date de début du traitement = 2026-03-02 (examples/bank.ttl:50)",
    ]


def test_the_rules_that_did_not_fire_name_the_premise_that_failed() -> None:
    (explanation,) = explain([BANK], "dpia", why_not=True, as_of="2026-11-25").explanations
    found = {(w.rule, w.kind, w.predicate.rpartition("#")[2], w.object) for w in explanation.considered}
    assert ("F5-04", "otherwise", "processesPersonalData", "false") in found
    assert ("F5-31", "notStated", "controllerHighRiskFinding", "https://w3id.org/cnil-kg/ns#HighRiskFinding") in found
    assert {(rule, kind, name) for rule, kind, name, _ in found if rule == "F5-10"} == {
        ("F5-10", "notConcluded", "statutoryCaseA"),
        ("F5-10", "otherwise", "statutoryCaseB"),
        ("F5-10", "notConcluded", "statutoryCaseC"),
    }
    fired = {p.rule for p in explanation.proofs}
    assert fired
    assert not fired & {w.rule for w in explanation.considered}


def test_an_undetermined_verdict_names_what_is_missing() -> None:
    (explanation,) = explain([BANK], "reuse", as_of="2026-11-25").explanations
    assert explanation.conclusion is not None
    assert explanation.proofs == ()
    assert [m.property.rpartition("#")[2] for m in explanation.conclusion.missing] == ["compatibilityConclusion"]


def test_json_and_markdown_say_the_same_verdicts() -> None:
    document = json.loads(run(BANK, "--format", "json", "--as-of", "2026-11-25")[1])
    questions = [e["conclusion"]["question"] for e in document["explanations"]]
    assert questions == ["scope", "regime", "purpose", "role", "legalBasis", "reuse", "dpia"]
    text = run(BANK, "--format", "markdown", "--lang", "en", "--as-of", "2026-11-25")[1]
    assert len([line for line in text.splitlines() if line.startswith("## ")]) == len(questions)
    assert "toBeConfirmed" in document["explanations"][0]["conclusion"]


@pytest.mark.parametrize(
    ("asked", "rule", "leaf"),
    [
        ("F4B-25", "F4B-25", "source described = yes (examples/complete.ttl"),
        ("F4A-06", "F4A-06o", "legal basis claimed = legitimate interest (examples/complete.ttl"),
    ],
)
def test_a_rule_whose_sentence_says_where_is_explained(asked: str, rule: str, leaf: str) -> None:
    """The sentence stands in the header of the rule file, above the WHERE of the query."""
    (path,) = (ROOT / "queries" / "rules").glob(f"*/{rule}-*.rq")
    header = path.read_text(encoding="utf-8").partition("CONSTRUCT")[0]
    assert " where " in header
    code, text = run("examples/complete.ttl", asked, "--lang", "en")
    assert code == 0
    assert leaf in text


@pytest.mark.parametrize("asked", ["dpai", "F5-999", "F99-1"])
def test_an_unknown_name_is_an_error(asked: str) -> None:
    with pytest.raises(UnknownTermError, match="no question, requirement or rule"):
        explain([BANK], asked)


def test_an_unknown_subject_and_a_missing_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UnknownTermError, match="nothing that was asked is about it"):
        explain([BANK], "dpia", subject="nobody")
    assert run(str(tmp_path / "absent.ttl"))[0] == 2


def steps(proof: Proof) -> Iterator[Proof]:
    """A proof and all below it."""
    yield proof
    for premise in proof.premises:
        yield from steps(premise)


def test_four_criteria_for_a_rule_of_two_give_one_sufficient_set_and_name_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "p.ttl"
    file.write_text(
        "@prefix ckg: <https://w3id.org/cnil-kg/ns#> . @prefix dpv: <https://w3id.org/dpv#> . "
        "@prefix ex: <https://example.org/> . ex:p a dpv:Process ; ckg:processesPersonalData true ; "
        "ckg:operationalUse ckg:UndefinedUse ; ckg:largeScale true ; ckg:innovativeUse true ; "
        "ckg:evaluatesOrScoresPersons true ; ckg:preventsRightServiceContract true .",
        encoding="utf-8",
    )
    found = explain([str(file)], "dpia", as_of="2026-11-25")
    (proof,) = found.explanations[0].proofs
    criteria = {"largeScale", "innovativeUse", "evaluatesOrScoresPersons", "preventsRightServiceContract"}
    used = {predicate.rpartition("#")[2] for _, predicate, _ in proof.leaves()} & criteria
    assert used == {"largeScale", "preventsRightServiceContract"}
    (count,) = [s for s in steps(proof) if s.rule == "F5-30"]
    assert count.checks == (Check("2", ">=", "2", counted=True),)
    assert {value.rpartition("#")[2] for _, _, value in count.spare} == {"C1", "C8"}
    assert "also counted, not needed: meets the criterion = criterion 1" in render(found, "en")


def test_of_two_routes_binding_text_comes_before_presumption() -> None:
    """F5-06b rests on a presumption, F5-06 on none: the proof goes by F5-06 and names the other."""
    found = explain(["examples/processor.ttl"], "dpia", subject="training", as_of="2026-11-25")
    (proof,) = found.explanations[0].proofs
    assert (proof.rule, proof.presumes, proof.others) == ("F5-06", (), ("F5-06b",))
    assert "    other routes: F5-06b" in render(found, "en").splitlines()
    assert not [s.rule for s in steps(proof) if s.rule.startswith("F5-06b")]


def test_of_two_verdicts_the_imposed_one_comes_before_the_presumed_one() -> None:
    (explanation,) = explain([BANK], "dpia", as_of="2026-11-25").explanations
    assert [p.rule for p in explanation.proofs] == ["F5-34", "F5-30c"]
