"""The writers of `cnil-kg export`: one module each, `write(export, lang) -> str`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from pyoxigraph import NamedNode, Triple

from cnil_kg.model import Report, Text
from cnil_kg.readers.record import Source

TARGETS = ("dpv", "ckan", "ropa")
"""DCAT and DPV in RDF; a patch for a CKAN package; the record of processing activities (Article 30)."""


@dataclass(frozen=True)
class Export:
    """What a writer is given.

    Attributes:
        report: the conclusions and findings.
        stated: the triples that the descriptions state, without the notes of an import.
        processings: the processings described, sorted.
        labels: the label of each known term.
        form: the syntax asked for (`trig` or `jsonld`), where there is a choice.
        into: the record of the catalog that the result is for, where the writer needs it.
    """

    report: Report
    stated: tuple[Triple, ...]
    processings: tuple[NamedNode, ...]
    labels: Callable[[str], Text]
    form: str
    into: Source | None = None


def writer(target: str) -> Callable[[Export, str], str]:
    """The writer of a target, one of `TARGETS`."""
    found: Callable[[Export, str], str] = import_module(f"cnil_kg.writers.{target}").write
    return found
