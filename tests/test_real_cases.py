"""The real cases: every conclusion as expected, none against a sure source, and the page up to date."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Any

import pytest
import yaml

from cnil_kg.model import Conclusion
from cnil_kg.vocab import shrink
from harness import CASES, ROOT, SHARED, Run, run

sys.path.insert(0, str(ROOT / "scripts"))

from make_real_cases import PAGE, QUESTIONS, page

REAL = CASES / "real"
BASE = "https://example.org/real/"
EXPECTED: dict[str, Any] = yaml.safe_load((REAL / "expected.yaml").read_text(encoding="utf-8"))
READINGS = [
    pytest.param(slug, dimension, reading, id=f"{slug}/{dimension}/{number}")
    for slug, case in EXPECTED.items()
    for dimension, readings in case["readings"].items()
    for number, reading in enumerate(readings)
]
AGREEMENTS = {"agrees", "undetermined", "differs", "out-of-phase"}


@pytest.fixture(scope="module")
def result() -> Run:
    """All descriptions in one run."""
    return run(*sorted(REAL.glob("*.ttl")))


@pytest.fixture(scope="module")
def concluded(result: Run) -> dict[str, dict[str, dict[str, Conclusion]]]:
    """Case -> question -> unit -> conclusion."""
    found: dict[str, dict[str, dict[str, Conclusion]]] = defaultdict(lambda: defaultdict(dict))
    for c in result.conclusions:
        found[slug_of(c)][c.question][unit(c)] = c
    return found


def slug_of(c: Conclusion) -> str:
    return str(c.project).removeprefix(BASE).partition("/")[0]


def unit(c: Conclusion) -> str:
    """`training`, `training/actor`, `training/dataset`, `training consent`."""
    subject, other = (str(n).removeprefix(f"{BASE}{slug_of(c)}/") if n else "-" for n in (c.subject, c.object))
    if c.question in ("role", "reuse"):
        return f"{other}/{subject}"
    return f"{subject} {c.value}" if c.question == "legalBasis" and c.value else subject


def said(c: Conclusion) -> str:
    """`undetermined: missing`, `established: controller`; the status alone for a claimed legal basis."""
    if c.status == "undetermined":
        return f"undetermined: {c.reason}"
    return c.status if c.question == "legalBasis" else f"{c.status}: {c.value}"


def test_every_description_is_expected() -> None:
    assert {p.stem for p in REAL.glob("*.ttl")} == set(EXPECTED)


@pytest.mark.parametrize("slug", EXPECTED)
def test_conclusions(slug: str, concluded: dict[str, dict[str, dict[str, Conclusion]]]) -> None:
    found = {question: {u: said(c) for u, c in units.items()} for question, units in concluded[slug].items()}
    assert found == EXPECTED[slug]["conclusions"]


@pytest.mark.parametrize(("slug", "dimension", "reading"), READINGS)
def test_reading(
    slug: str, dimension: str, reading: dict[str, Any], concluded: dict[str, dict[str, dict[str, Conclusion]]]
) -> None:
    """The agreement stated is the one the verdicts show, and the facts said to be missing are."""
    units = concluded[slug][QUESTIONS[dimension]]
    verdicts = {said(units[u]) for u in reading["about"] if u in units}
    firm = {v for v in verdicts if not v.startswith("undetermined")}
    expects = set(reading["expects"])
    assert reading["agreement"] in AGREEMENTS
    if reading["agreement"] == "agrees":
        assert verdicts
        assert verdicts <= expects if expects else not firm
    elif reading["agreement"] == "undetermined":
        assert not firm
        assert reading.get("missing") or reading.get("because")
    elif reading["agreement"] == "differs":
        assert firm - expects
        assert reading["because"]
    else:
        assert "development" not in reading["phase"] or reading["because"]
    missing = {shrink(m.property) for u in reading["about"] if u in units for m in units[u].missing}
    assert set(reading.get("missing", [])) <= missing


@pytest.mark.skipif(not (SHARED / "cases").is_dir(), reason="the published outcomes (../shared/cases) are not here")
class TestAgainstSources:
    def test_readings_repeat_the_outcomes(self) -> None:
        """Value, phase, confidence and dispute are those of the source, for every outcome it gives."""
        read = {
            slug: {d: [mark(r) for r in readings] for d, readings in case["readings"].items()}
            for slug, case in EXPECTED.items()
        }
        assert read == {slug: outcomes(slug) for slug in EXPECTED}

    @pytest.mark.parametrize(("slug", "dimension", "reading"), READINGS)
    def test_no_firm_verdict_against_a_sure_source(
        self,
        slug: str,
        dimension: str,
        reading: dict[str, Any],
        concluded: dict[str, dict[str, dict[str, Conclusion]]],
    ) -> None:
        if reading["confidence"] != "high" or reading["contested"] or "development" not in reading["phase"]:
            return
        units = concluded[slug][QUESTIONS[dimension]]
        verdicts = {u: said(units[u]) for u in reading["about"] if u in units}
        assert {u: v for u, v in verdicts.items() if not v.startswith("undetermined")} == {
            u: v for u, v in verdicts.items() if v in reading["expects"]
        }


def mark(reading: dict[str, Any]) -> tuple[str, str, str, bool]:
    return reading["value"], reading["phase"], reading["confidence"], reading["contested"]


def outcomes(slug: str) -> dict[str, list[tuple[str, str, str, bool]]]:
    """The outcomes of a source, without the dimensions it does not address."""
    case = yaml.safe_load((SHARED / "cases" / f"{slug}.yaml").read_text(encoding="utf-8"))
    return {
        dimension: [
            (o["value"], o.get("phase", case["phase"]), o["confidence"], o.get("contested", False))
            for o in (case["outcomes"][dimension], *case["outcomes"][dimension].get("also", []))
        ]
        for dimension in QUESTIONS
        if case["outcomes"][dimension]["value"] != "not-addressed"
    }


def test_page_is_generated() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(EXPECTED), "run: python scripts/make_real_cases.py"
