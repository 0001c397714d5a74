"""The readers of catalog records: one module each, found through the entry points of the group `cnil_kg.readers`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from cnil_kg import plugins
from cnil_kg.errors import InputError, UnknownTermError
from cnil_kg.readers.record import Reader, Source
from cnil_kg.readers.trees import tree

GROUP = "cnil_kg.readers"
OWN = ("huggingface", "croissant", "ckan", "openmetadata", "datahub", "dpv", "dcat")
"""Ours, in the order in which they are asked; they are found without being installed."""


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader that works: those of others first, since a narrow one may read what ours would take for
    something else."""
    return (*(found for found in others().values() if not isinstance(found, str)), *_own())


def _own() -> tuple[Reader, ...]:
    return tuple(import_module(f"{GROUP}.{name}").READER for name in OWN)


def others() -> dict[str, Reader | str]:
    """The readers of other packages by name, each loaded, or the reason why it cannot be used."""
    return plugins.others(GROUP, OWN, ("recognises", "read", "definitions"))


def choose(source: Source, name: str | None) -> Reader:
    """The reader of a source: the one asked for, else the first that recognises it.

    Raises:
        UnknownTermError: there is no reader of that name.
        InputError: no reader recognises the source, or it is JSON or YAML that is not well-formed.
    """
    known = {reader.name: reader for reader in readers()}
    if name is not None:
        broken = others().get(name)
        if isinstance(broken, str):
            what = f'the reader "{name}" of another package cannot be used ({broken})'
            raise UnknownTermError(what, "--from", "Update or remove that package.")
        if name not in known:
            raise UnknownTermError(f'there is no reader "{name}"', "--from", f"Use one of: {', '.join(sorted(known))}.")
        return known[name]
    for reader in known.values():
        if reader.recognises(source):
            return reader
    tree(source)
    repair = f"Say which with --from: {', '.join(sorted(known))}."
    raise InputError("no reader recognises this file as a catalog record", source.name, repair)
