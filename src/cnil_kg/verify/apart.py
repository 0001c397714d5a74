"""One graph out of many: the nodes of each description get names of their own, so that descriptions do not mix."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse
from rdflib import Literal as RdflibLiteral
from rdflib import URIRef

from cnil_kg.vocab import XSD

OWN = "https://w3id.org/cnil-kg/node/"
"""How the name begins of every node that is not a term of the rulebook."""


@cache
def mentioned(root: Path) -> frozenset[str]:
    """Every IRI that ontology and shapes mention: terms, which mean the same in every description."""
    found: set[str] = set()
    for path in sorted((*(root / "ontology").glob("*.ttl"), *(root / "shapes").glob("*.ttl"))):
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            found |= {t.value for t in (quad.subject, quad.predicate, quad.object) if isinstance(t, NamedNode)}
    return frozenset(found)


def name(term: Any, graph: NamedNode, terms: frozenset[str]) -> str:
    """The name of a node of one description; a term keeps its own."""
    if not isinstance(term, BlankNode) and term.value in terms:
        return str(term.value)
    return f"{OWN}{quote(graph.value, safe='')}/{quote(term.value, safe='')}"


def original(name: str) -> str:
    """The node that has a name, as it stands in its description."""
    return unquote(name.rpartition("/")[2]) if name.startswith(OWN) else name


def rdflib_term(term: Any, graph: NamedNode, terms: frozenset[str]) -> Any:
    """The term for rdflib, literals as they are; a plain string has no datatype there."""
    if not isinstance(term, Literal):
        return URIRef(name(term, graph, terms))
    plain = term.language or term.datatype.value == XSD + "string"
    return RdflibLiteral(term.value, lang=term.language, datatype=None if plain else URIRef(term.datatype.value))


def rdflib_triple(quad: Quad, terms: frozenset[str]) -> Any:
    """A statement of a description for rdflib, its nodes named apart."""
    graph = quad.graph_name
    assert isinstance(graph, NamedNode), "only descriptions have nodes of their own"
    subject, value = (rdflib_term(t, graph, terms) for t in (quad.subject, quad.object))
    return subject, URIRef(quad.predicate.value), value
