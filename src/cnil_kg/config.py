"""`cnil-kg.toml`: where it is found, and what it says, each waiver with its line."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import printable
from cnil_kg.inputs.shortnames import nearest
from cnil_kg.inputs.sources import unreadable
from cnil_kg.model import Waiver

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAME = "cnil-kg.toml"
MAX_BYTES = 1 << 20
REQUIRED = ("id", "subject", "reason", "approver", "expires")
STATUSES = ("violated", "undetermined")
_KEYS = (*REQUIRED, "status")
_LINE = re.compile(r"at line (\d+)")
_TABLE = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''.*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|(?P<table>^[ \t]*\[\[[ \t]*(?:waiver|\"waiver\"|'waiver')[ \t]*\]\])",
    re.DOTALL | re.MULTILINE,
)
"""Strings and comments, passed over, and the head of a waiver."""


@dataclass(frozen=True)
class Config:
    """One configuration file: its waivers, and what is wrong in it (an item in error is in `errors` alone)."""

    file: str
    waivers: tuple[Waiver, ...]
    errors: tuple[InputError, ...]


def beside(inputs: Sequence[str]) -> tuple[str, ...]:
    """The configuration files of some inputs.

    For each input: `cnil-kg.toml` of its folder, else of the nearest folder above, up to the working directory. An
    input outside the working directory has that of its own folder alone; standard input, that of the working directory.

    Args:
        inputs: files, folders, `-`, as typed.

    Returns:
        Paths in the order of the inputs, each once, as they are shown in messages.
    """
    return tuple(dict.fromkeys(found for name in inputs if (found := _nearest(name))))


def chosen(inputs: Sequence[str], config: str | None, use_config: bool = True) -> tuple[str, ...]:
    """The configuration files to read: the one named, else those beside the inputs; none when they are not wanted."""
    if not use_config:
        return ()
    return beside(inputs) if config is None else (config,)


def _nearest(name: str) -> str | None:
    here = os.getcwd()
    typed = name if os.path.isdir(name) else os.path.dirname(name) if name != "-" else ""
    folder = os.path.abspath(typed)
    inside = folder == here or folder.startswith(here.rstrip(os.sep) + os.sep)
    while True:
        path = os.path.join(folder, NAME)
        if os.path.lexists(path):
            return (os.path.relpath(path) if inside else os.path.join(typed, NAME)).replace(os.sep, "/")
        if not inside or folder == here:
            return None
        folder = os.path.dirname(folder)


def read_config(file: str) -> Config:
    """Read a configuration file.

    Args:
        file: its path, shown as it is in messages.

    Returns:
        What it says. Nothing is raised for what is wrong: it is in `errors`, with file and line.
    """
    try:
        with open(file, "rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        return Config(file, (), (unreadable(file, error),))
    return parse_config(data, file)


def parse_config(data: bytes, file: str) -> Config:
    """The same, from the bytes of the file."""
    if len(data) > MAX_BYTES:
        return Config(file, (), (InputError("is larger than 1 MiB", file, "A configuration holds waivers only."),))
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        found = tomllib.loads(text)
    except UnicodeDecodeError:
        return Config(file, (), (InputError("is not text in UTF-8", file, "Save it as UTF-8."),))
    except (ValueError, RecursionError) as error:
        line = _LINE.search(str(error))
        where = f"{file}:{line[1] if line else text.count(chr(10)) + 1}"
        what = f"TOML syntax: {printable(str(error))}" if str(error) else "TOML syntax: nested too deep"
        return Config(file, (), (InputError(what, where, "Look at this line and the end of the one before."),))
    return _Checked(file, text).config(found)


class _Checked:
    """The items of one file, each read or told of."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._heads = [m.start("table") for m in _TABLE.finditer(text) if m["table"]]

    def config(self, found: dict[str, Any]) -> Config:
        whole = 0, len(self._text)
        errors = [self._unknown(key, self._line(key, *whole), ("waiver",)) for key in found if key != "waiver"]
        items = found.get("waiver", [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            repair = "Begin each with a line [[waiver]]."
            errors.append(self._error("waivers are tables", self._line("waiver", *whole), repair))
            items = []
        waivers = []
        for number, item in enumerate(items):
            place = self._places(number, len(items))
            told = list(self._told(item, place))
            errors += told
            if not told:
                waivers.append(self._waiver(item, place(None)))
        return Config(self._file, tuple(waivers), tuple(errors))

    def _waiver(self, item: dict[str, Any], line: int) -> Waiver:
        texts = {key: " ".join(str(item[key]).split()) for key in ("id", "subject", "reason", "approver")}
        status = item.get("status", "violated")
        return Waiver(**texts, expires=item["expires"].isoformat(), status=status, file=self._file, line=line)

    def _told(self, item: dict[str, Any], place: Callable[[str | None], int]) -> Iterator[InputError]:
        """What is wrong in one waiver."""
        yield from (self._unknown(key, place(key), _KEYS) for key in item if key not in _KEYS)
        for key in REQUIRED:
            if key not in item or item[key] == "" or (isinstance(item[key], str) and not item[key].strip()):
                repair = "A waiver gives id, subject, reason, approver and expires."
                yield self._error(f"the waiver gives no {key}", place(key), repair)
            elif key != "expires" and not isinstance(item[key], str):
                yield self._error(f"{key} is a text", place(key), "Write it between quotation marks.")
        day = item.get("expires", "")
        if day != "" and (not isinstance(day, date) or isinstance(day, datetime)):
            yield self._error("expires is a day", place("expires"), "Write it as expires = 2026-12-31.")
        if item.get("status", "violated") not in STATUSES:
            yield self._error(f"status is one of {', '.join(STATUSES)}", place("status"), "")

    def _places(self, number: int, items: int) -> Callable[[str | None], int]:
        """The line of a key of one waiver, or of the waiver itself."""
        if len(self._heads) == items:
            start = self._heads[number]
            end = self._heads[number + 1] if number + 1 < items else len(self._text)
            head = self._text.count("\n", 0, start) + 1
            return lambda key: head if key is None else self._line(key, start, end, head)
        line = self._line("waiver", 0, len(self._text))  # waiver = [{...}]: one line for all
        return lambda key: line

    def _line(self, key: str, start: int, end: int, otherwise: int = 1) -> int:
        written = re.compile(rf"^[ \t\[]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.\]]", re.MULTILINE)
        found = written.search(self._text, start, end)
        return self._text.count("\n", 0, found.start()) + 1 if found else otherwise

    def _unknown(self, key: str, line: int, known: Sequence[str]) -> InputError:
        repair = nearest(key, known) or f"Use {', '.join(known)}."
        return self._error(f'the key "{printable(key)}" is unknown', line, repair)

    def _error(self, what: str, line: int, repair: str) -> InputError:
        return InputError(what, f"{self._file}:{line}", repair)
