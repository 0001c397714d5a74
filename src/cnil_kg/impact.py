"""`cnil-kg impact`: which verdicts change between two days, and because of which entry of the law or stated day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import BinaryIO

from pyoxigraph import Literal, NamedNode, Quad, Store

from cnil_kg.compare import Difference, Turn, contradictions, differences
from cnil_kg.errors import CnilKgError, InputError
from cnil_kg.load import load
from cnil_kg.model import Contradiction, Description, Facts, Report, Text
from cnil_kg.naming import Names
from cnil_kg.rdf import matching
from cnil_kg.reason import TODAY, Reasoned, reason
from cnil_kg.report import build
from cnil_kg.rulebook import VALIDITY, Rule, Rulebook, load_rulebook
from cnil_kg.steps import step_labels
from cnil_kg.trials import Subset, Trials
from cnil_kg.turns import date_reads, previous, turns
from cnil_kg.vocab import CKG, XSD, expand

_HELD = NamedNode("urn:cnil-kg:held-day")
"""The day before, read by the rules that are held back in a trial instead of the day itself."""


@dataclass(frozen=True)
class Day:
    """One day on which something changes: what, and the verdicts that change because of it."""

    day: str
    turns: tuple[Turn, ...]
    verdicts: tuple[Difference[Turn], ...]
    gone: tuple[Contradiction, ...] = ()
    come: tuple[Contradiction, ...] = ()


@dataclass(frozen=True)
class Impact:
    """What changes between two days.

    Attributes:
        start, end: ISO dates; the first is left out.
        inputs: as typed.
        errors: what could not be read; nothing is worked out then.
        days: in order, those on which the law changes or verdicts do.
        labels: of the terms that occur.
    """

    start: str
    end: str
    inputs: tuple[str, ...]
    errors: tuple[CnilKgError, ...] = ()
    days: tuple[Day, ...] = ()
    labels: Mapping[str, Text] = field(default_factory=dict)


def impact(
    inputs: Sequence[str], start: str, end: str, *, format: str | None = None, stdin: BinaryIO | None = None
) -> Impact:
    """What changes for some descriptions between two days, if nothing in them changes.

    Args:
        inputs: files, folders, `-`.
        start: ISO date: what changes after it.
        end: ISO date: what changes until then.
        format: the syntax, where names do not tell it.
        stdin: what `-` reads.

    Raises:
        InputError: the second day comes before the first.
    """
    if end < start:
        raise InputError("The second day comes before the first", f"{start} to {end}", "Give --from, then --to.")
    book = load_rulebook()
    facts = load(inputs, format=format, stdin=stdin, terms=book.terms)
    if facts.errors:
        return Impact(start, end, facts.inputs, facts.errors)
    reasoned = reason(facts, book, start)
    latest = build(reasoned)
    if latest.errors:
        return Impact(start, end, facts.inputs, latest.errors)
    labels = {**latest.labels, **step_labels(book)}
    days: list[Day] = []
    for day, found in turns(reasoned, start, end).items():
        if not any(turn.entries for turn in found):
            days.append(Day(day, tuple(found), ()))
            continue
        report = build(reason(facts, book, day))
        told = _day(day, found, (latest, report), facts, book)
        days += [told] if told.turns or told.verdicts or told.gone or told.come else []
        labels |= report.labels
        latest = report
    terms = {expand(s) for d in days for t in d.turns for s in t.sources if s.startswith("ckg:")}
    labels |= {iri: book.label(iri) for iri in sorted(terms)}
    return Impact(start, end, facts.inputs, days=tuple(days), labels=labels)


def _day(day: str, found: Sequence[Turn], reports: tuple[Report, Report], facts: Facts, book: Rulebook) -> Day:
    """What changes on a day; a stated day that changes nothing is not told."""
    changed: tuple[Difference[Turn], ...] = differences(*reports)
    verdicts = tuple(_caused(changed, found, facts, book, day))
    causes = [cause for verdict in verdicts for cause in verdict.causes or ()]
    untraced = {verdict.place.project for verdict in verdicts if verdict.causes is None}
    told = [
        turn
        for turn in found
        if turn.kind != "fact" or turn.project in untraced or any(_same(turn, cause) for cause in causes)
    ]
    return Day(day, tuple(told), verdicts, *contradictions(*reports))


def _same(turn: Turn, cause: Turn) -> bool:
    return replace(turn, entries=()) == replace(cause, entries=())


@dataclass(frozen=True)
class Lever:
    """What can be held back in a trial: the rules of an entry, or a constant (its IRI)."""

    entry: str
    constant: str = ""


def _levers(turn: Turn) -> list[Lever]:
    return [Lever("", turn.node)] if turn.kind == "constant" else [Lever(entry) for entry in turn.entries]


def _caused(
    changed: Iterable[Difference[Turn]], found: Sequence[Turn], facts: Facts, book: Rulebook, day: str
) -> Iterable[Difference[Turn]]:
    """The differences, each with what caused it: what is held back one after the other, project by project."""
    changed = list(changed)
    names = Names(facts.paths)
    causes: dict[str, tuple[Turn, ...]] = {}
    for description in facts.descriptions:
        project = names.node(description.project) if description.project else None
        mine = [t for t in found if t.entries and (t.kind != "fact" or t.project == project)]
        wanted = {d.place: (d.before, d.after) for d in changed if d.place.project == project}
        levers = list(dict.fromkeys(lever for turn in mine for lever in _levers(turn)))
        if not (wanted and levers):
            continue
        mentioned = {q.object.value for q in matching(facts.store, None, None, None, description.graph)}
        for place, subset in DayTrials(levers, description, facts, book, day).causes(wanted).items():
            if subset is not None:
                chosen = {levers[number] for number in subset}
                causes[place.key] = tuple(_relevant(mine, chosen, mentioned, place.subject))
    for difference in changed:
        yield replace(difference, causes=causes.get(difference.place.key))


def _relevant(
    found: Iterable[Turn], chosen: Collection[Lever], mentioned: Collection[str], subject: str | None
) -> Iterable[Turn]:
    """What moved the levers: of several items of a list those described, of several days those of the subject."""
    moved = [(turn, [lever for lever in _levers(turn) if lever in chosen]) for turn in found]
    moved = [(turn, levers) for turn, levers in moved if levers]
    for turn, levers in moved:
        rivals = [t for t, others in moved if t.kind == turn.kind and set(others) & set(levers)]
        good = [t for t in rivals if (t.node == subject if t.kind == "fact" else t.node in mentioned)]
        if turn in good or not good or turn.kind in ("rule", "constant"):
            entries = [lever.entry for lever in levers if lever.entry]
            yield replace(turn, entries=tuple(entries)) if entries else turn


class DayTrials(Trials):
    """What some of the things that change on a day alone lead to, for one description."""

    def __init__(
        self, levers: Sequence[Lever], description: Description, facts: Facts, book: Rulebook, day: str
    ) -> None:
        super().__init__(len(levers), description.project, book)
        self.levers, self.day = levers, day
        store = Store()
        store.extend(matching(facts.store, None, None, None, description.graph))
        self.facts = replace(facts, store=store, descriptions=(description,), warnings=(), errors=())

    def run(self, subsets: Collection[Subset]) -> Mapping[Subset, Reasoned]:
        """Reason once for each, the other levers held back."""
        return {subset: reason(self.facts, self._held(subset), self.day) for subset in subsets}

    @cached_property
    def _reading(self) -> set[str]:
        return {read.rule.id for read in date_reads(self.book)}

    def _held(self, subset: Subset) -> Rulebook:
        """The rulebook with all but some levers as on the day before."""
        held = [lever for number, lever in enumerate(self.levers) if number not in subset]
        entries = {lever.entry for lever in held if lever.entry}
        fixed = {NamedNode(lever.constant) for lever in held if lever.constant}
        constants = Store()
        constants.extend(q for q in self.book.constants if q.subject not in fixed)
        yesterday = previous(self.day)
        constants.extend(q for node in fixed for q in self._as_of(node, yesterday))
        constants.add(Quad(_HELD, NamedNode(CKG + "value"), Literal(yesterday, datatype=NamedNode(XSD + "date"))))
        rules = tuple(self._before(r, yesterday) if r.entry in entries else r for r in self.book.rules)
        return replace(self.book, rules=rules, constants=constants)

    def _as_of(self, node: NamedNode, day: str) -> list[Quad]:
        """A constant that is there, or not, whatever the day, as it was on that day."""
        since, until = ((self.book.values(node, n) or [d])[0] for n, d in zip(VALIDITY, ("", "9999"), strict=True))
        if not since <= day <= until:
            return []
        validity = {NamedNode(CKG + name) for name in VALIDITY}
        return [q for q in matching(self.book.constants, node, None, None, None) if q.predicate not in validity]

    def _before(self, rule: Rule, day: str) -> Rule:
        """A rule as it was on a day: in force or not, its comparisons with the day made with that day."""
        headers = dict(rule.headers)
        since, until = headers.pop("valid-from", ""), headers.pop("valid-until", "9999")
        if not since <= day <= until:
            headers["status"] = "held"
        rule = replace(rule, headers=headers)
        if rule.id not in self._reading:
            return rule
        patterns = [replace(p, subject=_HELD) if p.subject == TODAY else p for p in rule.body.patterns]
        query = rule.query.replace("ckg:Today ", f"{_HELD} ")
        return replace(rule, body=replace(rule.body, patterns=patterns), query=query)
