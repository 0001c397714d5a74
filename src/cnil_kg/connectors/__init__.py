"""Catalogs read over HTTP: one module each, which asks page by page; the readers read what comes."""

from __future__ import annotations

from importlib import import_module

from cnil_kg.connectors.record import Connector
from cnil_kg.errors import InputError

NAMES = ("ckan", "datahub", "openmetadata", "sparql")


def choose(url: str, name: str | None) -> Connector:
    """The connector of an address: the one asked for, else the one whose API the address is of.

    Raises:
        InputError: none fits.
    """
    found: tuple[Connector, ...] = tuple(import_module(f"{__name__}.{n}").CONNECTOR for n in NAMES)
    for connector in found:
        if connector.name == name or (name is None and connector.mark in url):
            return connector
    marks = ", ".join(f"{c.name} ({c.mark})" for c in found)
    raise InputError("no connector knows this address", url, f"Say which with --from: {marks}.")
