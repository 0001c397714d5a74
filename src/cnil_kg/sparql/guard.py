"""What is refused in a SPARQL text before the engine sees it: by its words, its length and its nesting.

pyoxigraph gives no syntax tree, so the words are found by a lexer of our own (SPARQL 1.1 grammar, 19.8): outside
strings, IRIs, comments, variables and prefixed names, a bare word can only be a keyword, `true`, `false` or `a`.
Codepoint escapes cannot hide one: pyoxigraph reads them in strings and IRIs only (tested).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NoReturn

from cnil_kg.errors import QueryError

MAX_LENGTH = 100_000
MAX_DEPTH = 100
"""Characters, and brackets open at once; the engine ends the process somewhere above a thousand brackets."""

Form = Literal["SELECT", "CONSTRUCT", "ASK", "DESCRIBE"]
FORMS: tuple[Form, ...] = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
_PROLOGUE = ("PREFIX", "BASE", "VERSION")

_LOCAL = r"(?:[\w:.·-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%])*(?<![.])"
_TOKEN = re.compile(
    r'(?P<string>"""(?:(?:"|"")?(?:[^"\\]|\\.))*"""'
    r"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*')"
    r"|(?P<iri><[^<>\"{}|^`\x00-\x20]*>)"
    r"|(?P<comment>\#[^\n\r]*)"
    r"|(?P<variable>[?$]\w[\w·]*)"
    r"|(?P<language>@[A-Za-z][A-Za-z0-9-]*)"
    rf"|(?P<name>(?:[^\W\d_][\w.·-]*(?<!\.))?:{_LOCAL}|_:\w[\w.·-]*)"
    r"|(?P<word>[^\W\d_]\w*)"
    r"|(?P<open>[({\[])|(?P<close>[)}\]])"
    r"|(?P<other>\S)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A token: its kind (a group of the lexer), its text, where it begins."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True)
class Guarded:
    """What the guard learnt: the form of a query, the graphs after FROM and after FROM NAMED."""

    form: Form
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def guard(text: str, graphs: Collection[str] | None, where: str = "query", max_length: int = MAX_LENGTH) -> Guarded:
    """Look at a query before it is evaluated.

    Args:
        text: the SPARQL text.
        graphs: the IRIs of the graphs that may stand after FROM; None where they are not known yet.
        where: what errors name as their place.
        max_length: the longest text, in characters.

    Raises:
        QueryError: it is too long or nested too deep; it holds no query form, is an update, asks another service
            (SERVICE), or names a graph that is not loaded.
    """
    if len(text) > max_length:
        raise QueryError(f"is longer than {max_length:,} characters", where, "Ask in several queries.")
    return _Guard(text, graphs, where).run()


class _Guard:
    def __init__(self, text: str, graphs: Collection[str] | None, where: str) -> None:
        self.text, self.graphs, self.where = text, graphs, where
        self.prefixes: dict[str, str] = {}

    def run(self) -> Guarded:
        tokens = [Token(m.lastgroup or "", m[0], m.start()) for m in _TOKEN.finditer(self.text)]
        tokens = [t for t in tokens if t.kind != "comment"]
        self.depth(tokens)
        form = self.form(tokens)
        for token in tokens:
            if token.kind == "word" and token.text.upper() == "SERVICE":
                self.refuse(token, "SERVICE would ask another server", "Load what is needed, and ask it here.")
        return Guarded(form, *self.clauses(tokens))

    def depth(self, tokens: list[Token]) -> None:
        depth = 0
        for token in tokens:
            if token.kind not in ("open", "close", "iri"):  # `?a<((?b>?c` looks like an IRI to a lexer
                continue
            for sign in token.text:
                depth += (sign in "({[") - (sign in ")}]")
                if depth > MAX_DEPTH:
                    self.refuse(token, f"is nested more than {MAX_DEPTH} deep", "Ask in several queries.")

    def form(self, tokens: list[Token]) -> Form:
        """The query form: the first bare word after the prologue, whose prefixes are kept."""
        at = 0
        while at < len(tokens):
            token = tokens[at]
            word = token.text.upper() if token.kind == "word" else ""
            if word == "PREFIX" and [t.kind for t in tokens[at + 1 : at + 3]] == ["name", "iri"]:
                self.prefixes[tokens[at + 1].text] = tokens[at + 2].text[1:-1]
                at += 3
            elif word in _PROLOGUE:
                at += 2
            elif word in UPDATES:
                self.refuse(token, f"{word} would change what is loaded, which is only read", "Ask with SELECT.")
            else:
                for form in FORMS:
                    if word == form:
                        return form
                break
        what = "holds no query" if at >= len(tokens) else "is no query"
        raise QueryError(what, self.where, "Begin with SELECT, ASK, CONSTRUCT or DESCRIBE, after the prefixes.")

    def clauses(self, tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The graphs after FROM and those after FROM NAMED, each of them loaded."""
        default: list[str] = []
        named: list[str] = []
        for at, token in enumerate(tokens):
            if token.kind != "word" or token.text.upper() != "FROM" or at + 1 >= len(tokens):
                continue
            after, found = tokens[at + 1], default
            if after.kind == "word" and after.text.upper() == "NAMED" and at + 2 < len(tokens):
                after, found = tokens[at + 2], named
            iri = self.resolved(after)
            if self.graphs is not None and iri not in self.graphs:
                self.refuse(after, f"the graph {iri} is not loaded, and nothing is fetched", GRAPHS)
            found.append(iri)
        return tuple(default), tuple(named)

    def resolved(self, token: Token) -> str:
        """The IRI a token stands for; a relative IRI comes back as it is, and no graph has such a name."""
        if token.kind == "iri":
            return token.text[1:-1]
        prefix, _, local = token.text.partition(":")
        return self.prefixes.get(prefix + ":", prefix + ":") + re.sub(r"\\(.)", r"\1", local)

    def refuse(self, token: Token, what: str, repair: str) -> NoReturn:
        raise QueryError(what, place(self.where, self.text, token.start), repair)


GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { } } lists the graphs."


def place(where: str, text: str, start: int) -> str:
    """`query:3` for a place in a text."""
    return f"{where}:{text.count(chr(10), 0, start) + 1}"


def syntax(error: SyntaxError, where: str) -> QueryError:
    """The one message of a text that pyoxigraph cannot read, with its place.

    What the parser expected there is left out: it names one way out of many, not always the same.
    """
    match = re.match(r"error at (\d+):(\d+)", str(error))
    if match is None:
        return QueryError("SPARQL syntax: not readable", where)
    return QueryError(f"SPARQL syntax, column {match[2]}", f"{where}:{match[1]}", "Look at this place and just before.")
