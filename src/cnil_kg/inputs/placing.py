"""The line of each triple that the parser gives, corrected for what it gives late."""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from cnil_kg.inputs.guards import SKIPPED
from cnil_kg.inputs.sources import Document
from cnil_kg.vocab import RDF, XSD

_FIRST = NamedNode(RDF + "first")
_STRING = NamedNode(XSD + "string")
_TYPE = NamedNode(RDF + "type")
_ENDS_IN_STRING = re.compile(rb"""["']\s*(?:#.*)?$""")
_BRACKET = re.compile(SKIPPED + rb"|(?P<bracket>[\[\]])", re.DOTALL)

Placed = list[tuple[Quad, int]]


class Chunk(NamedTuple):
    """What the parser read at once (`solid`: not blank, comment or punctuation), and the solid one before, its
    text empty once punctuation has come between."""

    text: bytes
    line: int
    end: int
    solid: bool
    before: bytes
    before_line: int


class Placing:
    """Where a triple ends is where it stands: N-Triples and N-Quads, one statement to the line."""

    def place(self, chunk: Chunk, quads: list[Quad]) -> Placed:
        """The quads that came out of a chunk, each with its line."""
        return [(quad, chunk.line) for quad in quads]


class XmlPlacing(Placing):
    """A link to a nested element comes at the closing tag: it stands where the element was opened."""

    def __init__(self) -> None:
        self._opened: dict[object, int] = {}

    def place(self, chunk: Chunk, quads: list[Quad]) -> Placed:
        closing = chunk.text.lstrip()[:2] == b"</"
        placed: Placed = []
        for quad in quads:
            line = self._opened.get(quad.object, chunk.line) if closing else chunk.line
            placed.append((quad, line))
            if quad.subject not in self._opened or quad.predicate == _TYPE:
                self._opened[quad.subject] = line
        return placed


class TurtlePlacing(Placing):
    """Three things come late: a plain string, complete only at the next token (a language could follow); a
    link to a node in brackets, given at the closing one; a link to a list, given with its first item."""

    def __init__(self, document: Document) -> None:
        self._data = document.data
        self._cells: dict[object, int] = {}

    def place(self, chunk: Chunk, quads: list[Quad]) -> Placed:
        placed: Placed = []
        links: list[Quad] = []
        late = _ENDS_IN_STRING.search(chunk.before) is not None
        for quad in quads:
            if isinstance(quad.object, BlankNode):
                links.append(quad)
                continue
            line = chunk.line
            if late and isinstance(quad.object, Literal) and quad.object.datatype == _STRING:
                if not chunk.solid or quad.predicate == _FIRST:
                    line = chunk.before_line
                late = False
            placed.append((quad, line))
            if quad.predicate == _FIRST:
                self._cells[quad.subject] = line
        for quad in sorted(links, key=_items_first) if len(links) > 1 else links:
            placed.append((quad, self._line_of_link(chunk, quad)))
        return placed

    def _line_of_link(self, chunk: Chunk, quad: Quad) -> int:
        value, line = quad.object, chunk.line
        assert isinstance(value, BlankNode)
        if value in self._cells:
            line = self._cells[value]
        elif chunk.text.endswith(b"]") and b"_:" + value.value.encode() not in chunk.text:
            line = self._opening.get(chunk.end, line)
        if quad.predicate == _FIRST:
            self._cells[quad.subject] = line
        return line

    @cached_property
    def _opening(self) -> dict[int, int]:
        """For the end of each closing bracket, the line of the opening one."""
        found: dict[int, int] = {}
        open_: list[int] = []
        line, last = 1, 0
        for match in _BRACKET.finditer(self._data):
            if match["bracket"]:
                line += self._data.count(b"\n", last, match.start())
                last = match.start()
                if match["bracket"] == b"[":
                    open_.append(line)
                elif open_:
                    found[match.end()] = open_.pop()
        return found


def _items_first(quad: Quad) -> bool:
    return quad.predicate != _FIRST
