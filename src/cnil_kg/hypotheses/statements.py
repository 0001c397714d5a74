"""`--add` and `--remove`: statements in Turtle, or in the short names of the YAML form (`training.largeScale=true`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from cnil_kg.errors import CnilKgError, InputError, UnknownTermError
from cnil_kg.facttable import Fact
from cnil_kg.hypotheses.names import Lookup
from cnil_kg.hypotheses.opened import holders
from cnil_kg.inputs.literals import Literals
from cnil_kg.inputs.normalise import namespace
from cnil_kg.inputs.projects import BNODE
from cnil_kg.inputs.reading import Reading
from cnil_kg.inputs.shortnames import nearest
from cnil_kg.inputs.sources import Document
from cnil_kg.load import edited, load
from cnil_kg.model import Facts, Origin
from cnil_kg.rdf import Value, matching
from cnil_kg.reason import Reasoned
from cnil_kg.vocab import CKG, PREFIXES, PROV, RDF, shrink

_SHORT = re.compile(r"(?:(?P<node>[^\s=]+)\.)?(?P<key>[A-Za-z]\w*)\s*=\s*(?P<value>.*)", re.DOTALL)
_WRONG = ("unknown-term", "ill-typed", "literal-for-term")
_NUMBER = 1_000_000
"""Numbers of the documents that statements make: beyond those of any run, so that their blank nodes are apart."""
_LINKS = {
    "participation": ("DescribedParticipation", "ofActor", PROV + "qualifiedAssociation", PROV + "agent"),
    "use": ("DescribedUse", "ofDataset", PROV + "qualifiedUsage", PROV + "entity"),
}
_CLASSES = {"processing": "DescribedProcessing", "dataset": "DescribedDataset"} | {u: v[0] for u, v in _LINKS.items()}


@dataclass(frozen=True)
class Edit:
    """What is taken from a description, as it stands there, and what is put into it."""

    removed: tuple[Triple, ...]
    added: tuple[Triple, ...]
    places: tuple[Origin, ...]

    def of(self, reasoned: Reasoned) -> Facts:
        """The description after the edit."""
        added = dict(zip(self.added, self.places, strict=True))
        return edited(reasoned.facts, self.removed, added, reasoned.rulebook.terms)


def read_edit(add: Sequence[str], remove: Sequence[str], reasoned: Reasoned, lookup: Lookup) -> Edit:
    """The edit that some statements make.

    Raises:
        InputError: a statement cannot be read, is not there to be removed, or is stated already.
        UnknownTermError: a term, or the thing spoken of, is not known; `repair` gives the nearest.
    """
    reader = _Reader(reasoned, lookup)
    removed = [t for n, text in enumerate(remove) for t in reader.removed(text, n)]
    added: dict[Triple, Origin] = {}
    for number, text in enumerate(add, len(remove)):
        for triple in reader.added(text, number):
            if triple in reasoned.facts.origins and triple not in removed:
                place = reasoned.facts.origins[triple][0].place
                raise InputError(f"it is stated already, at {place}", f'--add "{text}"', "Leave it out.")
            added[triple] = Origin(f'--add "{text}"', None)
    reader.check(added)
    both = [t for t in removed if t in added]
    if both:
        raise InputError("the same statement is added and removed", "--add, --remove", "Keep one of the two.")
    return Edit(tuple(dict.fromkeys(removed)), tuple(added), tuple(added.values()))


class _Reader:
    def __init__(self, reasoned: Reasoned, lookup: Lookup) -> None:
        self.reasoned, self.lookup = reasoned, lookup
        self.terms = reasoned.rulebook.terms
        self.facts = {f.iri: f for f in reasoned.rulebook.facts}
        self.holders = {d.graph: holders(reasoned, d.graph) for d in reasoned.facts.descriptions}

    def added(self, text: str, number: int) -> list[Triple]:
        where = f'--add "{text}"'
        match = _SHORT.fullmatch(text.strip())
        if match is None:
            return self._turtle(text, where, number)
        key, subject, unit = self._short(match, where)
        node, links = self._written_on(subject, unit, number)
        return [*links, *(Triple(node, NamedNode(key), value) for value in self._values(match, where))]

    def removed(self, text: str, number: int) -> list[Triple]:
        where = f'--remove "{text}"'
        match = _SHORT.fullmatch(text.strip())
        if match is None:
            found = self._turtle(text, where, number)
            subjects = {t: [t.subject] for t in found}
        else:
            key, subject, unit = self._short(match, where)
            found = [Triple(subject, NamedNode(key), value) for value in self._values(match, where)]
            subjects = {t: [subject, *self._originals(subject, unit)] for t in found}
        there = []
        for wanted in found:
            candidates = [Triple(s, wanted.predicate, wanted.object) for s in subjects[wanted]]
            stated = [t for t in candidates if t in self.reasoned.facts.origins]
            if not stated:
                raise InputError("it is not stated", where, self._instead(subjects[wanted], wanted))
            there += stated
        return there

    def _instead(self, subjects: Sequence[object], wanted: Triple) -> str:
        """What is stated in its place, to correct the statement."""
        found = [
            f"{shrink(str(getattr(t.object, 'value', t.object)))} ({places[0].place})"
            for t, places in self.reasoned.facts.origins.items()
            if t.subject in subjects and t.predicate == wanted.predicate
        ]
        name = shrink(wanted.predicate.value)
        return f"Stated of {name}: {', '.join(found)}." if found else f"Nothing is stated of {name}."

    def check(self, added: dict[Triple, Origin]) -> None:
        """That each added statement is about something described, or named by another one."""
        named = {t.object for t in added} | {t.subject for t in self.reasoned.facts.origins}
        for triple, place in added.items():
            subject = triple.subject
            assert isinstance(subject, NamedNode)
            if subject not in named and subject not in self.lookup.described and not subject.value.startswith(BNODE):
                self.lookup.node(subject.value, place.file)

    def _turtle(self, text: str, where: str, number: int) -> list[Triple]:
        declared = " ".join(f"@prefix {p}: <{iri}> ." for p, iri in self.lookup.prefixes.items())
        statement = text.strip() if text.strip().endswith(".") else f"{text.strip()} ."
        data = f"{declared} {statement}".encode()
        reading = Reading(Document(where, _NUMBER + number, "turtle", data), self.terms, Literals())
        try:
            reading.read()
        except InputError as error:
            repair = 'Write it as "ex:training ckg:largeScale true" or "training.largeScale=true".'
            raise InputError(f"it cannot be read: {error.what}", where, repair) from error
        for warning in reading.warnings:
            if warning.code in _WRONG:
                raise UnknownTermError(warning.text.en, where, "Correct it.")
        for triple in reading.origins:
            self._known(triple.predicate, where)
        return list(reading.origins)

    def _known(self, predicate: NamedNode, where: str) -> None:
        """A property of no vocabulary we know would change nothing, and look as if it had been tried."""
        base = namespace(predicate.value)
        if base in self.terms.known or base in PREFIXES.values():
            return
        name = predicate.value[len(base) :]
        near = nearest(name, self.terms.short.keys)
        raise UnknownTermError(f"{predicate.value} is no property that is read", where, near)

    def _short(self, match: re.Match[str], where: str) -> tuple[str, NamedNode, str]:
        """The property, the unit that it is about, and the kind of unit."""
        keys = self.terms.short.keys
        key = keys.get(match["key"])
        if key is None:
            near = nearest(match["key"], keys) or "`cnil-kg schema description` lists them."
            raise UnknownTermError(f"{match['key']} is no known name", where, near)
        fact = self.facts.get(key.iri)
        node = self.lookup.node(match["node"], where) if match["node"] else None
        if fact is None or fact.unit not in _CLASSES:
            if node is None:
                raise InputError("it does not say what it is about", where, f"Write name.{key.name}=...")
            return key.iri, node, ""
        return key.iri, self._unit(fact, node, where), fact.unit

    def _unit(self, fact: Fact, node: NamedNode | None, where: str) -> NamedNode:
        """The unit a fact is about: the one named, or that of the actor or dataset named, or the only one."""
        units = {}
        for quad in self._quads(None, RDF + "type", NamedNode(CKG + _CLASSES[fact.unit])):
            ends = {quad.subject}
            for name in ("ofProcessing", "ofActor", "ofDataset") if fact.unit in _LINKS else ():
                ends |= {q.object for q in self._quads(quad.subject, CKG + name, None)}
            if node is None or node in ends:
                units[quad.subject] = sorted(self.lookup.shown(e) for e in ends - {quad.subject}) or [
                    self.lookup.shown(quad.subject)
                ]
        if not units and fact.unit == "processing" and node is not None:
            owned = [q.object for q in self._quads(node, CKG + "hasProcessing", None)]
            units = {o: [self.lookup.shown(o)] for o in owned}
        if len(units) == 1:
            (unit,) = units
            return NamedNode(unit.value)
        of = f"{shrink(fact.iri)} is stated of a {fact.unit}"
        if not units:
            raise InputError(f"{of}, and none fits", where, "Name what is described as such.")
        listed = ", ".join(sorted(" / ".join(names) for names in units.values()))
        raise InputError(f"{of}, and several fit: {listed}", where, "Name one of them.")

    def _quads(self, subject: object, predicate: str, value: object) -> Iterator[Any]:
        seen = set()
        for quad in matching(self.reasoned.store, subject, NamedNode(predicate), value, None):
            if quad.triple not in seen:
                seen.add(quad.triple)
                yield quad

    def _originals(self, unit: NamedNode, kind: str) -> list[NamedNode]:
        """The nodes that facts about a unit are stated on in its place."""
        return [
            node
            for found in self.holders.values()
            for (node, of), units in found.items()
            if of == kind and unit in units and isinstance(node, NamedNode)
        ]

    def _written_on(self, unit: NamedNode, kind: str, number: int) -> tuple[NamedNode, list[Triple]]:
        """The node to state a fact about a unit on, with the links that a new one needs."""
        if kind not in _LINKS:
            return unit, []
        originals = self._originals(unit, kind)
        if originals:
            return min(originals, key=str), []
        _, of, link, end = _LINKS[kind]
        node = NamedNode(f"{BNODE}{_NUMBER + number}:1")
        processing = next(self._quads(unit, CKG + "ofProcessing", None)).object
        other = next(self._quads(unit, CKG + of, None)).object
        return node, [Triple(processing, NamedNode(link), node), Triple(node, NamedNode(end), other)]

    def _values(self, match: re.Match[str], where: str) -> list[Value]:
        """The values written, read as the YAML form reads them."""
        key = self.terms.short.keys[match["key"]]
        parts = [p.strip() for p in match["value"].split(",")] if key.closed else [match["value"].strip()]
        found: list[Value] = []
        for part in parts:
            if key.names_nodes and part != "none":
                found.append(self.lookup.node(part, where))
                continue
            text = f"graph:\n  - id: urn:cnil-kg:it\n    {key.name}: {json.dumps(part, ensure_ascii=False)}\n"
            facts = load(["-"], format="yaml", stdin=BytesIO(text.encode()), terms=self.terms)
            problems: list[CnilKgError] = list(facts.errors)
            wrong = [w.text.en for w in facts.warnings if w.code in _WRONG]
            read = [t.object for t in facts.origins if t.predicate.value == key.iri]
            if problems or wrong or len(read) != 1 or not isinstance(read[0], NamedNode | Literal):
                raise UnknownTermError(self._what(problems, wrong, part), where, self._which(key.values, part))
            found.append(read[0])
        return found

    @staticmethod
    def _what(problems: Sequence[CnilKgError], wrong: Sequence[str], part: str) -> str:
        return problems[0].what if problems else wrong[0] if wrong else f"{part or 'nothing'} is no value for it"

    @staticmethod
    def _which(values: Sequence[str], part: str) -> str:
        return nearest(part, values) or (f"Values: {', '.join(values)}." if values else "")
