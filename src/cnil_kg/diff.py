"""`cnil-kg diff`: what changed between two versions of a description, and the facts that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import BinaryIO

from pyoxigraph import NamedNode, Triple

from cnil_kg.alignment import aligned
from cnil_kg.compare import Difference, FactChange, contradictions, differences
from cnil_kg.errors import CnilKgError
from cnil_kg.load import from_documents
from cnil_kg.model import Contradiction, Facts, Report, Text
from cnil_kg.naming import Names
from cnil_kg.rdf import matching
from cnil_kg.reason import reason
from cnil_kg.report import build
from cnil_kg.revisions import documents_of
from cnil_kg.rulebook import Rulebook, load_rulebook
from cnil_kg.steps import step_labels
from cnil_kg.trials import Change, FactTrials
from cnil_kg.vocab import PREFIXES


@dataclass(frozen=True)
class Diff:
    """What changed between two versions.

    Attributes:
        as_of: ISO date of the law applied to both.
        old, new: the inputs of each, as typed.
        errors: what could not be read of either; nothing is compared then.
        facts: what is stated otherwise, in order.
        verdicts: what is answered otherwise, each with the facts that caused it.
        gone, come: the contradictions that only the older, or only the newer version holds.
        labels: of the terms that occur.
    """

    as_of: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    errors: tuple[CnilKgError, ...] = ()
    facts: tuple[FactChange, ...] = ()
    verdicts: tuple[Difference[FactChange], ...] = ()
    gone: tuple[Contradiction, ...] = ()
    come: tuple[Contradiction, ...] = ()
    labels: Mapping[str, Text] = field(default_factory=dict)


def diff(
    old: str, new: str, *, format: str | None = None, stdin: BinaryIO | None = None, as_of: str | None = None
) -> Diff:
    """Compare two versions of a description.

    Args:
        old, new: each a file, a folder, `-`, or a git revision `REV:path`.
        format: the syntax, where names do not tell it.
        stdin: what `-` reads.
        as_of: ISO date of the law to apply to both, default today.

    Returns:
        What changed; what could not be read is in its `errors`.
    """
    book = load_rulebook()
    day = as_of or date.today().isoformat()
    after = from_documents(documents_of(new, format, stdin), book.terms)
    before = aligned(from_documents(documents_of(old, format, stdin), book.terms), after)
    errors = before.errors + after.errors
    reports = () if errors else (build(reason(before, book, day)), build(reason(after, book, day)))
    errors += tuple(error for report in reports for error in report.errors)
    if errors:
        return Diff(day, before.inputs, after.inputs, errors)
    found: tuple[Difference[FactChange], ...] = differences(*reports)
    facts: list[FactChange] = []
    causes: dict[str, tuple[FactChange, ...] | None] = {}
    for pair in _pairs(before, after):
        changes = list(_changes(pair, before, after))
        facts += [told for told, _ in changes]
        causes |= _causes(pair, changes, found, after, book, day)
    verdicts = tuple(replace(d, causes=causes.get(d.place.key)) for d in found)
    labels = _labels(book, reports, facts)
    return Diff(day, before.inputs, after.inputs, (), tuple(facts), verdicts, *contradictions(*reports), labels)


def facts_changed(before: Facts, after: Facts) -> tuple[FactChange, ...]:
    """What is stated otherwise in two versions, by project; the nodes of the older one are `aligned`."""
    return tuple(told for pair in _pairs(before, after) for told, _ in _changes(pair, before, after))


@dataclass(frozen=True)
class _Pair:
    """What the versions state about one project, or about partial descriptions that hang together."""

    project: NamedNode | None
    old: frozenset[Triple]
    new: frozenset[Triple]


def _pairs(before: Facts, after: Facts) -> Iterable[_Pair]:
    """The projects by IRI, then what is partial."""
    sides: list[dict[NamedNode | None, list[frozenset[Triple]]]] = [{}, {}]
    for facts, side in zip((before, after), sides, strict=True):
        for description in facts.descriptions:
            quads = matching(facts.store, None, None, None, description.graph)
            side.setdefault(description.project, []).append(frozenset(q.triple for q in quads))
    nothing: list[frozenset[Triple]] = [frozenset()]
    for project in sorted(({*sides[0], *sides[1]} - {None}), key=str):
        yield _Pair(project, sides[0].get(project, nothing)[0], sides[1].get(project, nothing)[0])
    yield from _partial(sides[0].get(None, []), sides[1].get(None, []))


def _partial(old: list[frozenset[Triple]], new: list[frozenset[Triple]]) -> list[_Pair]:
    """The partial descriptions of both versions, those that share a node together."""
    found: list[_Pair] = []
    for pair in [_Pair(None, o, frozenset()) for o in old] + [_Pair(None, frozenset(), n) for n in new]:
        nodes = {t.subject for t in pair.old | pair.new}
        near = [p for p in found if any(t.subject in nodes for t in p.old | p.new)]
        joined = _Pair(None, pair.old.union(*(p.old for p in near)), pair.new.union(*(p.new for p in near)))
        found = [p for p in found if p not in near] + [joined]
    return sorted(found, key=lambda p: min(str(t) for t in p.old | p.new))


def _changes(pair: _Pair, before: Facts, after: Facts) -> list[tuple[FactChange, Change]]:
    """What is stated otherwise of one project; one value in the place of another is one change."""
    removed, added = pair.old - pair.new, pair.new - pair.old
    groups: dict[tuple[object, object], tuple[list[Triple], list[Triple]]] = {}
    for side, triples in enumerate((removed, added)):
        for triple in sorted(triples, key=str):
            groups.setdefault((triple.subject, triple.predicate), ([], []))[side].append(triple)
    names = Names({**before.paths, **after.paths})
    project = names.node(pair.project) if pair.project else None
    found = []
    for gone, come in groups.values():
        couples: list[tuple[Triple | None, Triple | None]] = [(t, None) for t in gone] + [(None, t) for t in come]
        if len(gone) == len(come) == 1:
            couples = [(gone[0], come[0])]
        for old, new in couples:
            either = new or old
            assert either is not None
            told = FactChange(
                project,
                names.node(either.subject),
                either.predicate.value,
                names.term(old.object) if old else None,
                names.term(new.object) if new else None,
                before.origins.get(old, ()) if old else (),
                after.origins.get(new, ()) if new else (),
            )
            found.append((told, Change(frozenset([old] if old else ()), frozenset([new] if new else ()))))
    return sorted(found, key=lambda f: (f[0].subject, f[0].predicate, f[0].before or "", f[0].after or ""))


def _causes(
    pair: _Pair,
    changes: list[tuple[FactChange, Change]],
    found: Iterable[Difference[FactChange]],
    after: Facts,
    book: Rulebook,
    day: str,
) -> dict[str, tuple[FactChange, ...] | None]:
    """The changes that caused the differences of one project, by the key of the place."""
    if not (pair.old and pair.new and changes):
        return {}
    shown = Names(after.paths).node(pair.project) if pair.project else None
    wanted = {d.place: (d.before, d.after) for d in found if d.place.project == shown}
    trials = FactTrials(pair.old, [change for _, change in changes], pair.project, after, book, day)
    traced = trials.causes(wanted) if wanted else {}
    return {
        place.key: tuple(changes[n][0] for n in sorted(subset))
        for place, subset in traced.items()
        if subset is not None
    }


def _labels(book: Rulebook, reports: Iterable[Report], facts: Iterable[FactChange]) -> dict[str, Text]:
    found = step_labels(book)
    for report in reports:
        found |= report.labels
    named = {term for f in facts for term in (f.predicate, f.before or "", f.after or "")}
    known = {iri for iri in named if iri.startswith(tuple(PREFIXES.values())) and " " not in iri}
    return found | {iri: book.label(iri) for iri in sorted(known)}
