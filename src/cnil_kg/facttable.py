"""The fact table: `ontology/facts.csv`, what a description can say."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from cnil_kg.vocab import CKG, NONE, NOT_ASSESSED, PROV, XSD, expand

UNITS = ("processing", "participation", "use", "dataset", "actor")
TYPES = ("boolean", "choice", "list", "text", "actor", "iri", "date", "integer", "decimal", "duration")
_PROBE = NamedNode("urn:cnil-kg:probe")


@dataclass(frozen=True)
class Fact:
    """One property a description can state, merged over the doctrine names that share it.

    Attributes:
        names: the doctrine's names for it, first the canonical one.
        iri: the property.
        unit: the kind of node it is stated on.
        type: one of TYPES.
        values: doctrine value -> IRI, for closed lists.
    """

    names: tuple[str, ...]
    iri: str
    unit: str
    type: str
    values: tuple[tuple[str, str], ...]

    @property
    def node(self) -> NamedNode:
        """The property as a term."""
        return NamedNode(self.iri)

    @property
    def marker(self) -> bool:
        """True for the marker of a closed list: `false` says that nobody has gone through the list yet."""
        return self.names[0].endswith(("Screened", "Closed"))

    @property
    def answers(self) -> tuple[NamedNode | Literal, ...]:
        """The values an answer can take, one of each kind for open types."""
        if self.marker:
            return (Literal(True),)
        if self.type == "boolean":
            return (Literal(True), Literal(False))
        if self.type == "date":
            day = NamedNode(XSD + "date")
            return (Literal("1000-01-01", datatype=day), Literal("9999-12-31", datatype=day))
        if self.type in ("integer", "decimal"):
            return (Literal(0), Literal(10**30))
        none = NamedNode(NONE)
        if self.type in ("choice", "list"):
            listed = tuple(NamedNode(iri) for _, iri in self.values if iri not in (NONE, NOT_ASSESSED))
            denied = self.type == "list" or any(iri == NONE for _, iri in self.values)
            return (*dict.fromkeys(listed), none) if denied else tuple(dict.fromkeys(listed))
        return (_PROBE, none)


def read_facts(path: Path) -> tuple[Fact, ...]:
    """The table, one Fact a property, in the order of the file."""
    merged: dict[str, Fact] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            iri = expand(row["property"])
            values = tuple(
                (name, expand(target)) for name, _, target in (v.partition("=") for v in row["values"].split())
            )
            before = merged.get(iri)
            merged[iri] = Fact(
                names=(*(before.names if before else ()), row["fact"]),
                iri=iri,
                unit=row["subject"],
                type=row["type"],
                values=(before.values if before else ()) + values,
            )
    return tuple(merged.values())


def fact_quads(facts: Iterable[Fact]) -> list[Quad]:
    """The table as triples of the default graph, for the rules that copy facts from node to node."""
    quads = []
    for fact in facts:
        quads.append(Quad(fact.node, NamedNode(CKG + "statedOn"), Literal(fact.unit)))
        quads.append(Quad(fact.node, NamedNode(CKG + "factType"), Literal(fact.type)))
    return quads


WRITTEN_ON = {
    "participation": NamedNode(PROV + "qualifiedAssociation"),
    "use": NamedNode(PROV + "qualifiedUsage"),
}
