"""From bytes to facts: every triple with its file and line, in one named graph per description."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

from pyoxigraph import NamedNode, Quad, Store, Triple

from cnil_kg.errors import InputError
from cnil_kg.literals import Literals
from cnil_kg.model import Description, Facts, Origin, Warning_
from cnil_kg.normalise import Terms
from cnil_kg.paths import paths
from cnil_kg.projects import Part, partition
from cnil_kg.reading import Reading
from cnil_kg.sources import documents


def load(inputs: Sequence[str], *, format: str | None = None, stdin: BinaryIO | None = None, terms: Terms) -> Facts:
    """Read descriptions of projects.

    Args:
        inputs: files, folders, `-` for standard input.
        format: the syntax where the name does not tell it (`sources.FORMATS`).
        stdin: what `-` reads.
        terms: the terms that the rulebook knows.

    Returns:
        What was read. Nothing is raised for a bad input: it is in `errors`, whole, and the others count.
    """
    origins: dict[Triple, list[Origin]] = {}
    blank: dict[NamedNode, Origin] = {}
    links: list[Triple] = []
    names: list[str] = []
    errors: list[InputError] = []
    warnings: list[Warning_] = []
    literals = Literals()
    for document in documents(inputs, format, stdin):
        if isinstance(document, InputError):
            errors.append(document)
            names += [document.where] if document.where else []
            continue
        names.append(document.name)
        reading = Reading(document, terms, literals)
        try:
            reading.read()
        except InputError as error:
            errors.append(error)
        else:
            for triple, places in reading.origins.items():
                origins.setdefault(triple, []).extend(places)
            blank |= reading.blank
            links += reading.links
        warnings += sorted(reading.warnings, key=_line)
    parts = partition(origins, terms.known)
    return Facts(
        store=_store(parts),
        descriptions=tuple(_description(part, origins, names) for part in parts),
        origins={triple: tuple(places) for triple, places in origins.items()},
        paths=paths(links, blank),
        inputs=tuple(dict.fromkeys(names)),
        warnings=tuple(_once(warnings)),
        errors=tuple(errors),
    )


def _line(warning: Warning_) -> int:
    return (warning.where and warning.where.line) or 0


def _once(warnings: Iterable[Warning_]) -> Iterator[Warning_]:
    """The warnings, an import told of one document not told again of another."""
    imports: set[str] = set()
    for warning in warnings:
        if warning.code != "import-not-followed" or warning.term not in imports:
            yield warning
        if warning.code == "import-not-followed":
            imports.add(warning.term)


def _store(parts: Sequence[Part]) -> Store:
    store = Store()
    for part in parts:
        store.extend(Quad(t.subject, t.predicate, t.object, part.graph) for t in part.triples)
    return store


def _description(part: Part, origins: Mapping[Triple, Sequence[Origin]], names: Sequence[str]) -> Description:
    files = {place.file for triple in part.triples for place in origins[triple]}
    return Description(part.graph, part.project, tuple(name for name in names if name in files))
