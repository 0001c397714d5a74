"""Reading stores, with the terms our stores hold: IRIs and literals.

pyoxigraph's types allow a blank node or an RDF 1.2 triple in every place; the loader gives every blank node an IRI and
refuses RDF 1.2, so what comes out of our stores is typed here as loosely as needed, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode, Store, Variable

Value: TypeAlias = NamedNode | Literal
Solution: TypeAlias = Mapping[Variable, Value]


def matching(store: Store, subject: Any, predicate: Any, object: Any, graph: Any) -> Iterator[Any]:
    """The quads of a store that fit a pattern; None is a wildcard."""
    return store.quads_for_pattern(subject, predicate, object, graph)


def rows(store: Store, query: str, bindings: Mapping[Variable, Value] | None = None) -> Any:
    """The solutions of a SELECT query, some variables bound beforehand."""
    return store.query(query, substitutions=dict(bindings) if bindings else None)
