"""A description with its stated facts opened: which atoms hold now, which statements carry them, what could change.

The rules are grounded (`ground.py`) on the description without the facts of the fact table; every way they apply for
some values of these facts is then a clause, and the facts as stated are one state among others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Quad, Store

from cnil_kg.facttable import Fact
from cnil_kg.ground import Ground, Slot, ground
from cnil_kg.rdf import Value, matching
from cnil_kg.reason import Reasoned, disputed, reason
from cnil_kg.vocab import CKG, NOT_ASSESSED, PROV, RDF

_OPEN_UNITS = ("processing", "participation", "use", "dataset")
_KEPT = frozenset({RDF + "type", "https://w3id.org/dpv#hasPersonalData", CKG + "vulnerableGroup"})
"""Facts that are read through the kinds of their values, which clauses do not hold: they stay as described."""


@dataclass(frozen=True)
class Opened:
    """A description whose facts can change.

    Attributes:
        graph: its named graph.
        bare: what follows from it without its facts.
        ground: the clauses, all facts open.
        stated: for each atom that holds because it is stated, the statements that carry it (on the unit itself, on
            the association or usage of the pair, on the project).
        fixed: the values of facts that follow from other statements, which no change of a fact lifts.
        contested: the slots both stated and denied: no rule reads them.
        by_slot: the stated atoms by the fact they are values of.
    """

    graph: NamedNode
    bare: Reasoned
    ground: Ground
    stated: Mapping[Quad, tuple[Quad, ...]]
    fixed: tuple[Quad, ...]
    contested: Mapping[Slot, tuple[Quad, ...]]
    by_slot: Mapping[Slot, list[Quad]]

    @cached_property
    def carried(self) -> Mapping[Quad, list[Quad]]:
        """For each statement, the atoms it carries."""
        found: dict[Quad, list[Quad]] = {}
        for atom, sources in self.stated.items():
            for quad in sources:
                found.setdefault(quad, []).append(atom)
        return found


def opened(reasoned: Reasoned, graph: NamedNode) -> Opened:
    """Open the facts of one description of a run."""
    facts = {f.node: f for f in reasoned.rulebook.facts if f.unit in _OPEN_UNITS and f.iri not in _KEPT}
    kept = Store()
    kept.extend(q for q in matching(reasoned.facts.store, None, None, None, graph) if q.predicate not in facts)
    description = tuple(d for d in reasoned.facts.descriptions if d.graph == graph)
    bare = reason(replace(reasoned.facts, store=kept, descriptions=description), reasoned.rulebook, reasoned.as_of)
    stated = dict(_stated(reasoned, graph, facts))
    by_slot: dict[Slot, list[Quad]] = {}
    for atom in stated:
        by_slot.setdefault(slot_of(atom), []).append(atom)
    clauses = ground(bare, also=values_of(by_slot), describing=True)
    contested = {slot: found for slot, found in _contested(reasoned, by_slot).items() if slot in clauses.slots}
    fixed = [
        q
        for q in reasoned.store.quads_for_pattern(None, None, None, graph)
        if q.predicate in facts and q not in stated and _of_unit(bare, q) and q not in clauses.clauses
    ]
    return Opened(graph, bare, clauses, stated, tuple(sorted(fixed, key=str)), contested, by_slot)


def values_of(by_slot: Mapping[Slot, list[Quad]]) -> dict[Slot, list[Value]]:
    """The values of atoms that are stated."""
    return {
        slot: [a.object for a in atoms_ if isinstance(a.object, NamedNode | Literal)]
        for slot, atoms_ in by_slot.items()
    }


def _of_unit(reasoned: Reasoned, quad: Quad) -> bool:
    kind = NamedNode(RDF + "type")
    classes = (NamedNode(f"{CKG}Described{unit}") for unit in ("Processing", "Participation", "Use", "Dataset"))
    return any(Quad(quad.subject, kind, c, quad.graph_name) in reasoned.store for c in classes)


def _contested(reasoned: Reasoned, by_slot: Mapping[Slot, list[Quad]]) -> dict[Slot, tuple[Quad, ...]]:
    return {slot: tuple(by_slot.get(slot, ())) for slot in reasoned.contested}


def _stated(
    reasoned: Reasoned, graph: NamedNode, facts: Mapping[NamedNode, Fact]
) -> Iterator[tuple[Quad, tuple[Quad, ...]]]:
    """The atoms on units that statements carry, with the statements."""
    held_by = holders(reasoned, graph)
    found: dict[Quad, list[Quad]] = {}
    for quad in matching(reasoned.facts.store, None, None, None, graph):
        fact = facts.get(quad.predicate)
        if fact is None or not _counts(fact, quad.object):
            continue
        for unit in held_by.get((quad.subject, fact.unit), [quad.subject]):
            found.setdefault(Quad(unit, quad.predicate, quad.object, graph), []).append(quad)
    for atom in sorted(found, key=str):
        yield atom, tuple(sorted(found[atom], key=str))


def _counts(fact: Fact, value: object) -> bool:
    """False for what says that nobody has looked yet."""
    return value != NamedNode(NOT_ASSESSED) and not (fact.marker and value == Literal(False))


def holders(reasoned: Reasoned, graph: NamedNode) -> dict[tuple[object, str], list[NamedNode]]:
    """For a node that facts are stated on in place of their unit, the units."""
    store = reasoned.store
    found: dict[tuple[object, str], list[NamedNode]] = {}

    def objects(node: object, *properties: str) -> Iterator[NamedNode]:
        for property_ in properties:
            yield from (q.object for q in matching(store, node, NamedNode(property_), None, graph))

    kind = NamedNode(RDF + "type")
    for unit, class_, link, end, of in (
        ("participation", "DescribedParticipation", "qualifiedAssociation", "agent", "ofActor"),
        ("use", "DescribedUse", "qualifiedUsage", "entity", "ofDataset"),
    ):
        for quad in matching(store, None, kind, NamedNode(CKG + class_), graph):
            ends = set(objects(quad.subject, CKG + of))
            for processing in objects(quad.subject, CKG + "ofProcessing"):
                for original in objects(processing, PROV + link):
                    if ends & set(objects(original, PROV + end)):
                        found.setdefault((original, unit), []).append(quad.subject)
    for quad in matching(store, None, kind, NamedNode(CKG + "DescribedProcessing"), graph):
        owners = [q.subject for q in matching(store, None, NamedNode(CKG + "hasProcessing"), quad.subject, graph)]
        develops = (CKG + "developsSystem", CKG + "developsModel")
        items = [item for node in (quad.subject, *owners) for item in objects(node, *develops)]
        for holder in dict.fromkeys([*owners, *items]):
            found.setdefault((holder, "processing"), []).append(quad.subject)
    return found


@dataclass(frozen=True)
class Change:
    """Statements taken away and atoms supposed, each a quad of the description's graph."""

    removed: frozenset[Quad] = frozenset()
    added: frozenset[Quad] = frozenset()

    def __or__(self, other: Change) -> Change:
        return Change(self.removed | other.removed, self.added | other.added)

    def __len__(self) -> int:
        return len(self.removed) + len(self.added)

    def within(self, other: Change) -> bool:
        """True when the other changes all that this does."""
        return self.removed <= other.removed and self.added <= other.added

    @property
    def order(self) -> tuple[list[str], list[str]]:
        """A key that puts changes in one order."""
        return sorted(map(str, self.removed)), sorted(map(str, self.added))


def slot_of(atom: Quad) -> Slot:
    """The fact that an atom is a value of."""
    assert isinstance(atom.graph_name, NamedNode)
    assert isinstance(atom.subject, NamedNode)
    return atom.graph_name, atom.subject, atom.predicate


def slots_of(start: Opened, change: Change) -> set[Slot]:
    """The facts that a change touches, each once."""
    return {slot_of(q) for q in change.added} | {
        slot_of(atom) for quad in change.removed for atom in start.carried.get(quad, ())
    }


def atoms(start: Opened, change: Change) -> set[Quad]:
    """The facts that hold after a change: stated ones that are left, and those supposed."""
    gone = change.removed
    left = {atom for atom, sources in start.stated.items() if not gone.issuperset(sources)}
    touched = slots_of(start, change)
    for slot, dead in start.contested.items():
        if slot not in touched:
            left -= set(dead)
    return left | change.added


def admissible(start: Opened, change: Change) -> bool:
    """False when a fact the change touches would be both stated and denied, or when it restates what it takes away."""
    if change.added & change.removed:
        return False
    holding = atoms(start, change)
    for slot in slots_of(start, change):
        fact = start.ground.slots.get(slot)
        values = [a.object for a in holding if slot_of(a) == slot]
        if fact is not None and disputed(fact, values):
            return False
    return True
