"""Explanations as a tree in sentences, for a terminal or in Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from cnil_kg.explain import Explained, Explanation
from cnil_kg.formats.words import QUESTIONS, REASONS, STATUSES, TRUTH, article, clean, name, phrase, value
from cnil_kg.model import MissingFact, Premise, Reason, Text
from cnil_kg.proof import Check, Proof
from cnil_kg.vocab import RDF
from cnil_kg.whynot import WhyNot

_WORDS = {
    "is": Text("relève de", "is among"),
    "count": Text("{left} réunis, il en faut {operator} {right}", "{left} found, {operator} {right} needed"),
    "comparison": Text("{left} {operator} {right}", "{left} {operator} {right}"),
    "presumes": Text("tant que rien n'établit : {text}", "as long as nothing establishes: {text}"),
    "others": Text("autres voies : {ids}", "other routes: {ids}"),
    "considered": Text("Règles envisagées et non appliquées", "Rules considered that did not fire"),
    "notStated": Text("non indiqué : {fact}", "not stated: {fact}"),
    "otherwise": Text(
        "il faudrait {fact} ; la description dit {instead}", "it takes {fact}; the description says {instead}"
    ),
    "notConcluded": Text("non établi : {fact}", "not established: {fact}"),
    "setAside": Text("écartée par {instead}", "set aside by {instead}"),
    "above": Text("[voir plus haut]", "[see above]"),
    "any": Text("une valeur", "some value"),
    "nothing": Text("Rien à expliquer : aucune règle n'a conclu.", "Nothing to explain: no rule concluded."),
}
_UNNAMED = "axiom"
"""How the id of an axiom begins that stands for no entry: it sorts what is asked of whom."""
_OPERATORS = {">=": "≥", "<=": "≤"}


def render(explained: Explained, lang: str, *, markdown: bool = False) -> str:
    """The explanations as text.

    Args:
        explained: what was explained.
        lang: `fr` or `en`.
        markdown: nested lists instead of an indented tree.
    """
    return "\n".join(_Writer(explained, lang, markdown).lines()) + "\n"


def as_json(explained: Explained) -> str:
    """The explanations as JSON: `explanations[]` {conclusion | finding, proofs[], considered[]}."""
    document = {
        "asOf": explained.as_of,
        "explanations": [_plain(asdict(e)) for e in explained.explanations],
        "labels": _plain({iri: asdict(text) for iri, text in explained.labels.items()}),
        "errors": [{"what": e.what, "where": e.where, "repair": e.repair} for e in explained.errors],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _plain(data: Any) -> Any:
    """Keys as in the other documents: `to_be_confirmed` is `toBeConfirmed`."""
    if isinstance(data, dict):
        return {_camel(k): _plain(v) for k, v in data.items()}
    return [_plain(v) for v in data] if isinstance(data, list | tuple) else data


def _camel(key: str) -> str:
    if "_" not in key or "://" in key:
        return key
    first, *rest = key.split("_")
    return first + "".join(part.title() for part in rest)


class _Writer:
    def __init__(self, explained: Explained, lang: str, markdown: bool) -> None:
        self._explained, self._lang, self._markdown = explained, lang, markdown

    def lines(self) -> Iterator[str]:
        if not self._explained.explanations:
            yield self._word("nothing")
        for number, explanation in enumerate(self._explained.explanations):
            if number:
                yield ""
            yield from self._explanation(explanation)

    def _explanation(self, e: Explanation) -> Iterator[str]:
        self._told: set[Proof] = set()
        yield self._title(e)
        reason: Reason | None = None
        missing: tuple[MissingFact, ...] = ()
        if e.conclusion is not None:
            reason, missing = e.conclusion.reason, e.conclusion.missing
        elif e.finding is not None:
            yield self._line(e.finding.message.of(self._lang), 1)
            reason, missing = e.finding.reason, e.finding.missing
        if reason is not None:
            yield self._line(REASONS[reason].of(self._lang), 1)
            yield from (self._line(f"{m.label.of(self._lang)} — {self._name(m.subject)}", 2) for m in missing)
        for proof in e.proofs:
            yield from self._proof(proof, 1)
        if e.considered:
            yield self._line(self._word("considered"), 1)
            for considered in e.considered:
                yield from self._considered(considered)

    def _title(self, e: Explanation) -> str:
        lang = self._lang
        if e.conclusion is not None:
            c = e.conclusion
            answer = value(c.question, c.value, lang)
            flags = [
                phrase(k, lang) for k, on in (("presumed", c.presumed), ("toBeConfirmed", c.to_be_confirmed)) if on
            ]
            status = ", ".join([STATUSES[c.status].of(lang), *flags])
            who = " · ".join(self._name(n) for n in (c.subject, c.object) if n)
            title = f"{QUESTIONS[c.question].of(lang)} — {who}: {answer} [{status}]"
        elif e.finding is not None:
            f = e.finding
            title = f"{f.id} — {self._name(f.subject)}: [{STATUSES[f.status].of(lang)}]"
        else:
            title = " ".join(p.entry for p in e.proofs)
        title = title.replace(": ", " : ", 1) if lang == "fr" else title
        return f"## {title}\n" if self._markdown else title

    def _proof(self, proof: Proof, depth: int) -> Iterator[str]:
        if proof.rule and proof in self._told:
            yield self._line(f"{self._said(proof)} {self._word('above')}", depth)
            return
        self._told.add(proof)
        yield self._line(self._said(proof), depth)
        for check in proof.checks:
            yield self._line(self._check(check), depth + 1)
        if proof.presumes:
            names = ", ".join(dict.fromkeys(self._presumed(*pair) for pair in proof.presumes))
            yield self._line(self._word("presumes", text=names), depth + 1)
        for premise in proof.premises:
            yield from self._proof(premise, depth + 1)
        if proof.others:
            ids = [i for i in proof.others if not i.startswith(_UNNAMED)]
            yield from [self._line(self._word("others", ids=", ".join(ids)), depth + 1)] if ids else []

    def _presumed(self, predicate: str, value_: str) -> str:
        if predicate == RDF + "type":
            return f"« {self._name(value_)} »"
        plain = value_ in ("", "true")
        return self._name(predicate) if plain else self._fact("", predicate, value_)

    def _said(self, proof: Proof) -> str:
        fact = self._fact(proof.subject, proof.predicate, proof.object)
        if not proof.rule:
            places = "; ".join(clean(o.place) for o in proof.places)
            return f"{fact} ({places})"
        entry = [] if proof.entry.startswith(_UNNAMED) else [proof.entry]
        cited = "; ".join([*entry, *(article(a, self._lang) for a in proof.articles)])
        text = proof.text.of(self._lang) if proof.text is not None and entry else ""
        return f"{text or fact} ({cited})" if cited else fact

    def _fact(self, subject: str, predicate: str, value_: str) -> str:
        shown = self._name(value_) if value_ else self._word("any")
        shown = TRUTH[shown].of(self._lang) if shown in TRUTH else shown
        if predicate == RDF + "type":
            return f"{self._name(subject)} {self._word('is')} « {shown} »"
        return f"{self._name(predicate)} = {shown}"

    def _check(self, check: Check) -> str:
        parts = {"left": self._name(check.left), "right": self._name(check.right)}
        operator = _OPERATORS.get(check.operator, check.operator)
        return self._word("count" if check.counted else "comparison", operator=operator, **parts)

    def _considered(self, w: WhyNot) -> Iterator[str]:
        concluded = f" → {self._name(w.concludes)}" if w.concludes else ""
        colon = " :" if self._lang == "fr" else ":"
        yield self._line(f"{w.rule}{concluded}{colon} {w.text.of(self._lang)}", 2)
        if w.kind in ("count", "comparison"):
            yield self._line(self._check(Check(w.subject, w.predicate, w.object, w.kind == "count")), 3)
            return
        fact = self._fact(w.subject, w.predicate, w.object)
        instead = "; ".join(self._premise(p) for p in w.instead)
        yield self._line(self._word(w.kind, fact=fact, instead=instead), 3)

    def _premise(self, p: Premise) -> str:
        return f"{self._fact(p.subject, p.predicate, p.object)} ({clean(p.place)})"

    def _name(self, node: str) -> str:
        return name(node, self._lang, self._explained.labels)

    def _word(self, key: str, **parts: str) -> str:
        return _WORDS[key].of(self._lang).format(**parts)

    def _line(self, text: str, depth: int) -> str:
        return "  " * (depth - 1) + "- " + text if self._markdown else "  " * depth + text
