"""Waivers put on the findings they are about, or refused with the reason; no verdict changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from cnil_kg.config import NAME, Config
from cnil_kg.errors import InputError
from cnil_kg.inputs.shortnames import nearest
from cnil_kg.inputs.sources import Document, documents
from cnil_kg.load import from_documents
from cnil_kg.model import Facts, Finding, Report, Waiver
from cnil_kg.naming import short
from cnil_kg.questions import BY_NAME
from cnil_kg.reason import Reasoned
from cnil_kg.rulebook import Rulebook
from cnil_kg.validate import requirements
from cnil_kg.vocab import CKG, expand

Elsewhere = Callable[[Waiver], bool]
"""True when a waiver is about a description that exists and was not read in this run."""
_NONE_MORE = "Remove the waiver, or correct what it names."
_SHOWN = 3
_ID = re.compile(r"F\d+[AB]?-\d+")


def waived(report: Report, reasoned: Reasoned, configs: Sequence[Config], elsewhere: Elsewhere) -> Report:
    """The report with its waivers.

    Args:
        report: what was concluded and found.
        reasoned: the run it reports on.
        configs: what was read of the configuration files.
        elsewhere: told of each waiver whose subject this run does not describe.

    Returns:
        The same conclusions and findings, those waived with their waiver; the waivers that are wrong are in `errors`
        and waive nothing.
    """
    judge = _Judge(report, reasoned, elsewhere)
    errors = [error for config in configs for error in config.errors]
    waivers = [waiver for config in configs for waiver in config.waivers]
    times = Counter(_key(w) for w in waivers)
    first: dict[tuple[str, str], Waiver] = {}
    applied: dict[tuple[str, str], Waiver] = {}
    away = 0
    for waiver in waivers:
        key = _key(waiver)
        before = first.setdefault(key, waiver)
        error = judge.error(waiver) if before is waiver else _again(waiver, before)
        if error is not None:
            errors.append(error)
        elif key not in judge.findings:
            away += 1
        elif times[key] == 1:
            applied[key] = waiver
    findings = tuple(
        replace(f, waiver=w) if (w := applied.get(_key(f))) and f.status == w.status else f for f in report.findings
    )
    return replace(report, findings=findings, errors=report.errors + tuple(errors), waivers_elsewhere=away)


def sought(config: str | None, book: Rulebook) -> Elsewhere:
    """Where to look for what no description of a run says: a file named on purpose is for that run alone."""
    return described_beside(book) if config is None else lambda waiver: False


def described_beside(book: Rulebook) -> Elsewhere:
    """Looks for what a waiver names in the other descriptions of the folder of its file.

    They are read when asked, and parsed when they hold a word of the name: a folder can hold thousands.
    """
    known: dict[str, set[str]] = {}

    def elsewhere(waiver: Waiver) -> bool:
        folder = waiver.file.removesuffix(NAME).rstrip("/") or "."
        node = _node(waiver.subject)
        words = re.findall(r"[A-Za-z0-9]+", re.split(r"[/#:]", node)[-1]) or [""]
        word = max(words, key=len).encode()
        found = known.setdefault(folder, set())
        if node not in found:
            holding = (d for d in documents([folder]) if isinstance(d, Document) and word in d.data)
            found |= described(from_documents(holding, book.terms))
        return node in found

    return elsewhere


def described(facts: Facts) -> set[str]:
    """The nodes something is stated of."""
    return {t.subject.value for t in facts.origins if isinstance(t.subject, NamedNode)}


def _key(item: Waiver | Finding) -> tuple[str, str]:
    return item.id, short(item.subject)


def _node(subject: str) -> str:
    """The node a subject begins with: the processing of a participation or a use."""
    return expand(subject.split(" ", maxsplit=1)[0])


def _again(waiver: Waiver, first: Waiver) -> InputError:
    what = f"{waiver.id} is waived twice for {waiver.subject}, first at {first.place}"
    return InputError(what, waiver.place, "Keep one of them.")


@dataclass
class _Judge:
    """Says what is wrong with a waiver, if anything is."""

    report: Report
    reasoned: Reasoned
    elsewhere: Elsewhere

    def __post_init__(self) -> None:
        self.findings: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.report.findings:
            self.findings.setdefault(_key(finding), []).append(finding)
        self._book = self.reasoned.rulebook
        self._ids = {r.id for r in requirements(self._book.shapes)}
        self._described = described(self.reasoned.facts)

    def error(self, waiver: Waiver) -> InputError | None:
        """What is wrong with a waiver; None when it waives something, or is about a description not read."""
        found = next(self._all(waiver), None)
        return None if found is None else InputError(found[0], waiver.place, found[1])

    def _all(self, waiver: Waiver) -> Iterator[tuple[str, str]]:
        yield from self._contradicted(waiver)
        yield from self._named(waiver)
        if waiver.expires < self.report.as_of:
            what = f"the waiver of {waiver.id} expired on {waiver.expires}"
            yield what, "Correct what it waives, or have it approved again until a later day."
        yield from self._matched(waiver)

    def _contradicted(self, waiver: Waiver) -> Iterator[tuple[str, str]]:
        sides = {(id_, short(c.subject)) for c in self.report.contradictions for id_ in c.ids}
        reasons = {f.reason for f in self.findings.get(_key(waiver), ())}
        if "contradiction" in reasons or (waiver.id not in self._ids and _key(waiver) in sides):
            what = f"{waiver.id} is in contradiction for {waiver.subject}: a contradiction cannot be waived"
            yield what, "Correct the facts that contradict each other."

    def _named(self, waiver: Waiver) -> Iterator[tuple[str, str]]:
        if waiver.id in self._ids:
            return
        repair = "Only a requirement can be waived; a conclusion changes with the facts."
        rules = {name for r in self._book.rules for name in (r.id, r.entry)}
        if waiver.id in rules or waiver.id in BY_NAME:
            yield f"{waiver.id} is a conclusion, not a requirement", repair
        if _ID.fullmatch(waiver.id) and self._book.values(NamedNode(f"{CKG}entry-{waiver.id}"), "inFiche"):
            yield f"{waiver.id} is no requirement that this version checks", f"`cnil-kg rules {waiver.id}` shows it."
        near = nearest(waiver.id, self._ids) or "`cnil-kg rules` lists the ids."
        yield f"no requirement has the id {waiver.id}", near

    def _matched(self, waiver: Waiver) -> Iterator[tuple[str, str]]:
        found = self.findings.get(_key(waiver))
        if found and not any(f.status == waiver.status for f in found):
            yield from self._otherwise(waiver, found[0])
        elif not found and _node(waiver.subject) in self._described:
            asked = sorted({f.subject for f in self.report.findings if f.id == waiver.id})
            repair = f"It is asked of: {'; '.join(asked[:_SHOWN])}." if asked else _NONE_MORE
            yield f"{waiver.id} is not asked of {waiver.subject}: the waiver waives nothing", repair
        elif not found and not self.elsewhere(waiver):
            near = nearest(waiver.subject, {f.subject for f in self.report.findings if f.id == waiver.id})
            yield f"no description says anything of {waiver.subject}: the waiver waives nothing", near or _NONE_MORE

    def _otherwise(self, waiver: Waiver, finding: Finding) -> Iterator[tuple[str, str]]:
        shown = {"met": "is met", "notApplicable": "does not apply", "violated": "is violated, not open"}
        if finding.status == "undetermined":
            what = f"{waiver.id} is undetermined for {waiver.subject}, not violated"
            yield what, 'State the facts it waits for, or accept that it is open: status = "undetermined".'
        repair = 'Have the violation approved: status = "violated".' if finding.status == "violated" else _NONE_MORE
        yield f"{waiver.id} {shown.get(finding.status)} for {waiver.subject}: the waiver waives nothing", repair
