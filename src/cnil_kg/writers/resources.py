"""What the descriptions state of the resources of a catalog, and what was concluded about each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Variable

from cnil_kg.formats.words import TRUTH
from cnil_kg.inputs.projects import BNODE
from cnil_kg.model import Report, Text
from cnil_kg.questions import QUESTIONS, Question, code
from cnil_kg.rdf import matching
from cnil_kg.readers.trees import Tree
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import CKG, DCAT, NONE, NOT_ASSESSED, SKOS, expand
from cnil_kg.writers.record import Export
from cnil_kg.writers.verdicts import CREATOR, Verdict, verdicts

_CONCEPTS = ("dpv:hasPersonalData", "dpv:hasPurpose", "dpv:hasLegalBasis", "dpv:hasDataSubject")
_TYPES = {"boolean": "boolean", "choice": "iri", "list": "iri", "text": "text"}
SPECIAL = expand("dpv:SpecialCategoryPersonalData")


@dataclass(frozen=True)
class Property:
    """A fact that a catalog can hold of a dataset.

    Attributes:
        name: its local name, `hasPersonalData`.
        iri: the property.
        type: `iri`, `boolean` or `text`.
        many: whether it takes several values.
        values: the IRIs allowed; empty where any value is.
        label: what it says, for the people who fill it in.
    """

    name: str
    iri: str
    type: str
    many: bool
    values: tuple[str, ...]
    label: Text


def properties(book: Rulebook) -> tuple[Property, ...]:
    """The facts of a dataset that a catalog can hold: concepts of DPV, then those of the fact table."""
    found = [
        Property(name.partition(":")[2], expand(name), "iri", True, (), book.label(expand(name))) for name in _CONCEPTS
    ]
    for fact in book.facts:
        if fact.unit == "dataset" and fact.type in _TYPES and fact.iri.startswith(CKG):
            allowed = tuple(dict.fromkeys(iri for _, iri in fact.values if iri not in (NONE, NOT_ASSESSED)))
            name, kind = fact.iri[len(CKG) :], _TYPES[fact.type]
            found.append(Property(name, fact.iri, kind, fact.type == "list", allowed, book.label(fact.iri)))
    return tuple(found)


def values(export: Export, iri: NamedNode, names: tuple[str, ...]) -> Iterator[str]:
    """The named values of a dataset and of its distributions: full IRIs."""
    wanted = {expand(name) for name in names}
    link = DCAT + "distribution"
    nodes = [iri, *(t.object for t in export.by_subject.get(iri, ()) if t.predicate.value == link)]
    for node in nodes:
        for triple in export.by_subject.get(node, ()):
            value = triple.object
            if triple.predicate.value in wanted and isinstance(value, NamedNode) and not value.value.startswith(BNODE):
                yield value.value


def held(export: Export, iri: NamedNode, property_: Property) -> list[str]:
    """The values of a property of a dataset as texts, sorted: full IRIs, `true` and `false`, texts."""
    if property_.type == "iri":
        return sorted(set(values(export, iri, (property_.iri,))) - {NOT_ASSESSED})
    found = (t.object for t in export.by_subject.get(iri, ()) if t.predicate.value == property_.iri)
    return sorted({value.value for value in found if isinstance(value, Literal)})


def is_special(book: Rulebook, iri: str) -> bool:
    """Whether a category of data is, or lies under, the special categories of Article 9."""
    seen, open_ = set[str](), [iri]
    while open_:
        found = open_.pop()
        if found == SPECIAL:
            return True
        if found not in seen:
            seen.add(found)
            above = matching(book.constants, NamedNode(found), NamedNode(SKOS + "broader"), None, None)
            open_ += [quad.object.value for quad in above if isinstance(quad.object, NamedNode)]
    return False


@dataclass(frozen=True)
class Told:
    """What was concluded about one resource.

    Attributes:
        outcomes: question -> outcomes, sorted: one dataset can serve several processings.
        violated, undetermined: the ids of the requirements, sorted.
        verdicts: each verdict, flat.
    """

    outcomes: dict[str, list[str]]
    violated: list[str]
    undetermined: list[str]
    verdicts: tuple[dict[str, Tree], ...]

    @property
    def text(self) -> str:
        """The verdicts as JSON, in one line."""
        return json.dumps(list(self.verdicts), ensure_ascii=False)


def told(report: Report, iri: str) -> Told | None:
    """What was concluded about a resource; None when nothing speaks of it."""
    found = [v for v in verdicts(report) if iri in (v.subject, v.object)]
    if not found:
        return None
    outcomes = {q.name: sorted({v.outcome for v in found if v.question == q.name}) for q in QUESTIONS}
    own = [v for v in found if not v.question and v.subject == iri]
    return Told(
        outcomes={question: codes for question, codes in outcomes.items() if codes},
        violated=sorted({v.rules[0] for v in own if v.outcome == "violated"}),
        undetermined=sorted({v.rules[0] for v in own if v.outcome == "undetermined"}),
        verdicts=tuple(_flat(v, report.as_of) for v in found),
    )


def outcomes(book: Rulebook, question: Question) -> dict[str, Text]:
    """What a question can be answered, as its rules say: code -> label, sorted, `undetermined` last.

    Empty where a rule takes the answer over from the description, like a legal basis: any code can then be said.
    """
    properties_, found = {CKG + name for name in question.properties}, dict[str, Text]()
    for rule in book.rules:
        for pattern in rule.template:
            if getattr(pattern.predicate, "value", None) not in properties_:
                continue
            value = pattern.object
            if isinstance(value, Variable):
                return {}
            if isinstance(value, Literal):
                found[value.value] = TRUTH[value.value]
            else:
                found[code(book, value)] = book.label(value.value)
    return dict(sorted(found.items())) | {"undetermined": Text("indéterminé", "undetermined")}


def _flat(verdict: Verdict, as_of: str) -> dict[str, Tree]:
    """A verdict for a reader of JSON: facts that lack are named by IRI."""
    return {
        "id": verdict.id,
        "about": verdict.subject,
        "processing": verdict.object or None,
        "question": verdict.question or None,
        "outcome": verdict.outcome,
        "state": "presumed" if verdict.presumed else "inferred",
        "toBeConfirmed": verdict.to_be_confirmed,
        "fiche": verdict.fiche,
        "rules": list(verdict.rules),
        "articles": list(verdict.articles),
        "missing": list(verdict.missing),
        "by": CREATOR,
        "date": as_of,
    }
