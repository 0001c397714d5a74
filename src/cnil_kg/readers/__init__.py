"""The readers of catalog records: one module each, found through the entry points of the group `cnil_kg.readers`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from cnil_kg.errors import CnilKgError, InputError, UnknownTermError
from cnil_kg.readers.record import Reader, Source

GROUP = "cnil_kg.readers"
OWN = ("huggingface", "croissant", "ckan", "openmetadata", "datahub", "dpv", "dcat")
"""Ours, in the order in which they are asked; they are found without being installed."""


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader: those of others first, since a narrow one may read what ours would take for something else.

    Raises:
        UnknownTermError: the reader of another package cannot be loaded.
    """
    others = sorted(entry_points(group=GROUP), key=lambda e: e.name)
    found = [_loaded(entry) for entry in others if entry.name not in OWN]
    return (*found, *(import_module(f"{GROUP}.{name}").READER for name in OWN))


def _loaded(entry: object) -> Reader:
    name, value = getattr(entry, "name", "?"), getattr(entry, "value", "?")
    try:
        found: Reader = entry.load()  # type: ignore[attr-defined]
        assert found.name == name
        assert callable(found.recognises)
        assert callable(found.read)
        assert callable(found.definitions)
    except CnilKgError:
        raise
    except Exception as error:
        what = f"the reader {name} of another package cannot be used ({type(error).__name__}: {error})"
        raise UnknownTermError(what, value, "Update or remove the package that brings it.") from error
    return found


def choose(source: Source, name: str | None) -> Reader:
    """The reader of a source: the one asked for, else the first that recognises it.

    Raises:
        UnknownTermError: there is no reader of that name.
        InputError: no reader recognises the source.
    """
    known = {reader.name: reader for reader in readers()}
    if name is not None:
        if name not in known:
            raise UnknownTermError(f'there is no reader "{name}"', "--from", f"Use one of: {', '.join(sorted(known))}.")
        return known[name]
    for reader in known.values():
        if reader.recognises(source):
            return reader
    repair = f"Say which with --from: {', '.join(sorted(known))}."
    raise InputError("no reader recognises this file as a catalog record", source.name, repair)
