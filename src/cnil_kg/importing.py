"""`cnil-kg import`: a catalog record becomes a partial description, its facts and its hints kept apart."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

from cnil_kg.errors import InputError
from cnil_kg.inputs.sources import absent, read_bytes, unreadable
from cnil_kg.model import Warning_
from cnil_kg.readers import choose, readers
from cnil_kg.readers.collector import is_iri
from cnil_kg.readers.record import Imported, Source
from cnil_kg.rulebook import load_rulebook


@dataclass(frozen=True)
class Outcome:
    """What an import gives: the text to write, the record it was read into, and the doubts."""

    text: str
    imported: Imported
    warnings: tuple[Warning_, ...]


def import_record(
    source: str,
    *,
    reader: str | None = None,
    form: str = "turtle",
    lang: str = "en",
    id: str = "",
    vocabulary: str | None = None,
    stdin: BinaryIO | None = None,
) -> Outcome:
    """Read the record of a catalog.

    Args:
        source: a file, or `-`.
        reader: the name of a reader, where the file does not tell it.
        form: the syntax to write, one of `outputs.record.FORMS`.
        lang: language of the comments.
        id: the IRI of what the record describes, where the record names none.
        vocabulary: a file of tag or property definitions that the record refers to.
        stdin: what `-` reads.

    Raises:
        InputError: a file cannot be read, is malformed (the message names the record and the field), describes
            nothing, or only defines tags.
        UnknownTermError: there is no such reader.
    """
    from cnil_kg.outputs.record import written  # noqa: PLC0415

    if id and not is_iri(id):
        raise InputError(f"--id {id!r} is no IRI", source, "Write it whole, like https://example.org/dataset.")
    known = None if vocabulary is None else _vocabulary(vocabulary)
    file = opened(source, id, known, stdin)
    refuse_definitions(file)
    imported = choose(file, reader).read(file)
    if not imported.stated:
        raise InputError("describes nothing: there is nothing to import", source, "Give the record itself.")
    return Outcome(written(imported, form, lang), imported, imported.warnings)


def opened(name: str, id: str = "", vocabulary: dict[str, str] | None = None, stdin: BinaryIO | None = None) -> Source:
    """A file of a catalog.

    Raises:
        InputError: it is a folder, or cannot be read.
    """
    if name != "-" and os.path.isdir(name):
        raise InputError("import reads one file", name, "Name the file itself.")
    if name != "-" and not os.path.exists(name):
        raise absent(name)
    try:
        data = read_bytes(name, stdin)
    except OSError as error:
        raise unreadable(name, error) from error
    return Source(name, data, load_rulebook().terms, id, vocabulary)


def definitions(source: Source) -> dict[str, str] | None:
    """What a file that only defines tags or properties says of each; None for any other file."""
    for reader in readers():
        found = reader.definitions(source)
        if found:
            return found
    return None


def refuse_definitions(source: Source) -> None:
    """Tell a file of definitions from a record.

    Raises:
        InputError: it holds definitions and no record.
    """
    if definitions(source):
        name = source.name if source.name != "-" else "FILE"
        raise InputError(
            "holds tag definitions, no dataset",
            source.name,
            f"Give it beside the record that uses them: cnil-kg import RECORD --vocabulary {name}",
        )


def _vocabulary(name: str) -> dict[str, str]:
    source = opened(name)
    found = definitions(source)
    if not found:
        raise InputError("holds no tag definitions", name, "Give the file that defines the tags or properties.")
    return found
