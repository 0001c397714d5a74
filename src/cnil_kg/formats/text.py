"""The report for a terminal: counts first, then each project by question and by fiche."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from cnil_kg import __version__
from cnil_kg.formats.accepted import acceptance, baseline_counts, waiver_counts
from cnil_kg.formats.json import summary
from cnil_kg.formats.verification import check_lines
from cnil_kg.formats.words import (
    LEVELS,
    QUESTIONS,
    REASONS,
    STATUSES,
    TRUTH,
    article,
    clean,
    counted,
    name,
    phrase,
    value,
)
from cnil_kg.model import Conclusion, Contradiction, Finding, MissingFact, Premise, Report
from cnil_kg.vocab import CKG

SHOWN = 6
_COLOURS = {"established": "green", "met": "green", "excluded": "red", "violated": "red", "undetermined": "yellow"}
_MARKS = {"established": "✓", "met": "✓", "excluded": "✗", "violated": "✗", "undetermined": "?", "notApplicable": "–"}


def render(report: Report, lang: str) -> str:
    """The whole report; colours are ANSI codes that `click.echo` strips where there is no terminal."""
    return "\n".join(_Writer(report, lang).lines()) + "\n"


class _Writer:
    def __init__(self, report: Report, lang: str) -> None:
        self.report, self.lang = report, lang

    def lines(self) -> Iterator[str]:
        yield from self.head()
        projects = sorted(
            {c.project or "" for c in self.report.conclusions} | {f.project or "" for f in self.report.findings}
        )
        for project in projects:
            yield ""
            title = f"{phrase('project', self.lang)} {self.name(project)}" if project else phrase("partial", self.lang)
            yield click.style(title, bold=True)
            yield from self.conclusions([c for c in self.report.conclusions if (c.project or "") == project])
            yield from self.findings([f for f in self.report.findings if (f.project or "") == project])
        yield from self.tail()

    def head(self) -> Iterator[str]:
        r, lang = self.report, self.lang
        e = r.examined
        yield f"cnil-kg {__version__} · {phrase('asOf', lang, day=r.as_of)}"
        things = {"projects": e.projects, "processings": e.processings, "datasets": e.datasets, "actors": e.actors}
        yield phrase("examined", lang, counts=counted(things, lang))
        yield phrase("checks", lang, counts=counted({"rules": e.rules, "shapes": e.shapes}, lang))
        totals = summary(r)
        for key in ("conclusions", "findings"):
            yield f"{phrase(key, lang)} : ".replace(" :", " :" if lang == "fr" else ":") + counted(totals[key], lang)
        yield from waiver_counts(totals["waived"], lang)
        yield f"{phrase('contradictions', lang)}{self.colon}{totals['contradictions']['all']}"
        yield from baseline_counts(r.baseline, lang)

    @property
    def colon(self) -> str:
        return " : " if self.lang == "fr" else ": "

    def name(self, node: str) -> str:
        return name(node, self.lang, self.report.labels)

    def conclusions(self, conclusions: list[Conclusion]) -> Iterator[str]:
        for question, group in groupby(conclusions, key=lambda c: c.question):
            yield ""
            yield "  " + click.style(QUESTIONS[question].of(self.lang), underline=True)
            for c in group:
                yield from self.conclusion(c)

    def conclusion(self, c: Conclusion) -> Iterator[str]:
        lang = self.lang
        answer = value(c.question, c.value, lang)
        flags = [phrase(k, lang) for k, on in (("presumed", c.presumed), ("toBeConfirmed", c.to_be_confirmed)) if on]
        status = STATUSES[c.status].of(lang) + "".join(f", {f}" for f in flags)
        show_answer = c.value is not None
        mark = click.style(_MARKS[c.status], fg=_COLOURS[c.status])
        who = " · ".join(self.name(n) for n in (c.subject, c.object) if n) or phrase("noSubject", lang)
        cited = "; ".join([*c.rules, *(article(a, lang) for a in c.articles)])
        yield f"  {mark} {answer + ' ' if show_answer else ''}[{status}] — {who}"
        if c.text is not None:
            yield f"      {c.text.of(lang)}"
        yield f"      ({cited})"
        if c.premises:
            yield f"      {phrase('restsOn', lang)}{self.colon}{'; '.join(self.premise(p) for p in c.premises)}"
        if c.reason is not None:
            yield f"      {REASONS[c.reason].of(lang)}{self.missing(c.missing)}"
        if c.question == "scope" and c.status == "excluded":
            yield f"      {phrase('outOfScope', lang)}"

    def premise(self, p: Premise) -> str:
        fact = f"{self.name(p.predicate)} = {self.truth(p.object)}"
        if p.conclusion:
            return f"{fact} ({phrase('from', self.lang, id=p.conclusion)})"
        place = clean(p.file or "") + (f", {phrase('line', self.lang, n=p.line)}" if p.line else "")
        return f"{fact} ({place})"

    def truth(self, text: str) -> str:
        return TRUTH[text].of(self.lang) if text in TRUTH else self.name(text)

    def missing(self, facts: tuple[MissingFact, ...]) -> str:
        if not facts:
            return ""
        named = [f"{m.label.of(self.lang)} ({self.name_of(m)})" for m in facts[:SHOWN]]
        more = [phrase("andMore", self.lang, n=len(facts) - SHOWN)] if len(facts) > SHOWN else []
        return self.colon + "; ".join(named + more)

    def name_of(self, m: MissingFact) -> str:
        return name(m.property, "", {})

    def findings(self, findings: list[Finding]) -> Iterator[str]:
        if not findings:
            return
        yield ""
        yield "  " + click.style(phrase("findings", self.lang), underline=True)
        for fiche, group in groupby(findings, key=lambda f: f.fiche):
            rows = list(group)
            title = self.name(CKG + fiche)
            yield f"  {title[:1].upper()}{title[1:]}"
            for f in rows:
                if f.status in ("violated", "undetermined"):
                    yield from self.finding(f)
            for status, key in (("met", "metAlso"), ("notApplicable", "notApplicableAlso")):
                ids = list(dict.fromkeys(f.id for f in rows if f.status == status))
                if ids:
                    yield f"    {_MARKS[status]} {phrase(key, self.lang, ids=', '.join(ids))}"

    def finding(self, f: Finding) -> Iterator[str]:
        mark = click.style(_MARKS[f.status], fg=_COLOURS[f.status])
        level = LEVELS[f.level].of(self.lang)
        confirm = f", {phrase('toBeConfirmed', self.lang)}" if f.to_be_confirmed else ""
        confirm += f", {phrase('waived', self.lang)}" if f.waiver is not None else ""
        cited = "; ".join(article(a, self.lang) for a in f.articles)
        yield f"    {mark} {f.id} [{STATUSES[f.status].of(self.lang)}, {level}{confirm}] — {self.name(f.subject)}"
        yield f"        {f.message.of(self.lang)}" + (f" ({cited})" if cited else "")
        if f.reason is not None:
            yield f"        {REASONS[f.reason].of(self.lang)}{self.missing(f.missing)}"
        if f.waiver is not None:
            yield f"        {acceptance(f, self.lang)}"

    def tail(self) -> Iterator[str]:
        r, lang = self.report, self.lang
        if r.contradictions:
            yield ""
            yield click.style(phrase("contradictions", lang), bold=True)
            for c in r.contradictions:
                yield from self.contradiction(c)
        if r.warnings:
            yield ""
            yield click.style(phrase("warnings", lang), bold=True)
            for w in r.warnings:
                place = f"{clean(w.where.file)}:{w.where.line or ''} " if w.where else ""
                yield f"  ! {place}{clean(w.text.of(lang))} [{w.code}]"
        if r.checks:
            yield ""
            yield click.style(phrase("verification", lang), bold=True)
            yield from (f"  {line}" for line in check_lines(r.checks, lang))
        yield ""
        yield phrase("notCovered", lang) + self.colon + "; ".join(self.uncovered())
        yield phrase("disclaimer", lang)

    def uncovered(self) -> Iterable[str]:
        for n in self.report.not_covered:
            rest = f" ({phrase('remaining', self.lang, ids=', '.join(n.entries))})" if n.entries else ""
            yield n.subject.of(self.lang) + rest

    def contradiction(self, c: Contradiction) -> Iterator[str]:
        against = f" {phrase('against', self.lang)} "
        yield f"  ✗ {self.name(c.subject)} [{', '.join(c.ids)}]"
        yield f"      {against.join(self.premise(p) for p in c.sides)}"
