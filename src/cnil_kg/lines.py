"""Triples with their lines, in one pass of the parser.

The parser streams: handed one line at a time, it gives a triple as soon as it has read what ends it, so the
number of lines handed out is the triple's line. What ends it can stand on a later line, hence the corrections
of `_Placing`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from cnil_kg.errors import InputError
from cnil_kg.guards import LOOK, guard, rdf12
from cnil_kg.vocab import RDF, XSD

if TYPE_CHECKING:
    from typing import IO

    from cnil_kg.sources import Document

BASE = "cnil-kg://document-{number}/"
"""Base of relative IRIs: by number of the document, so that no path leaks. A hierarchical form, where `../x`
and `/x` stay inside the document; with `urn:` they would leave it."""

_FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
_FIRST = NamedNode(RDF + "first")
_REIFIES = NamedNode(RDF + "reifies")
_STRING = NamedNode(XSD + "string")
_TYPE = NamedNode(RDF + "type")
_PUNCTUATION = b" \t\r\n\f\v;,.])}"
_ENDS_IN_STRING = re.compile(rb"""["']\s*(?:#.*)?$""")
_ENDS_IN_BRACKET = re.compile(rb"[\[(]\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one `read` gave (`solid`: not blank, comment or punctuation) and the two solid ones before."""

    text: bytes
    line: int
    solid: bool
    before: bytes
    before_line: int
    earlier: bytes
    earlier_line: int


class _Lines:
    """A file for the parser: `read` gives one line, or the punctuation that opens it, or a part of it."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)
        self._rest = b""
        self._ended = False
        self.chunk = _Chunk(b"", 1, False, b"", 1, b"", 1)

    def read(self, size: int = 1024) -> bytes:
        text = self._rest[:size] or self._file.readline(size)
        self._rest = self._rest[size:]
        bare = text.lstrip()
        solid = bool(bare) and bare[0] not in b"#;,.])}"
        if bare and not solid and bare[0] != ord("#"):
            end = len(text) - len(bare.lstrip(_PUNCTUATION))
            text, self._rest = text[:end], text[end:] + self._rest
        last = self.chunk
        line = last.line + self._ended
        self._ended = text.endswith(b"\n")
        if last.solid:
            self.chunk = _Chunk(text, line, solid, last.text, last.line, last.before, last.before_line)
        else:
            self.chunk = _Chunk(
                text, line, solid, last.before, last.before_line, last.earlier, last.earlier_line
            )
        return text


class _Placing:
    """The lines of the quads that came out of one chunk, corrected for what the parser gives late."""

    def __init__(self, format: str) -> None:
        self._bracketed = format in ("turtle", "trig", "rdfxml")
        self._xml = format == "rdfxml"
        self._opened: dict[object, int] = {}

    def place(self, chunk: _Chunk, quads: list[Quad]) -> list[tuple[Quad, int]]:
        """Each quad with its line; links to nodes described in brackets come last."""
        links = [quad for quad in quads if self._bracketed and not isinstance(quad.object, Literal)]
        placed = [
            (quad, chunk.line) for quad in quads if not self._bracketed or isinstance(quad.object, Literal)
        ]
        if placed and isinstance(placed[0][0].object, Literal):
            placed[0] = (placed[0][0], _line_of_text(chunk, placed[0][0]))
        if self._bracketed:
            for quad, line in placed:
                self._open(chunk, quad, line)
            for quad in links:
                line = self._line_of_link(chunk, quad.object)
                placed.append((quad, line))
                self._open(chunk, quad, line)
        return placed

    def _line_of_link(self, chunk: _Chunk, value: object) -> int:
        """A link to a node in brackets (or nested) comes at the closing one: the opening one counts."""
        if self._xml:
            return self._opened.get(value, chunk.line) if chunk.text.lstrip()[:2] == b"</" else chunk.line
        if isinstance(value, BlankNode) and b"_:" + value.value.encode() not in chunk.text:
            return self._opened.get(value, chunk.line)
        return chunk.line

    def _open(self, chunk: _Chunk, quad: Quad, line: int) -> None:
        subject = quad.subject
        if not self._xml:
            if isinstance(subject, BlankNode) and subject not in self._opened:
                self._opened[subject] = _opening(chunk, line)
        elif subject not in self._opened or quad.predicate == _TYPE:
            self._opened[subject] = line


def _line_of_text(chunk: _Chunk, quad: Quad) -> int:
    """A plain string is complete only at the next token: it stands before the punctuation or list item."""
    value = quad.object
    if isinstance(value, Literal) and value.datatype == _STRING:
        late = quad.predicate == _FIRST and _ENDS_IN_STRING.search(chunk.before)
        if not chunk.solid or late:
            return chunk.before_line
    return chunk.line


def _opening(chunk: _Chunk, line: int) -> int:
    """Where the bracket of a node whose first triple stands on this line was opened."""
    this, before, before_line = chunk.text, chunk.before, chunk.before_line
    if line == chunk.before_line != chunk.line:
        this, before, before_line = before, chunk.earlier, chunk.earlier_line
    elif line != chunk.line:
        return line
    return before_line if b"[" not in this and _ENDS_IN_BRACKET.search(before) else line


def statements(document: Document) -> Iterator[tuple[Quad, int | None]]:
    """Parse a document once.

    Returns:
        Its quads in order, each with its line (in JSON-LD, which is read whole, the last one: see `jsonld`).

    Raises:
        InputError: the text is not well formed, or uses RDF 1.2; the message names the line.
    """
    guard(document)
    feed, placing = _Lines(document.data), _Placing(document.format)
    base = BASE.format(number=document.number)
    chunk, batch = feed.chunk, list[Quad]()
    try:
        for quad in parse(cast("IO[bytes]", feed), _FORMATS[document.format], base_iri=base):
            _refuse_rdf12(quad, document, feed.chunk.line)
            if feed.chunk is not chunk:
                yield from placing.place(chunk, batch)
                chunk, batch = feed.chunk, []
            batch.append(quad)
        yield from placing.place(chunk, batch)
    except SyntaxError as error:
        raise _syntax(error, document, feed.chunk.line) from error


def _refuse_rdf12(quad: Quad, document: Document, line: int) -> None:
    value = quad.object
    directed = isinstance(value, Literal) and value.direction is not None
    if directed or quad.predicate == _REIFIES or not isinstance(value, Literal | NamedNode | BlankNode):
        raise rdf12(document.name, None if document.format == "jsonld" else line)


def _syntax(error: SyntaxError, document: Document, line: int) -> InputError:
    message = re.sub(r"\s*\(line \d+\)$", "", str(error.msg or error))
    message = re.sub(r"^Parser error at line \d+ .*?: ", "", message)
    where = f"{document.name}:{error.lineno or line}"
    return InputError(f"{document.format} syntax: {message}", where, LOOK)
