"""From bytes to facts: every triple with its file and line, in one named graph per description."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from pyoxigraph import NamedNode, Quad, Store, Triple

from cnil_kg.errors import InputError
from cnil_kg.inputs.literals import Literals
from cnil_kg.inputs.normalise import Terms
from cnil_kg.inputs.paths import paths
from cnil_kg.inputs.projects import Part, partition
from cnil_kg.inputs.reading import Reading
from cnil_kg.inputs.sources import Document, documents
from cnil_kg.model import Description, Facts, Origin, Warning_


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
    return from_documents(documents(inputs, format, stdin), terms)


def from_documents(found: Iterable[Document | InputError], terms: Terms) -> Facts:
    """The same, from documents already at hand."""
    run = _Run()
    literals = Literals()
    for document in found:
        if isinstance(document, InputError):
            run.errors.append(document)
            run.names += [document.where] if document.where else []
        else:
            run.add(document.name, Reading(document, terms, literals))
    parts = partition(run.origins, terms.known)
    return Facts(
        store=_store(parts),
        descriptions=tuple(_description(part, run.origins, run.names) for part in parts),
        origins={triple: tuple(places) for triple, places in run.origins.items()},
        paths=paths(run.links, run.blank),
        inputs=tuple(dict.fromkeys(run.names)),
        warnings=tuple(_once(run.warnings)),
        errors=tuple(run.errors),
    )


class _Run:
    """What the documents hold together."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.origins: dict[Triple, list[Origin]] = {}
        self.blank: dict[NamedNode, Origin] = {}
        self.links: list[Triple] = []
        self.warnings: list[Warning_] = []
        self.errors: list[InputError] = []

    def add(self, name: str, reading: Reading) -> None:
        """Read one document; nothing of a bad one is kept but its warnings."""
        self.names.append(name)
        try:
            reading.read()
        except InputError as error:
            self.errors.append(error)
        else:
            for triple, places in reading.origins.items():
                self.origins.setdefault(triple, []).extend(places)
            self.blank |= reading.blank
            self.links += reading.links
        self.warnings += sorted(reading.warnings, key=_line)


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


def edited(facts: Facts, removed: Iterable[Triple], added: Mapping[Triple, Origin], terms: Terms) -> Facts:
    """What would have been read without some triples and with others.

    Args:
        facts: what was read.
        removed: triples of it.
        added: other triples, without blank nodes, each with the place it is told to come from.
        terms: the terms that the rulebook knows.
    """
    gone = set(removed)
    origins = {triple: places for triple, places in facts.origins.items() if triple not in gone}
    origins |= {triple: (place,) for triple, place in added.items()}
    parts = partition(origins, terms.known)
    return replace(
        facts,
        store=_store(parts),
        descriptions=tuple(_description(part, origins, facts.inputs) for part in parts),
        origins=origins,
    )
