"""The concepts of the ontology as a business glossary: one group a module, each term with its IRI."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from cnil_kg.model import Text
from cnil_kg.rdf import matching
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import CKG, DCT, OWL, RDF, RDFS, SKOS

MODULES = ("actors", "purposes", "legal-bases", "datasets", "systems", "risks", "design", "data-management")
_HOME = "https://w3id.org/cnil-kg/"


@dataclass(frozen=True)
class Term:
    """A concept: its local name, IRI, label and definition."""

    name: str
    iri: str
    label: Text
    definition: Text


@dataclass(frozen=True)
class Group:
    """A module of the ontology with its concepts, sorted by name."""

    name: str
    label: Text
    definition: Text
    terms: tuple[Term, ...]


def glossary(book: Rulebook) -> tuple[Group, ...]:
    """The concepts that descriptions and verdicts use as values, by module."""
    groups = []
    for name in MODULES:
        module = NamedNode(_HOME + name)
        members = {
            quad.subject
            for quad in matching(book.constants, None, NamedNode(RDFS + "isDefinedBy"), module, None)
            if _is_concept(book, quad.subject)
        }
        terms = tuple(_term(book, node) for node in sorted(members, key=str))
        groups.append(Group(name, _text(book, module, DCT + "title"), _text(book, module, DCT + "abstract"), terms))
    return tuple(group for group in groups if group.terms)


def _is_concept(book: Rulebook, node: NamedNode) -> bool:
    individual = NamedNode(OWL + "NamedIndividual")
    return node.value.startswith(CKG) and any(matching(book.constants, node, NamedNode(RDF + "type"), individual, None))


def _term(book: Rulebook, node: NamedNode) -> Term:
    return Term(node.value[len(CKG) :], node.value, book.label(node.value), _text(book, node, SKOS + "definition"))


def _text(book: Rulebook, node: NamedNode, property_: str) -> Text:
    found = {"fr": "", "en": ""}
    for quad in matching(book.constants, node, NamedNode(property_), None, None):
        if isinstance(quad.object, Literal) and quad.object.language in found:
            found[quad.object.language] = quad.object.value
    return Text(found["fr"], found["en"])
