"""Which format a client gets: its Accept header against what can be written (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Mapping

from cnil_kg.serving.limits import Refusal

ROW_TYPES = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/xml": "xml",
}
GRAPH_TYPES = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
}
"""Media type, format; the first is given when all are as welcome."""
TYPES = {format: type_ for types in (ROW_TYPES, GRAPH_TYPES) for type_, format in reversed(types.items())}


def chosen(accept: str, types: Mapping[str, str]) -> str:
    """The format the client likes best.

    Args:
        accept: the Accept header; empty accepts everything.
        types: media types and their formats, the best of equals first.

    Raises:
        Refusal: none is acceptable (406).
    """
    ranges = _ranges(accept or "*/*")
    ranked = [(_quality(type_, ranges), -place, format) for place, (type_, format) in enumerate(types.items())]
    quality, _, format = max(ranked)
    if quality <= 0:
        raise Refusal(406, f"None of the accepted formats can be given; ask for one of {', '.join(types)}.")
    return format


def _ranges(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept.split(","):
        range_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 0.0
        found[range_] = max(quality, found.get(range_, 0.0))
    return found


def _quality(type_: str, ranges: Mapping[str, float]) -> float:
    """By the most specific range that holds the type."""
    for range_ in (type_, type_.partition("/")[0] + "/*", "*/*"):
        if range_ in ranges:
            return ranges[range_]
    return 0.0
