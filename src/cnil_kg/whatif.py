"""`cnil-kg whatif`: what changes if statements change, and which changes of facts would reach a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from cnil_kg.conclude import Concluder
from cnil_kg.errors import InputError
from cnil_kg.hypotheses.changes import Differences, differences
from cnil_kg.hypotheses.goal import Goal, read_goal
from cnil_kg.hypotheses.names import Lookup, lookup
from cnil_kg.hypotheses.search import Bounds, Found, search
from cnil_kg.hypotheses.statements import Edit, read_edit
from cnil_kg.hypotheses.told import Step, steps
from cnil_kg.inputs.sources import Document, documents
from cnil_kg.load import from_documents
from cnil_kg.model import Report
from cnil_kg.naming import Names
from cnil_kg.reason import Reasoned, reason
from cnil_kg.report import build
from cnil_kg.rulebook import load_rulebook


@dataclass(frozen=True)
class Compared:
    """A description before and after an edit: the statements as they were given, and what changes."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    before: Report
    after: Report
    differences: Differences


@dataclass(frozen=True)
class Sought:
    """The smallest changes that reach a goal.

    Attributes:
        goal: what is looked for, `about` the node it is about.
        found: how the search went.
        changes: the steps of each change.
        removed, added: the statements the search starts from, when the description was edited first.
        as_of, inputs: as in a report.
    """

    goal: Goal
    about: tuple[str, ...]
    found: Found
    changes: tuple[tuple[Step, ...], ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    as_of: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """A description that was read whole, reasoned upon."""

    reasoned: Reasoned
    lookup: Lookup


def read(
    inputs: Sequence[str], *, format: str | None = None, stdin: BinaryIO | None = None, as_of: str | None = None
) -> Read:
    """Read descriptions and reason upon them.

    Args:
        inputs: files, folders, `-`.
        format: the syntax, where names do not tell it.
        stdin: what `-` reads.
        as_of: ISO date of the law to apply, default today.

    Raises:
        InputError: one of them cannot be read: a hypothesis about the others could mislead.
    """
    book = load_rulebook()
    found = list(documents(inputs, format, stdin))
    facts = from_documents(found, book.terms)
    if facts.errors:
        first = facts.errors[0]
        raise InputError(first.what, first.where, first.repair)
    texts = [d for d in found if isinstance(d, Document)]
    return Read(reason(facts, book, as_of or date.today().isoformat()), lookup(facts, texts))


def compare(described: Read, add: Sequence[str], remove: Sequence[str]) -> Compared:
    """What changes when statements are added and removed.

    Raises:
        InputError, UnknownTermError: a statement that cannot be added or removed; nothing left to examine.
    """
    edit = read_edit(add, remove, described.reasoned, described.lookup)
    before, after = build(described.reasoned), build(_edited(described.reasoned, edit))
    for report, where in ((before, ""), (after, "--add, --remove")):
        for error in report.errors:
            raise InputError(error.what, where or error.where, error.repair)
    return Compared(tuple(remove), tuple(add), before, after, differences(before, after))


def _edited(reasoned: Reasoned, edit: Edit) -> Reasoned:
    return reason(edit.of(reasoned), reasoned.rulebook, reasoned.as_of)


def seek(described: Read, goal: str, bounds: Bounds, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Sought:
    """The smallest changes that reach a goal, from the description as it is or as edited first.

    Raises:
        InputError, UnknownTermError: a statement or a goal that cannot be read.
    """
    reasoned = described.reasoned
    if add or remove:
        reasoned = _edited(reasoned, read_edit(add, remove, reasoned, described.lookup))
    concluder = Concluder(reasoned)
    wanted = read_goal(goal, concluder, described.lookup)
    found = search(reasoned, concluder, wanted, bounds)
    start = found.start
    changes = tuple(steps(reasoned, start, change) for change in found.changes) if start else ()
    names = Names(reasoned.facts.paths)
    about = tuple(names.node(n) for n in (wanted.unit.subject, wanted.unit.object) if n is not None)
    return Sought(wanted, about, found, changes, tuple(remove), tuple(add), reasoned.as_of, reasoned.facts.inputs)
