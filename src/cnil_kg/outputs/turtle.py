"""A description as Turtle, nodes that are named once written where they are named."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import RdfFormat, Triple, serialize

from cnil_kg.inputs.lines import BASE
from cnil_kg.vocab import PREFIXES


def as_turtle(triples: Iterable[Triple], base: str = "") -> str:
    """The triples as Turtle with our prefixes, and `ex:` for what starts with `base`."""
    from rdflib import Graph  # noqa: PLC0415

    graph = Graph(bind_namespaces="none")
    for prefix, iri in PREFIXES.items():
        graph.bind(prefix, iri)
    if base:
        graph.bind("ex", base)
    data = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert data is not None
    graph.parse(data=data, format="nt")
    return graph.serialize(format="turtle").replace(f"<{BASE.format(number=1)}", "<")
