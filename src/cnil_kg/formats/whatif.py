"""The answers of `cnil-kg whatif`: for a terminal, in Markdown, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnil_kg import __version__
from cnil_kg.formats.json import contradiction_of, text_of
from cnil_kg.formats.words import LEVELS, QUESTIONS, REASONS, STATUSES, article, clean, name, phrase, value
from cnil_kg.hypotheses.changes import Difference
from cnil_kg.hypotheses.told import Step, Told
from cnil_kg.model import Conclusion, Contradiction, Finding, Premise, Text
from cnil_kg.whatif import Compared, Sought

_SHOWN = 6
_WORDS = {
    "supposed": Text("Supposé", "Supposed"),
    "nothing": Text(
        "Aucun verdict ne change : {c} conclusions, {f} exigences et {k} contradictions comparées.",
        "No verdict changes: {c} conclusions, {f} requirements and {k} contradictions compared.",
    ),
    "compared": Text(
        "Changent : {dc} conclusions sur {c}, {df} exigences sur {f}, {dk} contradictions.",
        "Changed: {dc} of {c} conclusions, {df} of {f} requirements, {dk} contradictions.",
    ),
    "absent": Text("sans objet ici", "not asked"),
    "appeared": Text("apparaît", "appears"),
    "gone": Text("disparaît", "disappears"),
    "other": Text(
        "Ceci décrit un autre projet, où ces faits seraient vrais. Décrivez le vôtre tel qu'il est : rien ici ne "
        "conseille de déclarer autre chose.",
        "This describes a different project, in which these facts would be true. Describe yours as it is: nothing here "
        "is advice to state anything else.",
    ),
    "goal": Text("But", "Goal"),
    "already": Text("Ce verdict est déjà celui de la description : rien à changer.",
                    "The description has this verdict already: nothing to change."),
    "found": Text(
        "{n} changements de faits y mèneraient, les plus petits d'abord ; aucune partie de l'un d'eux n'y suffit.",
        "{n} changes of facts would lead there, the smallest first; no part of one is enough.",
    ),
    "one": Text(
        "Un changement de faits y mènerait ; aucune de ses parties n'y suffit.",
        "One change of facts would lead there; no part of it is enough.",
    ),
    "none": Text("Aucun changement trouvé.", "No change found."),
    "add": Text("{label} = {new} (rien n'est déclaré)", "{label} = {new} (nothing is stated)"),
    "beside": Text("{label} = {new}, outre {old}", "{label} = {new}, beside {old}"),
    "remove": Text("{label} : {old} n'est plus déclaré", "{label}: {old} is no longer stated"),
    "replace": Text("{label} = {new}, au lieu de {old}", "{label} = {new}, instead of {old}"),
    "limit": Text("Arrêt au nombre demandé (--limit) : il peut y en avoir d'autres.",
                  "Stopped at the number asked for (--limit): there may be others."),
    "time": Text("Arrêt avant la fin, le temps accordé (--time) est écoulé : il peut y en avoir d'autres.",
                 "Stopped before the end, the time given (--time) is over: there may be others."),
    "size": Text("Les changements de plus de faits (--size) n'ont pas été cherchés : il peut y en avoir.",
                 "Changes of more facts (--size) were not looked for: there may be some."),
    "unconfirmed": Text(
        "Certaines pistes, que le moteur n'a pas confirmées, sont laissées de côté : il peut y en avoir d'autres.",
        "Some leads that the engine did not confirm were left aside: there may be others."),
    "all": Text("Recherche complète : il n'y en a pas d'autre parmi les faits que lit cette question.",
                "The search is complete: there is no other among the facts that this question reads."),
    "no-rule": Text("Impossible : aucune règle en vigueur au {day} ne conclut ainsi ({rules}).",
                    "Impossible: no rule in force on {day} concludes it ({rules})."),
    "not-here": Text(
        "Impossible : aucune règle qui conclut ainsi ({rules}) ne peut s'appliquer ici, vu ce qui demeure.",
        "Impossible: none of the rules that conclude it ({rules}) can apply here, given what stays."),
    "claim": Text("Impossible sans contradiction : la description affirme elle-même autre chose.",
                  "Impossible without a contradiction: the description itself claims something else."),
    "facts": Text(
        "Impossible en changeant les faits que lit cette question ; le reste de la description demeure.",
        "Impossible by changing the facts that this question reads; the rest of the description stays."),
    "stays": Text("Demeure", "Stays"),
}  # fmt: skip


def word(key: str, lang: str, **parts: object) -> str:
    """A phrase in a language."""
    return _WORDS[key].of(lang).format(**parts)


def render(compared: Compared, form: str, lang: str) -> str:
    """What changes: `form` is `text`, `markdown` or `json`."""
    if form == "json":
        return json.dumps(_document(compared), ensure_ascii=False, indent=2) + "\n"
    return "\n".join(_Comparison(compared, lang, form == "markdown").lines()) + "\n"


def render_goal(sought: Sought, form: str, lang: str) -> str:
    """The changes that would reach a goal, in the same forms."""
    if form == "json":
        return json.dumps(_sought(sought), ensure_ascii=False, indent=2) + "\n"
    return "\n".join(_goal_lines(sought, lang, form == "markdown")) + "\n"


def _colon(lang: str) -> str:
    return " : " if lang == "fr" else ": "


def _head(as_of: str, removed: tuple[str, ...], added: tuple[str, ...], lang: str) -> Iterator[str]:
    yield f"cnil-kg {__version__} · {phrase('asOf', lang, day=as_of)}"
    yield from ("", *(f"- {clean(text)}" for text in removed), *(f"+ {clean(text)}" for text in added))


class _Comparison:
    def __init__(self, compared: Compared, lang: str, markdown: bool) -> None:
        self.compared, self.lang, self.markdown = compared, lang, markdown
        self.labels = {**compared.before.labels, **compared.after.labels}

    def lines(self) -> Iterator[str]:
        c, lang, found = self.compared, self.lang, self.compared.differences
        heads = list(_head(c.after.as_of, c.removed, c.added, lang))
        yield from ([heads[0], "", "```diff", *heads[2:], "```"] if self.markdown else heads)
        yield ""
        sizes = {"c": found.compared[0], "f": found.compared[1], "k": len(c.after.contradictions)}
        if not found:
            yield word("nothing", lang, **sizes)
            return
        changed = {"dc": len(found.conclusions), "df": len(found.findings), "dk": len(found.contradictions)}
        yield word("compared", lang, **sizes, **changed)
        groups = (
            ("conclusions", [self.conclusion(d) for d in found.conclusions]),
            ("findings", [self.finding(d) for d in found.findings]),
            ("contradictions", [self.contradiction(d) for d in found.contradictions]),
        )
        for key, rows in groups:
            if rows:
                title = phrase(key, lang)
                yield from ("", f"## {title}" if self.markdown else title, *([""] if self.markdown else []))
                for row in rows:
                    yield from row
        yield from ("", word("other", lang))

    def name(self, node: str) -> str:
        return name(node, self.lang, self.labels)

    def _row(self, first: str, *more: str) -> list[str]:
        start, then = ("- ", "  ") if self.markdown else ("  ", "      ")
        return [f"{start}{first}", *(f"{then}{line}" for line in more if line)]

    def conclusion(self, d: Difference[Conclusion]) -> list[str]:
        c, lang = d.either, self.lang
        who = " · ".join(self.name(n) for n in (c.subject, c.object) if n)
        says = f"{self._said(d.before)} → {self._said(d.after)}"
        grounds = c.rules
        if d.before and d.after and d.before.rules != d.after.rules:
            grounds = (f"{', '.join(d.before.rules) or '–'} → {', '.join(d.after.rules) or '–'}",)
        cited = "; ".join([*grounds, *(article(a, lang) for a in c.articles)])
        text = c.text.of(lang) if c.text else ""
        lacking = "; ".join(name_.label.of(lang) for name_ in c.missing[:_SHOWN])
        return self._row(
            f"{QUESTIONS[c.question].of(lang)} — {who}{_colon(lang)}{says}", text, f"({cited})",
            f"{REASONS['missing'].of(lang)}{_colon(lang)}{lacking}" if lacking and d.after is c else "",
        )  # fmt: skip

    def _said(self, c: Conclusion | None) -> str:
        if c is None:
            return word("absent", self.lang)
        flags = [
            phrase(k, self.lang) for k, on in (("presumed", c.presumed), ("toBeConfirmed", c.to_be_confirmed)) if on
        ]
        status = ", ".join(
            [STATUSES[c.status].of(self.lang), *flags, *([REASONS[c.reason].of(self.lang)] if c.reason else [])]
        )
        return f"{value(c.question, c.value, self.lang)} [{status}]" if c.value is not None else status

    def finding(self, d: Difference[Finding]) -> list[str]:
        f, lang = d.either, self.lang
        was, now = (self._found(x) for x in (d.before, d.after))
        first = f"{f.id} [{LEVELS[f.level].of(lang)}] — {self.name(f.subject)}{_colon(lang)}{was} → {now}"
        return self._row(first, f"{f.message.of(lang)} ({'; '.join(article(a, lang) for a in f.articles)})")

    def _found(self, f: Finding | None) -> str:
        if f is None:
            return word("absent", self.lang)
        return STATUSES[f.status].of(self.lang) + (f", {REASONS[f.reason].of(self.lang)}" if f.reason else "")

    def contradiction(self, d: Difference[Contradiction]) -> list[str]:
        c, lang = d.either, self.lang
        sides = f" {phrase('against', lang)} ".join(self.side(p) for p in c.sides)
        return self._row(f"{word(d.kind, lang)}{_colon(lang)}{self.name(c.subject)} [{', '.join(c.ids)}]", sides)

    def side(self, p: Premise) -> str:
        return f"{self.name(p.predicate)} = {clean(p.object)} ({clean(p.place)})"


def _goal_lines(sought: Sought, lang: str, markdown: bool) -> Iterator[str]:
    heads = list(_head(sought.as_of, sought.removed, sought.added, lang))
    yield from heads if sought.removed or sought.added else heads[:1]
    yield ""
    who = " · ".join(name(n, lang, {}) for n in sought.about)
    asked = sought.goal.question.name
    title = f"{QUESTIONS[asked].of(lang)} = {value(asked, sought.goal.outcome, lang)} — {who}"
    yield f"# {title}" if markdown else f"{word('goal', lang)}{_colon(lang)}{title}"
    yield ""
    found = sought.found
    if found.already:
        yield word("already", lang)
        return
    if found.blocked is not None:
        rules = ", ".join(found.blocked.rules)
        yield word(found.blocked.kind, lang, rules=rules, day=sought.as_of)
        for p in found.blocked.stated:
            said = f"{name(p.predicate, lang, {})} = {clean(p.object)} ({clean(p.place)})"
            yield f"- {word('stays', lang)}{_colon(lang)}{said}"
        return
    count = len(sought.changes)
    yield word("one" if count == 1 else "found" if count else "none", lang, n=count)
    if count:
        yield word("other", lang)
    for number, change in enumerate(sought.changes, 1):
        yield ""
        yield f"{number}."
        yield from (f"   - {_step(step, lang)}" for step in change)
    yield from ("", word(found.stopped or "all", lang))


def _step(step: Step, lang: str) -> str:
    beside = step.kind == "add" and bool(step.beside)
    old = ", ".join(_told(t, lang) for t in (step.beside if beside else step.removed))
    new = ", ".join(_told(t, lang) for t in step.added)
    said = word("beside" if beside else step.kind, lang, label=step.label.of(lang), old=old, new=new)
    return f"{said} — {name(step.subject, lang, {})}"


def _told(told: Told, lang: str) -> str:
    places = ", ".join(clean(origin.place) for origin in told.places)
    return clean(told.text.of(lang)) + (f" ({places})" if places else "")


def _document(compared: Compared) -> dict[str, Any]:
    found = compared.differences
    return {
        "tool": {"name": "cnil-kg", "version": __version__},
        "asOf": compared.after.as_of,
        "inputs": list(compared.before.inputs),
        "removed": list(compared.removed),
        "added": list(compared.added),
        "compared": {"conclusions": found.compared[0], "findings": found.compared[1]},
        "conclusions": [
            {
                "kind": d.kind, "question": d.either.question, "project": d.either.project,
                "subject": d.either.subject, "object": d.either.object,
                "before": _verdict(d.before), "after": _verdict(d.after),
            }
            for d in found.conclusions
        ],
        "findings": [
            {
                "kind": d.kind, "id": d.either.id, "project": d.either.project, "subject": d.either.subject,
                "level": d.either.level, "message": text_of(d.either.message), "articles": list(d.either.articles),
                "before": _finding(d.before), "after": _finding(d.after),
            }
            for d in found.findings
        ],
        "contradictions": [{"kind": d.kind} | contradiction_of(d.either) for d in found.contradictions],
        "note": text_of(_WORDS["other"]),
    }  # fmt: skip


def _verdict(c: Conclusion | None) -> dict[str, Any] | None:
    if c is None:
        return None
    return {
        "value": c.value, "status": c.status, "presumed": c.presumed, "toBeConfirmed": c.to_be_confirmed,
        "reason": c.reason, "rules": list(c.rules), "articles": list(c.articles),
        "missing": [{"property": m.property, "subject": m.subject} for m in c.missing],
    }  # fmt: skip


def _finding(f: Finding | None) -> dict[str, Any] | None:
    if f is None:
        return None
    missing = [{"property": m.property, "subject": m.subject} for m in f.missing]
    return {"status": f.status, "reason": f.reason, "missing": missing}


def _sought(sought: Sought) -> dict[str, Any]:
    found = sought.found
    blocked = found.blocked
    return {
        "tool": {"name": "cnil-kg", "version": __version__},
        "asOf": sought.as_of,
        "inputs": list(sought.inputs),
        "removed": list(sought.removed),
        "added": list(sought.added),
        "goal": {
            "question": sought.goal.question.name, "outcome": sought.goal.outcome, "about": list(sought.about),
        },
        "already": found.already,
        "changes": [[_step_of(step) for step in change] for change in sought.changes],
        "stopped": found.stopped,
        "impossible": None if blocked is None else {
            "why": blocked.kind, "rules": list(blocked.rules),
            "stated": [
                {"subject": p.subject, "predicate": p.predicate, "object": p.object, "file": p.file, "line": p.line}
                for p in blocked.stated
            ],
        },
        "note": text_of(_WORDS["other"]),
    }  # fmt: skip


def _step_of(step: Step) -> dict[str, Any]:
    def told(one: Told) -> dict[str, Any]:
        places = [{"file": o.file, "line": o.line} for o in one.places]
        return {"value": one.value, "text": text_of(one.text), "stated": places}

    return {
        "kind": step.kind, "subject": step.subject, "property": step.fact, "label": text_of(step.label),
        "removed": [told(one) for one in step.removed], "added": [told(one) for one in step.added],
        "beside": [told(one) for one in step.beside],
    }  # fmt: skip
