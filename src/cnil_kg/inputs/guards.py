"""What is refused before the parser sees it: RDF 1.2, and XML that could read files or grow without limit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from cnil_kg.errors import InputError
from cnil_kg.inputs.sources import Document

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

    from yaml import YAMLError

MAX_DEPTH = 2_000
"""Nesting of elements, of JSON values, of anonymous nodes; 500 nested nodes must pass in any syntax."""

LOOK = "Look at this line and the end of the one before."
"""How to repair a syntax error."""

_TOO_LARGE = "The entities make the document too large."
_MAX_ENTITY = 1_000
_MAX_EXPANDED = 10_000_000

SKIPPED = (
    rb'"""[^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\.|'{1,2}(?!'))[^'\\]*)*'''"
    rb'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    rb"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
    rb"|<[^<>\s\"{}|^`]*>|#[^\n]*"
)
"""Turtle strings, IRIs and comments: what looks like syntax there is none."""

_NEW = re.compile(SKIPPED + rb"|(?P<new><<|(?<!\S)(?i:@?version)(?=\s*[\"']))|(?P<bracket>[\[\]()])", re.DOTALL)


def guard(document: Document) -> None:
    """Look at a document before it is parsed.

    Raises:
        InputError: it holds RDF 1.2 syntax, a document type that is more than namespace entities, or elements
            nested too deep; or it is not well-formed XML.
    """
    if document.format == "rdfxml":
        _guard_xml(document)
    elif document.format != "jsonld":
        _guard_text(document)


def printable(text: str) -> str:
    """A text of the input for a message: on one line, nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def yaml_syntax(error: YAMLError | ValueError, name: str, first_line: int = 1) -> InputError:
    """The one message about a text that is no YAML; `first_line`: the line of the file on which the text begins."""
    if not hasattr(error, "problem"):  # bytes that are no text
        what = f"yaml syntax: {printable(str(error).splitlines()[0])}"
        return InputError(what, name, "Save the file as UTF-8 text.")
    found: Any = error
    line = getattr(found.problem_mark or found.context_mark, "line", None)
    where = name if line is None else f"{name}:{line + first_line}"
    what = f"yaml syntax: {printable(str(found.problem or found.context))}"
    return InputError(what, where, "Look at the indentation and the quotes of this line.")


def rdf12(name: str, line: int | None) -> InputError:
    """The one message about RDF 1.2."""
    repair = "Write plain statements: no << >>, {| |}, VERSION, rdf:reifies or text direction."
    return InputError("RDF 1.2 is not supported.", name if line is None else f"{name}:{line}", repair)


def too_deep(name: str, line: int) -> InputError:
    """The one message about nesting."""
    return InputError(
        f"The text is nested more than {MAX_DEPTH:,} deep.", f"{name}:{line}", "Give names to the inner nodes."
    )


def _guard_text(document: Document) -> None:
    data = document.data
    deep = data.count(b"[") + data.count(b"(") > MAX_DEPTH
    if not deep and b"<<" not in data and b"version" not in data.lower():
        return
    depth = 0
    for token in _NEW.finditer(data):
        if token["new"]:
            raise rdf12(document.name, data.count(b"\n", 0, token.start()) + 1)
        if token["bracket"]:
            depth += 1 if token["bracket"] in b"[(" else -1
            if depth > MAX_DEPTH:
                raise too_deep(document.name, data.count(b"\n", 0, token.start()) + 1)


def _guard_xml(document: Document) -> None:
    from xml.parsers import expat  # noqa: PLC0415  (only for RDF/XML)

    parser = expat.ParserCreate("utf-8")
    checks = _Xml(document, parser)
    parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = checks.doctype, checks.entity
    parser.StartElementHandler, parser.EndElementHandler = checks.start, checks.end
    try:
        parser.Parse(document.data, True)
    except expat.ExpatError as error:
        what = f"rdfxml syntax: {expat.ErrorString(error.code)}."
        if "amplification" in what:
            checks.refuse(_TOO_LARGE)
        raise InputError(what, f"{document.name}:{error.lineno}", LOOK) from error
    checks.size()


class _Xml:
    """What a reading of the XML alone refuses."""

    def __init__(self, document: Document, parser: XMLParserType) -> None:
        self._document, self._parser = document, parser
        self._entities: dict[str, int] = {}
        self._depth = 0

    def doctype(self, _name: str, system: str | None, public: str | None, _subset: bool) -> None:
        if system or public:
            self.refuse("The DOCTYPE refers to another file, which is never read.")

    def entity(
        self,
        name: str,
        parameter: bool,
        value: str | None,
        _base: str | None,
        system: str | None,
        public: str | None,
        _notation: str | None,
    ) -> None:
        if value is None or system or public or parameter:
            self.refuse(f"The entity {name} refers to another file or is no plain text.")
        elif "&" in value or "%" in value or len(value) > _MAX_ENTITY:
            self.refuse(f"The entity {name} is more than a namespace.")
        else:
            self._entities[name] = len(value)

    def start(self, _name: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_deep(self._document.name, self._parser.CurrentLineNumber)

    def end(self, _name: str) -> None:
        self._depth -= 1

    def size(self) -> None:
        data = self._document.data
        expanded = sum(data.count(f"&{name};".encode()) * size for name, size in self._entities.items())
        if expanded > max(_MAX_EXPANDED, 100 * len(data)):
            self.refuse(_TOO_LARGE)

    def refuse(self, what: str) -> NoReturn:
        where = f"{self._document.name}:{self._parser.CurrentLineNumber}"
        raise InputError(what, where, "Remove the DOCTYPE; write namespaces as xmlns attributes.")
