"""The checks of other engines in a report; a difference is our fault, and is packed for whoever repairs it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from cnil_kg.bundle.pack import packed
from cnil_kg.errors import EngineError, InputError
from cnil_kg.model import Check, Report
from cnil_kg.outputs.file import write_new
from cnil_kg.reason import Reasoned
from cnil_kg.verify import verified

NAME = "cnil-kg-difference"
_SHOWN = 3
_TRIES = 99


@dataclass(frozen=True)
class Source:
    """What was given: the inputs as typed, their syntax, what standard input held."""

    inputs: tuple[str, ...]
    format: str | None
    stdin: BinaryIO | None


def with_checks(report: Report, reasoned: Reasoned, source: Source) -> Report:
    """The report with what other engines say.

    Args:
        report: the report, before waivers.
        reasoned: its run.
        source: what was given, packed beside the first input where an engine differs.

    Returns:
        The same, with its `checks`; a difference, and an engine that did not run to its end, are errors of ours.
    """
    checks = verified(reasoned, report.findings)
    different = [c for c in checks if c.outcome == "different"]
    bundle = _bundle(source, report.as_of, checks) if different else ""
    errors = [_different(c, bundle) if c in different else _silent(c) for c in checks if c.outcome != "same"]
    return replace(report, checks=checks, errors=(*report.errors, *errors))


def _silent(check: Check) -> EngineError:
    return EngineError(f"did not run to its end, nothing is verified by it: {check.why}", check.engine)


def _different(check: Check, bundle: str) -> EngineError:
    more = len(check.differences) - _SHOWN
    shown = "; ".join(check.differences[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
    what = f"does not find what cnil-kg finds: {shown}"
    return EngineError(what, check.engine, f"This is our fault: please report it{bundle}.")


def _bundle(source: Source, as_of: str, checks: Sequence[Check]) -> str:
    """Pack the run beside its first input; what to say of it."""
    if source.stdin is not None:
        source.stdin.seek(0)
    made = packed(source.inputs, use_config=False, format=source.format, stdin=source.stdin, as_of=as_of, checks=checks)
    if made.errors:
        return f" (no bundle was made: {made.errors[0].what})"
    refused = ""
    for name in _names(source.inputs[0]):
        try:
            write_new(made.data, name)
        except InputError as error:
            refused = str(error)
            if os.path.lexists(name):
                continue
            break
        return f", with {name} if you may share the description"
    return f" (no bundle was made: {refused})"


def _names(first: str) -> Iterator[str]:
    """Names beside an input: no file is written over."""
    folder = "" if first == "-" else first if os.path.isdir(first) else os.path.dirname(first)
    for number in range(1, _TRIES):
        yield os.path.join(folder, f"{NAME}-{number}.zip" if number > 1 else f"{NAME}.zip")
