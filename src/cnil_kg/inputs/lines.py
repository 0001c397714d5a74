"""Triples with their lines, in one pass of the parser.

The parser streams: handed one line at a time, it gives a triple as soon as it has read what ends it, so the
number of lines handed out is the triple's line. What ends it can stand on a later line: see `placing`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import LOOK, guard, printable, rdf12
from cnil_kg.inputs.placing import Chunk, Placing, TurtlePlacing, XmlPlacing
from cnil_kg.vocab import RDF

if TYPE_CHECKING:
    from typing import IO

    from cnil_kg.inputs.sources import Document

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
_REIFIES = NamedNode(RDF + "reifies")
_PUNCTUATION = b" \t\r\n\f\v;,.])}"


class _Lines:
    """A file for the parser: each `read` gives one line; in Turtle, the punctuation that opens a line comes
    apart, and a closing bracket ends what is read, so that what comes out is known to have waited for it."""

    def __init__(self, data: bytes, turtle: bool) -> None:
        self._file = io.BytesIO(data)
        self._turtle = turtle
        self._rest = b""
        self._ended = False
        self.chunk = Chunk(b"", 1, 0, False, b"", 1)

    def read(self, size: int = 1024) -> bytes:
        text = self._rest[:size] or self._file.readline(size)
        self._rest = self._rest[size:]
        solid = True
        if self._turtle:
            bare = text.lstrip()
            solid = bool(bare) and bare[0] not in b"#;,.])}"
            if bare[:1] != b"#":
                cut = len(text) if solid else len(text) - len(bare.lstrip(_PUNCTUATION))
                cut = text.find(b"]", 0, cut) + 1 or cut
                text, self._rest = text[:cut], text[cut:] + self._rest
        last = self.chunk
        line = last.line + self._ended
        self._ended = text.endswith(b"\n")
        before, before_line = (last.text, last.line) if last.solid else (last.before, last.before_line)
        if not last.solid and last.text.strip()[:1] not in (b"", b"#"):
            before = b""
        self.chunk = Chunk(text, line, last.end + len(text), solid, before, before_line)
        return text


def statements(document: Document) -> Iterator[tuple[Quad, int | None]]:
    """Parse a document once.

    Returns:
        Its quads, each with its line (in JSON-LD, which is read whole, the last one: see `jsonld`).

    Raises:
        InputError: the text is not well formed, or uses RDF 1.2; the message names the line.
    """
    guard(document)
    turtle = document.format in ("turtle", "trig")
    feed = _Lines(document.data, turtle)
    placing = TurtlePlacing(document) if turtle else XmlPlacing() if document.format == "rdfxml" else Placing()
    base = BASE.format(number=document.number)
    chunk, batch = feed.chunk, list[Quad]()
    try:
        for quad in parse(cast("IO[bytes]", feed), _FORMATS[document.format], base_iri=base):
            if _is_rdf12(quad):
                raise rdf12(document.name, None if document.format == "jsonld" else feed.chunk.line)
            if feed.chunk is not chunk:
                yield from placing.place(chunk, batch)
                chunk, batch = feed.chunk, []
            batch.append(quad)
        yield from placing.place(chunk, batch)
    except SyntaxError as error:
        raise _syntax(error, document, feed.chunk.line) from error


def _is_rdf12(quad: Quad) -> bool:
    value = quad.object
    if isinstance(value, Literal):
        return value.direction is not None
    return isinstance(value, Triple) or quad.predicate == _REIFIES


def _syntax(error: SyntaxError, document: Document, line: int) -> InputError:
    message = re.sub(r"\s*\(line \d+\)$", "", str(error.msg or error)).rstrip(".")
    message = printable(re.sub(r"^Parser error (?:at|between) line \d+ .*?: ", "", message))
    if message == "Unexpected end":
        message = "the text ends before the statement does"
    last = document.data.rstrip().count(b"\n") + 1
    where = f"{document.name}:{min(error.lineno or line, last)}"
    return InputError(f"{document.format} syntax: {message}.", where, LOOK)
