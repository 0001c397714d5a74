"""JSON text as a tree that knows the line of each key."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from cnil_kg.inputs.guards import MAX_DEPTH, too_deep
from cnil_kg.inputs.sources import Document

_TOKEN = re.compile(r'\s*("[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+)', re.DOTALL)


@dataclass(frozen=True)
class Object:
    """A JSON object: its entries in order, each a key, the line of the key and a value."""

    entries: list[tuple[str, int, Json]] = field(default_factory=list)

    def get(self, key: str) -> Json:
        return next((value for name, _, value in self.entries if name == key), None)

    def __contains__(self, key: str) -> bool:
        return any(name == key for name, _, _ in self.entries)


Json = Object | list["Json"] | str | bool | float | None
"""A JSON value; numbers are not told apart."""


def read(document: Document) -> Json:
    """The tree of a document; None for text that is not JSON (the parser will tell what is wrong with it).

    Raises:
        InputError: values nested too deep.
    """
    return _Builder(document).build()


def listed(value: Json) -> list[Json]:
    """The items of a list; any other value is a list of one."""
    return value if isinstance(value, list) else [value]


class _Builder:
    def __init__(self, document: Document) -> None:
        self._name = document.name
        self._text = document.data.decode("utf-8", "replace")
        self._ends = [match.start() for match in re.finditer("\n", self._text)]
        self._root: list[Json] = []
        self._open: list[list[Json] | Object] = [self._root]
        self._keys: list[tuple[str, int] | None] = []
        self._key: tuple[str, int] | None = None

    def build(self) -> Json:
        for match in _TOKEN.finditer(self._text):
            token = match[1]
            if token in ("]", "}"):
                if not self._keys:
                    return None
                self._open.pop()
                self._key = self._keys.pop()
            elif token == ",":
                self._key = None
            elif token != ":":
                self._value(token, match.start(1))
        return self._root[0] if len(self._open) == 1 and len(self._root) == 1 else None

    def _value(self, token: str, position: int) -> None:
        top = self._open[-1]
        if isinstance(top, Object) and self._key is None:
            self._key = (_unquoted(token), self._line(position))
            return
        value: Json = Object() if token == "{" else [] if token == "[" else _scalar(token)
        if isinstance(top, list):
            top.append(value)
        elif self._key is not None:
            top.entries.append((*self._key, value))
        if isinstance(value, Object | list):
            self._open.append(value)
            self._keys.append(self._key)
            self._key = None
            if len(self._open) > MAX_DEPTH:
                raise too_deep(self._name, self._line(position))

    def _line(self, position: int) -> int:
        return bisect_right(self._ends, position) + 1


def _scalar(token: str) -> Json:
    if token.startswith('"'):
        return _unquoted(token)
    return {"true": True, "false": False, "null": None}.get(token, 0.0)


def _unquoted(token: str) -> str:
    if "\\" not in token:
        return token.strip('"')
    from json import loads  # noqa: PLC0415  (only for an escaped string)

    try:
        return str(loads(token, strict=False))
    except ValueError:
        return token
