"""What a connector is, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from cnil_kg.connectors.web import Web
from cnil_kg.readers.trees import Tree


@dataclass(frozen=True)
class Page:
    """One answer of a catalog.

    Attributes:
        records: what its reader reads, each with the name that the catalog gives it.
        after: what to ask for next, to take up there; empty after the last page.
    """

    records: tuple[tuple[str, Tree], ...]
    after: str


class Connector(Protocol):
    """Asks the API of one catalog.

    Attributes:
        name: that of the reader of its records.
        mark: the part of an address that tells its API.
    """

    name: str
    mark: str

    def pages(self, web: Web, url: str, after: str) -> Iterator[Page]:
        """The records, page by page, from the place `after` (empty: from the beginning).

        Raises:
            InputError: the catalog does not answer, refuses, or answers something else.
        """
        ...
