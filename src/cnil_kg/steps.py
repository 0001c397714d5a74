"""The results on the way to a conclusion."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad

from cnil_kg.model import Step, Text
from cnil_kg.naming import Names
from cnil_kg.questions import QUESTIONS, TYPE, Question, Reader, Unit
from cnil_kg.rdf import matching
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import CKG, shrink

CRITERION = NamedNode(CKG + "DpiaCriterion")


class Steps:
    """The steps of conclusions on one run."""

    def __init__(self, reader: Reader, names: Names) -> None:
        self.reader, self.names = reader, names
        self.store, self.book = reader.store, reader.book

    def of(self, asked: Question, unit: Unit) -> Iterator[Step]:
        """The results on the way, in the order of their ids, open ones included."""
        found = []
        for quad in matching(self.book.constants, None, NamedNode(CKG + "question"), Literal(asked.name), None):
            property_ = quad.subject
            if not isinstance(property_, NamedNode) or self.answered(property_.value[len(CKG) :], asked, unit):
                continue
            bases = self.book.values(property_, "forBasis")
            if bases and (unit.basis is None or unit.basis.value not in bases):
                continue
            found += self.step(property_, unit)
        if asked.name == "dpia":
            found += self.open_criteria({s.id for s in found})
        yield from sorted(dict.fromkeys(found), key=lambda s: (s.id, s.value or ""))

    def answered(self, name: str, asked: Question, unit: Unit) -> bool:
        """True for the answer to this question, or to another one that is asked of the same unit."""
        return name in asked.properties or any(
            name in other.properties
            and Quad(unit.node, TYPE, NamedNode(CKG + other.asked_of), unit.graph) in self.store
            for other in QUESTIONS
        )

    def open_criteria(self, known: set[str]) -> list[Step]:
        """The criteria neither met nor ruled out."""
        quads = matching(self.book.constants, None, TYPE, CRITERION, None)
        criteria = [q.subject for q in quads if isinstance(q.subject, NamedNode)]
        entries = {self.book.values(c, "entry")[0]: self.reader.code(c) for c in criteria}
        return [Step(entry, code, "undetermined") for entry, code in entries.items() if entry not in known]

    def step(self, property_: NamedNode, unit: Unit) -> list[Step]:
        """One step property on the node it belongs to: the unit, its processing, or its dataset."""
        entries = self.book.values(property_, "entry")
        asked_of = self.book.values(property_, "askedOf")
        node = self.step_node(asked_of[0][len(CKG) :] if asked_of else "", unit)
        steps = []
        if node is not None:
            for quad in matching(self.store, node, property_, None, unit.graph):
                status = self.reader.status(property_, quad.object)
                own = self.book.values(quad.object, "entry") if isinstance(quad.object, NamedNode) else []
                if status is not None:
                    value = self.reader.code(quad.object) or shrink(self.names.term(quad.object))
                    steps.append(Step((own or entries or [shrink(property_.value)])[0], value, status))
        if not steps and entries:
            steps.append(Step(entries[0], None, "undetermined"))
        return steps

    def step_node(self, asked_of: str, unit: Unit) -> NamedNode | None:
        if asked_of.endswith("Dataset"):
            return unit.subject
        if asked_of.endswith("Processing") and unit.object is not None:
            return unit.object
        return unit.node


def step_labels(book: Rulebook) -> dict[str, Text]:
    """What each result on the way is called, by the IRI of its entry (`ckg:entry-F5-46`)."""
    found: dict[str, Text] = {}
    steps = matching(book.constants, None, NamedNode(CKG + "question"), None, None)
    criteria = matching(book.constants, None, TYPE, CRITERION, None)
    for node in sorted({q.subject for q in (*steps, *criteria)}, key=str):
        found |= {f"{CKG}entry-{entry}": book.label(node.value) for entry in book.values(node, "entry")}
    return found
