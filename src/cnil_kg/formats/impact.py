"""What changes between two days, for a terminal, in Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnil_kg import __version__
from cnil_kg.compare import Turn
from cnil_kg.formats.changes import Changes, word
from cnil_kg.formats.diff import difference_of
from cnil_kg.formats.json import contradiction_of, text_of
from cnil_kg.formats.words import article
from cnil_kg.impact import Day, Impact
from cnil_kg.model import Text
from cnil_kg.vocab import expand

_WORDS = {
    "head": Text(
        "Du {start} (exclu) au {end}, les descriptions restant les mêmes. Réponses qui changent : {n}.",
        "After {start}, until {end}, the descriptions staying as they are. Verdicts that change: {n}.",
    ),
    "none": Text("Aucune entrée ne change dans cet intervalle.", "No entry changes between these days."),
    "rule": Text("commence à s'appliquer", "begins to apply"),
    "constant": Text("entre en vigueur", "comes into force"),
    "date": Text("s'applique à partir de ce jour", "applies from this day"),
    "ends": Text("cesse d'être en vigueur", "is no longer in force"),
    "fact": Text("jour indiqué : {day}", "day stated: {day}"),
    "read": Text("lu par {ids}", "read by {ids}"),
    "unread": Text("aucune règle de cette version ne le lit", "no rule of this version reads it"),
    "by": Text("règle {ids}", "rule {ids}"),
}


def render(found: Impact, lang: str, *, markdown: bool = False) -> str:
    """The changes as text.

    Args:
        found: what changes.
        lang: `fr` or `en`.
        markdown: headings and lists instead of an indented tree.
    """
    return "\n".join(_Writer(found, lang, markdown).lines()).rstrip("\n") + "\n"


class _Writer(Changes):
    def __init__(self, found: Impact, lang: str, markdown: bool) -> None:
        super().__init__(lang, found.labels, markdown=markdown, cause=self._cause)
        self.found, self.depth = found, 2

    def lines(self) -> Iterator[str]:
        found = self.found
        number = sum(len(day.verdicts) for day in found.days)
        yield ("# " if self.markdown else "") + self._word("head", start=found.start, end=found.end, n=number)
        if not found.days:
            yield ""
            yield self._word("none")
        for day in found.days:
            yield ""
            yield from self._day(day)

    def _day(self, day: Day) -> Iterator[str]:
        yield self.title(day.day)
        for turn in day.turns:
            yield self.line(self._turn(turn), 1)
        if not (day.verdicts or day.gone or day.come):
            yield self.line(word("sameVerdicts", self.lang), 1)
        for project in sorted({v.place.project or "" for v in day.verdicts}):
            yield ""
            yield self.title(self.project(project), 1)
            yield from self.verdicts([v for v in day.verdicts if (v.place.project or "") == project])
        yield from self.contradictions("gone", day.gone)
        yield from self.contradictions("come", day.come)

    def _turn(self, turn: Turn) -> str:
        """`P-ba — non-consensual intimate imagery: applies from this day (AI Act; read by F5-46)`."""
        if turn.kind == "fact":
            said = self._word("fact", day=turn.date)
            title = f"{turn.label.of(self.lang)} — {self.name(turn.node)}"
        else:
            said = self._word("ends" if turn.ends else turn.kind)
            title = f"{turn.id} — {turn.label.of(self.lang)}"
        notes = [self._source(source, turn) for source in turn.sources]
        if turn.kind != "rule":
            read = self._word("read", ids=", ".join(turn.entries)) if turn.entries else self._word("unread")
            notes.append(read)
        return f"{title.rstrip('.')}{self.colon}{said}" + (f" ({'; '.join(notes)})" if notes else "")

    def _source(self, source: str, turn: Turn) -> str:
        if turn.kind == "fact":
            return self.safe(source)
        if source.startswith("ckg:"):
            label = self.found.labels.get(expand(source))
            return label.of(self.lang) if label else source
        return article(source, self.lang)

    def _cause(self, turn: Turn) -> str:
        if turn.kind == "fact":
            name = f"{turn.label.of(self.lang)} = {turn.date}"
        else:
            name = f"{turn.id} — {turn.label.of(self.lang)}".rstrip(".")
        ids = [entry for entry in turn.entries if entry != turn.id]
        return name + (f" ({self._word('by', ids=', '.join(ids))})" if ids else "")

    def _word(self, key: str, **parts: object) -> str:
        return _WORDS[key].of(self.lang).format(**parts)


def as_json(found: Impact) -> str:
    """The changes as JSON: `days[]`, each with its `turns[]` and `verdicts[]` with their `causes[]`."""
    document = {
        "tool": {"name": "cnil-kg", "version": __version__},
        "from": found.start,
        "to": found.end,
        "inputs": list(found.inputs),
        "days": [
            {
                "day": day.day,
                "turns": [_turn(turn) for turn in day.turns],
                "verdicts": [
                    difference_of(v) | {"causes": None if v.causes is None else [_turn(t) for t in v.causes]}
                    for v in day.verdicts
                ],
                "contradictions": {
                    "gone": [contradiction_of(c) for c in day.gone],
                    "come": [contradiction_of(c) for c in day.come],
                },
            }
            for day in found.days
        ],
        "errors": [{"what": e.what, "where": e.where, "repair": e.repair} for e in found.errors],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "kind": turn.kind,
        "id": turn.id,
        "label": text_of(turn.label),
        "date": turn.date,
        "ends": turn.ends,
        "entries": list(turn.entries),
        "sources": list(turn.sources),
        "node": turn.node or None,
        "project": turn.project,
    }
