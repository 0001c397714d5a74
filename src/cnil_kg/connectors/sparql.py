"""A SPARQL 1.1 store: its graphs one after the other, large ones page by page.

Source: SPARQL 1.1 Protocol, SPARQL 1.1 Graph Store HTTP Protocol (W3C, 2013).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

from pyoxigraph import NamedNode, Triple

from cnil_kg.connectors.record import Page
from cnil_kg.connectors.web import Web, shown
from cnil_kg.errors import InputError
from cnil_kg.inputs.sources import is_page
from cnil_kg.vocab import PROV

PAGE = 50_000
"""Triples asked for at once, where no blank node forbids to cut a graph: its label means nothing in the next answer."""
OURS = NamedNode("urn:cnil-kg")
"""What a graph that we put in a store is attributed to: it holds what follows, and is never read as stated."""
_BY = NamedNode(PROV + "wasAttributedTo")
_GRAPHS = f"""SELECT ?g (COUNT(*) AS ?n) (SUM(IF(isBlank(?s) || isBlank(?o), 1, 0)) AS ?blank)
WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER NOT EXISTS {{ GRAPH ?g {{ ?g {_BY} {OURS} }} }} }} GROUP BY ?g ORDER BY ?g"""
_REST = """SELECT (COUNT(*) AS ?n) (SUM(IF(isBlank(?s) || isBlank(?o), 1, 0)) AS ?blank)
WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"""
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { %s }"
_UNNAMED = "?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } }"
DEFAULT = "default graph"


class Sparql:
    """The query address of a store."""

    name = "sparql"
    mark = "/sparql"

    def pages(self, web: Web, url: str, after: str) -> Iterator[Page]:
        """N-Triples, a page a graph or a part of one: first the unnamed graph, then by name."""
        wanted = list(_parts(web, url))
        start = int(after or 0)
        for place, (name, pattern, cut) in enumerate(wanted[start:], start + 1):
            data = _asked(web, url, _ALL % pattern + cut, "application/n-triples")
            if is_page(data):
                raise InputError(
                    "the store answers a page, not RDF", shown(url), "Give the address that takes queries."
                )
            yield Page(((name, data),), "" if place == len(wanted) else str(place))


def _parts(web: Web, url: str) -> Iterator[tuple[str, str, str]]:
    """What to ask for: a name, a pattern, a page."""
    graphs = [(DEFAULT, _UNNAMED, row) for row in _rows(web, url, _REST, ())]
    for row in _rows(web, url, _GRAPHS, ("g",)):
        graphs.append((row["g"], f"GRAPH <{_iri(row['g'], url)}> {{ ?s ?p ?o }}", row))
    for name, pattern, row in graphs:
        total = int(row["n"])
        if total <= PAGE or int(row["blank"]):
            yield name, pattern, ""
            continue
        for number, offset in enumerate(range(0, total, PAGE), 1):
            yield f"{name} ({number})", pattern, f" ORDER BY ?s ?p ?o LIMIT {PAGE} OFFSET {offset}"


def _iri(text: str, url: str) -> str:
    if any(mark in text for mark in '<>"{}|^`\\ \n\t'):
        raise InputError("a graph of the store has a name that is no IRI", shown(url), "Rename it.")
    return text


def _rows(web: Web, url: str, query: str, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a SELECT that counts: those that count nothing, as of an empty store, bind only `n`."""
    data = _asked(web, url, query, "application/sparql-results+json")
    try:
        rows = json.loads(data)["results"]["bindings"]
        found = [{name: str(cell["value"]) for name, cell in row.items()} for row in rows]
        found = [row for row in found if int(row["n"])]
        if any(not {*needed, "blank"} <= set(row) or not row["blank"].isdigit() for row in found):
            raise ValueError("the columns asked for are not there")
        return found
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = "the answer is no result of a SPARQL query"
        raise InputError(what, shown(url), "Give the address of the store that takes queries.") from error


def _asked(web: Web, url: str, query: str, accept: str) -> bytes:
    headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
    return web.fetch("POST", url, headers, data=urlencode({"query": query}).encode())


def put_graph(web: Web, url: str, graph: str, ntriples: str) -> None:
    """Put a graph in the place of the one of that name, by Graph Store Protocol.

    Args:
        web: the session.
        url: the address of the Graph Store Protocol.
        graph: the IRI of the graph.
        ntriples: what it is to hold.

    Raises:
        InputError: the store refuses or does not answer.
    """
    headers = {"Content-Type": "application/n-triples"}
    mark = Triple(NamedNode(_iri(graph, url)), _BY, OURS)
    web.fetch("PUT", url, headers, {"graph": graph}, f"{mark} .\n{ntriples}".encode())


CONNECTOR = Sparql()
