"""Canonical literals: one term for one value, so that rules may match terms, and the wrong ones told apart.

The store rewrites numbers, times and durations itself (`01` becomes `1`); what it writes is the canonical
form here too, so that a literal in `Facts.origins` is the one in `Facts.store`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pyoxigraph import Literal, NamedNode, Quad, Store

from cnil_kg.model import Text
from cnil_kg.vocab import XSD

EXPECTED: dict[str, Text] = {
    "boolean": Text("un booléen, true ou false", "a boolean, true or false"),
    "integer": Text("un nombre entier, comme 1000", "a whole number, like 1000"),
    "decimal": Text("un nombre, comme 0.5 ou 1e25", "a number, like 0.5 or 1e25"),
    "date": Text("un jour, comme 2024-05-01", "a day, like 2024-05-01"),
    "dateTime": Text("une date et heure, comme 2024-05-01T12:00:00Z", "a date and time, like 2024-05-01T12:00:00Z"),
    "duration": Text("une durée positive, comme P5Y ou P18M", "a positive duration, like P5Y or P18M"),
}
"""What each checked type of fact expects, in words."""

_NODE = NamedNode("urn:x")
_STRING = XSD + "string"
_INTEGERS = frozenset(
    {"integer", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"}
    | {"long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"}
)
_DURATIONS = frozenset({"duration", "dayTimeDuration", "yearMonthDuration"})
_TIMES = frozenset({"dateTime", "dateTimeStamp"})
_BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}

_INTEGER = re.compile(r"([+-]?)0*(\d+)")
_DECIMAL = re.compile(r"([+-]?)0*(\d*)(?:\.(\d*?)0*)?")
_DOUBLE = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?")
_ZONE = r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?"
_DATE = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d){_ZONE}")
_TIME = re.compile(
    rf"(\d{{4}})-(\d\d)-(\d\d)T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|(24:00:00)(?:\.0+)?){_ZONE}"
)
_FAR = re.compile(r"(?:-\d{4,}|\d{5,})-\d\d-\d\d.*")
_DURATION = re.compile(
    r"P(?=\d|T)(?:\d{1,9}Y)?(?:\d{1,9}M)?(?:\d{1,9}D)?"
    r"(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}(?:\.\d{1,9})?S)?)?"
)


@dataclass(frozen=True)
class Reading:
    """A literal as read: its canonical form (None: no value of its type), whether it was written loosely, and
    the type it should have had."""

    value: Literal | None
    loose: bool = False
    expected: str = ""


class Literals:
    """Reads literals; a literal met again is not worked out twice."""

    def __init__(self) -> None:
        self._known: dict[tuple[Literal, str], Reading] = {}

    def read(self, literal: Literal, fact: str = "") -> Reading:
        """The canonical form of a literal.

        Args:
            literal: as parsed, its datatype in the one XSD namespace.
            fact: the type of the fact it is the value of; any outside `EXPECTED` leaves it to its datatype.
        """
        type_ = literal.datatype.value
        if fact not in EXPECTED and (type_ == _STRING or not type_.startswith(XSD)):
            return Reading(literal)
        key = (literal, fact)
        if key not in self._known:
            self._known[key] = self._read(literal, fact)
        return self._known[key]

    def _read(self, literal: Literal, fact: str) -> Reading:
        type_ = literal.datatype.value.removeprefix(XSD) if literal.language is None else "string"
        text = literal.value.strip(" \t\r\n")
        if fact in EXPECTED:
            found = _FACTS[fact](text, type_)
            return Reading(None, expected=fact) if found is None else self._reading(found, fact)
        family = _family(type_)
        if not family:
            return Reading(_stored(literal))
        strict = _OWN[family](text, type_)
        if strict is None:
            return Reading(None, expected=family)
        return self._reading(strict, family)

    @staticmethod
    def _reading(found: _Found, expected: str) -> Reading:
        literal = Literal(found.text, datatype=NamedNode(XSD + found.type))
        return Reading(_stored(literal), found.loose, expected)


@dataclass(frozen=True)
class _Found:
    text: str
    type: str
    loose: bool = False


def _stored(literal: Literal) -> Literal:
    """The literal as the store will give it back."""
    scratch = Store()  # a new one costs 4 microseconds, clearing one 120
    scratch.add(Quad(_NODE, _NODE, literal))
    (quad,) = scratch
    assert isinstance(quad.object, Literal)
    return quad.object


def _family(type_: str) -> str:
    if type_ in _INTEGERS:
        return "integer"
    if type_ in _TIMES:
        return "dateTime"
    return type_ if type_ in ("boolean", "decimal", "date") else ""


def _boolean(text: str, type_: str) -> _Found | None:
    value = _BOOLEANS.get(text.lower())
    if value is None or type_ not in ("boolean", "string", "integer"):
        return None
    return _Found(value, "boolean", type_ != "boolean" or text not in _BOOLEANS)


def _integer(text: str, type_: str) -> _Found | None:
    """18 digits at most: what rules can compare."""
    if type_ in ("double", "float") and _DOUBLE.fullmatch(text) and float(text).is_integer():
        text = f"{float(text):.0f}"
    if type_ == "decimal":
        text = re.sub(r"\.0*$", "", text)
    match = _INTEGER.fullmatch(text)
    if match is None or len(match[2]) > 18 or not (type_ in _INTEGERS or type_ in _LOOSE_NUMBERS):
        return None
    return _Found(match[1].strip("+") + match[2], "integer", type_ not in _INTEGERS)


def _decimal(text: str, type_: str) -> _Found | None:
    """A decimal; a double beyond 18 digits, where the store cannot compare decimals."""
    if type_ not in _INTEGERS and type_ not in _LOOSE_NUMBERS:
        return None
    loose = type_ == "string"
    if not _DOUBLE.fullmatch(text):
        return None
    if "e" in text.lower():
        text = repr(float(text))
    match = _DECIMAL.fullmatch(text)
    if match and len(match[2]) <= 18 and len(match[3] or "") <= 18:
        return _Found(f"{match[1].strip('+')}{match[2] or '0'}.{match[3] or '0'}", "decimal", loose)
    return _Found(repr(float(text)), "double", loose) if abs(float(text)) < float("inf") else None


def _date(text: str, type_: str) -> _Found | None:
    """The calendar day, in the zone it was written in."""
    match = None
    if type_ in ("date", "string"):
        match = _DATE.fullmatch(text)
    if type_ in _TIMES or (type_ == "string" and match is None):
        match = _TIME.fullmatch(text)
    day = match and _day(match)
    return _Found(day.isoformat(), "date", type_ == "string") if day else None


def _duration(text: str, type_: str) -> _Found | None:
    if type_ not in _DURATIONS and type_ != "string":
        return None
    return _Found(text, "duration", type_ == "string") if _DURATION.fullmatch(text) else None


def _day(match: re.Match[str]) -> date | None:
    """The day that the text names (24:00:00 is the next one), None for an impossible one."""
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return day + timedelta(days=1) if match.re is _TIME and match[4] else day
    except (ValueError, OverflowError):
        return None


def _own_integer(text: str, type_: str) -> _Found | None:
    return _Found(text, type_) if _INTEGER.fullmatch(text) else None


def _own_decimal(text: str, type_: str) -> _Found | None:
    return _Found(text, type_) if _DOUBLE.fullmatch(text) and "e" not in text.lower() else None


def _own_date(text: str, type_: str) -> _Found | None:
    match = _DATE.fullmatch(text)
    return _Found(text, type_) if (_day(match) if match else _FAR.fullmatch(text)) else None


def _own_time(text: str, type_: str) -> _Found | None:
    match = _TIME.fullmatch(text)
    return _Found(text, type_) if (_day(match) if match else _FAR.fullmatch(text)) else None


_LOOSE_NUMBERS = frozenset({"decimal", "double", "float", "string"})
_FACTS: dict[str, Callable[[str, str], _Found | None]] = {
    "boolean": _boolean,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "dateTime": _own_time,
    "duration": _duration,
}
_OWN = {
    "boolean": _boolean,
    "integer": _own_integer,
    "decimal": _own_decimal,
    "date": _own_date,
    "dateTime": _own_time,
}
"""How a literal is read by its own datatype, where no fact of the table asks for one."""
