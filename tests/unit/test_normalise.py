"""Old, wrong and unknown names."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from cnil_kg.inputs import legacy
from cnil_kg.inputs.normalise import Names, Terms, namespace
from cnil_kg.model import Warning_
from cnil_kg.vocab import CKG, DCAT, DPV, EU_GDPR, PREFIXES, PROV, SKOS, expand

HEALTH = PREFIXES["healthdcatap"]
TERMS = Terms(
    known={
        CKG: frozenset({"Project", "largeScale", "hasProcessing"}),
        DPV: frozenset({"hasPurpose", "hasPersonalData", "Process", "DataController", "RightsFulfilment"}),
        HEALTH: frozenset({"maxTypicalAge", "minTypicalAge", "numberOfUniqueIndividuals"}),
    },
    datatypes={},
)


def current(*iris: str) -> tuple[list[str], list[Warning_]]:
    warnings: list[Warning_] = []
    names = Names(TERMS, "p.ttl", warnings)
    return [names.current(NamedNode(iri), line).value for line, iri in enumerate(iris, 1)], warnings


def checked(*iris: str, predicate: bool = False) -> list[Warning_]:
    warnings: list[Warning_] = []
    names = Names(TERMS, "p.ttl", warnings)
    for line, iri in enumerate(iris, 1):
        names.check(NamedNode(iri), line, predicate=predicate)
    return warnings


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://w3id.org/dpv/dpv-pd#Age", PREFIXES["pd"] + "Age"),
        ("https://w3id.org/dpv/dpv-skos/dpv-pd#Age", PREFIXES["pd"] + "Age"),
        ("https://w3id.org/dpv/dpv-owl/dpv-pd#Age", PREFIXES["pd"] + "Age"),
        ("https://w3c.github.io/dpv/2.0/pd/Age", PREFIXES["pd"] + "Age"),
        ("https://w3c.github.io/dpv/2.0/pd/#Age", PREFIXES["pd"] + "Age"),
        ("https://w3id.org/dpv/pd/owl#Age", PREFIXES["pd"] + "Age"),
        ("https://w3id.org/dpv/dpv-skos#hasPurpose", DPV + "hasPurpose"),
        ("https://w3id.org/dpv/dpv-owl#hasPurpose", DPV + "hasPurpose"),
        ("https://w3id.org/dpv/owl#hasPurpose", DPV + "hasPurpose"),
        ("https://w3c.github.io/dpv/2.1/dpv/hasPurpose", DPV + "hasPurpose"),
        ("https://w3id.org/dpv/2.0/#hasPurpose", DPV + "hasPurpose"),
        ("http://w3id.org/dpv#hasPurpose", DPV + "hasPurpose"),
        ("https://w3id.org/dpv/dpv-gdpr#A6-1-a", EU_GDPR + "A6-1-a"),
        ("https://w3id.org/dpv/dpv-skos/dpv-gdpr#A6-1-a", EU_GDPR + "A6-1-a"),
        ("https://w3id.org/dpv/legal/eu/gdpr/owl#A6-1-a", EU_GDPR + "A6-1-a"),
        ("https://w3c.github.io/dpv/2.1/legal/eu/gdpr/A6-1-a", EU_GDPR + "A6-1-a"),
        ("http://www.w3.org/ns/dqv#hasLegalBasis", DPV + "hasLegalBasis"),
        ("http://data.europa.eu/r5r/healthdcatap#hdab", HEALTH + "hdab"),
        ("https://healthdcat-ap.github.io/hdab", HEALTH + "hdab"),
        ("http://schema.org/name", "https://schema.org/name"),
        ("https://www.w3.org/TR/vocab-dcat-3/Dataset", DCAT + "Dataset"),
        ("https://www.w3.org/TR/vocab-dcat-3/#Dataset", DCAT + "Dataset"),
        ("https://www.w3.org/TR/prov-o/Activity", PROV + "Activity"),
        ("https://www.w3.org/TR/skos-reference/Concept", SKOS + "Concept"),
        ("https://www.w3.org/TR/2016/NOTE-vocab-dqv-20161215/hasBody", "http://www.w3.org/ns/dqv#hasBody"),
        ("https://www.dcat-ap.de/applicableLegislation", PREFIXES["dcatap"] + "applicableLegislation"),
        ("http://w3id.org/cnil-kg/ns#Project", CKG + "Project"),
        ("https://www.w3.org/ns/prov#used", PROV + "used"),
        ("https://www.w3.org/1999/02/22-rdf-syntax-ns#type", PREFIXES["rdf"] + "type"),
        ("https://w3id.org/cnil-kg/ns/Project", CKG + "Project"),
        ("https://W3ID.org/cnil-kg/ns#Project", CKG + "Project"),
        ("https://w3id.org/dpv/Process", DPV + "Process"),
    ],
)
def test_a_legacy_or_wrong_namespace_is_read_as_the_current_one(old: str, new: str) -> None:
    iris, (warning,) = current(old)
    assert iris == [new]
    assert warning.code == "legacy-namespace"
    for text in (warning.text.fr, warning.text.en):
        assert old in text or namespace(old) in text
        assert new in text or namespace(new) in text


@pytest.mark.parametrize(
    "iri",
    [
        *(base + "x" for base in PREFIXES.values()),
        "https://w3id.org/dpv/pd",
        "https://w3id.org/dpv/loc#FR",
        "https://www.w3.org/TR/prov-o/",
        "https://healthdcat-ap.github.io/",
        "https://healthdcat-ap.github.io/index.html",
        "https://w3id.org/cnil-kg/ns/Projekt",
        "http://www.w3.org/ns/dqv#hasQualityAnnotation",
        "https://example.org/ns#Project",
        "urn:example:a",
        "mailto:a@example.org",
    ],
)
def test_other_names_are_left_alone(iri: str) -> None:
    assert current(iri) == ([iri], [])


def test_a_namespace_is_told_once_at_its_first_line() -> None:
    iris, warnings = current(CKG + "Project", "http://schema.org/a", "http://schema.org/b", "http://w3id.org/dpv#c")
    assert len(iris) == 4
    assert [(w.term, w.where and w.where.line) for w in warnings] == [
        ("http://schema.org/", 2),
        ("http://w3id.org/dpv#", 4),
    ]


def test_a_renamed_term_is_read_as_the_new_one() -> None:
    iris, warnings = current(PREFIXES["pd"] + "CriminalOffense", "https://w3id.org/dpv/dpv-skos#RightsFulfillment")
    assert iris == [PREFIXES["pd"] + "CriminalOffence", DPV + "RightsFulfilment"]
    assert [w.code for w in warnings] == ["renamed-term", "legacy-namespace", "renamed-term"]
    assert warnings[0].text.en == "pd:CriminalOffense is now pd:CriminalOffence."


def test_a_term_that_the_rulebook_knows_is_not_renamed() -> None:
    terms = Terms({PREFIXES["pd"]: frozenset({"Favorite"})}, {})
    iri = PREFIXES["pd"] + "Favorite"
    assert Names(terms, "p.ttl", []).current(NamedNode(iri), 1).value == iri


DPV_FILES = Path(__file__).parents[3] / "shared" / "vocab" / "dpv"


@pytest.mark.skipif(not DPV_FILES.is_dir(), reason="the DPV files of ../shared are not there")
def test_the_rename_table_leads_from_what_dpv_dropped_to_what_it_has() -> None:
    here: set[str] = set()
    for name in ("dpv", "pd", "ai", "risk", "tech", "eu-aiact", "eu-gdpr"):
        quads = parse(path=DPV_FILES / f"{name}.ttl", format=RdfFormat.TURTLE)
        here |= {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    assert not set(legacy.RENAMED) & here
    assert set(legacy.RENAMED.values()) <= here


@pytest.mark.parametrize(
    ("iri", "suggestion"),
    [
        (CKG + "largeScal", "ckg:largeScale"),
        (CKG + "LargeScale", "ckg:largeScale"),
        (CKG + "hasProcesing", "ckg:hasProcessing"),
        (DPV + "hasPurposes", "dpv:hasPurpose"),
        (DPV + "hasPersonalDatas", "dpv:hasPersonalData"),
        (HEALTH + "maxTypicalAge:", "healthdcatap:maxTypicalAge"),
        (HEALTH + "numberOfUniqueIndividuals:", "healthdcatap:numberOfUniqueIndividuals"),
    ],
)
def test_an_unknown_term_is_told_with_the_nearest_one(iri: str, suggestion: str) -> None:
    (warning,) = checked(iri)
    assert (warning.code, warning.term) == ("unknown-term", iri)
    assert warning.text.en.endswith(f"is not a known term: did you mean {suggestion}?")
    assert warning.text.fr.endswith(f"n'est pas un terme connu : vouliez-vous dire {suggestion} ?")


def test_an_unknown_term_far_from_all_is_told_without_suggestion() -> None:
    (warning,) = checked(CKG + "frobnicate")
    assert warning.text.en == "ckg:frobnicate is not a known term."


def test_a_known_term_an_unknown_namespace_and_a_bare_namespace_are_not_told() -> None:
    assert not checked(CKG + "Project", "https://example.org/x", CKG, "https://w3id.org/dpv/loc#XX", "urn:a:")


def test_a_property_that_ends_in_a_colon_is_told_in_any_namespace() -> None:
    (warning,) = checked("https://example.org/ns#age:", predicate=True)
    assert warning.text.en.endswith("did you mean https://example.org/ns#age?")
    assert not checked("https://example.org/ns#age:")


def test_an_unknown_term_is_told_once() -> None:
    warnings = checked(CKG + "largeScal", CKG + "largeScal", CKG + "larggeScale")
    assert [w.where and w.where.line for w in warnings] == [1, 3]


def test_suggestions_are_bounded_in_number() -> None:
    warnings = checked(*(f"{CKG}largeScale{i}" for i in range(100)))
    assert len(warnings) == 100
    assert sum("did you mean" in w.text.en for w in warnings) == 50


@pytest.mark.parametrize("curie", ["pd:Age", "ckg:Project", "schema:name"])
def test_namespace_is_what_precedes_the_local_name(curie: str) -> None:
    assert namespace(expand(curie)) == PREFIXES[curie.partition(":")[0]]
