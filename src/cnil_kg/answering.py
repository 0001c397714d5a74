"""Answers to `cnil-kg ask`: read with their type, and written under the text they complete, which stays as it is."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from cnil_kg.ask import Asking, Question, ask
from cnil_kg.errors import InputError
from cnil_kg.inputs.projects import BNODE
from cnil_kg.inputs.sources import as_document, read_bytes
from cnil_kg.load import load
from cnil_kg.naming import PARTICIPATION, USE, pair
from cnil_kg.outputs.file import write_new
from cnil_kg.rdf import Value
from cnil_kg.rulebook import Rulebook, load_rulebook
from cnil_kg.vocab import NONE, PROV, RDF

_YES, _NO = ("oui", "o", "yes", "y", "true", "vrai"), ("non", "n", "no", "false", "faux")
_NOTHING = ("aucun", "aucune", "none")
_PAIRS = {
    PARTICIPATION: ("qualifiedAssociation", "Association", "agent", "actor", "actors"),
    USE: ("qualifiedUsage", "Usage", "entity", "dataset", "uses"),
}


def can_be_written(question: Question) -> bool:
    """Whether the node of a question has a name, under which more can be stated."""
    if question.slot is None or question.kind == "link":
        return False
    node = question.slot[1].value
    return not any(part.startswith(BNODE) for part in (node, *_ends(node)))


def _ends(node: str) -> tuple[str, ...]:
    for prefix in _PAIRS:
        if node.startswith(prefix):
            return tuple(unquote(part) for part in pair(node, prefix))
    return ()


def read_answer(book: Rulebook, question: Question, text: str) -> tuple[Value, ...]:
    """The values that an answer means; nothing for a list that has not been gone through.

    Args:
        book: the terms.
        question: what was asked.
        text: what was answered: yes or no in either language, a code of the list or its number, a date, a text.

    Raises:
        InputError: it is no such answer; `repair` says what one looks like.
    """
    assert question.slot is not None
    key = book.terms.short.by_iri[question.fact].name
    parts = [part.strip() for part in text.split(",")] if question.kind == "list" else [text.strip()]
    found: list[Value] = []
    none = NamedNode(NONE)
    denied = any(none in fact.answers for fact in book.facts if fact.iri == question.fact)
    for part in parts:
        if denied and part.lower() in _NOTHING:
            found.append(none)
            continue
        if question.kind == "marker" and part.lower() in _NO:
            return ()
        value = _normal(question, part)
        document = f"graph:\n  - id: urn:cnil-kg:answer\n    {key}: {json.dumps(value, ensure_ascii=False)}\n"
        facts = load(["-"], format="yaml", stdin=BytesIO(document.encode()), terms=book.terms)
        read = [t.object for t in facts.origins if t.predicate.value == question.fact]
        if facts.errors or len(read) != 1 or not isinstance(read[0], (NamedNode, Literal)):
            raise InputError(f'"{part}" is no answer to this question', "", "")
        found.append(read[0])
    return tuple(dict.fromkeys(found))


def _normal(question: Question, text: str) -> str:
    """An answer as the YAML form writes it."""
    low = text.lower()
    if question.kind in ("boolean", "marker"):
        return "true" if low in _YES else "false" if low in _NO else text
    if question.choices and low.isdigit() and 0 < int(low) <= len(question.choices):
        return question.choices[int(low) - 1].code
    return text


class Session:
    """A description and the answers given so far.

    Args:
        path: the file; it is never changed.
        as_of: ISO date of the law to apply.
        format: its syntax, where the name does not tell it.

    Raises:
        InputError: the file cannot be read.
    """

    def __init__(self, path: str, *, as_of: str | None = None, format: str | None = None) -> None:
        self._path, self._as_of, self._format = path, as_of, format
        data = read_bytes(path)
        self._syntax = as_document(path, data, asked=format).format
        self._text = Path(path).read_bytes()
        self._book = load_rulebook()
        self.given: list[tuple[Question, tuple[Value, ...]]] = []

    def asking(self) -> Asking:
        """What is still to be asked."""
        with tempfile.TemporaryDirectory() as folder:
            inputs = []
            for name, data in self._files():
                inputs.append(os.path.join(folder, os.path.basename(name)))
                Path(inputs[-1]).write_bytes(data)
            return ask(inputs, as_of=self._as_of, format=self._format if len(inputs) == 1 else None)

    def save(self, output: str | None) -> str:
        """Write the copy, or the answers beside the file where its syntax takes no addition at its end.

        Returns:
            The name of what was written.

        Raises:
            InputError: a file of that name is there already.
        """
        files = list(self._files())
        stem, ending = os.path.splitext(self._path)
        added = ".answers.ttl" if len(files) > 1 else f".answered{ending}"
        target = output or f"{stem}{added}"
        write_new(files[-1][1].decode("utf-8-sig"), target)
        return target

    @property
    def apart(self) -> bool:
        """Whether the answers go to a file of their own."""
        return len(list(self._files())) > 1

    def _files(self) -> Iterator[tuple[str, bytes]]:
        """The one file with the answers under it, else the file and that of the answers."""
        if not self.given:
            yield self._path, self._text
        elif self._syntax in ("turtle", "ntriples"):
            yield self._path, self._text.rstrip() + b"\n\n" + self._turtle().encode()
        else:
            yield self._path, self._text
            yield f"{os.path.splitext(self._path)[0]}.answers.ttl", self._turtle().encode()

    def _turtle(self) -> str:
        """The answers as statements with full IRIs: they mean the same under any prefixes."""
        head = "" if self._syntax == "ntriples" else "# == Answers (cnil-kg ask)\n"
        lines = []
        for number, (question, values) in enumerate(self.given, 1):
            subject, before = self._subject(question, number)
            lines += [*before, *(f"{subject} <{question.fact}> {value} ." for value in values)]
        return head + "\n".join(lines) + "\n"

    def _subject(self, question: Question, number: int) -> tuple[str, list[str]]:
        """The node to state it on: a new usage or association of the pair, where it is about one."""
        assert question.slot is not None
        node = question.slot[1].value
        for prefix, (link, class_, end, _, _) in _PAIRS.items():
            if node.startswith(prefix):
                processing, other = _ends(node)
                name = self._fresh(number)
                return name, [
                    f"<{processing}> <{PROV}{link}> {name} .",
                    f"{name} <{RDF}type> <{PROV}{class_}> .",
                    f"{name} <{PROV}{end}> <{other}> .",
                ]
        return f"<{node}>", []

    def _fresh(self, number: int) -> str:
        """A blank node label that the text does not use."""
        name = f"_:answer{number}"
        while re.search(re.escape(name.encode()) + rb"\b", self._text):
            name += "x"
        return name


def place(book: Rulebook, question: Question) -> list[str]:
    """The lines under which an answer stands in YAML."""
    assert question.slot is not None
    node = question.slot[1].value
    for prefix, (_, _, _, key, holder) in _PAIRS.items():
        if node.startswith(prefix):
            processing, other = _ends(node)
            return [f"  - id: {processing}", f"    {holder}:", f"      - {key}: {other}"]
    return [f"  - id: {node}"]
