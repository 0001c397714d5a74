"""Two reports compared: the verdicts that differ, place by place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

from cnil_kg.model import Conclusion, Contradiction, Finding, Origin, Reason, Report, Text
from cnil_kg.questions import QUESTIONS


@dataclass(frozen=True)
class Verdict:
    """What was answered: a status, and for a conclusion its value; why, when it is undetermined."""

    status: str
    value: str | None = None
    presumed: bool = False
    to_be_confirmed: bool = False
    reason: Reason | None = None


@dataclass(frozen=True)
class Place:
    """What a verdict is about.

    Attributes:
        kind: `conclusion` or `requirement`.
        id: the question, or the id of the requirement.
        key: tells it from the others of the report, the same from run to run.
    """

    kind: Literal["conclusion", "requirement"]
    id: str
    key: str
    project: str | None
    subject: str | None
    object: str | None = None


@dataclass(frozen=True)
class FactChange:
    """A fact stated, no longer stated (`after` is None), or stated with another value.

    Attributes:
        project: the project of the description, None for a partial one.
        subject, predicate: the node as reports name it, and the property (IRI).
        before, after: the value in each version, None where it is not stated.
        before_places, after_places: where each was read.
    """

    project: str | None
    subject: str
    predicate: str
    before: str | None
    after: str | None
    before_places: tuple[Origin, ...] = ()
    after_places: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Turn:
    """What changes on a day: in the law, or because a day that the description states is reached.

    Attributes:
        kind: `rule` (one begins or ends), `constant` (an item of a list or a threshold begins or ends), `date` (a duty or
            a prohibition applies from that day), `fact` (a day that is stated).
        id: the entry, the official code of an item or date, its name where it has none, the property stated (IRI).
        label: its text.
        day: the day on which things change.
        date: the day written in the source.
        ends: it stops being in force.
        entries: the entries whose rules depend on it; none: no rule of this version does.
        sources: the texts it comes from, or the places where the day is stated.
        node: the constant, or the node on which the day is stated.
        project: that of a day that is stated.
    """

    kind: Literal["rule", "constant", "date", "fact"]
    id: str
    label: Text
    day: str
    date: str
    ends: bool = False
    entries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    node: str = ""
    project: str | None = None


C = TypeVar("C")
Verdicts: TypeAlias = Mapping[Place, Verdict]


@dataclass(frozen=True)
class Difference(Generic[C]):
    """A verdict that is not the same in two reports.

    Attributes:
        place: what it is about.
        before, after: the verdicts; None where the question or requirement is not asked.
        told: the conclusion or finding of the later report (of the earlier where there is none): texts, articles.
        causes: what made the difference; None when that was not traced.
    """

    place: Place
    before: Verdict | None
    after: Verdict | None
    told: Conclusion | Finding
    causes: tuple[C, ...] | None = field(default=None)


def place_of(verdict: Conclusion | Finding) -> Place:
    """What a conclusion or finding is about."""
    if isinstance(verdict, Conclusion):
        key = f"conclusion {verdict.id}"
        return Place("conclusion", verdict.question, key, verdict.project, verdict.subject, verdict.object)
    key = f"requirement {verdict.id} {verdict.project or ''} {verdict.subject}"
    return Place("requirement", verdict.id, key, verdict.project, verdict.subject)


def verdict_of(verdict: Conclusion | Finding) -> Verdict:
    """What a conclusion or finding answers."""
    if isinstance(verdict, Conclusion):
        return Verdict(verdict.status, verdict.value, verdict.presumed, verdict.to_be_confirmed, verdict.reason)
    return Verdict(verdict.status, reason=verdict.reason)


def differences(before: Report, after: Report) -> tuple[Difference[C], ...]:
    """The verdicts that differ between two reports, their causes not traced yet.

    Returns:
        By project; in each, conclusions in the order of the questions, then requirements by fiche and id.
    """
    old, new = _told(before), _told(after)
    found: list[Difference[C]] = []
    for place in {**new, **old}:
        was, is_ = old.get(place), new.get(place)
        told = is_ or was
        assert told is not None
        verdicts = (was and verdict_of(was)) or None, (is_ and verdict_of(is_)) or None
        if verdicts[0] != verdicts[1]:
            found.append(Difference(place, *verdicts, told))
    return tuple(sorted(found, key=_order))


def contradictions(before: Report, after: Report) -> tuple[tuple[Contradiction, ...], tuple[Contradiction, ...]]:
    """The contradictions that are gone, and those that have come; where a side was read does not matter."""
    old = {_sides(c): c for c in before.contradictions}
    new = {_sides(c): c for c in after.contradictions}
    return tuple(c for k, c in old.items() if k not in new), tuple(c for k, c in new.items() if k not in old)


def _sides(c: Contradiction) -> tuple[object, ...]:
    sides = frozenset((p.subject, p.predicate, p.object, p.conclusion) for p in c.sides)
    return c.project, c.subject, c.ids, sides


def _told(report: Report) -> dict[Place, Conclusion | Finding]:
    verdicts: Iterable[Conclusion | Finding] = (*report.conclusions, *report.findings)
    return {place_of(v): v for v in verdicts}


_QUESTION_ORDER = {question.name: number for number, question in enumerate(QUESTIONS)}


def _order(difference: Difference[C]) -> tuple[object, ...]:
    place, told = difference.place, difference.told
    rank = _QUESTION_ORDER.get(place.id, len(_QUESTION_ORDER))
    return place.project or "", place.kind, rank, told.fiche, place.id, place.subject or "", place.key
