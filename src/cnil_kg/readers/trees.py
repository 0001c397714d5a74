"""JSON and YAML as plain values, and the places in them for messages."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NoReturn

from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import MAX_DEPTH, printable, too_deep, yaml_syntax
from cnil_kg.readers.record import Source

Tree = Any
"""A value of JSON, or of YAML with every scalar as text."""


@lru_cache(maxsize=2)
def read_json(source: Source) -> Tree:
    """The value of a JSON text.

    Raises:
        InputError: it is no JSON, a key stands twice in one object, or it is nested too deep.
    """
    try:
        return json.loads(source.text, object_pairs_hook=lambda pairs: _object(pairs, source), parse_constant=str)
    except json.JSONDecodeError as error:
        raise InputError(f"json syntax: {error.msg}.", f"{source.name}:{error.lineno}", "Look at this line.") from error
    except RecursionError as error:
        raise too_deep(source.name, 1) from error


def _object(pairs: list[tuple[str, Tree]], source: Source) -> dict[str, Tree]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = printable(next(name for name in names if names.count(name) > 1))
        raise InputError(f'the key "{twice}" is written twice in one object', source.name, "Write the key once.")
    return found


def read_yaml(text: str, source: Source, first_line: int = 1) -> Tree:
    """The value of a YAML text, every scalar as text: `no` or `2023-01-01` are never converted on the way.

    Args:
        text: the YAML itself.
        source: where it stands, for messages.
        first_line: the line of the file on which the text begins.

    Raises:
        InputError: it is no YAML, uses anchors or aliases, or is nested too deep.
    """
    import yaml  # noqa: PLC0415

    try:
        depth = 0
        event: Any
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            line = event.start_mark.line + first_line
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                what = "anchors and aliases (& *) are not read"
                raise InputError(what, f"{source.name}:{line}", "Write the value again.")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > min(MAX_DEPTH, 200):
                raise too_deep(source.name, line)
        return yaml.load(text, Loader=yaml.BaseLoader)  # texts only, no objects
    except (yaml.YAMLError, ValueError) as error:
        raise yaml_syntax(error, source.name, first_line) from error


def tree(source: Source) -> Tree:
    """The value of a JSON or YAML source, None for any other text.

    Raises:
        InputError: it looks like JSON or YAML and is not well-formed.
    """
    start = source.data.lstrip()[:1]
    if start in (b"{", b"["):
        return read_json(source)
    if source.name.lower().endswith((".yaml", ".yml")) or start == b"-":
        return read_yaml(source.text, source)
    return None


def peek(source: Source) -> Tree:
    """The same to look at, None also for what is not well-formed; never raises."""
    try:
        return tree(source)
    except InputError:
        return None


def listed(value: Tree) -> list[Tree]:
    """The items of a list; nothing for None, any other value is a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def refuse(source: Source, record: str, field: str, expected: str) -> NoReturn:
    """Name the record and the field that are malformed.

    Raises:
        InputError: always.
    """
    named = f"record {printable(record)}: " if record else ""
    raise InputError(f"{named}{printable(field)} is not {expected}", source.name, "Correct the field, or export again.")


def mapping(value: Tree, source: Source, record: str, field: str) -> dict[str, Tree]:
    """A value that must be an object.

    Raises:
        InputError: it is none.
    """
    if not isinstance(value, dict):
        refuse(source, record, field, "an object")
    return value


def mappings(value: Tree, source: Source, record: str, field: str) -> list[tuple[str, dict[str, Tree]]]:
    """The objects of a list, each with its place; one object counts as a list.

    Raises:
        InputError: something in it is no object.
    """
    items = listed(value)
    places = (
        [field] if value is not None and not isinstance(value, list) else [f"{field}[{i}]" for i in range(len(items))]
    )
    return [(place, mapping(item, source, record, place)) for place, item in zip(places, items, strict=True)]
