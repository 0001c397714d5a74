"""Write `docs/real-cases.md` from `tests/cases/real/expected.yaml`.

python scripts/make_real_cases.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = ROOT / "tests" / "cases" / "real" / "expected.yaml"
PAGE = ROOT / "docs" / "real-cases.md"
QUESTIONS = {
    "regime": "regime",
    "purpose": "purpose",
    "roles": "role",
    "legal_basis": "legalBasis",
    "reuse": "reuse",
    "dpia": "dpia",
}
HEADINGS = {"roles": "roles", "legal_basis": "legal basis", "dpia": "DPIA"}
INTRODUCTION = """\
# Real cases

What `cnil-kg` concludes on 22 published decisions, opinions, reports and datasets, beside what their source concluded.
Each project is described in `tests/cases/real/` from the facts of its source alone, in our own words: never from the
outcome. `tests/test_real_cases.py` compares every conclusion with `tests/cases/real/expected.yaml`, from which this
page is generated (`python scripts/make_real_cases.py`).

- **agrees**: both conclude the same, or both leave it open.
- **undetermined**: the facts do not settle it; the main missing ones are named. No wrong answer, no answer either.
- **differs**: a firm conclusion that is not that of the source; the reason is given.
- **out of phase**: the source speaks of deployment, or of something other than development; the sheets do not answer.
- **not addressed**: the source says nothing.

No firm conclusion contradicts a source that is sure (confidence high), uncontested and about development.
Information, rights and the other dimensions are not covered by this version.
Sources were read in part: an article number or a detail of theirs is indicative.
"""


def page(cases: dict[str, Any]) -> str:
    """The whole page."""
    parts = [INTRODUCTION, overview(cases), *(section(slug, case) for slug, case in cases.items())]
    return "\n".join(parts)


def overview(cases: dict[str, Any]) -> str:
    """One row per case: the agreement per dimension."""
    head = ["case", *(HEADINGS.get(d, d) for d in QUESTIONS)]
    rows = [
        [title(slug, case), *(overall(case["readings"].get(d, [])) for d in QUESTIONS)] for slug, case in cases.items()
    ]
    counted = [r["agreement"] for c in cases.values() for readings in c["readings"].values() for r in readings]
    counts = ", ".join(f"{words(a)} {counted.count(a)}" for a in sorted(set(counted)))
    return f"## Overview\n\n{table(head, rows)}\n{len(counted)} conclusions of sources: {counts}.\n"


def overall(readings: list[dict[str, Any]]) -> str:
    """The agreements of a dimension, each once."""
    return ", ".join(dict.fromkeys(words(r["agreement"]) for r in readings)) or "not addressed"


def section(slug: str, case: dict[str, Any]) -> str:
    """The details of a case."""
    head = ["dimension", "source", "cnil-kg", "agreement"]
    rows = [
        [HEADINGS.get(dimension, dimension), source(reading), tool(dimension, reading, case), agreement(reading)]
        for dimension, readings in case["readings"].items()
        for reading in readings
    ]
    note = f"{case['note'].strip()}\n\n" if "note" in case else ""
    return f"## {title(slug, case)}\n\n{note}{table(head, rows)}"


def title(slug: str, case: dict[str, Any]) -> str:
    return f"{slug.partition('-')[0]} {case['title']}"


def source(reading: dict[str, Any]) -> str:
    """What the source concluded, with its value, phase, confidence and whether it is contested."""
    marks = [reading["value"], reading["phase"], f"confidence {reading['confidence']}"]
    if reading["contested"]:
        marks.append("contested")
    return f"{reading['concluded']} ({', '.join(marks)})"


def tool(dimension: str, reading: dict[str, Any], case: dict[str, Any]) -> str:
    """What the tool concludes on each unit the outcome is about."""
    conclusions = case["conclusions"].get(QUESTIONS[dimension], {})
    said = (
        "<br>".join(f"{unit}: {conclusions.get(unit, 'not examined')}" for unit in reading["about"]) or "not described"
    )
    missing = ", ".join(f"`{fact}`" for fact in reading.get("missing", []))
    return f"{said}<br>main facts missing: {missing}" if missing else said


def agreement(reading: dict[str, Any]) -> str:
    reason = f": {reading['because'].strip()}" if "because" in reading else ""
    return f"**{words(reading['agreement'])}**{reason}"


def words(agreement: str) -> str:
    return agreement.replace("-", " ")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))), encoding="utf-8")
