"""Verdicts that differ, in sentences: what `diff` and `impact` share, for a terminal or in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import click

from cnil_kg.compare import Difference, Verdict
from cnil_kg.formats.markdown import escape
from cnil_kg.formats.words import (
    LEVELS,
    QUESTIONS,
    REASONS,
    STATUSES,
    TRUTH,
    article,
    clean,
    name,
    phrase,
    value,
)
from cnil_kg.model import Contradiction, Finding, Text
from cnil_kg.vocab import CKG

ALIKE = 3
"""From how many requirements on, those that changed alike for the same reason are listed by their ids."""
WORDS: Mapping[str, Text] = {
    "notAsked": Text("non examiné", "not examined"),
    "because": Text("à cause de", "because of"),
    "untraced": Text("cause non recherchée", "cause not traced"),
    "conclusions": Text("Conclusions", "Conclusions"),
    "steps": Text("Résultats intermédiaires", "Results on the way"),
    "findings": Text("Exigences", "Requirements"),
    "partial": Text("Description partielle", "Partial description"),
    "nothing": Text("Rien ne change.", "Nothing changes."),
    "sameVerdicts": Text("Aucune réponse ne change.", "No verdict changes."),
    "gone": Text("Contradictions levées", "Contradictions removed"),
    "come": Text("Contradictions apparues", "Contradictions that appeared"),
}


def word(key: str, lang: str) -> str:
    """A word of the changes in a language."""
    return WORDS[key].of(lang)


class Changes:
    """The lines of some differences.

    Args:
        lang: `fr` or `en`.
        labels: of the terms that occur.
        markdown: nested lists instead of an indented tree.
        cause: how a cause is told.
    """

    def __init__(
        self, lang: str, labels: Mapping[str, Text], *, markdown: bool, cause: Callable[[Any], str] | None = None
    ) -> None:
        self.lang, self.labels, self.markdown = lang, labels, markdown
        self.cause: Callable[[Any], str] = cause or str
        self.depth = 1
        self.colon = " : " if lang == "fr" else ": "

    def name(self, node: str) -> str:
        return self.safe(name(node, self.lang, self.labels))

    def safe(self, text: str) -> str:
        """Text of a description, shown as it is: it drives neither a terminal nor what Markdown becomes."""
        return escape(clean(text)) if self.markdown else clean(text)

    def term(self, text: str) -> str:
        """A value: yes or no for a boolean, a label, or the text."""
        return TRUTH[text].of(self.lang) if text in TRUTH else self.name(text)

    def title(self, text: str, depth: int = 0) -> str:
        if self.markdown:
            return f"{'#' * (depth + 2)} {text}\n"
        return "  " * depth + (click.style(text, underline=True) if depth else click.style(text, bold=True))

    def line(self, text: str, depth: int) -> str:
        return "  " * max(depth - self.depth, 0) + f"- {text}" if self.markdown else "  " * (depth + 1) + text

    def project(self, project: str | None) -> str:
        return f"{phrase('project', self.lang)} {self.name(project)}" if project else word("partial", self.lang)

    def verdicts(self, found: Sequence[Difference[Any]]) -> Iterator[str]:
        """The differences of one project: conclusions, then requirements."""
        for kind, group in groupby(found, key=lambda d: d.place.kind):
            title, lines = _KINDS[kind]
            yield self.title(word(title, self.lang), self.depth)
            yield from lines(self, list(group))
            if self.markdown:
                yield ""

    def contradictions(self, key: str, found: Sequence[Contradiction]) -> Iterator[str]:
        """Contradictions that are gone or have come, with their sides."""
        if not found:
            return
        yield ""
        yield self.title(word(key, self.lang))
        for c in found:
            sides = [f"{self.name(p.predicate)} = {self.term(p.object)} ({self.safe(p.place)})" for p in c.sides]
            against = f" {phrase('against', self.lang)} ".join(sides)
            ids = ", ".join(id_ for id_ in c.ids if not id_.startswith("axiom"))
            yield self.line(f"{self.name(c.subject)}{f' [{ids}]' if ids else ''}{self.colon}{against}", 1)

    def _conclusions(self, found: Sequence[Difference[Any]]) -> Iterator[str]:
        for d in found:
            who = " · ".join(self.name(n) for n in (d.place.subject, d.place.object) if n)
            title = f"{QUESTIONS[d.place.id].of(self.lang)} — {who}{self.colon}{self._turned(d)}"
            yield self.line(click.style(title, bold=True) if not self.markdown else f"**{title}**", self.depth)
            yield from self._because(d)

    def _findings(self, found: Sequence[Difference[Any]]) -> Iterator[str]:
        groups: dict[tuple[object, ...], list[Difference[Any]]] = {}
        for d in found:
            groups.setdefault((d.place.subject, d.before, d.after, d.causes), []).append(d)
        for group in groups.values():
            d = group[0]
            ids = ", ".join(one.place.id for one in group)
            few = len(group) <= ALIKE
            for one in group if few else [d]:
                told = one.told
                assert isinstance(told, Finding)
                level = f" [{LEVELS[told.level].of(self.lang)}]" if few else ""
                title = f"{one.place.id if few else ids}{level} — {self.name(told.subject)}{self.colon}"
                title += self._turned(one)
                yield self.line(click.style(title, bold=True) if not self.markdown else f"**{title}**", self.depth)
                if few:
                    cited = "; ".join(article(a, self.lang) for a in told.articles)
                    yield self.line(told.message.of(self.lang) + (f" ({cited})" if cited else ""), self.depth + 1)
                yield from self._because(one)

    def _steps(self, found: Sequence[Difference[Any]]) -> Iterator[str]:
        for d in found:
            who = " · ".join(self.name(n) for n in (d.place.subject, d.place.object) if n)
            label = self.labels.get(f"{CKG}entry-{d.place.id}")
            title = f"{d.place.id}{f' {label.of(self.lang)}' if label else ''} — {who}{self.colon}{self._turned(d)}"
            yield self.line(title, self.depth)
            yield from self._because(d)

    def _turned(self, d: Difference[Any]) -> str:
        return f"{self._verdict(d, d.before)} → {self._verdict(d, d.after)}"

    def _verdict(self, d: Difference[Any], verdict: Verdict | None) -> str:
        lang = self.lang
        if verdict is None:
            return word("notAsked", lang)
        flags = (("presumed", verdict.presumed), ("toBeConfirmed", verdict.to_be_confirmed))
        notes = [STATUSES[verdict.status].of(lang), *(phrase(key, lang) for key, on in flags if on)]
        notes += [REASONS[verdict.reason].of(lang)] if verdict.reason else []
        if d.place.kind == "conclusion" and verdict.value is not None:
            return f"{value(d.place.id, verdict.value, lang)} [{', '.join(notes)}]"
        same = d.before and d.after and d.before.value == d.after.value
        if d.place.kind == "step" and verdict.value not in (None, *TRUTH) and not same:
            return f"{self.safe(verdict.value or '')} [{', '.join(notes)}]"
        return notes[0] + (f" ({', '.join(notes[1:])})" if notes[1:] else "")

    def _because(self, d: Difference[Any]) -> Iterator[str]:
        if d.causes:
            told = [self.cause(cause) for cause in d.causes]
            yield self.line(f"{word('because', self.lang)}{self.colon}{'; '.join(told)}", self.depth + 1)
        elif d.causes is None:
            yield self.line(word("untraced", self.lang), self.depth + 1)


_KINDS = {
    "conclusion": ("conclusions", Changes._conclusions),
    "step": ("steps", Changes._steps),
    "requirement": ("findings", Changes._findings),
}
