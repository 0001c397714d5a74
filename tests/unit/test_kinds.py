"""The generated files of published concepts: up to date, without the links that would make false facts."""

from __future__ import annotations

import csv
import sys
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

ROOT = Path(__file__).parents[2]
VOCABULARIES = ROOT / ".." / "shared" / "vocab"
KINDS = ROOT / "ontology" / "kinds.ttl"
BROADER = "http://www.w3.org/2004/02/skos/core#broader"
sys.path.insert(0, str(ROOT / "scripts"))

import make_kinds  # noqa: E402
from kind_trees import PERSONAL_DATA  # noqa: E402


@cache
def parents() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for triple in parse(path=str(KINDS), format=RdfFormat.TURTLE):
        if triple.predicate.value == BROADER:
            found.setdefault(triple.subject.value, set()).add(triple.object.value)
    return found


def above(curie: str) -> set[str]:
    """Everything a concept lies under, itself left out, as CURIEs."""
    waiting, seen = [make_kinds.expand(curie).value], set()
    while waiting:
        for parent in parents().get(waiting.pop(), set()) - seen:
            seen.add(parent)
            waiting.append(parent)
    return {make_kinds.shrink(iri) for iri in seen}


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "ontology" / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.skipif(not VOCABULARIES.is_dir(), reason="the published vocabularies are not beside the checkout")
def test_regeneration_changes_nothing(tmp_path: Path) -> None:
    make_kinds.main([str(VOCABULARIES), "-o", str(tmp_path / "kinds.ttl")])
    for name in ("kinds.ttl", "known-terms.csv"):
        assert (tmp_path / name).read_bytes() == (ROOT / "ontology" / name).read_bytes(), name


@pytest.mark.parametrize(
    "curie", ["pd:Health", "pd:PoliticalOpinion", "pd:BloodType", "pd:EthnicOrigin", "eu-gdpr:HealthData"]
)
def test_special_categories_are_recognised(curie: str) -> None:
    assert "dpv:SpecialCategoryPersonalData" in above(curie)


@pytest.mark.parametrize(
    "curie", ["pd:FacialExpression", "pd:Proclivity", "pd:Picture", "pd:Criminal", "eu-aiact:BiometricData"]
)
def test_over_typed_categories_are_not_special(curie: str) -> None:
    assert "dpv:PersonalData" in above(curie)
    assert "dpv:SpecialCategoryPersonalData" not in above(curie)


@pytest.mark.parametrize(
    ("curie", "expected"), [("pd:GPSCoordinate", True), ("pd:Country", False), ("pd:Income", True)]
)
def test_highly_personal_data(curie: str, expected: bool) -> None:
    assert ("ckg:HighlyPersonalData" in above(curie)) is expected


def test_an_exception_of_article_9_is_never_a_basis_of_article_6() -> None:
    for letter in "abcdefghij":
        assert not {c for c in above(f"eu-gdpr:A9-2-{letter}") if c.startswith("eu-gdpr:A6-1-")}


@pytest.mark.parametrize(
    "curie", ["dpv:LicenseAgreement", "tech:License", "dpv:DataProcessingAgreement", "eu-gdpr:A49-1-a"]
)
def test_no_licence_or_agreement_is_a_basis(curie: str) -> None:
    assert above(curie) == set()


def test_each_cut_has_a_reason() -> None:
    assert all(reason.strip() for reason in PERSONAL_DATA.cut.values())


def test_published_concepts_carry_no_text() -> None:
    for triple in parse(path=str(KINDS), format=RdfFormat.TURTLE):
        if triple.subject != NamedNode("https://w3id.org/cnil-kg/kinds"):
            assert isinstance(triple.object, NamedNode), triple


def test_renamed_terms_lead_from_an_unknown_name_to_a_known_one() -> None:
    known = {(row["namespace"], row["local"]) for row in rows("known-terms.csv")}
    for row in rows("renamed-terms.csv"):
        assert (row["namespace"], row["new"]) in known, row
        assert (row["namespace"], row["old"]) not in known, row
