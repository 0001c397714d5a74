"""Parameters of a query: declared in its header, read from text, bound as terms.

    # param: before date any | fin avant ce jour | ending before this day
    # filter: project iri any | ce projet seul | this project only

Name, type, default, then what it says in French and English. A `param` is a variable bound by the engine, which asks
that it stand in the SELECT clause; it belongs in a FILTER (under OPTIONAL it would hold for rows that do not match,
and the engine takes BOUND of it as false: write COALESCE). A `filter` keeps the rows whose column has this value, and
no other. Neither is ever pasted into the text. `any` leaves them open, and the query then answers for all values.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Variable

from cnil_kg.errors import QueryError
from cnil_kg.model import Text
from cnil_kg.rdf import Value
from cnil_kg.vocab import XSD, expand

TYPES = ("iri", "date", "boolean", "integer", "text")
ANY = "any"
_LINE = re.compile(r"(?P<name>[A-Za-z]\w*) (?P<type>\S+) (?P<default>\S+) \| (?P<fr>[^|]+) \| (?P<en>[^|]+)")
_WORDS = re.compile(r"word\(([\w-]+(?:,[\w-]+)*)\)")


@dataclass(frozen=True)
class Parameter:
    """A parameter, or a filter on a column when `filters`; `words` are the values of a `word(...)` type, else empty."""

    name: str
    type: str
    default: str
    text: Text
    filters: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        match = _WORDS.fullmatch(self.type)
        return tuple(match[1].split(",")) if match else ()


@dataclass(frozen=True)
class Bindings:
    """The terms given: those the engine binds, and those a column must have."""

    bound: Mapping[Variable, Value]
    columns: Mapping[str, Value]


def read_parameter(line: str, where: str, filters: bool = False) -> Parameter:
    """The parameter a header line declares; `filters` for a line `# filter:`.

    Raises:
        QueryError: the line is not in form, its type is unknown or its default is not of the type.
    """
    match = _LINE.fullmatch(line.strip())
    if match is None or not (match["type"] in TYPES or _WORDS.fullmatch(match["type"])):
        types = ", ".join([*TYPES, "word(a,b)"])
        repair = f"Write `# param: name type default | texte | text`; types: {types}; default `{ANY}`: every value."
        raise QueryError(f"this parameter cannot be read: {line}", where, repair)
    text = Text(match["fr"].strip(), match["en"].strip())
    parameter = Parameter(match["name"], match["type"], match["default"], text, filters)
    if parameter.default != ANY:
        term(parameter, parameter.default, where)
    return parameter


def bindings(declared: Sequence[Parameter], given: Sequence[str], where: str) -> Bindings:
    """The terms to bind.

    Args:
        declared: the parameters of the query.
        given: `name=value`, as typed.
        where: what errors name as their place.

    Raises:
        QueryError: a parameter is unknown, given twice or without value, or its value is not of its type.
    """
    known = {p.name: p for p in declared}
    values: dict[str, str] = {p.name: p.default for p in declared if p.default != ANY}
    seen: set[str] = set()
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise QueryError(f"--param {text} has no value", where, "Write --param name=value.")
        if name not in known:
            raise QueryError(f"has no parameter {name}", where, _nearest(name, known))
        if name in seen:
            raise QueryError(f"the parameter {name} is given twice", where, "Give it once.")
        seen.add(name)
        values[name] = value
    terms = {name: term(known[name], value, where) for name, value in values.items() if value != ANY}
    return Bindings(
        {Variable(name): value for name, value in terms.items() if not known[name].filters},
        {name: value for name, value in terms.items() if known[name].filters},
    )


def _nearest(name: str, known: Mapping[str, Parameter]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Its parameters: {', '.join(known)}." if known else "It has none; a `# param:` line declares one."


def term(parameter: Parameter, value: str, where: str) -> Value:  # noqa: C901  (one branch a type)
    """The term a value stands for, by the type of its parameter.

    Raises:
        QueryError: the value is not of the type.
    """
    if parameter.words:
        if value in parameter.words:
            return Literal(value)
        wanted = f"one of {', '.join(parameter.words)}"
    elif parameter.type == "iri":
        iri = expand(value.removeprefix("<").removesuffix(">"))
        try:
            if urlsplit(iri).scheme:
                return NamedNode(iri)
        except ValueError:
            pass
        wanted = "an IRI (https://... or ckg:...)"
    elif parameter.type == "date":
        try:
            return Literal(date.fromisoformat(value).isoformat(), datatype=NamedNode(XSD + "date"))
        except ValueError:
            wanted = "a day, as 2026-12-31"
    elif parameter.type == "boolean":
        if value in ("true", "false"):
            return Literal(value == "true")
        wanted = "true or false"
    elif parameter.type == "integer":
        if re.fullmatch(r"[+-]?\d{1,18}", value):
            return Literal(int(value))
        wanted = "a whole number"
    else:
        return Literal(value)
    raise QueryError(f"the parameter {parameter.name} is {wanted}, not {value}", where, "Correct --param.")
