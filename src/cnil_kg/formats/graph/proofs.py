"""Explanations -> graphs: one panel each, arrows from premises to what they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnil_kg.explain import Explained, Explanation
from cnil_kg.formats.explain import Sentences, is_named, render
from cnil_kg.formats.graph.boxes import Box, Panel
from cnil_kg.formats.graph.draw import draw
from cnil_kg.formats.words import REASONS, article
from cnil_kg.graphs import new_graph
from cnil_kg.model import MissingFact, Reason, Text
from cnil_kg.proof import Proof
from cnil_kg.vocab import NONE

if TYPE_CHECKING:
    from networkx import DiGraph

_WORDS = {
    "rule": Text("règle {id}", "rule {id}"),
    "sheet": Text("fiche {n}", "sheet {n}"),
    "class": Text("classement", "classification"),
    "stated": Text("fait déclaré", "stated fact"),
    "denied": Text("fait nié", "denied fact"),
    "count": Text("décompte", "count"),
    "comparison": Text("comparaison", "comparison"),
    "presumed": Text("présomption", "presumption"),
    "considered": Text("règle non appliquée", "rule that did not fire"),
    "established": Text("établi", "established"),
    "excluded": Text("écarté", "excluded"),
    "undetermined": Text("indéterminé", "undetermined"),
    "met": Text("respecté", "met"),
    "violated": Text("non respecté", "violated"),
    "notApplicable": Text("sans objet", "not applicable"),
    "missing": Text("faits manquants", "missing facts"),
    "title": Text("Preuves : {source}", "Proofs: {source}"),
    "legend": Text(
        "Une flèche va d'un fait ou d'un résultat à ce qu'il fonde.",
        "An arrow goes from a fact or result to what rests on it.",
    ),
}


def panels(explained: Explained, lang: str) -> list[Panel]:
    """The picture of each explanation.

    Args:
        explained: what was explained.
        lang: `fr` or `en`.

    Raises:
        InputError: the library for graphs is not installed.
    """
    sentences = Sentences(explained.labels, lang)
    found = []
    for explanation in explained.explanations:
        one = Explained(explained.as_of, (explanation,), explained.labels, ())
        graph = _Drawer(sentences).graph(explanation)
        found.append(Panel(sentences.title(explanation), graph, render(one, lang)))
    return found


def drawn(explained: Explained, name: str, lang: str, source: str) -> None:
    """Draw explanations in a new file.

    Args:
        explained: what was explained.
        name: the file; its end tells the form.
        lang: `fr` or `en`.
        source: the description, as typed.

    Raises:
        InputError: the name cannot be used, or the libraries are not installed.
    """
    found = panels(explained, lang)
    title = found[0].title if len(found) == 1 else _WORDS["title"].of(lang).format(source=source)
    draw(found, name, lang, title=title, description=_WORDS["legend"].of(lang))


class _Drawer:
    def __init__(self, sentences: Sentences) -> None:
        self._s, self._lang = sentences, sentences.lang
        self._graph: DiGraph[str] = new_graph()
        self._known: dict[object, str] = {}

    def graph(self, e: Explanation) -> DiGraph[str]:
        """The graph of one explanation: its answer, the proofs, or what is missing."""
        top = self._top(e)
        for proof in e.proofs:
            self._edge(self._proof(proof), top)
        if top is not None:
            answered = e.conclusion or e.finding
            if answered is not None:
                self._open(answered.reason, answered.missing, top)
            for w in e.considered:
                box = Box("considered", self._word("considered"), self._s.considered(w), (self._s.failed(w),))
                self._edge(self._node(w, box)[0], top)
        return self._graph

    def _top(self, e: Explanation) -> str | None:
        title = self._s.title(e)
        if e.conclusion is not None:
            c = e.conclusion
            notes = tuple(article(a, self._lang) for a in c.articles)
            return self._node("top", Box(c.status, self._word(c.status), title, notes))[0]
        if e.finding is not None:
            f = e.finding
            notes = (f.message.of(self._lang), *(article(a, self._lang) for a in f.articles))
            return self._node("top", Box(f.status, self._word(f.status), title, notes))[0]
        return None

    def _open(self, reason: Reason | None, missing: tuple[MissingFact, ...], top: str) -> None:
        if reason is not None and not missing:
            self._edge(self._node(reason, Box("missing", REASONS[reason].of(self._lang), ""))[0], top)
        for subject in dict.fromkeys(fact.subject for fact in missing):
            facts = tuple(f"• {f.label.of(self._lang)}" for f in missing if f.subject == subject)
            box = Box("missing", self._word("missing"), self._s.name(subject), facts)
            self._edge(self._node(("missing", subject), box)[0], top)

    def _proof(self, proof: Proof) -> str:
        node, fresh = self._node(proof, self._box(proof))
        if not fresh:
            return node
        for check in proof.checks:
            word = self._word("count" if check.counted else "comparison")
            spare = tuple(self._s.spare(proof)) if check.counted else ()
            self._edge(self._node((proof, check), Box("count", word, self._s.check(check), spare))[0], node)
        if proof.presumes:
            names = ", ".join(dict.fromkeys(self._s.presumed(*pair) for pair in proof.presumes))
            box = Box("presumed", self._word("presumed"), self._s.word("presumes", text=names))
            self._edge(self._node((proof, "presumes"), box)[0], node)
        for premise in proof.premises:
            self._edge(self._proof(premise), node)
        return node

    def _box(self, proof: Proof) -> Box:
        fact = self._s.fact(proof.subject, proof.predicate, proof.object)
        if not proof.rule:
            kind = "denied" if proof.object in ("false", NONE) else "stated"
            places = tuple(o.place for o in proof.places)
            return Box(kind, self._word(kind), fact, (self._s.name(proof.subject), *places))
        if not is_named(proof.entry):
            return Box("step", self._word("class"), fact)
        sheet = proof.entry[1:].partition("-")[0] if proof.entry.startswith("F") else ""
        word = self._word("rule", id=proof.entry if proof.rule.startswith("axiom") else proof.rule) + (
            f" · {self._word('sheet', n=sheet)}" if sheet else ""
        )
        notes = ["; ".join(article(a, self._lang) for a in proof.articles), *self._s.routes(proof)]
        text = proof.text.of(self._lang) if proof.text is not None else fact
        return Box("step", word, text, (f"→ {fact}", *filter(None, notes)))

    def _node(self, key: object, box: Box) -> tuple[str, bool]:
        """The node that stands for something, and whether it is new."""
        fresh = key not in self._known
        if fresh:
            self._known[key] = f"n{len(self._known)}"
            self._graph.add_node(self._known[key], box=box)
        return self._known[key], fresh

    def _edge(self, premise: str, conclusion: str | None) -> None:
        if conclusion is not None:
            self._graph.add_edge(premise, conclusion, word="")

    def _word(self, key: str, **parts: str) -> str:
        return _WORDS[key].of(self._lang).format(**parts)
