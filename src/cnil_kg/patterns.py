"""Rule bodies as patterns: a small parser for the normal form of `docs/architecture.md`, section 2.

The engine runs a rule's SPARQL as it is written. Proofs, strata and the search for missing facts need to know which
triples a body reads; this module tells them. Whatever lies outside the normal form is kept as `opaque` text: the rules
that read published descriptions may hold it, the rules of the doctrine may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Variable

from cnil_kg.vocab import RDF, XSD

Term = NamedNode | Literal | Variable

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<iri><[^>\s]*>)
      | (?P<string>"(?:[^"\\\n]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^(?:<[^>\s]*>|[\w-]+:[\w.-]*))?)
      | (?P<var>[?$]\w+)
      | (?P<number>[+-]?\d+(?:\.\d+)?)
      | (?P<name>[\w-]*:[\w.-]*\w|[\w-]*:)
      | (?P<word>\w+)
      | (?P<op><=|>=|!=|&&|\|\||[{}()\[\].;,=<>!*+|^/])
    """,
    re.VERBOSE,
)


class NormalFormError(ValueError):
    """A rule body that is not in the normal form; the message says where it leaves it."""


@dataclass(frozen=True)
class Pattern:
    """A triple pattern; `in_project` is False for patterns on the default graph (constants of the ontology)."""

    subject: Term
    predicate: Term
    object: Term
    in_project: bool = True

    @property
    def terms(self) -> tuple[Term, Term, Term]:
        return (self.subject, self.predicate, self.object)


@dataclass(frozen=True)
class Comparison:
    """`FILTER(left operator right)`."""

    left: Term
    operator: str
    right: Term


@dataclass(frozen=True)
class Values:
    """`VALUES ?variable { ... }`."""

    variable: Variable
    terms: tuple[Term, ...]


@dataclass
class Body:
    """What a rule reads."""

    patterns: list[Pattern] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    absent: list[list[Pattern]] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    opaque: list[str] = field(default_factory=list)

    def everything(self) -> Iterator[tuple[Pattern, bool]]:
        """Each pattern read, counts left out, with True where it is read through an absence."""
        for pattern in self.patterns:
            yield pattern, False
        for group in self.absent:
            for pattern in group:
                yield pattern, True

    def predicate_values(self, variable: Term) -> tuple[Term, ...]:
        """The terms a variable is limited to by VALUES, or nothing."""
        return tuple(t for v in self.values if v.variable == variable for t in v.terms)


@dataclass(frozen=True)
class Count:
    """`{ SELECT keys (COUNT(DISTINCT counted) AS variable) WHERE { body } GROUP BY keys }`."""

    keys: tuple[Variable, ...]
    counted: Variable
    variable: Variable
    body: Body


def prefixes_of(text: str) -> dict[str, str]:
    """The PREFIX declarations of a query text."""
    return dict(re.findall(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", text, re.MULTILINE | re.IGNORECASE))


def parse_rule(text: str) -> tuple[list[Pattern], Body]:
    """Template and body of `CONSTRUCT { template } WHERE { body }`.

    Raises:
        NormalFormError: the text is not a CONSTRUCT query, or braces do not match.
    """
    parser = _Parser(text)
    while parser.peek().upper() == "PREFIX":
        parser.skip(3)
    parser.expect("CONSTRUCT")
    template = Body()
    parser.group(template, in_project=True)
    parser.expect("WHERE")
    body = Body()
    parser.group(body, in_project=False)
    if parser.peek():
        raise NormalFormError(f"unexpected text after the body: {parser.peek()}")
    return template.patterns, body


class _Parser:
    def __init__(self, text: str) -> None:
        self.prefixes = prefixes_of(text)
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise NormalFormError(f"unreadable text near {text[position : position + 20]!r}")
            kind = match.lastgroup or ""
            if kind != "space":
                self.tokens.append((kind, match.group()))
            position = match.end()
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place][1] if place < len(self.tokens) else ""

    def skip(self, count: int = 1) -> None:
        self.at += count

    def expect(self, word: str) -> None:
        if self.peek().upper() != word.upper():
            raise NormalFormError(f"expected {word}, found {self.peek() or 'the end'}")
        self.skip()

    def group(self, body: Body, *, in_project: bool) -> None:
        """One `{ ... }`, read into `body`."""
        self.expect("{")
        while self.peek() != "}":
            word = self.peek().upper()
            if word == "":
                raise NormalFormError("a closing brace is missing")
            if word == ".":
                self.skip()
            elif word == "GRAPH":
                self.skip(2)
                self.group(body, in_project=True)
            elif word == "VALUES":
                self.values(body)
            elif word == "FILTER":
                self.filter(body, in_project=in_project)
            elif word == "{":
                self.nested(body, in_project=in_project)
            elif word in ("BIND", "OPTIONAL", "MINUS", "UNION", "SERVICE"):
                self.opaque(body, in_project=in_project)
            else:
                self.triples(body, in_project=in_project)
        self.expect("}")

    def nested(self, body: Body, *, in_project: bool) -> None:
        if self.peek(1).upper() == "SELECT":
            self.count(body)
            return
        body.opaque.append("{ }")
        self.group(body, in_project=in_project)

    def opaque(self, body: Body, *, in_project: bool) -> None:
        word = self.peek().upper()
        self.skip()
        body.opaque.append(word)
        if word == "BIND":
            self.parentheses()
        elif word == "MINUS":
            inner = Body()
            self.group(inner, in_project=in_project)
            body.absent.append(inner.patterns)
        elif word == "OPTIONAL":
            self.group(body, in_project=in_project)

    def parentheses(self) -> None:
        self.expect("(")
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1, "": -depth}.get(self.peek(), 0)
            self.skip()

    def values(self, body: Body) -> None:
        self.expect("VALUES")
        variable = self.term()
        self.expect("{")
        terms = []
        while self.peek() != "}":
            terms.append(self.term())
        self.expect("}")
        if not isinstance(variable, Variable):
            raise NormalFormError("VALUES takes one variable")
        body.values.append(Values(variable, tuple(terms)))

    def filter(self, body: Body, *, in_project: bool) -> None:
        self.expect("FILTER")
        if self.peek().upper() == "NOT":
            self.skip(2)
            inner = Body()
            self.group(inner, in_project=in_project)
            if inner.values or inner.counts or inner.opaque:
                body.opaque.append("FILTER NOT EXISTS")
            body.absent.append(inner.patterns)
            return
        if self.peek().upper() == "EXISTS":  # what a group must hold: read like any other pattern
            self.skip()
            self.group(body, in_project=in_project)
            return
        start = self.at
        try:
            self.expect("(")
            left, operator = self.term(), self.peek()
            self.skip()
            right = self.term()
            self.expect(")")
            if operator not in ("<", "<=", ">", ">=", "=", "!="):
                raise NormalFormError(f"{operator} is no comparison")
            body.comparisons.append(Comparison(left, operator, right))
        except NormalFormError:
            self.at = start
            body.opaque.append("FILTER")
            while self.peek() != "(":
                self.skip()
            self.parentheses()

    def count(self, body: Body) -> None:
        self.skip(2)
        keys = []
        while self.peek().startswith("?"):
            keys.append(Variable(self.peek()[1:]))
            self.skip()
        for word in ("(", "COUNT", "(", "DISTINCT"):
            self.expect(word)
        counted = Variable(self.peek()[1:])
        self.skip()
        self.expect(")")
        self.expect("AS")
        variable = Variable(self.peek()[1:])
        self.skip()
        self.expect(")")
        self.expect("WHERE")
        inner = Body()
        self.group(inner, in_project=False)
        self.expect("GROUP")
        self.expect("BY")
        grouped = []
        while self.peek().startswith("?"):
            grouped.append(Variable(self.peek()[1:]))
            self.skip()
        self.expect("}")
        project = Variable("project")
        if project not in keys or grouped != keys:
            raise NormalFormError("a counting sub-SELECT selects and groups by ?project")
        body.counts.append(Count(tuple(keys), counted, variable, inner))

    def triples(self, body: Body, *, in_project: bool) -> None:
        subject = self.term()
        while True:
            predicate = self.predicate(body)
            while True:
                body.patterns.append(Pattern(subject, predicate, self.term(), in_project))
                if self.peek() != ",":
                    break
                self.skip()
            if self.peek() != ";":
                break
            while self.peek() == ";":
                self.skip()
            if self.peek() in (".", "}"):
                break
        if self.peek() not in (".", "}", "FILTER", "VALUES", "BIND"):
            raise NormalFormError(f"expected a full stop before {self.peek()}")

    def predicate(self, body: Body) -> Term:
        if self.peek() == "a" and self.peek(1) not in ("|", "/", "*", "+"):
            self.skip()
            return NamedNode(RDF + "type")
        first = self.at
        depth = 0
        while True:
            depth += {"(": 1, ")": -1}.get(self.peek(), 0)
            self.skip()
            if depth == 0 and self.peek() in ("*", "+"):
                continue
            if depth == 0 and self.peek() in ("/", "|"):
                self.skip()
                continue
            if depth == 0 and self.tokens[self.at - 1][1] != "^":
                break
        if self.at - first == 1:
            self.at = first
            return self.term()
        body.opaque.append("path")
        return Variable(f"path{first}")

    def term(self) -> Term:
        if self.at >= len(self.tokens):
            raise NormalFormError("the text ends too early")
        kind, text = self.tokens[self.at]
        self.skip()
        if kind == "var":
            return Variable(text[1:])
        if kind == "iri":
            return NamedNode(text[1:-1])
        if kind == "name":
            return self.named(text)
        if kind == "number":
            datatype = "decimal" if "." in text else "integer"
            return Literal(text, datatype=NamedNode(XSD + datatype))
        if kind == "string":
            return self.literal(text)
        if text in ("true", "false"):
            return Literal(text == "true")
        raise NormalFormError(f"{text} is not a term of the normal form")

    def named(self, text: str) -> NamedNode:
        prefix, _, local = text.partition(":")
        if prefix not in self.prefixes:
            raise NormalFormError(f"the prefix {prefix}: is not declared")
        return NamedNode(self.prefixes[prefix] + local)

    def literal(self, text: str) -> Literal:
        end = text.rindex('"')
        value, tail = text[1:end], text[end + 1 :]
        if tail.startswith("@"):
            return Literal(value, language=tail[1:])
        if tail.startswith("^^"):
            name = tail[2:]
            datatype = NamedNode(name[1:-1]) if name.startswith("<") else self.named(name)
            return Literal(value, datatype=datatype)
        return Literal(value)


def sparql(term: Term) -> str:
    """A term as SPARQL text."""
    return str(term)


def select(body: Body, *, absences: bool = True) -> str:
    """The SELECT query of a body in normal form, its counts left out.

    Args:
        body: patterns, values, comparisons, absences.
        absences: False to drop the NOT EXISTS parts (what could hold, whatever else is said).
    """
    inside = [_line(p) for p in body.patterns if p.in_project]
    if absences:
        for group in body.absent:
            inside.append("FILTER NOT EXISTS { " + " ".join(_line(p) for p in group) + " }")
    lines = [f"VALUES {sparql(v.variable)} {{ {' '.join(map(sparql, v.terms))} }}" for v in body.values]
    lines += [_line(p) for p in body.patterns if not p.in_project]
    if inside:
        lines.append("GRAPH ?project { " + " ".join(inside) + " }")
    bound = {t for p in body.patterns for t in p.terms} | {v.variable for v in body.values}
    for c in body.comparisons:
        if all(not isinstance(t, Variable) or t in bound for t in (c.left, c.right)):
            lines.append(f"FILTER({sparql(c.left)} {c.operator} {sparql(c.right)})")
    return "SELECT DISTINCT * WHERE { " + "\n".join(lines) + " }"


def _line(pattern: Pattern) -> str:
    return " ".join(sparql(t) for t in pattern.terms) + " ."
