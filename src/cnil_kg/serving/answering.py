"""One query answered inside a worker: guarded, evaluated, counted, written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, cast

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse_query_results,
    serialize,
)

from cnil_kg.rdf import Value
from cnil_kg.serving.limits import Refusal
from cnil_kg.sparql.guard import guard
from cnil_kg.sparql.library import named
from cnil_kg.sparql.parameters import bindings
from cnil_kg.sparql.run import ROWS, TRIPLES, evaluate_here, scoped
from cnil_kg.vocab import PREFIXES, XSD

GRAPH_FORMATS = {**TRIPLES, "rdf": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD}


@dataclass(frozen=True)
class Job:
    """A query to run.

    Attributes:
        sparql: the text; empty when `question` names a query of the library.
        format: a key of ROWS or GRAPH_FORMATS.
        default, named: graphs the protocol asks for; when there is one, FROM in the text does not count.
        question, given: a question of the library and its parameters (`name=value`).
    """

    sparql: str
    format: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    question: str = ""
    given: tuple[str, ...] = ()

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job a line holds."""
        fields = {key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(text).items()}
        return cls(**cast("dict[str, Any]", fields))


@dataclass(frozen=True)
class Answer:
    """A document, and how many rows a filter left out of it; those undetermined may still belong there."""

    body: bytes
    left_out: int = 0
    undetermined: int = 0


def answer(store: Store, graphs: frozenset[str], job: Job, max_rows: int) -> Answer:
    """The document that answers a job.

    Raises:
        QueryError: the query is refused or cannot be read.
        Refusal: it has more rows than may be given.
    """
    asked = named(job.question) if job.question else None
    sparql, where = (asked.sparql, asked.where) if asked else (job.sparql, "query")
    guarded = guard(sparql, graphs, where)
    given = (job.default, job.named) if job.default or job.named else (guarded.default, guarded.named)
    chosen, scope = scoped(store, *given)
    terms = bindings(asked.parameters if asked else (), job.given, where)

    def read(results: Any) -> Answer:
        if isinstance(results, QueryBoolean):
            return Answer(_boolean(bool(results), job.format))
        if isinstance(results, QueryTriples):
            return Answer(_graph(results, job.format, max_rows))
        return _rows(results, terms.columns, job.format, max_rows)

    return evaluate_here(chosen, sparql, terms.bound, where, read, **scope)


def _boolean(value: bool, format: str) -> bytes:
    text = str(value).lower()
    if format in ("csv", "tsv"):  # the W3C defines none
        return f"{text}\n".encode()
    return _converted(f'{{"head":{{}},"boolean":{text}}}', format)


def _graph(results: QueryTriples, format: str, max_rows: int) -> bytes:
    triples = list(islice(results, max_rows + 1))
    _check(len(triples), max_rows, "triples")
    text = "\n".join(map(str, triples))
    used = {prefix: base for prefix, base in PREFIXES.items() if f"<{base}" in text}
    prefixes = None if format == "nt" else used
    return serialize(sorted(triples, key=str), format=GRAPH_FORMATS[format], prefixes=prefixes) or b""


def _rows(results: QuerySolutions, columns: Mapping[str, Value], format: str, max_rows: int) -> Answer:
    """The rows, counted one by one: pyoxigraph writes all of them or none."""
    names = [v.value for v in results.variables]
    wanted = {names.index(name): term for name, term in columns.items()}
    at = names.index("outcome") if "outcome" in names else None
    rows: list[str] = []
    left_out = undetermined = 0
    for row in results:
        terms = tuple(row)
        if all(terms[i] == term for i, term in wanted.items()):
            bound = {name: as_json(term) for name, term in zip(names, terms, strict=True) if term is not None}
            rows.append(json.dumps(bound, ensure_ascii=False))
            _check(len(rows), max_rows, "rows")
        else:
            left_out += 1
            undetermined += at is not None and terms[at] == Literal("undetermined")
    head = json.dumps({"vars": names}, ensure_ascii=False)
    document = f'{{"head":{head},"results":{{"bindings":[{",".join(rows)}]}}}}'
    return Answer(_converted(document, format), left_out, undetermined)


def as_json(term: Any) -> dict[str, Any]:
    """A term as the W3C's JSON results write it (SPARQL 1.1 Query Results JSON Format, 3.2.2; triples: 1.2).

    Args:
        term: a term of pyoxigraph.
    """
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, Literal):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: as_json(part) for name, part in parts.items()}}
    found: dict[str, Any] = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
        if term.direction is not None:
            found["its:dir"] = term.direction.value
    elif term.datatype.value != XSD + "string":
        found["datatype"] = term.datatype.value
    return found


def _converted(text: str, format: str) -> bytes:
    if format == "json":
        return text.encode()
    return parse_query_results(text, format=QueryResultsFormat.JSON).serialize(format=ROWS[format]) or b""


def _check(count: int, most: int, what: str) -> None:
    if count > most:
        message = f"The answer has more than {most} {what} (--max-rows); add LIMIT, or ask for less."
        raise Refusal(503, message)
