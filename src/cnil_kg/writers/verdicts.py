"""Verdicts as they leave: each with its entry, rules, articles, release, date and missing facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cnil_kg import __version__
from cnil_kg.model import Conclusion, Finding, Report

CREATOR = f"cnil-kg {__version__}"
SPACE = "urn:cnil-kg:verdict"
"""How the names of verdicts, and of graphs of them, begin."""


@dataclass(frozen=True)
class Verdict:
    """One conclusion or finding, flat.

    Attributes:
        id: the same from run to run for the same question of the same subject.
        subject: what it is about; `object`: the processing, for the role of an actor or the use of a dataset.
        question: of a conclusion; empty for a finding.
        level: `must` or `should` of a finding; empty for a conclusion.
        to_be_confirmed: it rests on a reading that the text does not impose, or on a passage not confirmed.
        outcome: the value concluded, the status of the finding, or `undetermined`.
    """

    id: str
    subject: str
    object: str
    question: str
    level: str
    outcome: str
    presumed: bool
    to_be_confirmed: bool
    fiche: str
    rules: tuple[str, ...]
    articles: tuple[str, ...]
    missing: tuple[str, ...]


def verdicts(report: Report) -> Iterator[Verdict]:
    """Every verdict that says something of a subject: advice and requirements that do not apply stay out."""
    for conclusion in report.conclusions:
        if conclusion.subject is not None:
            yield _conclusion(conclusion, conclusion.subject)
    for finding in report.findings:
        if finding.status != "notApplicable" and finding.level != "may":
            yield _finding(finding)


def _conclusion(found: Conclusion, subject: str) -> Verdict:
    return Verdict(
        id=found.id,
        subject=subject,
        object=found.object or "",
        question=found.question,
        level="",
        outcome=(found.value or found.status) if found.status != "undetermined" else "undetermined",
        presumed=found.presumed,
        to_be_confirmed=found.to_be_confirmed,
        fiche=found.fiche,
        rules=found.rules,
        articles=found.articles,
        missing=tuple(dict.fromkeys(fact.property for fact in found.missing)),
    )


def _finding(found: Finding) -> Verdict:
    return Verdict(
        id=f"{found.project or ''}|{found.id}|{found.subject}",
        subject=found.subject,
        object="",
        question="",
        level=found.level,
        outcome=found.status,
        presumed=False,
        to_be_confirmed=found.to_be_confirmed,
        fiche=found.fiche,
        rules=(found.id,),
        articles=found.articles,
        missing=tuple(dict.fromkeys(fact.property for fact in found.missing)),
    )
