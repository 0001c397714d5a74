"""The doctrine catalogue as test data: facts of its entries as triples, through the fact table."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from cnil_kg.facttable import Fact
from cnil_kg.rulebook import load_rulebook
from cnil_kg.vocab import shrink
from harness import SHARED

DOCTRINE = SHARED / "doctrine"
FILES = (
    "00-scope", "01-legal-regime", "02-purpose", "03-roles", "04a-legal-basis", "04b-reuse", "05-dpia",
    "06-design", "07-data-management",
)  # fmt: skip
needs_doctrine = pytest.mark.skipif(not DOCTRINE.is_dir(), reason="the doctrine catalogue is not beside the repository")

NODES = {"processing": "ex:p", "participation": "ex:p-a", "use": "ex:p-d", "dataset": "ex:d"}
FRAME = """
ex:project a ckg:Project ; ckg:hasProcessing ex:p .
ex:p a dpv:Process ; prov:qualifiedAssociation ex:p-a ; prov:qualifiedUsage ex:p-d .
ex:p-a a prov:Association ; prov:agent ex:a .
ex:p-d a prov:Usage ; prov:entity ex:d .
ex:d a dcat:Dataset .
"""
GDPR = "ckg:operationalUse ckg:UndefinedUse ; ckg:processesPersonalData true"
SAME = "ckg:operationalUse ckg:IdentifiedUse ; ckg:developmentSameAsDeployment ckg:Exclusively"
CONSENT = " ; ".join(
    f"ckg:consent{q} true"
    for q in ("FreelyGiven", "Specific", "Informed", "Unambiguous", "Demonstrable", "WithdrawalAsEasy")
)
# Facts the catalogue gives although they are concluded: the facts that lead to them.
DERIVED: dict[tuple[str, Any], str] = {
    ("legalRegime", "gdpr"): f"{SAME} ; ckg:deploymentRegime ckg:GdprRegime",
    ("regime.development", "gdpr"): GDPR,
    ("regime.development", "police-justice"): (
        f"{SAME} ; ckg:deploymentRegime ckg:PoliceJusticeRegime ; ckg:developmentControllerIsCompetentAuthority true"
    ),
    ("householdExemption", True): "ckg:purelyHousehold true ; ckg:reuseIncludesPublicationOrSharing false",
    ("gdprTerritorial", False): "ckg:controllerEstablishedInEu false ; ckg:targetsOrMonitorsPersonsInEu false",
    ("consent.valid", True): CONSENT,
    ("consent.valid", False): "ckg:consentFreelyGiven false",
}
# A dataset's special or offence data are read on the processing by the entries of the legal basis.
LIFTED = {
    "dataset.containsSpecialCategories": "ckg:specialCategoryData",
    "dataset.containsOffenceData": "ckg:criminalOffenceData",
}
UNSTATED = ("unknown", None)
# Given by an example for colour: the legal basis is a matter of fiche 4, no requirement of fiche 6 reads it.
COLOUR = {"dataSubjectConsent"}


@cache
def entries() -> dict[str, dict[str, Any]]:
    """The entries of fiches 0 to 7, by id."""
    found = {}
    for name in FILES:
        for entry in yaml.safe_load((DOCTRINE / f"{name}.yaml").read_text(encoding="utf-8")):
            found[entry["id"]] = entry
    return found


@cache
def facts_by_name() -> dict[str, Fact]:
    return {name: fact for fact in load_rulebook().facts for name in fact.names}


def statement(name: str, value: Any) -> str:
    """One fact of the catalogue as Turtle; empty when it is not stated."""
    if value in UNSTATED or name in COLOUR:
        return ""
    if (name, value if not isinstance(value, list) else str(value)) in DERIVED:
        return f"ex:p {DERIVED[(name, value)]} .\n"
    fact = facts_by_name()[name]
    values = value if isinstance(value, list) else [value]
    terms = " , ".join(term(fact, v) for v in values) if values else "ckg:none"
    return f"{NODES[fact.unit]} {shrink(fact.iri)} {terms} .\n"


def term(fact: Fact, value: Any) -> str:
    """One value of the catalogue as a Turtle term."""
    listed = dict(fact.values)
    if isinstance(value, bool) and not listed:
        return str(value).lower()
    key = str(value).lower() if isinstance(value, bool) else str(value)
    if key in listed:
        return shrink(listed[key])
    if key in ("none", "no"):
        return "ckg:none"
    if key == "given":
        known = [iri for _, iri in fact.values]
        return shrink(known[0]) if known else ("ex:other" if fact.type in ("actor", "iri") else '"given"')
    if fact.type == "actor":
        return f"ex:{key}"
    if fact.type == "duration":
        return f'"{key}"^^xsd:duration'
    if key.partition(": ")[0] in listed:  # "maintenance: isolated store": the measure of a phase
        return shrink(listed[key.partition(": ")[0]])
    return f'"{key}"'


def describe(given: dict[str, Any], *, lifted: bool = False) -> str:
    """A description that states the facts given; `lifted` states those of datasets on the processing."""
    text = FRAME
    for name, value in given.items():
        if lifted and name in LIFTED and value not in UNSTATED:
            text += f"ex:p {LIFTED[name]} {str(value).lower()} .\n"
        else:
            text += statement(name, value)
    return text
