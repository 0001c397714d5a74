"""What a reader is given and what it gives back: facts and hints kept apart, each with its field.

A *fact* is what the record says in a property that has this meaning. A *hint* is a passage that suggests something:
its words are quoted, somebody has to settle it, no rule reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from os.path import basename
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from cnil_kg.errors import InputError
from cnil_kg.model import Text, Warning_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnil_kg.inputs.normalise import Terms

Node: TypeAlias = NamedNode | BlankNode
Value: TypeAlias = NamedNode | BlankNode | Literal


@dataclass(frozen=True, eq=False)
class Source:
    """A file of a catalog.

    Attributes:
        name: as typed, `-` for standard input.
        data: its bytes, in UTF-8 without byte-order mark.
        id: the IRI that the user gives to what it describes, empty for none.
        terms: the terms that the rulebook knows.
        vocabulary: what the tag and property definitions given beside it say: name -> description.
    """

    name: str
    data: bytes
    terms: Terms
    id: str = ""
    vocabulary: Mapping[str, str] | None = None

    @cached_property
    def text(self) -> str:
        """The text.

        Raises:
            InputError: it is no UTF-8.
        """
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("The file is not readable as utf-8.", self.name, "Save the file as UTF-8.") from error

    @cached_property
    def digest(self) -> str:
        """What tells this file from any other of its name."""
        return sha256(self.data).hexdigest()

    @property
    def title(self) -> str:
        """The name without its folders, which are nobody's business."""
        return basename(self.name) if self.name != "-" else "standard input"


@dataclass(frozen=True)
class Stated:
    """A fact: what is stated, in which field, in the record of which resource."""

    triple: Triple
    field: str
    root: NamedNode


@dataclass(frozen=True)
class Hint:
    """A passage that suggests something about a node: the topic (local name of a `ckg:HintTopic`), the words, the
    field, and the resource whose record it stands in."""

    about: Node
    topic: str
    quote: str
    field: str
    root: NamedNode


@dataclass(frozen=True)
class Imported:
    """What a reader found in a source, in the order of the source; `unread` names the fields it does not use."""

    reader: str
    source: Source
    stated: tuple[Stated, ...]
    hints: tuple[Hint, ...]
    warnings: tuple[Warning_, ...]
    unread: tuple[str, ...] = ()


class Reader(Protocol):
    """What an entry point of the group `cnil_kg.readers` gives.

    Attributes:
        name: the word after `--from`, like `ckan`.
        label: what it reads, for messages.
    """

    name: str
    label: Text

    def recognises(self, source: Source) -> bool:
        """Whether the source looks like one of its own; never raises."""
        ...

    def read(self, source: Source) -> Imported:
        """Read it.

        Raises:
            InputError: it is malformed (the message names the record and the field), or describes nothing.
        """
        ...

    def definitions(self, source: Source) -> dict[str, str] | None:
        """What a file that only defines tags or properties says of each name; None for any other file."""
        ...
