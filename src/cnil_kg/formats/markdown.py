"""The report as the page an analyst pastes into a file note."""

from __future__ import annotations

from collections.abc import Iterator

from cnil_kg import __version__
from cnil_kg.formats.accepted import acceptance, baseline_counts, waiver_counts
from cnil_kg.formats.json import summary
from cnil_kg.formats.verification import check_lines
from cnil_kg.formats.words import (
    LEVELS,
    QUESTIONS,
    REASONS,
    STATUSES,
    article,
    counted,
    name,
    phrase,
    value,
)
from cnil_kg.model import Conclusion, Finding, MissingFact, Premise, Report

_ESCAPED = str.maketrans({c: "\\" + c for c in "\\`*_{}[]<>#|~"})


def escape(text: str) -> str:
    """Text that Markdown (and the HTML it may become) shows as it is, on one line."""
    return text.replace("&", "&amp;").translate(_ESCAPED).replace("\n", " ")


def render(report: Report, lang: str) -> str:
    """The whole report as Markdown."""
    return "\n".join(_Page(report, lang).lines()) + "\n"


class _Page:
    def __init__(self, report: Report, lang: str) -> None:
        self.report, self.lang = report, lang
        self.colon = " : " if lang == "fr" else ": "

    def name(self, node: str) -> str:
        return escape(name(node, self.lang, self.report.labels))

    def lines(self) -> Iterator[str]:
        r, lang, e = self.report, self.lang, self.report.examined
        yield f"# cnil-kg {__version__} — {phrase('asOf', lang, day=r.as_of)}"
        yield ""
        things = {"projects": e.projects, "processings": e.processings, "datasets": e.datasets, "actors": e.actors}
        yield f"- {phrase('examined', lang, counts=counted(things, lang))}"
        yield f"- {phrase('checks', lang, counts=counted({'rules': e.rules, 'shapes': e.shapes}, lang))}"
        totals = summary(r)
        for key in ("conclusions", "findings"):
            yield f"- {phrase(key, lang)}{self.colon}{counted(totals[key], lang)}"
        lines = [*waiver_counts(totals["waived"], lang), *baseline_counts(r.baseline, lang)]
        yield from (f"- {escape(line)}" for line in lines)
        for project in sorted({c.project or "" for c in r.conclusions} | {f.project or "" for f in r.findings}):
            yield from self.project(project)
        yield from self.tail()

    def project(self, project: str) -> Iterator[str]:
        lang = self.lang
        yield ""
        yield f"## {phrase('project', lang)} {self.name(project)}" if project else f"## {phrase('partial', lang)}"
        yield ""
        columns = [phrase(k, lang) for k in ("subject", "value", "status", "grounds", "why")]
        yield f"| {phrase('conclusions', lang)} | " + " | ".join(columns) + " |"
        yield "|---" * (len(columns) + 1) + "|"
        for c in self.report.conclusions:
            if (c.project or "") == project:
                yield self.conclusion(c)
        rows = [f for f in self.report.findings if (f.project or "") == project]
        if rows:
            yield ""
            columns = [phrase(k, lang) for k in ("subject", "status", "grounds", "why")]
            yield f"| {phrase('requirement', lang)} | " + " | ".join(columns) + " |"
            yield "|---" * (len(columns) + 1) + "|"
            yield from (self.finding(f) for f in rows if f.status != "notApplicable")

    def conclusion(self, c: Conclusion) -> str:
        lang = self.lang
        flags = [phrase(k, lang) for k, on in (("presumed", c.presumed), ("toBeConfirmed", c.to_be_confirmed)) if on]
        status = ", ".join([STATUSES[c.status].of(lang), *flags])
        who = " · ".join(self.name(n) for n in (c.subject, c.object) if n) or "—"
        cited = escape("; ".join([*c.rules, *(article(a, lang) for a in c.articles)]))
        why = [escape(c.text.of(lang))] if c.text else []
        why += [self.premise(p) for p in c.premises]
        why += [self.reason(c.reason, c.missing)] if c.reason else []
        answer = escape(value(c.question, c.value, lang)) if c.value else "—"
        cells = [QUESTIONS[c.question].of(lang), who, answer, status, cited, "<br>".join(why)]
        return "| " + " | ".join(cells) + " |"

    def finding(self, f: Finding) -> str:
        lang = self.lang
        extra = [LEVELS[f.level].of(lang)] + ([phrase("toBeConfirmed", lang)] if f.to_be_confirmed else [])
        extra += [f"**{phrase('waived', lang)}**"] if f.waiver is not None else []
        status = f"{STATUSES[f.status].of(lang)} ({', '.join(extra)})"
        cited = escape("; ".join(article(a, lang) for a in f.articles))
        why = [escape(f.message.of(lang))] + ([self.reason(f.reason, f.missing)] if f.reason else [])
        why += [escape(acceptance(f, lang))] if f.waiver is not None else []
        return "| " + " | ".join([f.id, self.name(f.subject), status, cited, "<br>".join(why)]) + " |"

    def premise(self, p: Premise) -> str:
        fact = f"{self.name(p.predicate)} = {self.name(p.object)}"
        if p.conclusion:
            return f"{fact} ({escape(phrase('from', self.lang, id=p.conclusion))})"
        place = escape(p.file or "") + (f", {phrase('line', self.lang, n=p.line)}" if p.line else "")
        return f"{fact} ({place})"

    def reason(self, reason: str, missing: tuple[MissingFact, ...]) -> str:
        named = "; ".join(f"{escape(m.label.of(self.lang))} (`{name(m.property, '', {})}`)" for m in missing)
        return f"**{REASONS[reason].of(self.lang)}**" + (f"{self.colon}{named}" if named else "")

    def tail(self) -> Iterator[str]:
        r, lang = self.report, self.lang
        if r.contradictions:
            yield from ("", f"## {phrase('contradictions', lang)}", "")
            for c in r.contradictions:
                against = f" **{phrase('against', lang)}** "
                yield f"- {self.name(c.subject)} ({', '.join(c.ids)}): {against.join(self.premise(p) for p in c.sides)}"
        if r.warnings:
            yield from ("", f"## {phrase('warnings', lang)}", "")
            for w in r.warnings:
                place = f"{escape(w.where.file)}:{w.where.line or ''} " if w.where else ""
                yield f"- {place}{escape(w.text.of(lang))} (`{w.code}`)"
        if r.checks:
            yield from ("", f"## {phrase('verification', lang)}", "")
            yield from (f"- {escape(line)}" for line in check_lines(r.checks, lang))
        yield from ("", f"## {phrase('notCovered', lang)}", "")
        for n in r.not_covered:
            rest = f" ({phrase('remaining', lang, ids=', '.join(n.entries))})" if n.entries else ""
            yield f"- {n.subject.of(lang)}{rest}"
        yield from ("", phrase("disclaimer", lang))
