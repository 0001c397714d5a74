"""Two real catalog files go through `validate` as they are: no crash, nothing concluded that they do not say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cnil_kg.cli import cli
from harness import SHARED, run

CATALOGS = SHARED / "samples" / "catalogs"
pytestmark = pytest.mark.skipif(not CATALOGS.is_dir(), reason="the catalog samples are not beside the repository")
HEALTH = CATALOGS / "healthdcat-ap_fdz-gesundheit.ttl"
MODEL = CATALOGS / "mldcat-ap_apertus-70b.ttl"


def report(path: Path) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["validate", str(path), "--format", "json", "--lang", "en"])
    assert done.exit_code == 4, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize(("path", "datasets"), [(HEALTH, 1), (MODEL, 13)], ids=["health", "model"])
def test_all_is_undetermined_and_says_what_is_missing(path: Path, datasets: int) -> None:
    found = report(path)
    assert found["examined"]["datasets"] == datasets
    assert [c["question"] for c in found["conclusions"]] == ["reuse"] * datasets
    assert all(
        c["status"] == "undetermined" and c["reason"] == "missing" and c["missing"] for c in found["conclusions"]
    )
    assert found["contradictions"] == []


def test_the_old_namespace_is_normalised_with_a_warning() -> None:
    warnings = [w for w in report(HEALTH)["warnings"] if w["term"] == "https://w3id.org/dpv/dpv-pd#"]
    assert [w["code"] for w in warnings] == ["legacy-namespace"]
    assert "read as <https://w3id.org/dpv/pd#>" in warnings[0]["text"]["en"]
    terms = {str(q.object) for q in run(HEALTH).reasoned.facts.store}
    assert "<https://w3id.org/dpv/pd#HealthRecord>" in terms and not any("dpv-pd#" in t for t in terms)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("maxTypicalAge:", "maxTypicalAge"),
        ("minTypicalAge:", "minTypicalAge"),
        ("numberOfrecords:", "numberOfRecords"),
        ("numberOfUniqueIndividuals:", "numberOfUniqueIndividuals"),
    ],
)
def test_a_name_with_a_colon_is_warned_about_with_the_right_one(written: str, meant: str) -> None:
    base = "http://healthdataportal.eu/ns/health#"
    (warning,) = [w for w in report(HEALTH)["warnings"] if w["term"] == base + written]
    assert warning["code"] == "unknown-term" and warning["line"] in range(69, 73)
    assert f"did you mean healthdcatap:{meant}?" in warning["text"]["en"]


def test_a_name_with_a_colon_is_not_read_as_a_fact() -> None:
    result = run(HEALTH).reasoned
    assert not [q for q in result.derived if q.predicate.value.endswith("dataSubjectCount")]
    assert not [q for q in result.facts.store if q.predicate.value.endswith("#numberOfUniqueIndividuals")]
