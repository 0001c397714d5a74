"""Every row of every decision table of the catalogue, fiches 0 to 4: its facts alone give its conclusion."""

from __future__ import annotations

from typing import Any

import pytest

from doctrine import DOCTRINE, describe, entries, needs_doctrine
from harness import Run, curie, run_text

# Entry -> the property that holds its result, and the value of each `then` (True and False as they are).
RESULTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "F0-01": ("scope", "ckg:scope", {"in": "ckg:InScope", "out": "ckg:OutOfScope"}),
    "F0-08": ("personalData", "ckg:holdsPersonalData", {}),
    "F0-15": ("gdprTerritorial", "ckg:gdprTerritorial", {}),
    "F0-25": ("householdExemption", "ckg:householdExemption", {}),
    "F1-03": (
        "regime.development",
        "ckg:developmentRegime",
        {
            "gdpr": "ckg:GdprRegime",
            "none": "ckg:NoRegime",
            "police-justice": "ckg:PoliceJusticeRegime",
            "defence-state-security": "ckg:DefenceStateSecurityRegime",
        },
    ),
    "F1-05": (
        "deployment.regime",
        "ckg:derivedDeploymentRegime",
        {
            "gdpr": "ckg:GdprRegime",
            "mixed": "ckg:MixedRegime",
            "police-justice": "ckg:PoliceJusticeRegime",
            "defence-state-security": "ckg:DefenceStateSecurityRegime",
        },
    ),
    "F2-01": ("purpose.valid", "ckg:purposeValid", {}),
    "F2-08": ("purpose.valid", "ckg:purposeInferredFromUse", {}),
    "F2-10": ("purpose.valid", "ckg:purposeDescribed", {}),
    "F2-19": ("purpose.scientificResearch", "ckg:researchStatus", {}),
    "F3-08": ("role", "ckg:role", {"controller": "ckg:ControllerRole"}),
    "F3-10": (
        "role",
        "ckg:role",
        {
            "controller": "ckg:ControllerRole",
            "controller (means delegated)": "ckg:ControllerRole",
            "joint-controller": "ckg:JointControllerRole",
            "processor": "ckg:ProcessorRole",
            "none": "ckg:NoRole",
        },
    ),
    "F3-22": (
        "reuse",
        "ckg:clientDataReuseAllowed",
        {"allowed": "true", "unlawful": "false", "must be refused": "false"},
    ),
    "F4A-08": ("consent.valid", "ckg:consentValid", {}),
    "F4A-14": ("li.valid", "ckg:legitimateInterestValid", {}),
    "F4A-21": ("publicTask.valid", "ckg:publicTaskValid", {}),
    "F4A-24": ("contract.valid", "ckg:contractValid", {}),
    "F4A-25": ("legalObligation.valid", "ckg:legalObligationValid", {}),
    "F4A-27": (
        "lawful",
        "ckg:article9Satisfied",
        {"not-applicable": "true", "exception shown": "true", "False": "false"},
    ),
    "F4B-10": ("compatible", "ckg:reuseCompatible", {}),
    "F4B-24": ("mayReuseNow", "ckg:noManifestUnlawfulness", {}),
    "F4B-33": ("ownCompliance", "ckg:ownCompliance", {}),
    "F4B-39": ("mayReuse", "ckg:researchDatasetReusable", {}),
    "F4B-47": ("transmissionLawful", "ckg:transmissionLawful", {}),
}
RESULTS["F1-04"] = RESULTS["F1-10"] = RESULTS["F1-03"]
# Rows read together with facts that another entry concludes, or whose entry needs the case it applies to.
BESIDE: dict[str, dict[str, Any]] = {
    "F2-10": {"purpose.operationalUse": "undefined"},
    "F1-10": {"purpose.operationalUse": "identified", "purpose.developmentSameAsDeployment": "exclusively"},
}
MIXED = {"compat.link": "supports", "compat.context": "supports", "compat.nature": "opposes",
         "compat.consequences": "supports", "compat.safeguards": "supports"}  # fmt: skip
# Rows that an earlier one would catch on their facts alone: the facts that lead past it.
PAST: dict[tuple[str, int], dict[str, Any]] = {
    ("F4B-10", n): MIXED
    for n in (6, 7, 8)  # a factor not assessed comes first
}


def rows() -> list[tuple[str, int]]:
    if not DOCTRINE.is_dir():
        return [("absent", 0)]
    return [(id_, n) for id_ in RESULTS for n in range(len(entries()[id_].get("table", [])))]


@needs_doctrine
@pytest.mark.parametrize(("id_", "number"), rows())
def test_row(id_: str, number: int) -> None:
    row = entries()[id_]["table"][number]
    key, property_, values = RESULTS[id_]
    result = run_text(
        describe(BESIDE.get(id_, {}) | PAST.get((id_, number), {}) | given(row["when"]), lifted=id_.startswith("F4A"))
    )
    found = values_of(result, property_)
    assert found == expected(row, key, values), row


def given(when: dict[str, Any]) -> dict[str, Any]:
    """The facts of a row: one witness for `anyFalse`, the first of several values, `given` as something given."""
    facts: dict[str, Any] = {}
    for name, value in when.items():
        if name == "allTrue":
            facts |= dict.fromkeys(value, True)
        elif name == "anyFalse":
            facts[value[0]] = False
        elif name == "allIn":
            facts |= dict.fromkeys(value["facts"], value["values"][0])
        elif name == "anyIn":
            facts |= {value["facts"][0]: value["values"][0]}
        elif name != "otherwise":
            facts[name] = value[0] if isinstance(value, list) else value
    return facts


def expected(row: dict[str, Any], key: str, values: dict[str, str]) -> set[str]:
    """The value a row concludes; nothing for undetermined rows and rows that only route."""
    then = row["then"]
    concluded = next((then[k] for k in (key, "inference", "art9") if k in then), None)
    if row["status"] == "undetermined" or concluded in (None, "unknown", "holder-dependent", "conflict"):
        return set()
    if isinstance(concluded, bool) and not values:
        return {str(concluded).lower()}
    return {values[str(concluded)]}


def values_of(result: Run, property_: str) -> set[str]:
    """The values that rules of the doctrine concluded for a property."""
    return {
        curie(quad.object)
        for quad, derivation in result.reasoned.derived.items()
        if curie(quad.predicate) == property_ and quad in result.reasoned.store and not derivation.rules[0].describes
    }
