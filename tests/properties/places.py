"""The places of a report and what each says, for many descriptions at once, and the stated facts behind each.

A place is a question about a subject, a step on the way to an answer, or a requirement asked of a subject. The shapes
run once for all descriptions, over one node for each distinct set of values: a shape looks at the values of one node
only (`test_shapes_look_at_one_node`), so that nodes alike in these are alike in their findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import NamedNode, Quad
from rdflib import Graph, URIRef

from cnil_kg import validate as validation
from cnil_kg.conclude import Concluder
from cnil_kg.model import Conclusion, Finding, MissingFact
from cnil_kg.proof import Prover
from cnil_kg.questions import QUESTIONS, TYPE, Question, Unit
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned
from cnil_kg.requirements import Requirement
from cnil_kg.support import Support
from cnil_kg.vocab import CKG, shrink

UNDETERMINED, NOT_APPLICABLE = "undetermined", "notApplicable"
STRUCTURE = {TYPE, *(NamedNode(CKG + name) for name in ("ofProcessing", "ofActor", "ofDataset"))}


@dataclass(frozen=True, order=True)
class Place:
    """Where a report says something: the question, step or requirement, and the subject as it is shown."""

    id: str
    subject: str

    def __str__(self) -> str:
        return f"{self.id} {self.subject}"


@dataclass
class Said:
    """What a place says, and the triples it is read from: first that it is asked at all.

    Attributes:
        content: the answer, the status of the step or of the requirement.
        asked: the question and its unit, or the requirement; None for a step.
        open: the paths of a requirement that have no value.
        lacking: what a question that has nobody to be asked of names as missing.
    """

    quads: list[Quad]
    content: str = ""
    asked: tuple[Question, Unit] | Requirement | None = None
    open: set[str] = field(default_factory=set)
    lacking: tuple[MissingFact, ...] = ()


class Survey:
    """The places of each description of a run.

    Args:
        reasoned: the run.
        bases: for each graph, what the IRIs of its description begin with: left out of subjects.
    """

    def __init__(self, reasoned: Reasoned, bases: dict[Any, str]) -> None:
        self.reasoned, self.bases = reasoned, bases
        self.concluder = Concluder(reasoned)
        self.requirements = validation.requirements(reasoned.rulebook.shapes)
        self._of: dict[tuple[Any, Any], dict[Any, list[Quad]]] = {}
        for quad in reasoned.store:
            if quad.graph_name in bases:
                self._of.setdefault((quad.graph_name, quad.subject), {}).setdefault(quad.predicate, []).append(quad)

    def places(self) -> dict[str, dict[Place, Said]]:
        """The places, by the base of their description."""
        found: dict[str, dict[Place, Said]] = {base: {} for base in self.bases.values()}
        for place, said in [*self._questions(), *self._steps(), *self._requirements()]:
            found[self.bases[said.quads[0].graph_name]][place] = said
        for base, conclusion in self._absent():
            place = Place(conclusion.question, str(conclusion.subject or conclusion.object).replace(base, ""))
            found[base][place] = Said([], UNDETERMINED, lacking=conclusion.missing)
        return found

    def _shown(self, quad: Quad) -> str:
        return self.concluder.names.node(quad.subject).replace(self.bases[quad.graph_name], "")

    def _questions(self) -> Iterator[tuple[Place, Said]]:
        for asked in QUESTIONS:
            for unit in self.concluder.units(asked):
                member = Quad(unit.node, TYPE, NamedNode(CKG + asked.asked_of), unit.graph)
                found = self.concluder.answers(asked, unit)
                if asked.excluded_prevails and found["excluded"]:
                    found["established"] = []
                firm = found["established"] + found["excluded"]
                answers = {self._answer(q) for q in firm}
                content = answers.pop() if len(answers) == 1 else UNDETERMINED
                yield Place(asked.name, self._shown(member)), Said([member, *firm], content, (asked, unit))

    def _answer(self, quad: Quad) -> str:
        return f"{self.concluder.status(quad.predicate, quad.object)} {self.concluder.code(quad.object)}"

    def _steps(self) -> Iterator[tuple[Place, Said]]:
        """The steps that are settled."""
        book = self.reasoned.rulebook
        answers = {CKG + p for q in QUESTIONS for p in q.properties}
        for constant in matching(book.constants, None, NamedNode(CKG + "question"), None, None):
            step = constant.subject
            if not isinstance(step, NamedNode) or step.value in answers:
                continue
            for quad in matching(self.reasoned.store, None, step, None, None):
                status = self.concluder.status(step, quad.object)
                if status is not None:
                    value = self.concluder.code(quad.object) if isinstance(quad.object, NamedNode) else ""
                    yield Place(f"{shrink(step.value)} {value}".strip(), self._shown(quad)), Said([quad], status)

    def _requirements(self) -> Iterator[tuple[Place, Said]]:
        found: list[tuple[Place, Said]] = []
        for stated in self._of.values():
            classes = {q.object: q for q in stated.get(TYPE, ())}
            for requirement in self.requirements:
                if requirement.asked_of in classes:
                    said = _read(requirement, classes, stated)
                    found.append((Place(requirement.id, self._shown(said.quads[0])), said))
        _judge([said for _, said in found if not said.content], self.bases, self.reasoned)
        return iter(found)

    def _absent(self) -> Iterator[tuple[str, Conclusion]]:
        """The questions that have nobody to be asked of."""
        for conclusion in self.concluder.absent():
            subject = str(conclusion.subject or conclusion.object)
            yield next(b for b in self.bases.values() if subject.startswith(b)), conclusion

    def missing(self, said: Said, base: str) -> set[tuple[str, str]]:
        """The facts that a report names as missing at a place: property and subject."""
        named = said.lacking
        if said.quads:
            outcome = self._outcome(said)
            assert outcome.status == UNDETERMINED
            named = outcome.missing
        return {(shrink(m.property), m.subject.replace(base, "")) for m in named}

    def _outcome(self, said: Said) -> Conclusion | Finding:
        if not isinstance(said.asked, Requirement):
            assert said.asked is not None
            return self.concluder.conclude(*said.asked)
        node, graph = said.quads[0].subject, said.quads[0].graph_name
        assert isinstance(node, NamedNode) and isinstance(graph, NamedNode)
        failures = {(said.asked.id, node.value): {True: said.open}} if said.open else {}
        return validation._finding(self.reasoned, self.concluder, said.asked, node, graph, failures)


def _read(requirement: Requirement, classes: dict[Any, Quad], stated: dict[Any, list[Quad]]) -> Said:
    """That it applies, and what it looks at; or that it does not apply."""
    member = classes[requirement.asked_of]
    if requirement.applies in classes:
        values = [q for path in sorted(requirement.paths, key=str) for q in stated.get(path, ())]
        return Said([member, classes[requirement.applies], *values], asked=requirement)
    if requirement.not_for in classes:
        return Said([member, classes[requirement.not_for]], NOT_APPLICABLE, requirement)
    return Said([member], UNDETERMINED, requirement)


def _judge(asked: list[Said], bases: dict[Any, str], reasoned: Reasoned) -> None:
    """Fill in what each requirement that applies finds; what was found once for some values is not asked again."""
    data, nodes, alike = Graph(), dict[object, URIRef](), []
    for said in asked:
        assert isinstance(said.asked, Requirement)
        values = frozenset(_plain(q, bases) for q in said.quads[2:])
        alike.append((said.asked.id, values))
        if alike[-1] not in _FOUND and alike[-1] not in nodes:
            node = nodes[alike[-1]] = URIRef(f"urn:cnil-kg:alike:{len(nodes)}")
            data.add((node, URIRef(TYPE.value), URIRef(said.asked.applies.value)))
            for predicate, value in values:
                data.add((node, predicate, value))
    failures = validation._run(data, reasoned.rulebook.shapes) if nodes else {}
    _FOUND.update({key: failures.get((key[0], str(node)), {}) for key, node in nodes.items()})  # type: ignore[index]
    for said, key in zip(asked, alike, strict=True):
        failed = _FOUND[key]
        said.content = "violated" if False in failed else UNDETERMINED if True in failed else "met"
        said.open = set() if False in failed else failed.get(True, set())


_FOUND: dict[object, dict[bool, set[str]]] = {}
"""A requirement and the values of its paths -> False: violated, True: not stated, each with the paths concerned."""


def _plain(quad: Quad, bases: dict[Any, str]) -> tuple[Any, Any]:
    """Property and value for rdflib, nodes of the description by their names without its base."""
    value = validation._rdflib(quad.object)
    if isinstance(value, URIRef):
        value = URIRef(value.replace(bases[quad.graph_name], "https://example.org/"))
    return validation._rdflib(quad.predicate), value


class Roots:
    """The stated triples at the end of one way that leads to a triple of a run.

    What a node is, is read along paths that `Support` passes over: there the minimal proof is taken, unless `rough`.
    """

    def __init__(self, survey: Survey, *, rough: bool = False) -> None:
        self._rough = rough
        self._derived = survey.reasoned.derived
        self._support = Support(survey.reasoned, survey.concluder.names, units=True)
        self._prover = Prover(survey.reasoned, survey.concluder.names)
        self._known: dict[Quad, frozenset[Quad]] = {}

    def of(self, quads: Iterable[Quad]) -> frozenset[Quad]:
        """The roots of all of some triples."""
        return frozenset().union(*(self._one(q) for q in quads))

    def _one(self, quad: Quad) -> frozenset[Quad]:
        if quad not in self._known:
            derivation = self._derived.get(quad)
            if derivation is None:
                self._known[quad] = frozenset({quad})
            elif derivation.rules[0].describes and quad.predicate in STRUCTURE and not self._rough:
                self._known[quad] = frozenset(self._prover.premises(quad))
            else:
                rules = sorted(derivation.rules, key=lambda r: ("presumes" in r.headers, r.id))
                read = next(filter(None, (self._support.body(rule, quad) for rule in rules)), [])
                self._known[quad] = self.of(read)
        return self._known[quad]
