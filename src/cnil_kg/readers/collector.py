"""What the readers share: they say what they found, the collector keeps facts, hints and doubts apart."""

from __future__ import annotations

import re

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from cnil_kg.inputs.guards import printable
from cnil_kg.model import Origin, Text, Warning_
from cnil_kg.readers import clues
from cnil_kg.readers.record import Hint, Imported, Node, Source, Stated, Value
from cnil_kg.readers.words import first_sentence, silent
from cnil_kg.vocab import RDF, XSD, expand

TYPE = NamedNode(RDF + "type")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")


def is_iri(text: str) -> bool:
    """True for an absolute IRI."""
    return _IRI.fullmatch(text) is not None


class Collector:
    """The facts, hints and warnings of one source, under way."""

    def __init__(self, source: Source, reader: str) -> None:
        self.source = source
        self._reader = reader
        self._stated: dict[tuple[Triple, str], Stated] = {}
        self._hints: dict[tuple[object, str, str], Hint] = {}
        self._quoted: set[tuple[object, str, str]] = set()
        self._warnings: list[Warning_] = []
        self._unread: dict[str, None] = {}
        self._silent: dict[str, str] = {}
        self.root = NamedNode("urn:cnil-kg:none")

    def open(self, iri: str, type_: str, field: str) -> NamedNode:
        """Begin the record of a resource: what follows is read in it."""
        self.root = NamedNode(iri)
        self.state(self.root, RDF + "type", NamedNode(expand(type_)), field)
        return self.root

    def named(self, found: str | None, field: str) -> str:
        """The IRI of what a record describes: its own, else what the user says, else one made of the bytes."""
        if found and is_iri(found):
            return found
        if self.source.id:
            return self.source.id
        made = f"urn:cnil-kg:record:{self.source.digest[:16]}"
        self.warn(
            "no-identifier",
            f"la fiche ne dit pas de quoi elle parle ({field} absent) : nommé <{made}> ; --id donne son IRI.",
            f"the record does not say what it is about (no {field}): named <{made}>; --id gives its IRI.",
        )
        return made

    def state(self, subject: Node, property_: str, value: Value, field: str) -> None:
        """Keep a fact."""
        triple = Triple(subject, NamedNode(expand(property_)), value)
        self._stated.setdefault((triple, field), Stated(triple, field, self.root))

    def value(self, subject: Node, property_: str, found: object, field: str) -> None:
        """Keep the scalar value of a field: an IRI, a day or a text; a value that says nothing is not stated."""
        text = plain(found)
        if silent(text):
            if text.strip():
                self.says_nothing(field, text)
            return
        text = " ".join(text.split())
        if is_iri(text) and "//" in text:
            self.state(subject, property_, NamedNode(text), field)
        elif _DAY.fullmatch(text):
            self.state(subject, property_, Literal(text, datatype=NamedNode(XSD + "date")), field)
        elif _TIME.fullmatch(text):
            self.state(subject, property_, Literal(text, datatype=NamedNode(XSD + "dateTime")), field)
        else:
            self.state(subject, property_, Literal(text), field)

    def text(self, about: Node, found: object, field: str, topic: str = "") -> None:
        """Look for clues in a free text; `topic` is what the field itself answers, whatever its words."""
        text = plain(found)
        if silent(text):
            if text.strip():
                self.says_nothing(field, text)
            return
        raised = {clue.topic for clue in clues.in_text(text)}
        for clue in clues.in_text(text):
            self.hint(about, clue.topic, clue.quote, field)
        if topic and topic not in raised:
            self.hint(about, topic, first_sentence(text), field)

    def column(self, about: Node, name: str, field: str) -> None:
        """Look for clues in the name of a column."""
        for clue in clues.in_column(name):
            self.hint(about, clue.topic, clue.quote, field)

    def hint(self, about: Node, topic: str, quote: str, field: str) -> None:
        """Keep a hint: the first of its topic in a field, and the same words once."""
        if topic not in clues.TOPICS:
            raise ValueError(f"{topic} is no topic")
        key = (about, topic, field)
        if quote.strip() and (about, topic, quote) not in self._quoted:
            self._quoted.add((about, topic, quote))
            self._hints.setdefault(key, Hint(about, topic, printable_text(quote), field, self.root))

    def mark(self) -> int:
        """Where the facts stand, to come back to with `forget`."""
        return len(self._stated)

    def forget(self, mark: int) -> None:
        """Drop the facts kept since a mark."""
        while len(self._stated) > mark:
            self._stated.popitem()

    def says_nothing(self, field: str, text: str) -> None:
        """Note a value like `n/a`, told once for all fields."""
        self._silent.setdefault(field, text)

    def unread(self, field: str) -> None:
        """Note a field that is not used."""
        self._unread.setdefault(field)

    def warn(self, code: str, fr: str, en: str, line: int | None = None, term: str = "") -> None:
        """Tell a doubt."""
        self._warnings.append(Warning_(code, Text(fr, en), Origin(self.source.name, line), term))

    def told(self, warning: Warning_) -> None:
        """Pass on a doubt of the loader."""
        self._warnings.append(warning)

    def done(self) -> Imported:
        """What was found."""
        if self._silent:
            fields = ", ".join(f'{printable(f)} "{printable(short(t))}"' for f, t in self._silent.items())
            self.warn(
                "says-nothing",
                f"ne disent rien, lus comme non indiqués : {fields}.",
                f"say nothing, read as not stated: {fields}.",
            )
        return Imported(
            self._reader,
            self.source,
            tuple(self._stated.values()),
            tuple(self._hints.values()),
            tuple(dict.fromkeys(self._warnings)),
            tuple(self._unread),
        )


def plain(found: object) -> str:
    """A scalar as text; nothing for what is none."""
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int | float) else ""


def short(text: str) -> str:
    """A text for a message, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:40]}..."


def printable_text(text: str) -> str:
    """A quotation: as it stands, but for signs that a terminal would obey."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)


def blank(number: int) -> BlankNode:
    """The node of a value that has no name."""
    return BlankNode(f"n{number}")
