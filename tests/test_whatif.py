"""`cnil-kg whatif`: what changes, the smallest changes against brute force, impossible goals, wrong statements."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import cache, reduce
from itertools import combinations
from operator import or_
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from cnil_kg.conclude import Concluder
from cnil_kg.errors import CnilKgError
from cnil_kg.formats.whatif import render, render_goal
from cnil_kg.hypotheses.goal import Goal, read_goal
from cnil_kg.hypotheses.opened import Change, Opened, admissible, opened, slot_of
from cnil_kg.hypotheses.search import Bounds, search
from cnil_kg.hypotheses.statements import read_edit
from cnil_kg.hypotheses.trial import Trial
from cnil_kg.missing import question
from cnil_kg.reason import Reasoned, disputed
from cnil_kg.strata import read_names
from cnil_kg.vocab import CKG
from cnil_kg.whatif import Compared, Read, Sought, compare, read, seek
from harness import AS_OF, CASES, HEADER, ROOT, command

sys.path.insert(0, str(ROOT / "scripts"))

from make_whatif import PAGE, page

BANK = str(ROOT / "examples" / "bank.ttl")
TRAINING = "https://example.org/bank/training"
LINE = 35
FEW = {
    "scope=out": "ex:p ckg:technique ckg:SupervisedTechnique ; ckg:phase ckg:DevelopmentPhase .",
    "regime=gdpr": "ex:p ckg:processesPersonalData false ; ckg:developmentSameAsDeployment ckg:Exclusively .",
    "role=processor": "ex:p prov:qualifiedAssociation [ prov:agent ex:a ; ckg:determinesPurpose ckg:Alone ] .",
}


def described(tmp_path: Path, statements: str) -> Read:
    path = tmp_path / "p.ttl"
    path.write_text(HEADER + "ex:x a ckg:Project ; ckg:hasProcessing ex:p .\nex:p a dpv:Process .\n" + statements)
    return read([str(path)], as_of=AS_OF)


def moves(start: Opened, facts: set[object]) -> list[Change]:
    """Every change of one fact of some properties."""
    found = []
    for slot, fact in start.ground.slots.items():
        graph, node, property_ = slot
        if property_ not in facts:
            continue
        there = start.by_slot.get(slot, [])
        found += [Change(frozenset(start.stated[atom])) for atom in there]
        for value in fact.answers:
            atom = Quad(node, property_, value, graph)
            if atom not in there:
                against = [a for a in there if disputed(fact, [a.object, value])]
                removed = frozenset(q for a in against for q in start.stated[a])
                found.append(Change(removed, frozenset({atom})))
    return found


def brute(reasoned: Reasoned, goal: Goal, size: int) -> tuple[Opened, set[Change]]:
    """All smallest changes of at most `size` facts, each tried by the engine: alone, any fact that a rule bearing on
    the question reads; together, those that lead to its answers."""
    start, trial = opened(reasoned, goal.unit.graph), Trial(reasoned, goal)
    heads = start.ground.heads(goal.unit.graph, goal.unit.node)
    answers = [h for h in heads if h.predicate in {NamedNode(CKG + p) for p in goal.question.properties}]
    near = {property_ for _, _, property_ in question(start.ground, answers).slots}
    read = {NamedNode(name) for rule in trial.book.rules for name in read_names(rule) if name.startswith("http")}
    every = set(moves(start, read))
    some = moves(start, near)
    every |= {reduce(or_, chosen) for n in range(2, size + 1) for chosen in combinations(some, n)}
    tried = sorted((c for c in every if admissible(start, c)), key=lambda c: c.order)
    good = [c for c, reaches in zip(tried, trial.reached(tried), strict=True) if reaches]
    return start, {c for c in good if not any(o != c and o.within(c) for o in good)}


def alike(start: Opened, change: Change) -> tuple[frozenset[Quad], frozenset[object]]:
    """A change with the values supposed left out: one of several values that rules do not tell apart is listed."""
    return change.removed, frozenset(slot_of(q) for q in change.added)


def agrees(about: Read, text: str, size: int) -> int:
    """How many changes the search finds, after they were compared with those of brute force."""
    concluder = Concluder(about.reasoned)
    goal = read_goal(text, concluder, about.lookup)
    found = search(about.reasoned, concluder, goal, Bounds(limit=10_000, seconds=60, size=size))
    start, every = brute(about.reasoned, goal, size)
    assert set(found.changes) <= every
    assert {alike(start, change) for change in found.changes} == {alike(start, change) for change in every}
    return len(found.changes)


@pytest.mark.parametrize("text", FEW)
def test_the_search_finds_what_brute_force_finds(text: str, tmp_path: Path) -> None:
    assert agrees(described(tmp_path, FEW[text]), text, 1 if text.startswith("role") else 2)


@pytest.mark.parametrize(
    ("case", "text", "expected"),
    [
        ("F5-32/fires-row-6b-no-dpo.ttl", "dpia=required", 7),
        ("F5-32/unknown-rebutted-list-open.ttl", "dpia=notRequired", 1),
    ],
)
def test_what_bars_and_counts_decide_is_found_too(case: str, text: str, expected: int) -> None:
    """A presumption set aside comes back, one fact of two that are counted goes."""
    assert agrees(read([str(CASES / case)], as_of=AS_OF), text, 1) == expected


def test_the_page_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert PAGE.read_text(encoding="utf-8") == page()


@cache
def bank() -> Read:
    return read([BANK], as_of=AS_OF)


@cache
def off_the_list() -> Compared:
    return compare(bank(), [], ["ex:training ckg:mandatoryListItem ckg:LM08"])


@cache
def without_dpia() -> Sought:
    return seek(bank(), "dpia=notRequired", Bounds(seconds=60, size=2))


def lines(*arguments: str) -> list[str]:
    code, out, err = command("whatif", *arguments, "--as-of", AS_OF, "--lang", "en")
    assert (code, err) == (0, "")
    return [line.strip() for line in out.splitlines() if line.strip()]


def refused(*arguments: str) -> str:
    code, out, err = command("whatif", *arguments, "--as-of", AS_OF, "--lang", "en")
    assert (code, out) == (2, "")
    return err


def test_what_a_statement_changes() -> None:
    found = [line.strip() for line in render(off_the_list(), "text", "en").splitlines() if line.strip()]
    assert found[1:] == [
        "- ex:training ckg:mandatoryListItem ckg:LM08",
        "Changed: 1 of 7 conclusions, 0 of 168 requirements, 0 contradictions.",
        "Conclusions",
        f"Impact assessment (DPIA) — {TRAINING}: required [established] → required [established, presumed]",
        "Two criteria being met, a DPIA is in principle required.",
        "(F5-30, F5-34 → F5-30; GDPR, art. 35(1))",
        found[-1],
    ]
    assert found[-1].startswith("This describes a different project")


def test_both_spellings_mean_the_same() -> None:
    about = bank()
    turtle = read_edit(
        ["ex:training ckg:largeScale false"], ["ex:training ckg:largeScale true"], about.reasoned, about.lookup
    )
    short = read_edit(["largeScale=false"], ["training.largeScale=true"], about.reasoned, about.lookup)
    assert (turtle.removed, turtle.added) == (short.removed, short.added)
    assert [str(t.predicate.value) for t in turtle.added] == [CKG + "largeScale"]


def test_a_fact_of_a_pair_goes_to_its_association_and_usage() -> None:
    added = "transactions.compatibilityConclusion=Compatible"
    found = lines(BANK, "--remove", "bank.determinesPurpose=Alone", "--add", added)
    assert any("bank/bank" in line and "controller [established] → undetermined" in line for line in found)
    assert any(
        line.startswith("F4B-17") and line.endswith("missing → undetermined, a person must decide") for line in found
    )


def test_adding_against_what_is_stated_is_a_contradiction() -> None:
    found = lines(BANK, "--add", "training.largeScale=false")
    assert "Contradictions" in found
    assert 'large-scale processing = false (--add "training.largeScale=false")' in " ".join(found)


def test_nothing_changes() -> None:
    found = lines(BANK, "--add", 'ex:project dct:description "A project"')
    assert found[-1] == "No verdict changes: 7 conclusions, 168 requirements and 0 contradictions compared."


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--remove", "training.largeScale=false"], f"it is not stated. Stated of ckg:largeScale: true ({BANK}:"),
        (["--add", "ex:training ckg:largeScale true"], f"it is stated already, at {BANK}:"),
        (["--add", "ex:training ckg:largScale true"], "did you mean ckg:largeScale?"),
        (["--add", "training.largScale=true"], "Did you mean largeScale"),
        (["--add", "trainin.largeScale=true"], "Did you mean training?"),
        (["--add", "ex:trainin ckg:largeScale true"], "Did you mean training?"),
        (["--add", "ex:training ex:largeScale true"], "Did you mean largeScale"),
        (["--add", "collectionMode=OwnDataReus"], "Did you mean OwnDataReuse"),
        (["--add", 'ex:training ckg:largeScale "perhaps"'], "expects a boolean"),
        (["--add", "ex:training ckg:largeScale"], "it cannot be read"),
        (["--add", "other:thing ckg:largeScale true"], "it cannot be read"),
        (["--goal", "dpia"], "the goal is not of the form"),
        (["--goal", "dpi=required"], "Did you mean dpia? Questions: scope, regime,"),
        (["--goal", "dpia=notRequred"], "Outcomes of dpia: notApplicable, notRequired, required."),
        (["--goal", "dpia=notRequired@nobody"], "nothing described is called nobody"),
        (["--goal", "dpia=notRequired@bank"], "the goal fits nothing described. Name one: @training."),
    ],
)  # fmt: skip
def test_what_cannot_be_supposed_is_told(arguments: list[str], told: str) -> None:
    name, text = arguments
    with pytest.raises(CnilKgError) as error:
        if name == "--goal":
            seek(bank(), text, Bounds())
        else:
            compare(bank(), [text] if name == "--add" else [], [text] if name == "--remove" else [])
    assert error.value.code in ("input", "unknown-term")
    assert told in str(error.value)


def test_a_wrong_statement_leaves_with_2() -> None:
    assert "Did you mean largeScale" in refused(BANK, "--add", "training.largScale=true")
    assert "Say what to suppose" in refused(BANK)


def test_a_file_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("ex:a ex:b .")
    assert "bad.ttl" in refused(BANK, str(tmp_path / "bad.ttl"), "--goal", "dpia=notRequired@training")


def test_the_changes_that_reach_a_goal() -> None:
    found = [line.strip() for line in render_goal(without_dpia(), "text", "en").splitlines() if line.strip()]
    assert found[1:] == [
        f"Goal: Impact assessment (DPIA) = not required — {TRAINING}",
        "One change of facts would lead there; no part of it is enough.",
        found[3],
        "1.",
        f"- impact assessment made with the founding text = yes (nothing is stated) — {TRAINING}",
        f"- legal basis claimed = legal obligation, beside legitimate interest ({BANK}:{LINE}) — {TRAINING}",
        "Changes of more facts (--size) were not looked for: there may be some.",
    ]
    assert found[3].startswith("This describes a different project")


def test_a_change_that_is_listed_reaches_its_goal_in_a_whole_run() -> None:
    about = bank()
    sought = seek(about, "reuse=allowed", Bounds(seconds=60, size=2))
    assert len(sought.changes) == 2
    for change in sought.changes[:1]:
        removed = [f"transactions.{step.fact[len(CKG) :]}={t.value}" for step in change for t in step.removed]
        added = [f"transactions.{step.fact[len(CKG) :]}={t.value}" for step in change for t in step.added]
        short = [text.replace(CKG, "") for text in added], [text.replace(CKG, "") for text in removed]
        (reuse,) = [d for d in compare(about, *short).differences.conclusions if d.either.question == "reuse"]
        assert (reuse.either.value, reuse.either.status) == ("allowed", "established")


def test_a_goal_from_an_edited_description() -> None:
    found = lines(BANK, "--add", "compatibilityConclusion=Compatible", "--goal", "reuse=allowed", "--size", "1")
    assert found[1] == "+ compatibilityConclusion=Compatible"
    assert "- compatibility test documented = yes, instead of no" in found[6]
    assert found[7] != "2."


def test_a_goal_that_holds_already() -> None:
    assert lines(BANK, "--goal", "dpia=required")[-1] == "The description has this verdict already: nothing to change."


def impossible(text: str, about: Read) -> tuple[str | None, list[str]]:
    found = seek(about, text, Bounds(seconds=60)).found
    assert found.blocked is not None
    return found.blocked.kind, [p.predicate.rpartition("#")[2] for p in found.blocked.stated]


def test_impossible_goals_say_why(tmp_path: Path) -> None:
    assert impossible("role=processor", bank()) == ("claim", ["hasDataController"])
    personal = described(tmp_path, "ex:p dpv:hasPersonalData pd:Name .")
    assert impossible("regime=none", personal) == ("not-here", ["hasPersonalData"])


def test_no_rule_in_force() -> None:
    about = bank()
    book = about.reasoned.rulebook
    later = [
        replace(r, headers={**r.headers, "valid-from": "2030-01-01"})
        if any(p.object == NamedNode(CKG + "DpiaNotApplicable") for p in r.template)
        else r
        for r in book.rules
    ]
    about = replace(about, reasoned=replace(about.reasoned, rulebook=replace(book, rules=tuple(later))))
    assert impossible("dpia=notApplicable", about) == ("no-rule", [])


def test_a_search_that_is_stopped_says_so() -> None:
    assert lines(BANK, "--goal", "dpia=notRequired", "--time", "0")[-1].startswith("Stopped before the end")
    assert lines(BANK, "--goal", "scope=out", "--limit", "1")[-1].startswith("Stopped at the number asked for")


def test_the_json_documents() -> None:
    found = json.loads(render_goal(without_dpia(), "json", "en"))
    assert " ".join(found) == "tool asOf inputs removed added goal already changes stopped impossible note"
    assert [(s["kind"], s["property"], s["added"][0]["value"]) for s in found["changes"][0]] == [
        ("add", CKG + "statutoryDpiaInLegalBasis", "true"),
        ("add", "https://w3id.org/dpv#hasLegalBasis", "https://w3id.org/dpv/legal/eu/gdpr#A6-1-c"),
    ]
    assert (found["stopped"], found["impossible"]) == ("size", None)
    found = json.loads(render(off_the_list(), "json", "en"))
    (one,) = found["conclusions"]
    assert (one["kind"], one["question"]) == ("changed", "dpia")
    assert (one["before"]["presumed"], one["after"]["presumed"]) == (False, True)
    assert found["compared"] == {"conclusions": 7, "findings": 168}


def test_a_project_that_is_no_longer_one_is_compared_all_the_same() -> None:
    found = lines(BANK, "--remove", "ex:project a ckg:Project")
    assert found[2].endswith("compared.") or " of 7 conclusions" in found[2]
