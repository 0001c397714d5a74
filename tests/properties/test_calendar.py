"""What depends on the day of the examination turns on that day, not before and not after."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from cnil_kg.load import load
from cnil_kg.reason import reason
from cnil_kg.rulebook import load_rulebook
from harness import HEADER, Run

BANNED_LATER = "ckg:processesPersonalData true ; ckg:operationalUse ckg:UndefinedUse ; ckg:prohibitedPractice ckg:PBA"
BIAS_DATA = (
    "ckg:processesPersonalData true ; ckg:operationalUse ckg:UndefinedUse ;"
    " ckg:biasMonitoringUsesSpecialCategories true"
)
WITHOUT_DPIA = (
    "ckg:processesPersonalData true ; ckg:operationalUse ckg:UndefinedUse ; ckg:mandatoryListItem ckg:LM03 ;"
    ' ckg:dpiaPerformed false ; ckg:processingStartDate "2027-03-01"^^xsd:date'
)
WITHOUT_CONSULTATION = (
    "ckg:processesPersonalData true ; ckg:operationalUse ckg:UndefinedUse ; ckg:residualRiskHigh true ;"
    ' ckg:dpiaPerformed true ; ckg:priorConsultationDone false ; ckg:processingStartDate "2027-03-01"^^xsd:date'
)


def run_on(day: str, facts: str) -> Run:
    book = load_rulebook()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.ttl"
        path.write_text(f"{HEADER}ex:p a dpv:Process ; {facts} .\n", encoding="utf-8")
        return Run(reason(load([str(path)], terms=book.terms), book, day))


@pytest.mark.parametrize(
    ("facts", "entry", "day", "expected"),
    [
        (BANNED_LATER, "F5-46", "2026-12-01", set()),
        (BANNED_LATER, "F5-46", "2026-12-02", {"ex:p ckg:prohibitedPracticeStated true"}),
        (BIAS_DATA, "F7-91", "2026-07-26", {"ex:p a ckg:NoBiasMonitoringProcessing"}),
        (BIAS_DATA, "F7-91", "2026-07-27", {"ex:p a ckg:BiasMonitoringProcessing"}),
        (WITHOUT_DPIA, "F5-08", "2027-02-28", {"ex:p ckg:awaitsJudgement F5-08"}),
        (WITHOUT_DPIA, "F5-08", "2027-03-01", {"ex:p ckg:dpiaTimely false"}),
        (WITHOUT_CONSULTATION, "F5-90", "2027-02-28", {"ex:p ckg:awaitsJudgement F5-90"}),
        (WITHOUT_CONSULTATION, "F5-90", "2027-03-01", {"ex:p ckg:consultedInTime false"}),
    ],
)
def test_the_day_decides(facts: str, entry: str, day: str, expected: set[str]) -> None:
    assert run_on(day, facts).derived_by(entry) == expected
