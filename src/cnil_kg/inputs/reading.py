"""One document into canonical triples, each with its place, and what was read with a doubt."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import printable
from cnil_kg.inputs.lines import statements
from cnil_kg.inputs.literals import EXPECTED, Literals
from cnil_kg.inputs.normalise import Names, Terms
from cnil_kg.inputs.projects import BNODE
from cnil_kg.inputs.sources import Document
from cnil_kg.model import Origin, Text, Warning_
from cnil_kg.vocab import DPV, NONE, NOT_ASSESSED, OWL, XSD, shrink

_IMPORTS = NamedNode(OWL + "imports")
_ABSENT = frozenset({NamedNode(NONE), NamedNode(NOT_ASSESSED)})
_CONCEPTS = {
    "choice": Text("l'un des termes de sa liste fermée", "one of the terms of its closed list"),
    "list": Text("des termes de sa liste fermée", "terms of its closed list"),
    "iri": Text("une ressource, nommée par son IRI", "a resource, named by its IRI"),
    "actor": Text("un acteur, nommé par son IRI", "an actor, named by its IRI"),
}

_IN_WORDS = frozenset({DPV + "hasPurpose"})
"""Where words are read as well: the purpose of a collection (D54)."""


class Reading:
    """What a document holds.

    Attributes:
        origins: its triples in order, without blank nodes, each with where it stands.
        blank: the nodes made for blank ones, each with where it was first met.
        links: the triples whose value is one of those nodes.
        warnings: what was read with a doubt, in order.
    """

    def __init__(self, document: Document, terms: Terms, literals: Literals) -> None:
        self.origins: dict[Triple, list[Origin]] = {}
        self.blank: dict[NamedNode, Origin] = {}
        self.links: list[Triple] = []
        self.warnings: list[Warning_] = []
        self._document = document
        self._terms = terms
        self._literals = literals
        self._names = Names(terms, document.name, self.warnings)
        self._nodes: dict[object, NamedNode] = {}
        self._values: dict[object, NamedNode] = {}
        self._predicates: dict[NamedNode, tuple[NamedNode, str]] = {}
        self._imports: set[NamedNode] = set()
        self._place = Origin(document.name, None)

    def read(self) -> None:
        """Parse the document.

        Raises:
            InputError: it cannot be read, or states nothing.
        """
        stated = False
        for quad, line in self._quads():
            stated = True
            if line != self._place.line:
                self._place = Origin(self._document.name, line)
            triple = self._triple(quad)
            if triple is not None:
                self.origins.setdefault(triple, []).append(self._place)
        if not stated:
            repair = "Describe at least one project in it, or leave it out."
            raise InputError("The file states nothing.", self._document.name, repair)

    def _quads(self) -> Iterator[tuple[Quad, int | None]]:
        document = plain(self._document, self._terms)
        quads = statements(document)
        if document.format != "jsonld":
            return quads
        from cnil_kg.inputs.jsonld import Inspection  # noqa: PLC0415  (only for JSON-LD)

        inspection = Inspection(document)
        self.warnings += inspection.warnings
        return inspection.placed(quads)

    def _triple(self, quad: Quad) -> Triple | None:
        """The canonical triple; None for one that is not read."""
        subject = self._nodes.get(quad.subject) or self._node(quad.subject)
        predicate, fact = self._predicates.get(quad.predicate) or self._predicate(quad.predicate)
        term = quad.object
        if isinstance(term, Literal):
            literal = self._literal(term, predicate, fact)
            return None if literal is None else Triple(subject, predicate, literal)
        value = self._values.get(term) or self._value(term)
        if fact in EXPECTED and value not in _ABSENT:
            self._ill_typed(predicate, EXPECTED[fact], "[ ]" if value in self.blank else shrink(value.value))
            return None
        triple = Triple(subject, predicate, value)
        if value in self.blank:
            self.links.append(triple)
        elif predicate == _IMPORTS:
            self._import(value)
        return triple

    def _node(self, node: object) -> NamedNode:
        """The name of a node: the current one, or one made for a blank node. Names made in an earlier run are
        blank nodes again: they hold for one document."""
        assert isinstance(node, NamedNode | BlankNode)
        if node in self._nodes:
            return self._nodes[node]
        if isinstance(node, BlankNode) or node.value.startswith(BNODE):
            found = NamedNode(f"{BNODE}{self._document.number}:{len(self.blank) + 1}")
            self.blank[found] = self._place
        else:
            found = self._names.current(node, self._place.line)
        self._nodes[node] = found
        return found

    def _value(self, node: object) -> NamedNode:
        found = self._values[node] = self._node(node)
        self._names.check(found, self._place.line)
        return found

    def _predicate(self, node: NamedNode) -> tuple[NamedNode, str]:
        current = self._node(node)
        self._names.check(current, self._place.line, predicate=True)
        found = self._predicates[node] = current, self._terms.datatypes.get(current.value, "")
        return found

    def _literal(self, literal: Literal, predicate: NamedNode, fact: str) -> Literal | None:
        datatype = literal.datatype
        if datatype.value.startswith("https://www.w3.org/2001/XMLSchema#"):
            literal = Literal(literal.value, datatype=self._names.current(datatype, self._place.line))
        reading = self._literals.read(literal, fact)
        if reading.value is None:
            self._ill_typed(predicate, EXPECTED[reading.expected], _quoted(literal))
        elif reading.loose:
            expected = EXPECTED[reading.expected]
            name, shown, kept = shrink(predicate.value), _quoted(literal), reading.value.value
            text = Text(
                f"{name} attend {expected.fr} : {shown} est lu comme {kept}.",
                f"{name} expects {expected.en}: {shown} is read as {kept}.",
            )
            self._warn("loose-literal", text, predicate.value)
        elif fact in _CONCEPTS and literal.datatype.value != XSD + "boolean" and predicate.value not in _IN_WORDS:
            name, shown, concept = shrink(predicate.value), _quoted(literal), _CONCEPTS[fact]
            text = Text(
                f"{name} attend {concept.fr} : aucune règle ne lit le texte {shown}.",
                f"{name} expects {concept.en}: no rule reads the text {shown}.",
            )
            self._warn("literal-for-term", text, predicate.value)
        return reading.value

    def _ill_typed(self, predicate: NamedNode, expected: Text, shown: str) -> None:
        name = shrink(predicate.value)
        text = Text(
            f"{name} attend {expected.fr} : {shown} n'est pas lu, le fait compte comme non indiqué.",
            f"{name} expects {expected.en}: {shown} is not read, the fact counts as not stated.",
        )
        self._warn("ill-typed", text, predicate.value)

    def _import(self, value: NamedNode) -> None:
        if value in self._imports:
            return
        self._imports.add(value)
        text = Text(
            f"L'import de <{value.value}> n'est pas suivi : donnez le fichier parmi les entrées.",
            f"The import of <{value.value}> is not followed: give the file among the inputs.",
        )
        self._warn("import-not-followed", text, value.value)

    def _warn(self, code: str, text: Text, term: str) -> None:
        self.warnings.append(Warning_(code, text, self._place, term))


def plain(document: Document, terms: Terms) -> Document:
    """A document that the parser reads: one in YAML as JSON-LD, any other as it is.

    Raises:
        InputError: the YAML is not in the form.
    """
    if document.format != "yaml":
        return document
    from cnil_kg.inputs.yamlform import as_jsonld  # noqa: PLC0415  (only for YAML)

    return as_jsonld(document, terms.short)


def _quoted(literal: Literal) -> str:
    text = printable(" ".join(literal.value.split()))
    return f'"{text[:40]}..."' if len(text) > 40 else f'"{text}"'
