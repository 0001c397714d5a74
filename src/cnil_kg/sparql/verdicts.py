"""Conclusions, findings and contradictions as triples, the undetermined ones included.

A result is one node, `urn:cnil-kg:verdict:...`, named by its project, its question or requirement, and its unit. The
words (`outcome`, `answer`, `openReason`, `level`) are those of the JSON report.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from cnil_kg.conclude import Concluder
from cnil_kg.model import Conclusion, Contradiction, Finding, MissingFact, Premise, Text
from cnil_kg.questions import TYPE
from cnil_kg.rdf import matching
from cnil_kg.validate import validate
from cnil_kg.vocab import CKG, DCT, shrink

VERDICT = "urn:cnil-kg:verdict:"
_DESCRIBES = NamedNode(DCT + "description")
_SUBJECT_OF = {"role": "aboutActor", "reuse": "aboutDataset"}


def verdict_triples(concluder: Concluder) -> Iterator[Triple]:
    """Every result of a run as triples.

    Args:
        concluder: of the run; its conclusions and findings are worked out here.
    """
    writer = _Writer(concluder)
    for conclusion in concluder.all():
        yield from writer.conclusion(conclusion)
    for finding in validate(concluder.reasoned, concluder):
        yield from writer.finding(finding)
    for contradiction in concluder.contradictions:
        yield from writer.contradiction(contradiction)


class _Writer:
    def __init__(self, concluder: Concluder) -> None:
        self.store = concluder.store
        nodes = {q.subject for q in self.store} | {d.project for d in concluder.reasoned.facts.descriptions}
        self.nodes = {concluder.names.node(n): n for n in nodes if isinstance(n, NamedNode)}

    def conclusion(self, c: Conclusion) -> Iterator[Triple]:
        node = _verdict(c.project, "conclusion", c.id)
        yield Triple(node, TYPE, NamedNode(CKG + "Conclusion"))
        yield from _words(node, question=c.question, outcome=c.status, answer=c.value, openReason=c.reason)
        yield from (Triple(node, NamedNode(CKG + "entry"), Literal(id_)) for id_ in c.rules)
        yield from (Triple(node, NamedNode(CKG + "article"), Literal(article)) for article in c.articles)
        yield from _text(node, c.text)
        yield from _missing(node, c.missing)
        yield from self.about(node, "aboutProject", c.project)
        if c.subject != c.project:
            yield from self.about(node, _SUBJECT_OF.get(c.question, "aboutProcessing"), c.subject)
        yield from self.about(node, "aboutProcessing", c.object)

    def finding(self, f: Finding) -> Iterator[Triple]:
        node = _verdict(f.project, f.id, f.subject)
        yield Triple(node, TYPE, NamedNode(CKG + "Finding"))
        yield from _words(node, entry=f.id, outcome=f.status, level=f.level, openReason=f.reason)
        yield from (Triple(node, NamedNode(CKG + "article"), Literal(article)) for article in f.articles)
        yield from _text(node, f.message)
        yield from _missing(node, f.missing)
        yield from self.about(node, "aboutProject", f.project)
        yield from self.unit(node, f.subject)

    def contradiction(self, c: Contradiction) -> Iterator[Triple]:
        sides = [side(p) for p in c.sides]
        node = _verdict(c.project, "contradiction", "|".join([c.subject, *sides]))
        yield Triple(node, TYPE, NamedNode(CKG + "Contradiction"))
        yield from (Triple(node, NamedNode(CKG + "entry"), Literal(id_)) for id_ in c.ids)
        yield from (Triple(node, NamedNode(CKG + "side"), Literal(text)) for text in sides)
        yield from self.about(node, "aboutProject", c.project)
        yield from self.unit(node, c.subject)

    def about(self, node: NamedNode, property_: str, name: str | None) -> Iterator[Triple]:
        if name is not None:
            yield Triple(node, NamedNode(CKG + property_), self.nodes.get(name) or NamedNode(name))

    def unit(self, node: NamedNode, name: str) -> Iterator[Triple]:
        """The processing, actor and dataset of the unit with a name; a pair is about both of its ends."""
        found = self.nodes.get(name)
        if found is None:
            return
        ends = (("ofProcessing", "aboutProcessing"), ("ofActor", "aboutActor"), ("ofDataset", "aboutDataset"))
        pair = {
            Triple(node, NamedNode(CKG + about), quad.object)
            for end, about in ends
            for quad in matching(self.store, found, NamedNode(CKG + end), None, None)
        }
        kinds = {quad.object.value for quad in matching(self.store, found, TYPE, None, None)}
        if pair:
            yield from pair
        elif CKG + "DescribedDataset" in kinds:
            yield Triple(node, NamedNode(CKG + "aboutDataset"), found)
        elif CKG + "DescribedProcessing" in kinds:
            yield Triple(node, NamedNode(CKG + "aboutProcessing"), found)
        else:
            yield Triple(node, NamedNode(CKG + "aboutActor"), found)


def _verdict(*parts: str | None) -> NamedNode:
    return NamedNode(VERDICT + ":".join(quote(part or "", safe="") for part in parts))


def _words(node: NamedNode, **words: str | None) -> Iterator[Triple]:
    for name, word in words.items():
        if word is not None:
            yield Triple(node, NamedNode(CKG + name), Literal(word))


def _text(node: NamedNode, text: Text | None) -> Iterator[Triple]:
    if text is not None:
        yield Triple(node, _DESCRIBES, Literal(text.fr, language="fr"))
        yield Triple(node, _DESCRIBES, Literal(text.en, language="en"))


def _missing(node: NamedNode, missing: tuple[MissingFact, ...]) -> Iterator[Triple]:
    for fact in missing:
        yield Triple(node, NamedNode(CKG + "missingFact"), NamedNode(fact.property))


def side(premise: Premise) -> str:
    """One side of a contradiction: `ckg:largeScale true (project.ttl:12)`, or the entry that concludes it."""
    return f"{shrink(premise.predicate)} {shrink(premise.object)} ({premise.place})"
