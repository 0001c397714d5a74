"""The service description (https://www.w3.org/TR/sparql11-service-description/)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pyoxigraph import BlankNode, NamedNode, Triple, serialize

from cnil_kg.serving.answering import GRAPH_FORMATS
from cnil_kg.vocab import RDF

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)


def service_description(endpoint: str, graphs: Collection[str], format: str) -> bytes:
    """The description as a document.

    Args:
        endpoint: the URL of the endpoint, as the client knows it.
        graphs: the IRIs of the named graphs.
        format: a key of GRAPH_FORMATS.
    """
    prefixes = None if format == "nt" else {"sd": SD, "formats": FORMATS}
    return serialize(_triples(endpoint, graphs), format=GRAPH_FORMATS[format], prefixes=prefixes) or b""


def _triples(endpoint: str, graphs: Collection[str]) -> Iterator[Triple]:
    service = BlankNode("service")
    yield Triple(service, _a(), _sd("Service"))
    yield Triple(service, _sd("endpoint"), NamedNode(endpoint))
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    for name in RESULTS:
        yield Triple(service, _sd("resultFormat"), NamedNode(FORMATS + name))
    data, default = BlankNode("dataset"), BlankNode("default")
    yield Triple(service, _sd("defaultDataset"), data)
    yield Triple(data, _a(), _sd("Dataset"))
    yield Triple(data, _sd("defaultGraph"), default)
    yield Triple(default, _a(), _sd("Graph"))
    for place, iri in enumerate(sorted(graphs)):
        graph = BlankNode(f"graph{place}")
        yield Triple(data, _sd("namedGraph"), graph)
        yield Triple(graph, _a(), _sd("NamedGraph"))
        yield Triple(graph, _sd("name"), NamedNode(iri))


def _a() -> NamedNode:
    return NamedNode(RDF + "type")


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)
