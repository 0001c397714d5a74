"""What differs between the reports of a description before and after an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from cnil_kg.model import Conclusion, Contradiction, Finding, Report

T = TypeVar("T", Conclusion, Finding, Contradiction)


@dataclass(frozen=True)
class Difference(Generic[T]):
    """One verdict before and after; None where there was, or is, none."""

    before: T | None
    after: T | None

    @property
    def kind(self) -> str:
        """`appeared`, `gone` or `changed`."""
        return "appeared" if self.before is None else "gone" if self.after is None else "changed"

    @property
    def either(self) -> T:
        """The later one, or the one that is gone."""
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class Differences:
    """All that differs, in the order of the reports."""

    conclusions: tuple[Difference[Conclusion], ...]
    findings: tuple[Difference[Finding], ...]
    contradictions: tuple[Difference[Contradiction], ...]

    def __bool__(self) -> bool:
        return bool(self.conclusions or self.findings or self.contradictions)


def differences(before: Report, after: Report) -> Differences:
    """What differs between two reports: answers with status and rules, requirements and theirs, contradictions."""
    conclusions = _paired({_place(c): c for c in before.conclusions}, {_place(c): c for c in after.conclusions})
    findings = _paired(
        {(f.project, f.id, f.subject): f for f in before.findings},
        {(f.project, f.id, f.subject): f for f in after.findings},
    )
    contradictions = _paired(
        {(c.project, c.subject, c.ids, c.sides): c for c in before.contradictions},
        {(c.project, c.subject, c.ids, c.sides): c for c in after.contradictions},
    )
    return Differences(
        tuple(d for d in conclusions if _said(d.before) != _said(d.after)),
        tuple(d for d in findings if _found(d.before) != _found(d.after)),
        tuple(d for d in contradictions if d.kind != "changed"),
    )


def _place(c: Conclusion) -> tuple[object, ...]:
    """The question and its subject; for a legal basis claimed among others, the basis too."""
    return c.project, c.question, c.subject, c.object, c.value if c.question == "legalBasis" else None


def _said(c: Conclusion | None) -> tuple[object, ...]:
    return (c.value, c.status, c.presumed, c.to_be_confirmed, c.reason, c.rules) if c else ()


def _found(f: Finding | None) -> tuple[object, ...]:
    return (f.status, f.reason) if f else ()


def _paired(before: Mapping[object, T], after: Mapping[object, T]) -> list[Difference[T]]:
    return [Difference(before.get(k), after.get(k)) for k in dict.fromkeys((*before, *after))]
