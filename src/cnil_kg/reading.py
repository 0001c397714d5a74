"""One document into canonical triples, each with its place, and what was read with a doubt."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from cnil_kg.errors import InputError
from cnil_kg.guards import MAX_DEPTH, too_deep
from cnil_kg.lines import statements
from cnil_kg.literals import EXPECTED, Literals
from cnil_kg.model import Origin, Text, Warning_
from cnil_kg.normalise import Names, Terms
from cnil_kg.projects import BNODE
from cnil_kg.sources import Document
from cnil_kg.vocab import NONE, NOT_ASSESSED, OWL, RDF, XSD, shrink

_IMPORTS = NamedNode(OWL + "imports")
_REST = NamedNode(RDF + "rest")
_ABSENT = frozenset({NamedNode(NONE), NamedNode(NOT_ASSESSED)})
_CONCEPTS = {
    "choice": Text("l'un des termes de sa liste fermée", "one of the terms of its closed list"),
    "list": Text("des termes de sa liste fermée", "terms of its closed list"),
}


class Reading:
    """What a document holds.

    Attributes:
        origins: its triples in order, without blank nodes, each with where it stands.
        warnings: what was read with a doubt, in order.
    """

    def __init__(self, document: Document, terms: Terms, literals: Literals) -> None:
        self.origins: dict[Triple, list[Origin]] = {}
        self.warnings: list[Warning_] = []
        self._document = document
        self._terms = terms
        self._literals = literals
        self._names = Names(terms, document.name, self.warnings)
        self._nodes: dict[NamedNode | BlankNode, NamedNode] = {}
        self._blank = 0
        self._depths: dict[NamedNode, int] = {}
        self._imports: set[NamedNode] = set()

    def read(self) -> None:
        """Parse the document.

        Raises:
            InputError: it cannot be read, or states nothing.
        """
        quads = statements(self._document)
        if self._document.format == "jsonld":
            from cnil_kg.jsonld import Inspection  # noqa: PLC0415  (only for JSON-LD)

            inspection = Inspection(self._document)
            self.warnings += inspection.warnings
            quads = inspection.placed(quads)
        stated = False
        for quad, line in quads:
            stated = True
            triple = self._triple(quad, line)
            if triple is not None:
                self.origins.setdefault(triple, []).append(Origin(self._document.name, line))
        if not stated:
            repair = "Describe at least one project in it, or leave it out."
            raise InputError("states nothing", self._document.name, repair)

    def _triple(self, quad: Quad, line: int | None) -> Triple | None:
        """The canonical triple; None for one that is not read."""
        subject = self._node(quad.subject, line)
        predicate = self._node(quad.predicate, line)
        self._names.check(predicate, line, predicate=True)
        fact = self._terms.datatypes.get(predicate.value, "") if self._terms.datatypes else ""
        if isinstance(quad.object, Literal):
            literal = self._literal(quad.object, predicate, fact, line)
            return None if literal is None else Triple(subject, predicate, literal)
        assert isinstance(quad.object, NamedNode | BlankNode)
        value = self._node(quad.object, line)
        self._names.check(value, line)
        if isinstance(quad.object, BlankNode) and predicate != _REST:
            self._deepen(subject, value, line)
        if predicate == _IMPORTS:
            self._import(value, line)
        if fact in EXPECTED and value not in _ABSENT:
            self._ill_typed(predicate, EXPECTED[fact], _shown(value, self._document.number), line)
            return None
        return Triple(subject, predicate, value)

    def _node(self, node: object, line: int | None) -> NamedNode:
        """The name of a node: the current one, or one made for a blank node. Names made in an earlier run are
        blank nodes again: they hold for one document."""
        assert isinstance(node, NamedNode | BlankNode)
        found = self._nodes.get(node)
        if found is None:
            if isinstance(node, BlankNode) or node.value.startswith(BNODE):
                self._blank += 1
                found = NamedNode(f"{BNODE}{self._document.number}:{self._blank}")
            else:
                found = self._names.current(node, line)
            self._nodes[node] = found
        return found

    def _literal(self, literal: Literal, predicate: NamedNode, fact: str, line: int | None) -> Literal | None:
        datatype = literal.datatype
        if datatype.value.startswith("https://www.w3.org/2001/XMLSchema#"):
            literal = Literal(literal.value, datatype=self._names.current(datatype, line))
        reading = self._literals.read(literal, fact)
        if reading.value is None:
            self._ill_typed(predicate, EXPECTED[reading.expected], _quoted(literal), line)
        elif reading.loose:
            expected = EXPECTED[reading.expected]
            name, shown, kept = shrink(predicate.value), _quoted(literal), reading.value.value
            text = Text(
                f"{name} attend {expected.fr} : {shown} est lu comme {kept}.",
                f"{name} expects {expected.en}: {shown} is read as {kept}.",
            )
            self._warn("loose-literal", text, line, predicate.value)
        elif fact in _CONCEPTS and literal.datatype.value != XSD + "boolean":
            name, shown, concept = shrink(predicate.value), _quoted(literal), _CONCEPTS[fact]
            text = Text(
                f"{name} attend {concept.fr} : aucune règle ne lit le texte {shown}.",
                f"{name} expects {concept.en}: no rule reads the text {shown}.",
            )
            self._warn("literal-for-term", text, line, predicate.value)
        return reading.value

    def _ill_typed(self, predicate: NamedNode, expected: Text, shown: str, line: int | None) -> None:
        name = shrink(predicate.value)
        text = Text(
            f"{name} attend {expected.fr} : {shown} n'est pas lu, le fait compte comme non indiqué.",
            f"{name} expects {expected.en}: {shown} is not read, the fact counts as not stated.",
        )
        self._warn("ill-typed", text, line, predicate.value)

    def _import(self, value: NamedNode, line: int | None) -> None:
        if value in self._imports:
            return
        self._imports.add(value)
        text = Text(
            f"L'import de <{value.value}> n'est pas suivi : donnez le fichier parmi les entrées.",
            f"The import of <{value.value}> is not followed: give the file among the inputs.",
        )
        self._warn("import-not-followed", text, line, value.value)

    def _deepen(self, subject: NamedNode, value: NamedNode, line: int | None) -> None:
        depth = self._depths.get(value, 0) + 1
        if depth > MAX_DEPTH:
            raise too_deep(self._document.name, line)
        if depth > self._depths.get(subject, 0):
            self._depths[subject] = depth

    def _warn(self, code: str, text: Text, line: int | None, term: str) -> None:
        self.warnings.append(Warning_(code, text, Origin(self._document.name, line), term))


def _quoted(literal: Literal) -> str:
    text = " ".join(literal.value.split())
    return f'"{text[:40]}..."' if len(text) > 40 else f'"{text}"'


def _shown(node: NamedNode, number: int) -> str:
    return "[ ]" if node.value.startswith(f"{BNODE}{number}:") else shrink(node.value)
