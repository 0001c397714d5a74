"""Words that say nothing, and the passage around a word."""

from __future__ import annotations

import re

_SILENT = frozenset(
    {
        *("", "-", "--", "?", "...", "n/a", "na", "n.a.", "none", "null", "~", "nil", "unknown", "unknow", "inconnu"),
        *("inconnue", "non renseigné", "unbekannt", "tbd", "todo", "noassertion", "not specified", "not provided"),
        *("more information needed", "needs more information", "license not specified", "licence not specified"),
        *("notspecified", "unspecified"),
    }
)
"""What people write to say that they say nothing: read as not stated, never as "no"."""

_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\))?")
_BOUNDARY = re.compile(
    r"(?<=[.!?…])\s+|\n|</?[a-zA-Z][^<>]*>|[\w.+-]{1,64}@[\w.-]{1,255}|(?<=[a-zà-ÿ]{3}[.!?])(?=[A-ZÀ-Þ][a-zà-ÿ]* )|\bhttps?://\S+"
)
"""Ends of sentences, and what a quotation never holds: tags, addresses."""

MAX_QUOTE = 200
_MAX_SILENT = 500


def silent(text: str) -> bool:
    """True for a value that says nothing, like `n/a` or `[More Information Needed](...)`."""
    if len(text) > _MAX_SILENT:
        return False
    plain = _LINK.sub(r"\1", text).strip().strip("`*_[]().").strip()
    return plain.casefold() in _SILENT


def passage(text: str, start: int, end: int) -> str:
    """The sentence around `text[start:end]`, shortened to the words near it: always a part of the text as it stands."""
    left, right = 0, len(text)
    for match in _BOUNDARY.finditer(text):
        if match.end() <= start:
            left = match.end()
        elif match.start() >= end:
            right = match.start()
            break
    if right - left > MAX_QUOTE:
        room = (MAX_QUOTE - min(end - start, MAX_QUOTE)) // 2
        left = _word(text, max(left, start - room), left, start)
        right = _last(text, min(right, end + room), right, end)
    return text[left:right].strip().rstrip("[(<").rstrip()


def first_sentence(text: str) -> str:
    """How a text begins: its first sentence that says something."""
    stripped = re.search(r"\S", re.sub(r"</?[a-zA-Z][^<>]*>", lambda m: " " * len(m[0]), text))
    return passage(text, stripped.start(), stripped.start() + 1) if stripped else ""


def _word(text: str, place: int, floor: int, ceiling: int) -> int:
    """The start of the first whole word from a place on."""
    if place == floor:
        return place
    found = re.compile(r"\s").search(text, place, ceiling)
    return found.end() if found else ceiling


def _last(text: str, place: int, ceiling: int, floor: int) -> int:
    """The end of the last whole word before a place."""
    if place == ceiling:
        return place
    cut = max(text.rfind(sign, floor, place) for sign in " \t")
    return cut if cut > floor else floor
