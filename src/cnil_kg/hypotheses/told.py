"""A change as steps a reader follows: each fact it touches once, with what is stated now and what would be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad, Triple

from cnil_kg.facttable import Fact
from cnil_kg.hypotheses.opened import Change, Opened, slot_of
from cnil_kg.model import Origin, Text
from cnil_kg.naming import Names
from cnil_kg.rdf import Value
from cnil_kg.reason import Reasoned
from cnil_kg.rulebook import Rulebook

_SOME = {
    "date": (Text("une date plus ancienne", "an earlier date"), Text("une date plus récente", "a later date")),
    "integer": (Text("un nombre plus petit", "a smaller number"), Text("un nombre plus grand", "a greater number")),
    "text": (Text("un texte", "a text"),),
    "iri": (Text("un identifiant (IRI)", "an identifier (IRI)"),),
    "actor": (Text("un acteur", "an actor"),),
    "duration": (Text("une durée", "a time span"),),
}
_SOME["decimal"] = _SOME["integer"]
"""What the values stand for that an open fact is tried with, in the order of `Fact.answers`."""


@dataclass(frozen=True)
class Told:
    """A value: as it is written (None for any value of a kind), in words, and where it is stated."""

    value: str | None
    text: Text
    places: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Step:
    """One fact of a change, by its property (IRI): values no longer stated, values stated instead, values that stay."""

    subject: str
    fact: str
    label: Text
    removed: tuple[Told, ...]
    added: tuple[Told, ...]
    beside: tuple[Told, ...]

    @property
    def kind(self) -> str:
        """`replace`, `remove` or `add`."""
        return "replace" if self.removed and self.added else "remove" if self.removed else "add"


def steps(reasoned: Reasoned, start: Opened, change: Change) -> tuple[Step, ...]:
    """The steps of a change, sorted."""
    names, book = Names(reasoned.facts.paths), reasoned.rulebook
    facts = {f.node: f for f in book.facts}
    removed: dict[tuple[NamedNode, NamedNode], list[Told]] = {}
    beside: dict[tuple[NamedNode, NamedNode], list[Told]] = {}
    for atom, sources in start.stated.items():
        gone = [q for q in sources if q in change.removed]
        told = Told(_written(atom.object), _words(book, names, atom.object), tuple(_places(reasoned, gone or sources)))
        _, node, property_ = slot_of(atom)
        (removed if gone else beside).setdefault((node, property_), []).append(told)
    added: dict[tuple[NamedNode, NamedNode], list[Told]] = {}
    for quad in sorted(change.added, key=str):
        told = _supposed(book, names, facts[quad.predicate], quad)
        added.setdefault((quad.subject, quad.predicate), []).append(told)  # type: ignore[arg-type]
    return tuple(
        Step(
            names.node(node),
            property_.value,
            book.label(property_.value),
            tuple(removed.get((node, property_), ())),
            tuple(added.get((node, property_), ())),
            tuple(beside.get((node, property_), ())),
        )
        for node, property_ in sorted({*removed, *added}, key=_by_name)
    )


def _by_name(key: tuple[NamedNode, NamedNode]) -> tuple[str, str]:
    return key[0].value, key[1].value


def _places(reasoned: Reasoned, quads: Iterable[Quad]) -> Iterable[Origin]:
    for quad in quads:
        yield from reasoned.facts.origins.get(Triple(quad.subject, quad.predicate, quad.object), ())


def _supposed(book: Rulebook, names: Names, fact: Fact, quad: Quad) -> Told:
    kinds = _SOME.get(fact.type, ())
    tried = fact.answers[: len(kinds)]
    if quad.object in tried:
        return Told(None, kinds[tried.index(quad.object)])
    return Told(_written(quad.object), _words(book, names, quad.object))


def _written(value: object) -> str:
    return value.value if isinstance(value, Literal | NamedNode) else str(value)


def _words(book: Rulebook, names: Names, value: Value | object) -> Text:
    if isinstance(value, Literal):
        words = {"true": Text("oui", "yes"), "false": Text("non", "no")}
        return words.get(value.value, Text(value.value, value.value))
    assert isinstance(value, NamedNode)
    label = book.label(value.value)
    shown = names.node(value)
    return label if label.en != value.value else Text(shown, shown)
