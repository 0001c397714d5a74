"""One run of one query over a dataset."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Variable,
    parse_query_results,
    serialize,
)

from cnil_kg.errors import QueryError
from cnil_kg.rdf import Value, matching
from cnil_kg.sparql.dataset import LAYERS, Dataset
from cnil_kg.sparql.guard import guard, syntax
from cnil_kg.sparql.library import Query
from cnil_kg.sparql.parameters import bindings
from cnil_kg.vocab import PREFIXES, XSD

ROWS = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
TRIPLES = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES}
STACK = 512 * 1024 * 1024
"""Reserved, not used: the engine recurses once a bracket, and a thread may have a larger stack than the process."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Table:
    """The solutions of a SELECT query: the columns, a term or None for each; the rows that filters left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    left_out: tuple[tuple[Any, ...], ...] = ()


def wanted(query: Query, layers: Sequence[str]) -> tuple[str, ...]:
    """The layers to fill for a query.

    Args:
        query: what is asked.
        layers: those the user chose; `all`, or none chosen: those the question reads, every one for a query of a user.

    Raises:
        QueryError: the question reads a layer left out; its answer would be a false "none".
    """
    if not layers or "all" in layers:
        return query.reads or LAYERS
    lacking = [layer for layer in query.reads if layer not in layers]
    if lacking:
        what = f"this question reads {' and '.join(lacking)}, which --graph leaves out"
        raise QueryError(what, query.where, "Leave --graph out.")
    return tuple(layers)


def table(dataset: Dataset, query: Query, given: Sequence[str] = ()) -> Table | bool | bytes:
    """The answer for a reader: a table, yes or no, or triples as Turtle."""

    def read(results: Any, wanted: Mapping[str, Value]) -> Table | bool | bytes:
        _check_filters(results, wanted, query.where)
        if isinstance(results, QuerySolutions):
            columns = tuple(v.value for v in results.variables)
            at = {columns.index(name): term for name, term in wanted.items()}
            found = [tuple(row) for row in results]
            kept = tuple(row for row in found if all(row[i] == term for i, term in at.items()))
            return Table(columns, kept, tuple(row for row in found if row not in kept) if at else ())
        if isinstance(results, QueryBoolean):
            return bool(results)
        return _triples(results, RdfFormat.TURTLE)

    return _ask(dataset, query, given, read)


def document(dataset: Dataset, query: Query, format: str, given: Sequence[str] = ()) -> bytes:
    """The answer as a document, written by pyoxigraph.

    Args:
        dataset: what is asked of.
        query: what is asked.
        format: a key of ROWS or TRIPLES.
        given: `name=value` parameters.

    Raises:
        QueryError: the query is refused, cannot be read, or its results have no such format.
    """

    def write(results: Any, wanted: Mapping[str, Value]) -> bytes:
        _check_filters(results, wanted, query.where)
        triples = isinstance(results, QueryTriples)
        formats: Mapping[str, Any] = TRIPLES if triples else ROWS
        if format not in formats:
            what = f"{format} cannot hold {'triples' if triples else 'the answer to SELECT or ASK'}"
            raise QueryError(what, query.where, f"Choose one of {', '.join(formats)}.")
        if triples:
            return _triples(results, TRIPLES[format])
        if isinstance(results, QueryBoolean) and format in ("csv", "tsv"):
            return f"{str(bool(results)).lower()}\n".encode()  # the W3C defines no CSV of a boolean
        written = (filtered(results, wanted) if wanted else results).serialize(format=ROWS[format])
        assert written is not None  # given to no file
        return written

    return _ask(dataset, query, given, write)


def _triples(results: QueryTriples, format: RdfFormat) -> bytes:
    prefixes = PREFIXES if format == RdfFormat.TURTLE else None
    written = serialize(sorted(results, key=str), format=format, prefixes=prefixes)
    assert written is not None
    return written


def _ask(dataset: Dataset, query: Query, given: Sequence[str], read: Callable[[Any, Mapping[str, Value]], _T]) -> _T:
    guarded = guard(query.sparql, dataset.graphs, query.where)
    store, scope = scoped(dataset.store, guarded.default, guarded.named)
    terms = bindings(query.parameters, given, query.where)
    return evaluate(store, query.sparql, terms.bound, query.where, lambda r: read(r, terms.columns), **scope)


def _check_filters(results: Any, columns: Mapping[str, Value], where: str) -> None:
    names = [v.value for v in results.variables] if isinstance(results, QuerySolutions) else []
    lacking = [name for name in columns if name not in names]
    if lacking:
        raise QueryError(f"the filter {lacking[0]} is no column", where, "Add it to SELECT.")


def filtered(results: QuerySolutions, columns: Mapping[str, Value]) -> QuerySolutions:
    """The solutions whose columns have these terms, and no other."""
    document = json.loads(results.serialize(format=QueryResultsFormat.JSON) or b"{}")
    wanted = {name: _as_json(term) for name, term in columns.items()}
    document["results"]["bindings"] = [
        row for row in document["results"]["bindings"] if all(row.get(name) == term for name, term in wanted.items())
    ]
    kept = parse_query_results(json.dumps(document), format=QueryResultsFormat.JSON)
    assert isinstance(kept, QuerySolutions)
    return kept


def _as_json(term: Value) -> dict[str, str]:
    """A term as the W3C's JSON results write it."""
    if not isinstance(term, Literal):
        return {"type": "uri", "value": term.value}
    datatype = {} if term.datatype.value == XSD + "string" else {"datatype": term.datatype.value}
    return {"type": "literal", "value": term.value, **datatype}


def scoped(store: Store, default: Sequence[str], named: Sequence[str]) -> tuple[Store, dict[str, Any]]:
    """The store and options for a query over some graphs only; nothing named: over the whole dataset.

    pyoxigraph counts a triple of two default graphs twice, where the merge of the two has it once: several are merged
    into the default graph of another store.
    """
    if not default and not named:
        return store, {}
    graphs = [NamedNode(iri) for iri in dict.fromkeys(default)]
    names = [NamedNode(iri) for iri in dict.fromkeys(named)]
    if len(graphs) == 1:
        return store, {"default_graph": graphs, "named_graphs": names}
    merged = Store()
    for graph in graphs:
        merged.extend(Quad(q.subject, q.predicate, q.object) for q in matching(store, None, None, None, graph))
    for name in names:
        merged.extend(matching(store, None, None, None, name))
    return merged, {"default_graph": DefaultGraph(), "named_graphs": names}


def evaluate(
    store: Store, sparql: str, bound: Mapping[Variable, Value], where: str, read: Callable[[Any], _T], **graphs: Any
) -> _T:
    """Evaluate a guarded query in a thread with a large stack, and read its results there.

    Raises:
        QueryError: a syntax error, or a parameter that does not stand in the SELECT clause.
    """
    return with_large_stack(lambda: evaluate_here(store, sparql, bound, where, read, **graphs))


def evaluate_here(
    store: Store, sparql: str, bound: Mapping[Variable, Value], where: str, read: Callable[[Any], _T], **graphs: Any
) -> _T:
    """The same in this thread, which `with_large_stack` has started."""
    try:
        return read(store.query(sparql, substitutions=dict(bound) or None, **graphs))
    except SyntaxError as error:
        raise syntax(error, where) from error
    except RuntimeError as error:
        if "SELECT projection" not in str(error):
            raise
        names = ", ".join(sorted(f"?{v.value}" for v in bound))
        what = f"its parameters ({names}) must stand in the SELECT clause"
        raise QueryError(what, where, "Add them to SELECT.") from error


def with_large_stack(call: Callable[[], _T]) -> _T:
    """What `call` returns or raises, in a thread whose stack holds deeply nested queries."""
    found: list[_T] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            found.append(call())
        except Exception as error:
            # without frames, nor its cause's: results may not outlive this thread
            if error.__cause__ is not None:
                error.__cause__ = error.__cause__.with_traceback(None)
            error.__context__ = None
            failed.append(error.with_traceback(None))

    previous = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
    finally:
        threading.stack_size(previous)
    while thread.is_alive():
        thread.join(0.1)  # so that Ctrl-C is heard
    if failed:
        raise failed[0]
    return found[0]
