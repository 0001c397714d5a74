"""The boxes and arrows of a picture: their looks, their texts in lines, their sizes. Nothing is drawn here."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from cnil_kg.formats.words import clean

if TYPE_CHECKING:
    from networkx import DiGraph

SIZE, LINE, MARGIN = 12, 16, 10
"""Height of the letters, of a line, and the space around the text, in pixels."""
MOST_LINES = 14
_COLUMNS = 46
_NARROW, _WIDE = frozenset("iljtf.,;:'|!()[]/ "), frozenset("mwMW@%—…&")


@dataclass(frozen=True)
class Look:
    """How a kind of box is drawn: never by its colour alone.

    Attributes:
        fill, line: colours, told apart by the colour-blind (Okabe and Ito).
        shape: the outline: `box`, `round`, `cut` (corners cut off), `ends` (pointed left and right), `double`.
        dash: the line, `""` for a full one.
    """

    fill: str
    line: str
    shape: str = "box"
    dash: str = ""


LOOKS = {
    "established": Look("#cfe6f5", "#0072b2", "double"),
    "excluded": Look("#fbdcc8", "#d55e00", "cut"),
    "undetermined": Look("#fdf3c4", "#8a6d00", "round", "6 3"),
    "met": Look("#cfe6f5", "#0072b2", "double"),
    "violated": Look("#fbdcc8", "#d55e00", "cut"),
    "notApplicable": Look("#eeeeee", "#555555", "round"),
    "step": Look("#ffffff", "#333333"),
    "stated": Look("#e3f3ec", "#00735c"),
    "denied": Look("#f6e3ee", "#a0457a", "cut"),
    "count": Look("#eeeaf7", "#5b4a9c", "ends"),
    "presumed": Look("#ffffff", "#8a6d00", "round", "2 3"),
    "missing": Look("#fdf3c4", "#8a6d00", "round", "6 3"),
    "considered": Look("#f4f4f4", "#777777", "box", "6 3"),
    "toLookAt": Look("#fde8c8", "#a65f00", "ends"),
    "node": Look("#ffffff", "#333333"),
    "notDescribed": Look("#f4f4f4", "#777777", "round", "2 3"),
}
MARKS = {
    "established": "✓", "met": "✓", "excluded": "✗", "violated": "✗", "undetermined": "?", "missing": "?",
    "toLookAt": "!", "denied": "¬", "count": "#", "presumed": "~", "considered": "○", "notApplicable": "–",
    "notDescribed": "?",
}  # fmt: skip
"""The sign before the word of a kind: what the colour says, said again."""


@dataclass(frozen=True)
class Box:
    """A node of a picture.

    Attributes:
        kind: a key of `LOOKS`.
        word: what it is, in bold: `rule F5-30 · sheet 5`.
        text: its sentence.
        notes: articles, places, what it names besides.
    """

    kind: str
    word: str
    text: str
    notes: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The word after its sign."""
        return f"{MARKS.get(self.kind, '')} {tidy(self.word)}".strip()

    def lines(self) -> list[tuple[str, str]]:
        """The lines of the box, each with its style: `word`, `text` or `note`."""
        found = [("word", line) for line in _wrapped(self.heading)]
        found += [("text", line) for line in _wrapped(tidy(self.text))]
        return found + [("note", line) for note in self.notes for line in _wrapped(tidy(note))]

    def size(self) -> tuple[int, int]:
        """Width and height in pixels, whatever the fonts of the reader."""
        lines = self.lines()
        widest = max((text_width(text, bold=style == "word") for style, text in lines), default=0)
        points = 24 if LOOKS[self.kind].shape in ("ends", "cut") else 0
        return max(110, ceil(widest) + 2 * MARGIN + points), LINE * len(lines) + 2 * MARGIN


@dataclass(frozen=True)
class Panel:
    """One graph with its title: nodes hold a `box`, edges point from a premise to what rests on it, and hold a `word`.

    `text` tells the same without a picture.
    """

    title: str
    graph: DiGraph[str]
    text: str = ""


def tidy(text: str) -> str:
    """Text on one line, without anything that is not shown: it can turn neither a file nor a reader's screen."""
    return clean(" ".join(text.split()))


def text_width(text: str, *, bold: bool = False) -> float:
    """About how wide a line is, in pixels, on the wide side: no font is asked."""
    return sum(_width(letter) for letter in text) * SIZE * (1.1 if bold else 1.0)


def _width(letter: str) -> float:
    if letter in _NARROW:
        return 0.36
    if letter in _WIDE:
        return 1.0
    if east_asian_width(letter) in "WF":
        return 1.05
    return 0.74 if letter.isupper() else 0.62


def _wrapped(text: str) -> Sequence[str]:
    """The lines of a text; names without spaces are cut, and a text that never ends is, too, with a sign."""
    lines = textwrap.wrap(text, _COLUMNS, break_on_hyphens=False)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][: _COLUMNS - 2] + " …"]
    return lines
