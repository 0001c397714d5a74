"""What other packages add through entry points: readers and writers of catalogs."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any


@cache
def others(group: str, own: tuple[str, ...], methods: tuple[str, ...]) -> dict[str, Any]:
    """The objects that other packages give, by name: each loaded, or the reason (a text) why it cannot be used.

    Args:
        group: the group of entry points.
        own: the names that are ours: nobody replaces them.
        methods: what each must be able to do.
    """
    entries = sorted(entry_points(group=group), key=lambda entry: entry.name)
    return {entry.name: _loaded(entry, methods) for entry in entries if entry.name not in own}


def _loaded(entry: EntryPoint, methods: tuple[str, ...]) -> Any:
    try:
        found = entry.load()
    except Exception as error:  # whatever the other package does
        return f"{entry.value}: {type(error).__name__}: {error}"
    lacking = [name for name in methods if not callable(getattr(found, name, None))]
    if lacking or getattr(found, "name", None) != entry.name:
        kind = entry.group.rpartition(".")[2].rstrip("s")
        return f"{entry.value}: it is no {kind} named {entry.name}"
    return found
