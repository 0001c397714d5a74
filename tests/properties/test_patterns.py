"""What the engine reads in a rule body is what rdflib's SPARQL parser reads there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Variable
from rdflib import Literal as RdflibLiteral
from rdflib import URIRef
from rdflib import Variable as RdflibVariable
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue, Expr

from cnil_kg.patterns import Body, NormalFormError, parse_rule
from harness import ROOT

PATH = re.compile(r"\?path\d+")  # what stands for a property path
RULES = sorted((ROOT / "queries" / "rules").glob("*/*.rq"))
Read = tuple[str, str, str, bool, bool]
"""Subject, predicate, object, in the project's graph, read as an absence."""


def ours(body: Body) -> Iterator[Read]:
    for pattern, absent in body.everything():
        yield (*(text(t) for t in pattern.terms), pattern.in_project, absent)  # type: ignore[misc]
    for count in body.counts:
        yield from ours(count.body)


def theirs(node: Any, *, project: bool = False, absent: bool = False) -> Iterator[Read]:
    """The triples of an algebra tree, with the graph they are matched in."""
    if isinstance(node, CompValue | Expr):
        inside = project or node.name == "Graph"
        lists = [node[key] for key in node if key == "triples"]
        flat = [term for triples in lists for triple in triples for term in triple]
        for triple in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
            if not any(isinstance(t, PropertyPath) for t in triple):
                yield (*(text(t) for t in triple), inside, absent)  # type: ignore[misc]
        for key in node:
            if key not in ("triples", "template"):
                denied = absent or (node.name == "Builtin_NOTEXISTS") or (node.name == "Minus" and key == "p2")
                yield from theirs(node[key], project=inside, absent=denied)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from theirs(item, project=project, absent=absent)


def text(term: Any) -> str:
    """A term of either library, as one text."""
    if isinstance(term, NamedNode | URIRef):
        return f"<{getattr(term, 'value', term)}>"
    if isinstance(term, Variable | RdflibVariable):
        return f"?{getattr(term, 'value', term)}"
    if isinstance(term, Literal):
        return f"{term.value}^^{term.datatype.value}"
    assert isinstance(term, RdflibLiteral), term
    return f"{term}^^{term.datatype or 'http://www.w3.org/2001/XMLSchema#string'}"


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_the_patterns_read_are_those_of_the_query(path: Path) -> None:
    query = path.read_text(encoding="utf-8")
    template, body = parse_rule(query)
    algebra = prepareQuery(query).algebra
    assert {p for p in ours(body) if not PATH.fullmatch(p[1])} == set(theirs(algebra.p))
    written = {tuple(text(t) for t in triple) for triple in algebra.template}
    assert {tuple(text(t) for t in p.terms) for p in template} == written


def filters(node: Any) -> Iterator[CompValue]:
    if isinstance(node, CompValue):
        if node.name == "Filter":
            yield node
        for key in node:
            yield from filters(node[key])
    elif isinstance(node, list | tuple):
        for item in node:
            yield from filters(item)


def compared(node: Any) -> Iterator[str]:
    """The variables an expression reads outside its NOT EXISTS."""
    if isinstance(node, RdflibVariable):
        yield text(node)
    elif isinstance(node, CompValue) and node.name != "Builtin_NOTEXISTS":
        for key in node:
            yield from compared(node[key])
    elif isinstance(node, list | tuple):
        for item in node:
            yield from compared(item)


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.stem)
def test_a_filter_reads_variables_of_its_own_group(path: Path) -> None:
    """A comparison inside GRAPH does not see what is bound outside it: it would fail on every solution, silently."""
    for found in filters(prepareQuery(path.read_text(encoding="utf-8")).algebra):
        bound = {text(v) for v in found.p["_vars"]}
        assert set(compared(found.expr)) <= bound


def test_an_unseen_variable_is_noticed() -> None:
    query = (
        "PREFIX ckg: <https://w3id.org/cnil-kg/ns#> CONSTRUCT { ?p ckg:x true } WHERE {"
        " ckg:Today ckg:value ?today . GRAPH ?project { ?p ckg:start ?s . FILTER(?s <= ?today) } }"
    )
    (found,) = filters(prepareQuery(query).algebra)
    assert not set(compared(found.expr)) <= {text(v) for v in found.p["_vars"]}


@pytest.mark.parametrize(
    "body",
    [
        "{ GRAPH ?project { ?p ckg:x true ",
        "{ GRAPH ?project { ?p ckg:x true ckg:y } }",
        "{ GRAPH ?project { ?p unknown:x true } }",
        "{ { SELECT ?p (COUNT(DISTINCT ?c) AS ?n) WHERE { GRAPH ?project { ?p ckg:x ?c } } GROUP BY ?p } }",
    ],
    ids=["no closing brace", "no full stop", "undeclared prefix", "count that does not select the project"],
)
def test_a_body_out_of_form_is_refused(body: str) -> None:
    with pytest.raises(NormalFormError):
        parse_rule(f"PREFIX ckg: <https://w3id.org/cnil-kg/ns#> CONSTRUCT {{ ?p ckg:y true }} WHERE {body}")
