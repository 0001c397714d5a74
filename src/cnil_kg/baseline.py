"""Baselines: the points already known, so that a run reports and fails on what is new only.

A point is a requirement violated or open, a question without an answer, or a contradiction. It is known by what it is
about and by its status, never by a line: what was open and is now violated is new. What is waived is no part of a
baseline: its waiver ends one day.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from cnil_kg.errors import InputError
from cnil_kg.inputs.sources import unreadable
from cnil_kg.model import Baselined, Conclusion, Contradiction, Finding, Report

FORM = 1
"""The version of the form of the file."""
MAX_BYTES = 64 << 20
_REPAIR = "Give a file that --write-baseline wrote."
_OPEN = ("violated", "undetermined")


@dataclass(frozen=True, order=True)
class Point:
    """What a baseline knows.

    Attributes:
        kind: `conclusion`, `contradiction` or `finding`.
        id: the question, the entries in contradiction, or the requirement.
        project, subject: as the report writes them, empty for none.
        about: the object and value of a conclusion, the sides of a contradiction.
        status: `violated`, `undetermined`, or `contradiction`.
    """

    kind: str
    id: str
    project: str
    subject: str
    about: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class Baseline:
    """The points of a file, named as it was typed."""

    file: str
    points: frozenset[Point]


def written(report: Report) -> str:
    """The baseline of a report: the same text for the same points, on any day and machine."""
    found = [asdict(p) for p in sorted(set(points(report)))]
    return json.dumps({"baseline": FORM, "points": found}, ensure_ascii=False, indent=1) + "\n"


def read_baseline(file: str) -> Baseline:
    """Read what `written` made.

    Raises:
        InputError: the file cannot be read, or is no baseline.
    """
    try:
        with open(file, "rb") as handle:
            data = handle.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError("is larger than 64 MiB", file, _REPAIR)
        found = json.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise unreadable(file, error) from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise InputError("is no JSON", f"{file}:{line}" if line else file, _REPAIR) from error
    if not isinstance(found, dict) or "baseline" not in found or not isinstance(found.get("points"), list):
        raise InputError("is no baseline", file, _REPAIR)
    if found["baseline"] != FORM:
        what = f"is a baseline of form {found['baseline']!s:.20}, this version reads form {FORM}"
        raise InputError(what, file, "Write it again with --write-baseline.")
    return Baseline(file, frozenset(_point(item, number, file) for number, item in enumerate(found["points"])))


def _point(item: Any, number: int, file: str) -> Point:
    texts = ("kind", "id", "project", "subject", "status")
    sound = isinstance(item, dict) and set(item) == {*texts, "about"} and all(isinstance(item[t], str) for t in texts)
    if not sound or not isinstance(item["about"], list) or not all(isinstance(a, str) for a in item["about"]):
        raise InputError(f"points[{number}] is no point of a baseline", file, _REPAIR)
    return Point(**(item | {"about": tuple(item["about"])}))


def only_new(report: Report, baseline: Baseline) -> Report:
    """The report without the points that a baseline knows; how many those are stands in its `baseline`."""
    seen = set(points(report))
    hidden = seen & baseline.points
    all_ = set(_all(report))
    projects = {p.project for p in all_}
    gone = baseline.points - all_
    count = Counter((p.kind, p.status) for p in points(report) if p in hidden)
    return replace(
        report,
        conclusions=tuple(c for c in report.conclusions if not (_is_open(c) and _conclusion(c) in hidden)),
        findings=tuple(f for f in report.findings if not (_is_open(f) and _finding(f) in hidden)),
        contradictions=tuple(c for c in report.contradictions if _contradiction(c) not in hidden),
        baseline=Baselined(
            file=baseline.file,
            violated=count["finding", "violated"],
            undetermined=count["finding", "undetermined"],
            conclusions=count["conclusion", "undetermined"],
            contradictions=count["contradiction", "contradiction"],
            gone=sum(p.project in projects for p in gone),
            elsewhere=sum(p.project not in projects for p in gone),
        ),
    )


def _is_open(item: Conclusion | Finding) -> bool:
    return item.status in _OPEN and not (isinstance(item, Finding) and item.waiver is not None)


def points(report: Report) -> Iterator[Point]:
    """The points of a report: what is violated, open or in contradiction, and not waived."""
    yield from (_conclusion(c) for c in report.conclusions if _is_open(c))
    yield from (_contradiction(c) for c in report.contradictions)
    yield from (_finding(f) for f in report.findings if _is_open(f))


def _all(report: Report) -> Iterator[Point]:
    """Whatever is reported, as points."""
    yield from (_conclusion(c) for c in report.conclusions)
    yield from (_contradiction(c) for c in report.contradictions)
    yield from (_finding(f) for f in report.findings)


def _conclusion(c: Conclusion) -> Point:
    about = tuple(t for t in (c.object, c.value) if t)
    return Point("conclusion", c.question, c.project or "", c.subject or "", about, c.status)


def _finding(f: Finding) -> Point:
    return Point("finding", f.id, f.project or "", f.subject, (), f.status)


def _contradiction(c: Contradiction) -> Point:
    sides = tuple(sorted(f"{p.predicate} {p.object}" for p in c.sides))
    return Point("contradiction", " ".join(c.ids), c.project or "", c.subject, sides, "contradiction")
