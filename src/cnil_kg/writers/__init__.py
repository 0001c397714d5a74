"""The writers of `cnil-kg export`: one module each, found through the entry points of the group `cnil_kg.writers`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from cnil_kg import plugins
from cnil_kg.errors import UnknownTermError
from cnil_kg.writers.record import Part, Writer

GROUP = "cnil_kg.writers"
OWN = ("atlas", "ckan", "collibra", "datahub", "dpv", "openmetadata", "ropa")
"""Ours; they are found without being installed."""


def others() -> dict[str, Writer | str]:
    """The writers of other packages by name, each loaded, or the reason why it cannot be used."""
    return plugins.others(GROUP, OWN, ("write",))


@cache
def writers() -> dict[str, Writer]:
    """Every writer that works, by name, sorted."""
    own = {name: import_module(f"{GROUP}.{name}").WRITER for name in OWN}
    found = {name: writer for name, writer in others().items() if not isinstance(writer, str)}
    return dict(sorted({**found, **own}.items()))


def choose(target: str) -> Writer:
    """The writer of a target.

    Raises:
        UnknownTermError: there is none of that name, or it cannot be used.
    """
    broken = others().get(target)
    if isinstance(broken, str):
        what = f'the writer "{target}" of another package cannot be used ({broken})'
        raise UnknownTermError(what, "export", "Update or remove that package.")
    if target not in writers():
        raise UnknownTermError(f'there is no writer "{target}"', "export", f"Use one of: {', '.join(writers())}.")
    return writers()[target]


def part_of(writer: Writer, name: str | None) -> Part:
    """What to write: the part asked for, else the first.

    Raises:
        UnknownTermError: the writer has no such part.
    """
    for part in writer.parts:
        if name is None or part.name == name:
            return part
    names = ", ".join(part.name for part in writer.parts)
    raise UnknownTermError(f'{writer.name} has no part "{name}"', "--part", f"Use one of: {names}.")
