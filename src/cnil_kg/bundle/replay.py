"""`cnil-kg replay`: a bundle worked out again, and compared with what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cnil_kg.bundle.case import outcome, results
from cnil_kg.bundle.manifest import RESULTS, read_bundle
from cnil_kg.bundle.versions import versions
from cnil_kg.model import Check
from cnil_kg.rulebook import load_rulebook
from cnil_kg.verify import ensure_engines, verified

_IDENTITY = ("id", "question", "project", "subject", "object", "what", "where", "code")
"""The keys that tell the items of a list apart, when they are texts."""


@dataclass(frozen=True)
class Difference:
    """One place of a result that came out otherwise: as JSON, or None where there was nothing."""

    place: str
    then: str | None
    now: str | None


@dataclass(frozen=True)
class Replayed:
    """What came of a replay.

    Attributes:
        digest: of the manifest.
        as_of: the day of the law.
        compared: how many values were compared.
        differences: by file and place, statuses first.
        then, now: the versions that differ, those of the bundle and those here.
        made_with: all versions of the bundle.
        checks: what other engines say, when asked.
    """

    digest: str
    as_of: str
    compared: int
    differences: tuple[Difference, ...]
    then: Mapping[str, str]
    now: Mapping[str, str]
    made_with: Mapping[str, str]
    checks: tuple[Check, ...] = ()

    @property
    def code(self) -> int:
        """0 the same; 1 otherwise, and so are versions; 3 otherwise with the same versions, which is our fault."""
        if any(check.outcome != "same" for check in self.checks):
            return 3
        return 0 if not self.differences else 1 if self.then else 3


def replayed(name: str, *, verify: bool = False) -> Replayed:
    """Check a bundle, work it out again and compare. Nothing is fetched, nothing is written.

    Args:
        name: the file, as typed.
        verify: have other engines work it out too.

    Raises:
        InputError: it is no bundle, or not as it was made; or an engine to verify with is not installed.
    """
    bundle = read_bundle(name)
    if verify:
        ensure_engines()
    book = load_rulebook()
    found = outcome(bundle.case, book, lambda waiver: waiver.subject in bundle.elsewhere)
    fresh = {path: json.loads(data) for path, data in results(found).items()}
    differences: list[Difference] = []
    compared = 0
    for path in RESULTS:
        then, now = (dict(flat(_versionless(side[path]), path)) for side in (bundle.results, fresh))
        compared += len(then)
        differences += compare(then, now)
    here = versions(book, references=bundle.verified)
    changed = sorted(k for k in {*here, *bundle.versions} if here.get(k) != bundle.versions.get(k))
    return Replayed(
        bundle.digest,
        bundle.case.as_of,
        compared,
        tuple(differences),
        {k: bundle.versions.get(k, "absent") for k in changed},
        {k: here.get(k, "absent") for k in changed},
        bundle.versions,
        verified(found.reasoned, found.findings) if verify else (),
    )


def _versionless(result: Any) -> Any:
    """A result without the version that made it, which is compared apart."""
    return {k: v for k, v in result.items() if k != "tool"} if isinstance(result, dict) else result


def flat(data: Any, place: str) -> Iterator[tuple[str, str]]:
    """Each value of a JSON document with its place; items of lists are told apart by what they are about."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from flat(value, f"{place}/{key}")
    elif isinstance(data, list) and data:
        seen: dict[str, int] = {}
        for item in data:
            identity = _identity(item)
            seen[identity] = seen.get(identity, 0) + 1
            number = f"#{seen[identity]}" if seen[identity] > 1 or not identity else ""
            yield from flat(item, f"{place}[{identity}{number}]")
    else:
        yield place, json.dumps(data, ensure_ascii=False, sort_keys=True)


def _identity(item: Any) -> str:
    if not isinstance(item, dict):
        return ""
    about = item if "id" in item or "fiche" not in item else {"id": item["fiche"]}
    for key in ("conclusion", "finding"):
        about = item[key] if isinstance(item.get(key), dict) else about
    found = ""
    for key in _IDENTITY:
        text = about.get(key)
        if isinstance(text, str) and text not in found:  # the id of a conclusion holds its subject
            found = f"{found} {text}".strip()
    return found


def compare(then: Mapping[str, str], now: Mapping[str, str]) -> list[Difference]:
    """The places where two documents differ, statuses first."""
    changed = {p for p in {*then, *now} if then.get(p) != now.get(p)}
    places = sorted(changed, key=lambda p: (not p.endswith("/status"), p))
    return [Difference(p, then.get(p), now.get(p)) for p in places]
