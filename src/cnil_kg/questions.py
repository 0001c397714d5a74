"""The fixed questions, and what each is asked of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from cnil_kg.model import Status
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import CKG, DPV, NONE, RDF

TYPE = NamedNode(RDF + "type")
BASIS = NamedNode(DPV + "hasLegalBasis")


@dataclass(frozen=True)
class Question:
    """One of the fixed questions: the class of its units, the properties that answer it, where it is cited from.

    `excluded_prevails`: in a table where all rows are collected, an exclusion beats what establishes.
    """

    name: str
    asked_of: str
    properties: tuple[str, ...]
    fiche: str
    article: str
    excluded_prevails: bool = False


QUESTIONS = (
    Question("scope", "DescribedProcessing", ("scope",), "fiche-00", "GDPR 2"),
    Question("regime", "ExaminedProcessing", ("developmentRegime",), "fiche-01", "GDPR 2"),
    Question("purpose", "ExaminedProcessing", ("purposeStatus",), "fiche-02", "GDPR 5(1)(b)"),
    Question("role", "ExaminedParticipation", ("role",), "fiche-03", "GDPR 4(7)"),
    Question("legalBasis", "ExaminedProcessing", ("standingBasis", "fallenBasis"), "fiche-04a", "GDPR 6(1)", True),
    Question("reuse", "ExaminedUse", ("reuseStatus",), "fiche-04b", "GDPR 5(1)(b)", True),
    Question("dpia", "ExaminedProcessing", ("dpiaStatus",), "fiche-05", "GDPR 35(1)"),
)
BY_NAME = {q.name: q for q in QUESTIONS}
# A role claimed that a firm role does not belie: joint controllers are controllers.
COMPATIBLE_CLAIMS = {("jointController", "controller")}
CLAIMS = {"role": "claimsRole", "dpia": "claimsDpiaStatus"}


@dataclass(frozen=True)
class Unit:
    """What a question is asked of: its node and graph, the subject and object shown, the basis for legalBasis."""

    node: NamedNode
    graph: NamedNode
    subject: NamedNode | None
    object: NamedNode | None
    basis: NamedNode | None = None


class Reader:
    """What a run holds, read by units, values and codes."""

    def __init__(self, reasoned: Reasoned) -> None:
        self.reasoned = reasoned
        self.store = reasoned.store
        self.book = reasoned.rulebook

    def nodes(self, class_: str, graph: NamedNode | None = None) -> Iterator[tuple[NamedNode, NamedNode]]:
        """The nodes of a `ckg:` class with their graphs, sorted."""
        quads = matching(self.store, None, TYPE, NamedNode(CKG + class_), graph)
        for quad in sorted(quads, key=str):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.graph_name, NamedNode):
                yield quad.subject, quad.graph_name

    def value(self, node: NamedNode, property_: str, graph: NamedNode) -> NamedNode | None:
        quads = matching(self.store, node, NamedNode(CKG + property_), None, graph)
        return next((q.object for q in quads if isinstance(q.object, NamedNode)), None)

    def units(self, asked: Question) -> Iterator[Unit]:
        """The units of a question."""
        for node, graph in self.nodes(asked.asked_of):
            if asked.name == "role":
                yield Unit(node, graph, self.value(node, "ofActor", graph), self.value(node, "ofProcessing", graph))
            elif asked.name == "reuse":
                yield Unit(node, graph, self.value(node, "ofDataset", graph), self.value(node, "ofProcessing", graph))
            elif asked.name == "legalBasis":
                claimed = [b for b in self.objects(node, BASIS, graph) if self.code(b)]
                yield from (Unit(node, graph, node, None, basis) for basis in claimed)
                if not claimed:
                    yield Unit(node, graph, node, None)
            else:
                yield Unit(node, graph, node, None)

    def objects(self, node: NamedNode, property_: NamedNode, graph: NamedNode) -> list[NamedNode]:
        quads = matching(self.store, node, property_, None, graph)
        return sorted((q.object for q in quads if isinstance(q.object, NamedNode)), key=str)

    def code(self, value: Any) -> str:
        """The word for a verdict, basis or step value; empty when the ontology gives none."""
        return code(self.book, value)

    def status(self, property_: NamedNode, value: Any) -> Status | None:
        """What a derived value says: booleans by themselves, others by the annotation of value or property."""
        if isinstance(value, Literal):
            return "established" if value.value == "true" else "excluded"
        for term in (value, property_):
            for kind in self.book.values(term, "verdictStatus"):
                return "established" if kind == CKG + "Established" else "excluded"
        return None


def code(book: Rulebook, value: Any) -> str:
    """The word for a verdict, basis or step value; empty when the ontology gives none."""
    if isinstance(value, Literal):
        return value.value
    if value.value == NONE:
        return "none"
    return next(iter(book.values(value, "code")), "") or book.notation(value)
