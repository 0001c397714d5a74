"""Which bytes to read: inputs as typed become documents, each with its syntax and its bytes in UTF-8."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cnil_kg.errors import InputError

MAX_BYTES = 1 << 30

EXTENSIONS: dict[str, str] = {
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".trig": "trig",
    ".rdf": "rdfxml",
    ".owl": "rdfxml",
    ".xml": "rdfxml",
    ".jsonld": "jsonld",
    ".json": "jsonld",
    ".yaml": "yaml",
    ".yml": "yaml",
}
FORMATS = tuple(dict.fromkeys(EXTENSIONS.values()))
_EXTENSION_LIST = " ".join(EXTENSIONS)

_XML_START = re.compile(rb"\s*<(?:\?xml|rdf:RDF|!--|!DOCTYPE\s+rdf)", re.IGNORECASE)
_HTML_START = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!DOCTYPE\s+html|html[\s>])", re.IGNORECASE)
_JSON_START = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\"{])")
_TURTLE_START = re.compile(rb"\s*(?:#|@prefix\b|@base\b|PREFIX\b|BASE\b)", re.IGNORECASE)
_YAML_DESCRIPTION = re.compile(rb"^(?:base|graph|processings)[ \t]*:", re.MULTILINE)
"""What tells a description from the other YAML files of a folder."""
_XML_ENCODING = re.compile(rb"""\A(\s*<\?xml\b[^>]*?)\s+encoding\s*=\s*(["'])([\w.-]+)\2""")
_BOMS = (
    (codecs.BOM_UTF8, ""),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Document:
    """One thing to parse: name as typed, number (from 1, in order), syntax, bytes in UTF-8."""

    name: str
    number: int
    format: str
    data: bytes


def documents(
    inputs: Sequence[str], format: str | None = None, stdin: BinaryIO | None = None
) -> Iterator[Document | InputError]:
    """Read the inputs one after the other, each file once.

    Args:
        inputs: files, folders (searched in depth, sorted, hidden names ignored), `-` for standard input, addresses
            of SPARQL stores.
        format: one of `FORMATS`: the syntax of standard input when `-` is among the inputs, else of each file
            named; files found in a folder keep the syntax of their extension.
        stdin: what to read for `-`; the process's own standard input by default.

    Yields:
        A `Document`, or the `InputError` that says why an input could not be read.
    """
    if format is not None and format not in FORMATS:
        yield InputError(f"The format {format!r} is unknown.", "", f"Use one of: {', '.join(FORMATS)}.")
        return
    seen: set[object] = set()
    number = 0
    for name, found in _expand(inputs):
        if is_address(name):
            for document in _stored(name, number):
                number += 1
                yield document
            continue
        if isinstance(found, InputError):
            yield found
            continue
        asked = None if found or ("-" in inputs and name != "-") else format
        try:
            identity: object = "-" if name == "-" else _identity(name)
            if identity in seen:
                continue
            seen.add(identity)
            number += 1
            yield _read(name, number, asked, stdin)
        except InputError as error:
            yield error
        except OSError as error:
            yield unreadable(name, error)


def is_page(data: bytes) -> bool:
    """Whether bytes begin like an HTML page."""
    return _HTML_START.match(data) is not None


def is_address(source: str) -> bool:
    """Whether an input is an address on the network rather than a file."""
    return source.lower().startswith(("http://", "https://"))


def _stored(url: str, number: int) -> Iterator[Document | InputError]:
    """What a SPARQL store holds, a document a graph; the page numbers of a graph are parts of one."""
    from cnil_kg.connectors.sparql import CONNECTOR  # noqa: PLC0415
    from cnil_kg.connectors.web import Web, shown  # noqa: PLC0415

    first = number
    try:
        for page in CONNECTOR.pages(Web(), url, ""):
            for name, data in page.records:
                number += 1
                yield Document(f"{shown(url)} {name}", number, "ntriples", data)
        if number == first:
            yield InputError(
                "The store holds no triple to examine.", shown(url), "Check the address, or load it first."
            )
    except InputError as error:
        yield error


def absent(name: str) -> InputError:
    """The one message about an input that is not there."""
    return InputError("There is no such file or folder.", name, "Check the path.")


def unreadable(name: str, error: OSError) -> InputError:
    """The one message about an input that the system does not give."""
    reason = (error.strerror or type(error).__name__).lower()
    return InputError(f"The file cannot be read: {reason}.", name, "Check the path and its permissions.")


def _expand(inputs: Sequence[str]) -> Iterator[tuple[str, bool | InputError]]:
    """Each input with whether it was found in a folder; a folder becomes its files."""
    for name in inputs:
        if name != "-" and os.path.isdir(name):
            files = sorted(_walk(name))
            if not files:
                what = "The folder holds no file to read; hidden files are ignored."
                yield name, InputError(what, name, f"Files must end in one of: {_EXTENSION_LIST}.")
            yield from ((path, True) for path in files)
        elif name == "-" or is_address(name) or os.path.exists(name):
            yield name, False
        else:
            yield name, absent(name)


def _walk(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            path = os.path.join(parent, name)
            if name.startswith(".") or _extension(name) not in EXTENSIONS or not os.path.isfile(path):
                continue
            if EXTENSIONS[_extension(name)] != "yaml" or _describes(path):
                yield path.replace(os.sep, "/")


def _describes(path: str) -> bool:
    """True for a YAML file that holds a description; one that cannot be read is kept, to be told of."""
    try:
        with open(path, "rb") as file:
            return describes(file.read(MAX_BYTES))
    except OSError:
        return True


def describes(data: bytes) -> bool:
    """Whether YAML holds a description."""
    return _YAML_DESCRIPTION.search(data) is not None


def _extension(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _identity(name: str) -> tuple[int, int] | str:
    status = os.stat(name)
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(name)


def _read(name: str, number: int, asked: str | None, stdin: BinaryIO | None) -> Document:
    return as_document(name, read_bytes(name, stdin), number, asked)


def read_bytes(name: str, stdin: BinaryIO | None = None) -> bytes:
    """What an input holds, in UTF-8 where a byte-order mark tells its encoding.

    Raises:
        InputError: it is empty, too large, no text or a page.
        OSError: it cannot be read.
    """
    if name == "-":
        data = (stdin or sys.stdin.buffer).read(MAX_BYTES + 1)
    else:
        with open(name, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    return checked(data, name)


def checked(data: bytes, name: str) -> bytes:
    """Bytes that may hold RDF, in UTF-8 where a byte-order mark tells their encoding.

    Raises:
        InputError: they are empty, too many, no text or a page.
    """
    if len(data) > MAX_BYTES:
        raise InputError("The file is larger than 1 GiB.", name, "Split it into several files.")
    data = _utf8(data, name)
    if not data.strip():
        raise InputError("The file is empty.", name, "Describe at least one project in it, or leave it out.")
    if is_page(data):
        raise InputError("The file is an HTML page, not RDF.", name, "Download the RDF file itself.")
    return data


def as_document(name: str, data: bytes, number: int = 1, asked: str | None = None) -> Document:
    """The bytes of an input as a document in its syntax: the one asked for, else by its name and first bytes.

    Raises:
        InputError: the syntax cannot be told, or XML in another encoding than it says.
    """
    found = asked or _sniff(name, data)
    if found == "rdfxml":
        data = _utf8_xml(data, name)
    return Document(name, number, found, data)


def _sniff(name: str, data: bytes) -> str:
    """The syntax by extension, corrected by the first bytes when they plainly say another one."""
    named = EXTENSIONS.get(_extension(name))
    if _XML_START.match(data):
        return "rdfxml"
    if named == "yaml":
        return named
    if named != "trig" and _JSON_START.match(data) and not (named == "turtle" and data.lstrip()[:1] == b"["):
        return "jsonld"
    if named in (None, "rdfxml", "jsonld") and _TURTLE_START.match(data):
        return "turtle"
    if named is None and name == "-":
        repair = f"Add --format, one of: {', '.join(FORMATS)}."
        raise InputError("The syntax of standard input cannot be told from its first bytes.", name, repair)
    return named or "turtle"


def _utf8(data: bytes, name: str) -> bytes:
    """The same text without byte-order mark, in UTF-8."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, encoding, name) if encoding else data[len(mark) :]
    if b"\0" in data[:1000]:
        raise InputError("The file is not text.", name, "Give an RDF file, saved as UTF-8.")
    return data


def _utf8_xml(data: bytes, name: str) -> bytes:
    """XML without its encoding declaration, its text in UTF-8."""
    declared = _XML_ENCODING.match(data)
    if not declared:
        return data
    encoding = declared.group(3).decode("ascii").lower()
    rest = data[declared.end() :]
    if encoding not in ("utf-8", "utf8", "utf-16", "utf-16le", "utf-16be"):  # those are UTF-8 by now
        rest = _decoded(rest, encoding, name)
    return declared.group(1) + rest


def _decoded(data: bytes, encoding: str, name: str) -> bytes:
    try:
        return data.decode(encoding).encode("utf-8")
    except (UnicodeError, LookupError) as error:
        raise InputError(f"The file is not readable as {encoding}.", name, "Save the file as UTF-8.") from error
