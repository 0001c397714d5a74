"""Explanations as a tree in sentences, for a terminal or in Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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
    "spare": Text("compté aussi, sans être nécessaire : {facts}", "also counted, not needed: {facts}"),
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
        "explanations": [plain(asdict(e)) for e in explained.explanations],
        "labels": plain({iri: asdict(text) for iri, text in explained.labels.items()}),
        "errors": [{"what": e.what, "where": e.where, "repair": e.repair} for e in explained.errors],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def plain(data: Any) -> Any:
    """Keys as in the other documents: `to_be_confirmed` is `toBeConfirmed`."""
    if isinstance(data, dict):
        return {_camel(k): plain(v) for k, v in data.items()}
    return [plain(v) for v in data] if isinstance(data, list | tuple) else data


def _camel(key: str) -> str:
    if "_" not in key or "://" in key:
        return key
    first, *rest = key.split("_")
    return first + "".join(part.title() for part in rest)


def is_named(entry: str) -> bool:
    """False for an axiom that stands for no entry."""
    return not entry.startswith(_UNNAMED)


class Sentences:
    """What a proof says, in sentences of one language; `labels` are those of the terms it names."""

    def __init__(self, labels: Mapping[str, Text], lang: str) -> None:
        self.labels, self.lang = labels, lang

    def title(self, e: Explanation) -> str:
        """The question, whom it is asked of, the answer and its status."""
        lang = self.lang
        if e.conclusion is not None:
            c = e.conclusion
            answer = value(c.question, c.value, lang)
            flags = [
                phrase(k, lang) for k, on in (("presumed", c.presumed), ("toBeConfirmed", c.to_be_confirmed)) if on
            ]
            status = ", ".join([STATUSES[c.status].of(lang), *flags])
            who = " · ".join(self.name(n) for n in (c.subject, c.object) if n)
            title = f"{QUESTIONS[c.question].of(lang)} — {who}: {answer} [{status}]"
        elif e.finding is not None:
            f = e.finding
            title = f"{f.id} — {self.name(f.subject)}: [{STATUSES[f.status].of(lang)}]"
        else:
            title = " ".join(p.entry for p in e.proofs)
        return title.replace(": ", " : ", 1) if lang == "fr" else title

    def failed(self, w: WhyNot) -> str:
        """What kept a rule from firing."""
        if w.kind in ("count", "comparison"):
            return self.check(Check(w.subject, w.predicate, w.object, w.kind == "count"))
        fact = self.fact(w.subject, w.predicate, w.object)
        return self.word(w.kind, fact=fact, instead="; ".join(self.premise(p) for p in w.instead))

    def considered(self, w: WhyNot) -> str:
        """A rule that did not fire, and what it would have concluded."""
        concluded = f" → {self.name(w.concludes)}" if w.concludes else ""
        return f"{w.rule}{concluded}{' :' if self.lang == 'fr' else ':'} {w.text.of(self.lang)}"

    def presumed(self, predicate: str, value_: str) -> str:
        """What would set a rule aside."""
        if predicate == RDF + "type":
            return f"« {self.name(value_)} »"
        plain = value_ in ("", "true")
        return self.name(predicate) if plain else self.fact("", predicate, value_)

    def said(self, proof: Proof) -> str:
        """A step in a line: its sentence, its entry and articles; a stated fact with its places."""
        fact = self.fact(proof.subject, proof.predicate, proof.object)
        if not proof.rule:
            places = "; ".join(clean(o.place) for o in proof.places)
            return f"{fact} ({places})"
        entry = [] if proof.entry.startswith(_UNNAMED) else [proof.entry]
        cited = "; ".join([*entry, *(article(a, self.lang) for a in proof.articles)])
        text = proof.text.of(self.lang) if proof.text is not None and entry else ""
        return f"{text or fact} ({cited})" if cited else fact

    def routes(self, proof: Proof) -> list[str]:
        """The other rules that conclude the same, on a line of its own; none when there is none."""
        ids = [i for i in proof.others if is_named(i)]
        return [self.word("others", ids=", ".join(ids))] if ids else []

    def spare(self, proof: Proof) -> list[str]:
        """What a rule counts beyond what it needs, on a line of its own; none when there is nothing."""
        facts = "; ".join(self.fact(*triple) for triple in proof.spare)
        return [self.word("spare", facts=facts)] if facts else []

    def fact(self, subject: str, predicate: str, value_: str) -> str:
        """A triple in words."""
        shown = self.name(value_) if value_ else self.word("any")
        shown = TRUTH[shown].of(self.lang) if shown in TRUTH else shown
        if predicate == RDF + "type":
            return f"{self.name(subject)} {self.word('is')} « {shown} »"
        return f"{self.name(predicate)} = {shown}"

    def check(self, check: Check) -> str:
        """A count or a comparison in words."""
        parts = {"left": self.name(check.left), "right": self.name(check.right)}
        operator = _OPERATORS.get(check.operator, check.operator)
        return self.word("count" if check.counted else "comparison", operator=operator, **parts)

    def premise(self, p: Premise) -> str:
        """A stated fact or a result, with where it stands."""
        return f"{self.fact(p.subject, p.predicate, p.object)} ({clean(p.place)})"

    def name(self, node: str) -> str:
        """A node or value for a reader."""
        return name(node, self.lang, self.labels)

    def word(self, key: str, **parts: str) -> str:
        """One of the words of the proofs, its blanks filled."""
        return _WORDS[key].of(self.lang).format(**parts)


class _Writer(Sentences):
    def __init__(self, explained: Explained, lang: str, markdown: bool) -> None:
        super().__init__(explained.labels, lang)
        self._explained, self._markdown = explained, markdown

    def lines(self) -> Iterator[str]:
        if not self._explained.explanations:
            yield self.word("nothing")
        for number, explanation in enumerate(self._explained.explanations):
            if number:
                yield ""
            yield from self._explanation(explanation)

    def _explanation(self, e: Explanation) -> Iterator[str]:
        self._told: set[Proof] = set()
        yield f"## {self.title(e)}\n" if self._markdown else self.title(e)
        reason: Reason | None = None
        missing: tuple[MissingFact, ...] = ()
        if e.conclusion is not None:
            reason, missing = e.conclusion.reason, e.conclusion.missing
        elif e.finding is not None:
            yield self._line(e.finding.message.of(self.lang), 1)
            reason, missing = e.finding.reason, e.finding.missing
        if reason is not None:
            yield self._line(REASONS[reason].of(self.lang), 1)
            yield from (self._line(f"{m.label.of(self.lang)} — {self.name(m.subject)}", 2) for m in missing)
        for proof in e.proofs:
            yield from self._proof(proof, 1)
        if e.considered:
            yield self._line(self.word("considered"), 1)
            for considered in e.considered:
                yield self._line(self.considered(considered), 2)
                yield self._line(self.failed(considered), 3)

    def _proof(self, proof: Proof, depth: int) -> Iterator[str]:
        if proof.rule and proof in self._told:
            yield self._line(f"{self.said(proof)} {self.word('above')}", depth)
            return
        self._told.add(proof)
        yield self._line(self.said(proof), depth)
        for check in proof.checks:
            yield self._line(self.check(check), depth + 1)
        if proof.presumes:
            names = ", ".join(dict.fromkeys(self.presumed(*pair) for pair in proof.presumes))
            yield self._line(self.word("presumes", text=names), depth + 1)
        yield from (self._line(line, depth + 1) for line in self.spare(proof))
        for premise in proof.premises:
            yield from self._proof(premise, depth + 1)
        yield from (self._line(route, depth + 1) for route in self.routes(proof))

    def _line(self, text: str, depth: int) -> str:
        return "  " * (depth - 1) + "- " + text if self._markdown else "  " * depth + text
