"""What changed between two versions, for a terminal, in Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnil_kg import __version__
from cnil_kg.compare import Difference, FactChange, Verdict
from cnil_kg.diff import Diff
from cnil_kg.formats.changes import Changes, word
from cnil_kg.formats.json import contradiction_of, text_of
from cnil_kg.formats.words import phrase
from cnil_kg.model import Conclusion, Finding, Origin, Text

_WORDS = {
    "facts": Text("Faits", "Facts"),
    "counts": Text(
        "Faits changés : {facts} ; conclusions changées : {conclusions} ; exigences changées : {requirements}.",
        "Facts changed: {facts}; conclusions changed: {conclusions}; requirements changed: {requirements}.",
    ),
    "added": Text("ajouté", "added"),
    "removed": Text("retiré", "removed"),
}


def render(found: Diff, lang: str, *, markdown: bool = False) -> str:
    """The changes as text.

    Args:
        found: what changed.
        lang: `fr` or `en`.
        markdown: headings and lists instead of an indented tree.
    """
    return "\n".join(_Writer(found, lang, markdown).lines()).rstrip("\n") + "\n"


class _Writer(Changes):
    def __init__(self, found: Diff, lang: str, markdown: bool) -> None:
        super().__init__(lang, found.labels, markdown=markdown, cause=self._cause)
        self.found = found

    def lines(self) -> Iterator[str]:
        d, lang = self.found, self.lang
        names = " → ".join(self.safe(", ".join(inputs)) for inputs in (d.old, d.new))
        yield f"{'# ' if self.markdown else ''}{names} · {phrase('asOf', lang, day=d.as_of)}"
        yield from [""] * self.markdown
        counts = {f"{kind}s": sum(v.place.kind == kind for v in d.verdicts) for kind in ("conclusion", "requirement")}
        yield _WORDS["counts"].of(lang).format(facts=len(d.facts), **counts)
        if not (d.facts or d.verdicts or d.gone or d.come):
            yield word("nothing", lang)
        elif not d.verdicts:
            yield word("sameVerdicts", lang)
        for project in sorted({f.project or "" for f in d.facts} | {v.place.project or "" for v in d.verdicts}):
            yield ""
            yield self.title(self.project(project))
            yield from self._facts([f for f in d.facts if (f.project or "") == project])
            yield from self.verdicts([v for v in d.verdicts if (v.place.project or "") == project])
        yield from self.contradictions("gone", d.gone)
        yield from self.contradictions("come", d.come)

    def _facts(self, facts: list[FactChange]) -> Iterator[str]:
        if not facts:
            return
        yield self.title(_WORDS["facts"].of(self.lang), 1)
        for f in facts:
            yield self.line(f"{self._mark(f)} {self.name(f.subject)} — {self._cause(f)}{self._places(f)}", 1)
        if self.markdown:
            yield ""

    @staticmethod
    def _mark(f: FactChange) -> str:
        return "+" if f.before is None else "−" if f.after is None else "~"

    def _cause(self, f: FactChange) -> str:
        fact = f"{self.name(f.predicate)} = "
        if f.before is not None and f.after is not None:
            return f"{fact}{self.term(f.before)} → {self.term(f.after)}"
        kind = "removed" if f.before is not None else "added"
        return f"{fact}{self.term(f.before or f.after or '')}, {_WORDS[kind].of(self.lang)}"

    def _places(self, f: FactChange) -> str:
        told = [self.safe(places[0].place) for places in (f.before_places, f.after_places) if places]
        return f" ({' → '.join(told)})" if told else ""


def as_json(found: Diff) -> str:
    """The changes as JSON: `facts[]`, `verdicts[]` each with its `causes[]` (null: not traced)."""
    document = {
        "tool": {"name": "cnil-kg", "version": __version__},
        "asOf": found.as_of,
        "old": list(found.old),
        "new": list(found.new),
        "facts": [fact_of(f) for f in found.facts],
        "verdicts": [
            difference_of(v) | {"causes": None if v.causes is None else [fact_of(f) for f in v.causes]}
            for v in found.verdicts
        ],
        "contradictions": {
            "gone": [contradiction_of(c) for c in found.gone],
            "come": [contradiction_of(c) for c in found.come],
        },
        "errors": [{"what": e.what, "where": e.where, "repair": e.repair} for e in found.errors],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def fact_of(f: FactChange) -> dict[str, Any]:
    """A changed fact as plain data."""
    return {
        "project": f.project,
        "subject": f.subject,
        "predicate": f.predicate,
        "before": None if f.before is None else {"object": f.before, "places": _places(f.before_places)},
        "after": None if f.after is None else {"object": f.after, "places": _places(f.after_places)},
    }


def difference_of(d: Difference[Any]) -> dict[str, Any]:
    """A verdict that differs as plain data, without its causes."""
    return {
        "kind": d.place.kind,
        "id": d.place.id,
        "project": d.place.project,
        "subject": d.place.subject,
        "object": d.place.object,
        "before": _verdict(d.before),
        "after": _verdict(d.after),
        "text": text_of(_text(d.told)) if d.place.kind != "step" else None,
        "level": d.told.level if isinstance(d.told, Finding) else None,
        "articles": list(d.told.articles) if d.place.kind != "step" else [],
        "fiche": d.told.fiche,
    }


def _text(told: Conclusion | Finding) -> Text | None:
    return told.message if isinstance(told, Finding) else told.text


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "status": verdict.status,
        "value": verdict.value,
        "presumed": verdict.presumed,
        "toBeConfirmed": verdict.to_be_confirmed,
        "reason": verdict.reason,
    }


def _places(places: tuple[Origin, ...]) -> list[dict[str, Any]]:
    return [{"file": place.file, "line": place.line} for place in places]
