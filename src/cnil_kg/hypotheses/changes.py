"""What differs between the reports of a description before and after an edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cnil_kg.model import Conclusion, Contradiction, Finding, Report

T = TypeVar("T", Conclusion, Finding, Contradiction)
Key = tuple[object, ...]


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
    """All that differs, in the order of the reports; `compared`: how many conclusions and requirements there were in
    either report."""

    conclusions: tuple[Difference[Conclusion], ...]
    findings: tuple[Difference[Finding], ...]
    contradictions: tuple[Difference[Contradiction], ...]
    compared: tuple[int, int]

    def __bool__(self) -> bool:
        return bool(self.conclusions or self.findings or self.contradictions)


def differences(before: Report, after: Report) -> Differences:
    """What differs between two reports: answers with status and rules, requirements and theirs, contradictions."""
    conclusions = _paired(before.conclusions, after.conclusions, _asked)
    findings = _paired(before.findings, after.findings, lambda f: (f.id, f.subject))
    contradictions = _paired(before.contradictions, after.contradictions, lambda c: (c.subject, c.ids, c.sides))
    return Differences(
        tuple(d for d in conclusions if _said(d.before) != _said(d.after)),
        tuple(d for d in findings if _found(d.before) != _found(d.after)),
        tuple(d for d in contradictions if d.kind != "changed"),
        (len(conclusions), len(findings)),
    )


def _asked(c: Conclusion) -> Key:
    """The question and its subject; for a legal basis claimed among others, the basis too."""
    return c.question, c.subject, c.object, c.value if c.question == "legalBasis" else None


def _said(c: Conclusion | None) -> tuple[object, ...]:
    return (c.value, c.status, c.presumed, c.to_be_confirmed, c.reason, c.rules) if c else ()


def _found(f: Finding | None) -> tuple[object, ...]:
    return (f.status, f.reason) if f else ()


def _paired(before: Sequence[T], after: Sequence[T], about: Callable[[T], Key]) -> list[Difference[T]]:
    """Each with what is said of the same thing in the same project; else, where an edit moves things from one
    description to another, of the same thing."""
    now = {(x.project, about(x)): x for x in after}
    pairs = [Difference(x, now.pop((x.project, about(x)), None)) for x in before]
    left: dict[Key, list[T]] = {}
    for x in now.values():
        left.setdefault(about(x), []).append(x)
    moved = []
    for d in pairs:
        rest = left.get(about(d.either), []) if d.after is None else []
        moved.append(Difference(d.before, rest.pop(0)) if rest else d)
    return moved + [Difference(None, x) for rest in left.values() for x in rest]
