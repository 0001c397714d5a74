"""The examples of the catalogue, fiches 0 to 5: what is given leads to what is expected."""

from __future__ import annotations

from typing import Any

import pytest

from cnil_kg.questions import BY_NAME
from cnil_kg.vocab import shrink
from doctrine import DOCTRINE, describe, entries, facts_by_name, needs_doctrine
from harness import ROOT, Run, run_text

# Facts that a verdict needs and an example leaves to the reader, each line reviewed.
BESIDE: dict[str, dict[str, Any]] = {
    # fiche 5 gives the regime as a fact: it is described by what leads to it (tests/doctrine.py, DERIVED)
    # the slides speak of a client's order: the client is an actor of the same processing
    "F3-14": {"actor.instructedBy": "client"},
}
# What an example expects, in the words of the catalogue, as the question and value of a conclusion.
QUESTIONS = {
    "regime.development": ("regime", {"gdpr": "gdpr", "police-justice": "policeJustice", "unknown": None}),
    "verdict": (
        "dpia",
        {"required": "required", "notRequired": "notRequired", "notApplicable": "notApplicable", "undetermined": None},
    ),
    "role": ("role", {"controller": "controller", "joint-controller": "jointController", "processor": "processor"}),
    "role(provider)": ("role", {"controller": "controller", "processor": "processor"}),
}
# Results that are steps: the entry is named by `rule`; `test: due` is the step's `true`.
STEPS = {
    "purpose.valid", "consent.valid", "li.valid", "test", "compatible", "mayReuseNow", "mayReuse", "lawful",
}  # fmt: skip
# Missing facts written in prose, or as rules, matched to facts; each line reviewed.
PROSE: dict[str, set[str]] = {
    "deployment.regime, hence deployment.purposeCriminalOffences, deployment.controllerIsCompetentAuthority, "
    "deployment.purposeDefenceOrStateSecurity": {"ckg:deploymentRegime"},
    "origin of the data": {"ckg:sourceDescribed"},
    "conditions of collection": {"ckg:sourceCollectionDocumented"},
    "conditions of release": {"ckg:sourceFlagrantDoubt"},  # a release whose conditions are unknown is a doubt to lift
}


def examples() -> list[str]:
    if not DOCTRINE.is_dir():
        return ["absent"]
    return [id_ for id_ in given_and_expected() if id_[:2] not in ("F6", "F7")]


def given_and_expected() -> list[str]:
    return [id_ for id_, e in entries().items() if e["level"] == "example" and "given" in e and "expected" in e]


def run_example(id_: str) -> Run:
    entry = entries()[id_]
    given = BESIDE.get(id_, {}) | entry["given"]
    return run_text(describe(given, lifted=id_.startswith("F4A")) + (CLIENT if id_ in BESIDE else ""))


CLIENT = "ex:p prov:qualifiedAssociation ex:p-client . ex:p-client a prov:Association ; prov:agent ex:client .\n"


@needs_doctrine
@pytest.mark.parametrize("id_", examples())
def test_example(id_: str) -> None:
    expected = entries()[id_]["expected"]
    result = run_example(id_)
    checked = 0
    for key, value in expected.items():
        if key in QUESTIONS:
            question, values = QUESTIONS[key]
            assert conclusion(result, question).value == values[value], key
            checked += 1
        elif key in STEPS:
            assert step(result, expected["rule"]) == status(expected), key
            checked += 1
    assert checked, expected
    if "presumed" in expected:
        assert conclusion(result, "dpia").presumed == expected["presumed"]
    basis(result, expected)
    missing(result, id_, expected)


def conclusion(result: Run, question: str) -> Any:
    """The conclusion of a question about the provider (ex:a) or the processing; a scope that is out keeps it a step."""
    found = [c for c in result.about(question) if not (c.subject or "").endswith("client")]
    if found:
        return found[0]
    (scope,) = result.about("scope")
    return Shown({"regime": "F1-03", "dpia": "F5-04"}[question], scope)


class Shown:
    """A verdict shown as a step of an excluded scope."""

    def __init__(self, entry: str, scope: Any) -> None:
        assert scope.status == "excluded"
        (self.value,) = [s.value for s in scope.steps if s.id == entry]
        self.presumed = False
        self.rules, self.steps = (entry,), scope.steps


def status(expected: dict[str, Any]) -> str:
    return str(expected["status"])


def step(result: Run, entry: str) -> str:
    """The status of the step with an id, wherever it is shown; a legal basis not claimed leaves it undetermined."""
    quick = [c for name in BY_NAME for c in result.about(name, result.quick)]
    found = {s.status for c in quick for s in c.steps if s.id == entry}
    firm = found - {"undetermined"}
    assert len(firm) <= 1, (entry, found)
    return firm.pop() if firm else "undetermined"


def basis(result: Run, expected: dict[str, Any]) -> None:
    """The rules and criteria that carry the verdict on the DPIA."""
    if "basis" not in expected and "criteria" not in expected:
        return
    dpia = conclusion(result, "dpia")
    carried = set(dpia.rules) | {s.id for s in dpia.steps if s.status != "undetermined"}
    assert set(expected.get("basis", ())) <= carried
    if "criteria" in expected:
        met = {s.value for s in dpia.steps if s.status == "established" and (s.value or "").startswith("C")}
        assert met == set(expected["criteria"])


def missing(result: Run, id_: str, expected: dict[str, Any]) -> None:
    """The facts the catalogue calls missing are among those named; for the DPIA they are the whole set."""
    if "missing" not in expected:
        return
    wanted = set().union(*(PROSE.get(m) or {shrink(facts_by_name()[m].iri)} for m in expected["missing"]))
    named = {shrink(m.property) for question in ABOUT[id_[:3]] for c in result.about(question) for m in c.missing}
    assert wanted <= named
    if "verdict" in expected:
        assert wanted == named


ABOUT = {"F1-": {"regime"}, "F4A": {"legalBasis"}, "F4B": {"reuse"}, "F5-": {"dpia"}}


# Examples of fiches 6 and 7 expect what a requirement finds; facts that the entry takes for granted, then each variant.
GRANTED: dict[str, dict[str, Any]] = {
    "F6-27": {"project.phase": "development"},
    "F6-56": {"processesPersonalData": True, "sourceDeclared": True, "sourceListClosed": True},
    "F7-98": {"processesPersonalData": True, "project.phase": "development"},
}
FOUND = {"met": "met", "finding": "violated", "undetermined": "undetermined"}
VARIANTS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("F6-27", {}, {"F6-20": "violated"}),
    ("F6-27", {"chosenIsMostFrugal": True}, {"F6-20": "met"}),
    ("F6-27", {"frugalAlternativeMeetsThresholds": False}, {"F6-20": "met"}),
    ("F6-27", {"frugalAlternativeMeetsThresholds": None}, {"F6-20": "undetermined"}),
    ("F6-56", {}, {"F6-55": "met", "F6-34": "met"}),
    ("F6-56", {"useCaseToleratesBiasedSample": False}, {"F6-34": "violated"}),
    ("F6-56", {"useCaseToleratesBiasedSample": None}, {"F6-34": "undetermined"}),
    ("F7-95", {}, {"F7-29": "undetermined"}),
    ("F7-96", {}, {"F7-24": "met", "F7-29": "met"}),
    ("F7-97", {}, {"F7-27": "violated"}),
    ("F7-98", {}, dict.fromkeys(("F7-81", "F7-82", "F7-83", "F7-84", "F7-85"), "met")),
]


@needs_doctrine
@pytest.mark.parametrize(("id_", "changed", "found"), VARIANTS)
def test_example_of_a_requirement(id_: str, changed: dict[str, Any], found: dict[str, str]) -> None:
    entry = entries()[id_]
    if not changed:
        rules = entry["expected"].get("rules", [entry["expected"].get("rule")])
        assert {rule: found[rule] for rule in rules} == dict.fromkeys(rules, FOUND[entry["expected"]["verdict"]])
    given = GRANTED.get(id_, {}) | entry["given"] | changed
    result = run_text(describe(given))
    findings = [f for f in result.findings if f.id in found]
    assert {f.id: f.status for f in findings} == found
    if "missing" in entry["expected"] and not changed:
        (finding,) = findings
        assert {shrink(m.property) for m in finding.missing} == {
            shrink(facts_by_name()[name].iri) for name in entry["expected"]["missing"]
        }


@needs_doctrine
def test_every_example_of_fiches_6_and_7_is_tried() -> None:
    assert {v[0] for v in VARIANTS} == {id_ for id_ in given_and_expected() if id_[:2] in ("F6", "F7")}


@needs_doctrine
def test_dropping_one_quality_leaves_the_consent_undetermined() -> None:
    """The notes of F4A-13 and F4A-19: remove any condition and the expected status becomes undetermined."""
    for id_ in ("F4A-13", "F4A-19"):
        entry = entries()[id_]
        conditions = [n for n in entry["given"] if n.startswith(("consent.", "li.", "actor."))]
        for dropped in conditions:
            given = {n: v for n, v in entry["given"].items() if n != dropped}
            assert step(run_text(describe(given, lifted=True)), entry["expected"]["rule"]) == "undetermined", dropped


def test_there_are_examples_to_run() -> None:
    assert (ROOT / "examples").is_dir()
    assert len(examples()) > 25 or not DOCTRINE.is_dir()
