"""What a writer is given, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from pyoxigraph import NamedNode, Triple

from cnil_kg.errors import InputError
from cnil_kg.model import Report, Text
from cnil_kg.readers.record import Source
from cnil_kg.rulebook import Rulebook


@dataclass(frozen=True)
class Part:
    """One of the documents that a writer can give.

    Attributes:
        name: the word after `--part`.
        label: what it is.
        described: whether it speaks of descriptions; a list of definitions does not.
    """

    name: str
    label: Text
    described: bool = True


@dataclass(frozen=True)
class Export:
    """What a writer is given.

    Attributes:
        part: the name of what to write, one of its parts.
        rulebook: the terms, with their labels.
        report: the conclusions and findings; None for a part that speaks of no description.
        stated: the triples that the descriptions state, without the notes of an import.
        processings: the processings described, sorted.
        into: the record of the catalog that the result is for, where the writer needs it.
    """

    part: str
    rulebook: Rulebook
    report: Report | None = None
    stated: tuple[Triple, ...] = ()
    processings: tuple[NamedNode, ...] = ()
    into: Source | None = None
    by_subject: dict[object, list[Triple]] = field(default_factory=dict, init=False, compare=False)

    def __post_init__(self) -> None:
        for triple in self.stated:
            self.by_subject.setdefault(triple.subject, []).append(triple)

    @property
    def as_of(self) -> str:
        """The day of the law that was applied."""
        return self.found.as_of

    @property
    def found(self) -> Report:
        """The report, of a part that speaks of descriptions."""
        assert self.report is not None
        return self.report

    def record(self, what: Text | str, repair: str) -> Source:
        """The record of the catalog.

        Raises:
            InputError: it is not given.
        """
        if self.into is None:
            raise InputError(f"{what} is not given", "--into", repair)
        return self.into


class Writer(Protocol):
    """What an entry point of the group `cnil_kg.writers` gives.

    Attributes:
        name: the target, like `ckan`.
        label: what it writes, for messages.
        parts: the documents it can give; the first unless another is asked for.
    """

    name: str
    label: Text
    parts: tuple[Part, ...]

    def write(self, export: Export, lang: str) -> str:
        """The text to hand over.

        Raises:
            InputError: the record of the catalog is lacking or malformed, or the descriptions say nothing of it.
        """
        ...
