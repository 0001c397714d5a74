"""Two reports compared: the verdicts that differ, place by place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Generic, Literal, TypeVar

from cnil_kg.model import Conclusion, Contradiction, Finding, Origin, Reason, Report, Step, Text
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
        kind: `conclusion`, `step` (a result on the way to one) or `requirement`.
        id: the question, or the id of the entry.
        key: tells it from the others of the report, the same from run to run.
    """

    kind: Literal["conclusion", "step", "requirement"]
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
        kind: `rule` (one begins or ends), `constant` (an item of a list or a threshold begins or ends), `date` (a duty
            or a prohibition applies from that day), `fact` (a day that is stated).
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


def answers(verdict: Conclusion | Finding) -> Iterator[tuple[Place, Verdict]]:
    """A conclusion or finding by its place; after a conclusion, the results on the way to it."""
    yield place_of(verdict), verdict_of(verdict)
    if not isinstance(verdict, Conclusion):
        return
    for id_, steps in groupby(sorted(verdict.steps, key=_step), key=lambda s: s.id):
        found = list(steps)
        known = [s for s in found if s.status != "undetermined"] or found
        values = ", ".join(s.value for s in known if s.value)
        key = f"step {id_} {verdict.project or ''} {verdict.subject or ''} {verdict.object or ''}"
        place = Place("step", id_, key, verdict.project, verdict.subject, verdict.object)
        yield place, Verdict(known[0].status, values or None)


def _step(step: Step) -> tuple[str, str]:
    return step.id, step.value or ""


def verdict_of(verdict: Conclusion | Finding) -> Verdict:
    """What a conclusion or finding answers."""
    if isinstance(verdict, Conclusion):
        return Verdict(verdict.status, verdict.value, verdict.presumed, verdict.to_be_confirmed, verdict.reason)
    return Verdict(verdict.status, reason=verdict.reason)


def differences(before: Report, after: Report) -> tuple[Difference[C], ...]:
    """The verdicts that differ between two reports, their causes not traced yet.

    Returns:
        By project; in each, conclusions in the order of the questions, results on the way to them by id, then
        requirements by fiche and id.
    """
    old, new = _told(before), _told(after)
    found: list[Difference[C]] = []
    for place in {**new, **old}:
        was, told_before = old.get(place, (None, None))
        is_, told_after = new.get(place, (None, None))
        told = told_after or told_before
        assert told is not None
        if was != is_ and not (place.kind == "step" and _unasked(was, is_)):
            found.append(Difference(place, was, is_, told))
    twice = {(d.place.id, d.place.subject, d.before, d.after) for d in found if d.place.object is None}
    found = [d for d in found if d.place.kind != "step" or (d.place.id, d.place.object, d.before, d.after) not in twice]
    return tuple(sorted(found, key=_order))


def _unasked(was: Verdict | None, is_: Verdict | None) -> bool:
    """True for a step that is open in one report and not asked of in the other."""
    return (was is None or is_ is None) and (was or is_ or Verdict("")).status == "undetermined"


def contradictions(before: Report, after: Report) -> tuple[tuple[Contradiction, ...], tuple[Contradiction, ...]]:
    """The contradictions that are gone, and those that have come; where a side was read does not matter."""
    old = {_sides(c): c for c in before.contradictions}
    new = {_sides(c): c for c in after.contradictions}
    return tuple(c for k, c in old.items() if k not in new), tuple(c for k, c in new.items() if k not in old)


def _sides(c: Contradiction) -> tuple[object, ...]:
    sides = frozenset((p.subject, p.predicate, p.object, p.conclusion) for p in c.sides)
    return c.project, c.subject, c.ids, sides


def _told(report: Report) -> dict[Place, tuple[Verdict, Conclusion | Finding]]:
    verdicts: Iterable[Conclusion | Finding] = (*report.conclusions, *report.findings)
    return {place: (verdict, told) for told in verdicts for place, verdict in answers(told)}


_QUESTION_ORDER = {question.name: number for number, question in enumerate(QUESTIONS)}


def _order(difference: Difference[C]) -> tuple[object, ...]:
    place, told = difference.place, difference.told
    kind = ("conclusion", "step", "requirement").index(place.kind)
    rank = _QUESTION_ORDER.get(place.id, len(_QUESTION_ORDER))
    return place.project or "", kind, rank, told.fiche, place.id, place.subject or "", place.key
