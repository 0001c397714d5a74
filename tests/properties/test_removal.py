"""Removing one stated fact never turns a verdict into its opposite, save the listed pairs."""

from __future__ import annotations

from itertools import islice

import pytest
import yaml
from pyoxigraph import RdfFormat, parse
from variants import as_turtle, conclude_all, examples, verdicts

from cnil_kg.rulebook import load_rulebook
from cnil_kg.vocab import shrink
from doctrine import DOCTRINE, describe, entries
from harness import HEADER, ROOT

FLIPS = yaml.safe_load((ROOT / "tests" / "properties" / "flips.yaml").read_text(encoding="utf-8"))


def sources() -> dict[str, str]:
    found = examples()
    del found["complete"]  # each of its facts is left out in test_complete.py
    if DOCTRINE.is_dir():
        for id_, entry in entries().items():
            if "given" in entry:
                found[id_] = HEADER + describe(entry["given"])
    return found


@pytest.mark.parametrize("name", sorted(sources()))
def test_removing_a_fact_never_turns_a_verdict_into_its_opposite(name: str) -> None:
    triples = [q.triple for q in parse(sources()[name].encode(), RdfFormat.TURTLE)]
    properties = {f.iri for f in load_rulebook().facts}
    removable = [n for n, t in enumerate(triples) if t.predicate.value in properties]
    texts = [as_turtle(triples)] + [as_turtle(t for n, t in enumerate(triples) if n != gone) for gone in removable]
    whole, *without = verdicts(*conclude_all(texts))
    for gone, partial in zip(removable, without, strict=True):
        removed = shrink(triples[gone].predicate.value)
        for key, before in whole.items():
            after = partial.get(key, "open")
            flipped = {before, after} == {"established", "excluded"}
            assert not flipped or removed in FLIPS[key[0]], f"{key} turns without {removed}"


def test_the_pairs_are_facts_of_the_table() -> None:
    known = {shrink(f.iri) for f in load_rulebook().facts}
    assert {p for pairs in FLIPS.values() for p in pairs} <= known


DPIA = (
    "ckg:operationalUse ckg:UndefinedUse ; ckg:processesPersonalData true ; ckg:largeScale true ;"
    " ckg:innovativeUse true ; ckg:specialCategoryData false ; ckg:criminalOffenceData false ;"
    " ckg:systematicExtensiveEvaluation false ; ckg:systematicMonitoring false ;"
    " ckg:mandatoryListItem ckg:none ; ckg:mandatoryListScreened true ; ckg:aiActHighRisk false ;"
    " ckg:generalPurpose false ; ckg:foundationModel false ; ckg:gpaiModel false"
)
FINDING = "ckg:controllerHighRiskFinding ckg:NoHighRiskFinding"
REBUTTED = FINDING + " ; ckg:noDpiaJustificationDocumented true"
ONE_CRITERION = (
    DPIA.replace("ckg:innovativeUse true", "ckg:innovativeUse false")
    + " ; ckg:evaluatesOrScoresPersons false ; ckg:automatedSignificantDecision false ; ckg:highlyPersonalData false"
    " ; ckg:vulnerableDataSubjects false ; ckg:preventsRightServiceContract false ; ckg:datasetsCombined true"
    " ; ckg:controllerHighRiskFinding ckg:NoHighRiskFinding"
)
SCOPE = (
    "ckg:operationalUse ckg:UndefinedUse ; ckg:processesPersonalData true ; ckg:technique ckg:SupervisedTechnique ;"
    " ckg:phase ckg:DevelopmentPhase"
)
PURPOSE = 'ckg:operationalUse ckg:UndefinedUse ; ckg:systemType "a model" ; ckg:feasibleFunctionality "translate"'
RESEARCH = (
    "ckg:operationalUse ckg:UndefinedUse ; ckg:systemType ckg:none ; ckg:purposePrecision ckg:PartialPrecision ; "
    + (
        " ; ".join(
            f"ckg:research{q} true"
            for q in (
                "MethodicalSystematic",
                "EthicalStandards",
                "VerifiableTransparent",
                "AutonomousIndependent",
                "GeneralKnowledgeObjective",
                "NovelContribution",
            )
        )
    )
)
INTEREST = (
    "dpv:hasLegalBasis eu-gdpr:A6-1-f ; ckg:legalBasisSetBeforeProcessing true ; ckg:interestLawful true ;"
    " ckg:interestClearPrecise true ; ckg:interestRealPresent true ; ckg:legitimateInterestNecessary true ;"
    " ckg:legitimateInterestDisproportionateImpact false ; ckg:controllerIsPublicAuthority false"
)
CONSENT = "dpv:hasLegalBasis eu-gdpr:A6-1-a ; ckg:legalBasisSetBeforeProcessing true ; " + " ; ".join(
    f"ckg:consent{q} true"
    for q in ("FreelyGiven", "Specific", "Informed", "Unambiguous", "Demonstrable", "WithdrawalAsEasy")
)
IN_RESEARCH = CONSENT.replace("Specific true", "Specific false") + RESEARCH[RESEARCH.index(" ; ckg:research") :]
OWN = (
    "ckg:phase ckg:DevelopmentPhase . ex:p prov:qualifiedUsage ex:u . ex:u prov:entity ex:d ;"
    " ckg:collectionMode ckg:OwnDataReuse ; ckg:reuseSameController true ; ckg:reuseDistinctPurpose "
)
DUE = OWN + (
    "true ; ckg:reuseForeseenAtCollection false ; ckg:reuseNewConsent false ; ckg:reuseLawAuthorises false ;"
    " ckg:newPurposeIsResearch false ; ckg:reuseStatisticalOnly false ; ckg:initialLegalBasis eu-gdpr:A6-1-b ; "
    + " ; ".join(
        f"ckg:compatibility{f} ckg:Supports" for f in ("Link", "Context", "Nature", "Consequences", "Safeguards")
    )
)
RESEARCH_SET = OWN + (
    "false ; ckg:newPurposeIsResearch false ; ckg:compatibilityConclusion ckg:Incompatible . ex:d ckg:anonymised false"
)
# What turns, what it is added to, the question; both directions are read.
PAIRS = [
    ("dpia", DPIA, "ckg:exemptionListItem ckg:LE02 ; ckg:exemptionConditionsAllMet true"),
    ("dpia", DPIA + " ; ckg:exemptionConditionsAllMet true", "ckg:exemptionListItem ckg:LE02"),
    ("dpia", DPIA + " ; ckg:exemptionListItem ckg:LE02", "ckg:exemptionConditionsAllMet true"),
    ("dpia", DPIA, REBUTTED + " ; ckg:dpoDesignated false"),
    ("dpia", DPIA + " ; ckg:dpoDesignated false ; ckg:noDpiaJustificationDocumented true", FINDING),
    (
        "dpia",
        DPIA + f" ; ckg:dpoDesignated false ; {REBUTTED.split(' ; ', maxsplit=1)[0]}",
        "ckg:noDpiaJustificationDocumented true",
    ),
    ("dpia", f"{DPIA} ; {REBUTTED}", "ckg:dpoDesignated false"),
    ("dpia", f"{DPIA} ; {REBUTTED}", "ckg:dpoAdviceSought true"),
    ("dpia", DPIA + " ; dpv:hasLegalBasis eu-gdpr:A6-1-e", "ckg:statutoryDpiaInLegalBasis true"),
    ("dpia", DPIA + " ; ckg:statutoryDpiaInLegalBasis true", "dpv:hasLegalBasis eu-gdpr:A6-1-e"),
    ("dpia", ONE_CRITERION, "ckg:combinationBeyondExpectations false"),
    ("scope", SCOPE + " ; ckg:reuseIncludesPublicationOrSharing false", "ckg:purelyHousehold true"),
    ("scope", SCOPE + " ; ckg:targetsOrMonitorsPersonsInEu false", "ckg:controllerEstablishedInEu false"),
    (
        "scope",
        SCOPE.replace("DevelopmentPhase", "DeploymentPhase"),
        "ckg:deploymentDataReusedForImprovement true",
    ),
    ("purpose", PURPOSE, "ckg:purposeSetBeforeProcessing false"),
    ("purpose", PURPOSE, "ckg:purposeKnownAndUnderstandable false"),
    ("purpose", PURPOSE, "ckg:purposeFitsOrganisationMissions false"),
    ("purpose", RESEARCH, "ckg:claimsScientificResearch true"),
    ("legalBasis", INTEREST, "ckg:legitimateInterestLessIntrusiveAlternative true"),
    ("legalBasis", INTEREST, "ckg:interestLinkedToMission false"),
    ("legalBasis", INTEREST + " ; ckg:otherLawConsentObtained false", "ckg:otherLawConsentRequired true"),
    ("legalBasis", CONSENT, "ckg:consentPracticallyCollectable false"),
    ("legalBasis", IN_RESEARCH, "ckg:consentResearchAreaScoped true"),
    ("reuse", DUE, "ckg:compatibilityConclusion ckg:Incompatible"),
    ("reuse", RESEARCH_SET, "ckg:initialPurposeResearch true"),
]


@pytest.mark.parametrize(("question", "facts", "turning"), PAIRS, ids=[f"{q}: {t}" for q, _, t in PAIRS])
def test_a_listed_pair_turns_in_both_directions(question: str, facts: str, turning: str) -> None:
    texts = [HEADER + f"ex:p a dpv:Process ; {facts} .", HEADER + f"ex:p a dpv:Process ; {facts} ; {turning} ."]
    without, with_ = (
        {v for (q, _, _), v in found.items() if q == question} for found in verdicts(*conclude_all(texts))
    )
    assert without | with_ == {"established", "excluded"}
    assert without != with_


def test_every_listed_pair_is_shown_to_turn() -> None:
    shown = {(q, t.split(" ")[0]) for q, _, turning in PAIRS for t in turning.split(" ; ")}
    assert {(q, p) for q, pairs in FLIPS.items() for p in pairs} == shown


def test_generated_facts_never_turn(random_descriptions: list[list[str]]) -> None:
    for facts in islice(random_descriptions, 40):
        texts = [HEADER + "ex:p a dpv:Process .\n" + "".join(facts)]
        texts += [HEADER + "ex:p a dpv:Process .\n" + "".join(facts[:n] + facts[n + 1 :]) for n in range(len(facts))]
        whole, *without = verdicts(*conclude_all(texts))
        for n, partial in enumerate(without):
            removed = facts[n].split(" ")[1]
            for key, before in whole.items():
                flipped = {before, partial.get(key, "open")} == {"established", "excluded"}
                assert not flipped or removed in FLIPS[key[0]], f"{key} turns without {facts[n]}"
