"""From bytes to facts: every triple with its file and line, in one named graph per description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from cnil_kg.errors import InputError
from cnil_kg.lines import statements
from cnil_kg.model import Description, Facts, Origin, Warning_
from cnil_kg.normalise import Terms
from cnil_kg.projects import BNODE, Part, partition
from cnil_kg.sources import Document, documents

_Origins = dict[Triple, list[Origin]]


def load(
    inputs: Sequence[str], *, format: str | None = None, stdin: BinaryIO | None = None, terms: Terms
) -> Facts:
    """Read descriptions of projects.

    Args:
        inputs: files, folders, `-` for standard input.
        format: the syntax where the name does not tell it (`sources.FORMATS`).
        stdin: what `-` reads.
        terms: the terms that the rulebook knows.

    Returns:
        What was read. Nothing is raised for a bad input: it is in `errors`, whole, and the others count.
    """
    origins: _Origins = {}
    names: list[str] = []
    errors: list[InputError] = []
    warnings: list[Warning_] = []
    for document in documents(inputs, format, stdin):
        if isinstance(document, InputError):
            errors.append(document)
            names += [document.where] if document.where else []
            continue
        names.append(document.name)
        try:
            read = _read(document)
        except InputError as error:
            errors.append(error)
            continue
        for triple, places in read.items():
            origins.setdefault(triple, []).extend(places)
    parts = partition(origins, terms.known)
    return Facts(
        store=_store(parts),
        descriptions=tuple(_description(part, origins, names) for part in parts),
        origins={triple: tuple(places) for triple, places in origins.items()},
        paths={},
        inputs=tuple(names),
        warnings=tuple(warnings),
        errors=tuple(errors),
    )


def _read(document: Document) -> _Origins:
    origins: _Origins = {}
    blank: dict[BlankNode, NamedNode] = {}

    def named(node: object) -> object:
        if not isinstance(node, BlankNode):
            return node
        if node not in blank:
            blank[node] = NamedNode(f"{BNODE}{document.number}:{len(blank) + 1}")
        return blank[node]

    for quad, line in statements(document):
        triple = Triple(named(quad.subject), quad.predicate, named(quad.object))  # type: ignore[arg-type]
        origins.setdefault(triple, []).append(Origin(document.name, line))
    if not origins:
        raise InputError(
            "holds no statement", document.name, "Describe at least one project in it, or leave it out."
        )
    return origins


def _store(parts: Sequence[Part]) -> Store:
    store = Store()
    for part in parts:
        store.extend(Quad(t.subject, t.predicate, t.object, part.graph) for t in part.triples)
    return store


def _description(part: Part, origins: _Origins, names: Sequence[str]) -> Description:
    files = {place.file for triple in part.triples for place in origins[triple]}
    return Description(part.graph, part.project, tuple(name for name in names if name in files))
