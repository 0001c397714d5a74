"""Names as we know them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SPLIT = re.compile(r"^(.*[#/:])([^#/]*)$", re.DOTALL)


@dataclass(frozen=True)
class Terms:
    """What the rulebook knows.

    Attributes:
        known: for each namespace, the local names it holds; a namespace absent here is not checked.
        datatypes: for each property (IRI), the fact type of `ontology/facts.csv` (`boolean`, `date`, ...).
    """

    known: Mapping[str, frozenset[str]]
    datatypes: Mapping[str, str]


def namespace(iri: str) -> str:
    """The IRI up to its last `#` or `/`."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
