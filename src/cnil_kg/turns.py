"""The days on which something changes: rules, lists, thresholds and dates of the law; days that descriptions state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pyoxigraph import Literal, NamedNode

from cnil_kg.compare import Turn
from cnil_kg.naming import Names
from cnil_kg.patterns import Body
from cnil_kg.questions import TYPE
from cnil_kg.rdf import matching
from cnil_kg.reason import TODAY, Reasoned
from cnil_kg.rulebook import VALIDITY, Rule, Rulebook
from cnil_kg.vocab import CKG, shrink

APPLIES = NamedNode(CKG + "appliesFrom")
_LATE = {("<", False), (">=", False), (">", True), ("<=", True)}
"""The comparisons (with today on the left: True) that turn on the day after the one they name."""


@dataclass(frozen=True)
class DateRead:
    """A rule that compares a date with the day of the examination.

    Attributes:
        rule: the rule.
        property: where the date stands.
        stated: in the description, rather than on a constant.
        classes: those that a constant must be in.
        late: the comparison turns on the day after.
    """

    rule: Rule
    property: NamedNode
    stated: bool
    classes: frozenset[NamedNode]
    late: bool


def date_reads(book: Rulebook) -> Iterator[DateRead]:
    """The comparisons with the day of the examination that the active rules make."""
    for rule in book.rules:
        if rule.headers.get("status", "active") == "active":
            for body in _bodies(rule.body):
                yield from _reads(rule, body)


def _bodies(body: Body) -> Iterator[Body]:
    yield body
    for count in body.counts:
        yield from _bodies(count.body)


def _reads(rule: Rule, body: Body) -> Iterator[DateRead]:
    today = {p.object for p in body.patterns if p.subject == TODAY}
    for c in body.comparisons:
        for other, first in ((c.left, False), (c.right, True)):
            if (c.left if first else c.right) not in today:
                continue
            for pattern in body.patterns:
                if pattern.object == other and isinstance(pattern.predicate, NamedNode):
                    kinds = (p for p in body.patterns if p.subject == pattern.subject and p.predicate == TYPE)
                    classes = frozenset(p.object for p in kinds if isinstance(p.object, NamedNode))
                    late = (c.operator, first) in _LATE
                    yield DateRead(rule, pattern.predicate, pattern.in_project, classes, late)


def turns(reasoned: Reasoned, start: str, end: str) -> dict[str, list[Turn]]:
    """What changes after a day and until another, day by day.

    Args:
        reasoned: the descriptions, reasoned upon on any day.
        start: ISO date, left out.
        end: ISO date, included.

    Returns:
        The days in order, each with what changes: rules, constants, dates of the law, stated days.
    """
    book = reasoned.rulebook
    reads = list(date_reads(book))
    found: dict[str, list[Turn]] = {}
    for turn in (*_rules(book), *_constants(book), *_dates(book, reads), *_facts(reasoned, reads)):
        if start < turn.day <= end:
            found.setdefault(turn.day, []).append(turn)
    return {day: sorted(found[day], key=_order) for day in sorted(found)}


def _order(turn: Turn) -> tuple[object, ...]:
    kinds = ("rule", "constant", "date", "fact")
    return kinds.index(turn.kind), turn.project or "", turn.id, turn.node, turn.ends


def following(day: str) -> str:
    """The day after, ISO dates."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def previous(day: str) -> str:
    """The day before, ISO dates."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _rules(book: Rulebook) -> Iterator[Turn]:
    """The rules that begin or end: one turn for an entry of which some end where others begin."""
    active = [r for r in book.rules if r.headers.get("status", "active") == "active"]
    begins = {(r.entry, r.headers["valid-from"]): r for r in active if "valid-from" in r.headers}
    ends = {(r.entry, following(r.headers["valid-until"])): r for r in active if "valid-until" in r.headers}
    for key in sorted({*begins, *ends}):
        rule = begins.get(key) or ends[key]
        written = rule.headers["valid-from" if key in begins else "valid-until"]
        entry, day = key
        yield Turn("rule", entry, rule.text, day, written, key not in begins, (entry,), rule.articles)


def _constants(book: Rulebook) -> Iterator[Turn]:
    """The items of lists and the thresholds that begin or end."""
    for name in VALIDITY:
        for quad in matching(book.constants, None, NamedNode(CKG + name), None, None):
            ends = name == "validUntil"
            day = following(quad.object.value) if ends else quad.object.value
            yield _constant(book, "constant", quad.subject, day, quad.object.value, ends, _readers(book, quad.subject))


def _dates(book: Rulebook, reads: Iterable[DateRead]) -> Iterator[Turn]:
    """The days from which duties and prohibitions apply, where they are in force by then."""
    reads = [r for r in reads if not r.stated and r.property == APPLIES]
    for quad in matching(book.constants, None, APPLIES, None, None):
        kinds = _kinds(book, quad.subject)
        mine = [r for r in reads if r.classes <= kinds]
        for late in sorted({r.late for r in mine} or {False}):
            day = following(quad.object.value) if late else quad.object.value
            since, until = ((book.values(quad.subject, name) or [default])[0]
                            for name, default in zip(VALIDITY, ("", "9999"), strict=True))  # fmt: skip
            if since <= day <= until:
                entries = {r.rule.entry for r in mine if r.late == late}
                yield _constant(book, "date", quad.subject, day, quad.object.value, False, entries)


def _constant(
    book: Rulebook, kind: str, node: NamedNode, day: str, written: str, ends: bool, entries: Iterable[str]
) -> Turn:
    code = book.notation(node) or shrink(node.value)
    sources = (*book.values(node, "article"), *(shrink(s) for s in book.sources(node.value)))
    label = book.label(node.value)
    return Turn(
        "date" if kind == "date" else "constant", code, label, day, written, ends, tuple(sorted(entries)), sources,
        node.value,
    )  # fmt: skip


def _kinds(book: Rulebook, node: NamedNode) -> set[NamedNode]:
    return {q.object for q in matching(book.constants, node, TYPE, None, None)}


def _readers(book: Rulebook, node: NamedNode) -> set[str]:
    """The entries whose rules read a constant: by name, or by its class."""
    kinds = {k for k in _kinds(book, node) if k.value.startswith(CKG)}
    return {
        rule.entry
        for rule in book.rules
        for body in _bodies(rule.body)
        for p in body.patterns
        if not p.in_project and (p.subject == node or (p.predicate == TYPE and p.object in kinds))
    }


def _facts(reasoned: Reasoned, reads: Iterable[DateRead]) -> Iterator[Turn]:
    """The days that descriptions state and rules compare with the day of the examination."""
    by: dict[tuple[NamedNode, bool], set[str]] = {}
    for read in reads:
        if read.stated:
            by.setdefault((read.property, read.late), set()).add(read.rule.entry)
    names = Names(reasoned.facts.paths)
    for description in reasoned.facts.descriptions:
        project = names.node(description.project) if description.project else None
        for (property_, late), entries in by.items():
            for quad in matching(reasoned.store, None, property_, None, description.graph):
                if isinstance(quad.object, Literal) and _is_day(quad.object.value):
                    written = quad.object.value
                    places = reasoned.facts.origins.get(quad.triple, ())
                    yield Turn(
                        "fact", property_.value, reasoned.rulebook.label(property_.value),
                        following(written) if late else written, written, False, tuple(sorted(entries)),
                        tuple(place.place for place in places), names.node(quad.subject), project,
                    )  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
