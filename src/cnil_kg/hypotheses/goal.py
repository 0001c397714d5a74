"""`--goal question=outcome[@subject]`: which verdict is looked for, and about what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Variable

from cnil_kg.conclude import Concluder
from cnil_kg.errors import UnknownTermError
from cnil_kg.hypotheses.names import Lookup
from cnil_kg.inputs.shortnames import nearest
from cnil_kg.model import Premise
from cnil_kg.questions import BY_NAME, CLAIMS, COMPATIBLE_CLAIMS, Question, Unit, code
from cnil_kg.rdf import matching
from cnil_kg.reason import rules_in_force
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import CKG

SPELLING = "Write it as question=outcome or question=outcome@subject, like dpia=notRequired."
_UNITS = {"role": "DescribedParticipation", "reuse": "DescribedUse"}


@dataclass(frozen=True)
class Goal:
    """A verdict about a unit: `outcome` is the code of a value of the question's verdicts."""

    question: Question
    outcome: str
    unit: Unit


def outcomes(book: Rulebook, asked: Question) -> dict[str, tuple[str, ...]]:
    """The outcomes of a question by code, each with the rules that can conclude it, in force or not."""
    found: dict[str, set[str]] = {}
    properties = {NamedNode(CKG + p) for p in asked.properties}
    for rule in book.rules:
        for pattern in rule.template:
            if pattern.predicate in properties:
                values = rule.body.predicate_values(pattern.object) if isinstance(pattern.object, Variable) else ()
                for value in values or (pattern.object,):
                    if not isinstance(value, Variable):
                        found.setdefault(code(book, value), set()).add(rule.id)
    if asked.name == "legalBasis":
        for fact in book.facts:
            if fact.iri.endswith("hasLegalBasis"):
                for _, iri in fact.values:
                    found.setdefault(code(book, NamedNode(iri)), set())
    return {name: tuple(sorted(found[name])) for name in sorted(found) if name}


def read_goal(text: str, concluder: Concluder, lookup: Lookup) -> Goal:
    """The goal that a text names.

    Raises:
        UnknownTermError: it is not of the form, or names no question, outcome or subject there is.
    """
    left, _, subjects = text.partition("@")
    name, equals, outcome = (part.strip() for part in left.partition("="))
    if not equals or not name or not outcome:
        raise UnknownTermError("the goal is not of the form", f'--goal "{text}"', SPELLING)
    asked = BY_NAME.get(name)
    if asked is None:
        listed = f"Questions: {', '.join(BY_NAME)}."
        raise UnknownTermError(f"there is no question {name}", f'--goal "{text}"', f"{nearest(name, BY_NAME)} {listed}")
    known = outcomes(concluder.book, asked)
    if outcome not in known:
        listed = f"Outcomes of {name}: {', '.join(known)}."
        raise UnknownTermError(
            f"{name} has no outcome {outcome}", f'--goal "{text}"', f"{nearest(outcome, known)} {listed}".strip()
        )
    return Goal(asked, outcome, _unit(asked, subjects, text, concluder, lookup))


def _unit(asked: Question, subjects: str, text: str, concluder: Concluder, lookup: Lookup) -> Unit:
    named = [lookup.node(part.strip(), f'--goal "{text}"') for part in subjects.split("@") if part.strip()]
    units = [u for u in _units(asked, concluder) if all(n in (u.subject, u.object) for n in named)]
    if len(units) == 1:
        return units[0]
    there = _units(asked, concluder)
    shown = ["@".join(lookup.shown(n) for n in (u.subject, u.object) if n is not None) for u in there]
    if not there:
        raise UnknownTermError(f"nothing in the description is asked {asked.name}", f'--goal "{text}"', "")
    what = "the goal fits nothing described" if not units else "the goal could be about several things"
    raise UnknownTermError(what, f'--goal "{text}"', f"Name one: {', '.join('@' + s for s in sorted(shown))}.")


def _units(asked: Question, concluder: Concluder) -> list[Unit]:
    """The units of a question, examined or not: a change may bring one into the scope."""
    found = []
    for node, graph in concluder.nodes(_UNITS.get(asked.name, "DescribedProcessing")):
        if asked.name in _UNITS:
            end = "ofActor" if asked.name == "role" else "ofDataset"
            found.append(
                Unit(node, graph, concluder.value(node, end, graph), concluder.value(node, "ofProcessing", graph))
            )
        else:
            found.append(Unit(node, graph, node, None))
    return found


def split(book: Rulebook, goal: Goal, heads: Iterable[Quad]) -> tuple[set[Quad], set[Quad]]:
    """Among the answers to the question: those that are the goal, and those that stand against it."""
    asked = goal.question
    properties = {NamedNode(CKG + p) for p in asked.properties}
    wanted: set[Quad] = set()
    others: set[Quad] = set()
    for head in heads:
        if head.predicate not in properties or head.subject != goal.unit.node:
            continue
        excluded = excludes(book, head)
        same = code(book, head.object) == goal.outcome
        if asked.name == "legalBasis":
            if same:
                (others if excluded and goal.outcome != "none" else wanted).add(head)
        elif same:
            wanted.add(head)
        elif not asked.excluded_prevails or excluded:
            others.add(head)
    if asked.excluded_prevails and any(excludes(book, head) for head in wanted) and asked.name != "legalBasis":
        others.clear()  # what excludes prevails over what establishes
    return wanted, others


def excludes(book: Rulebook, head: Quad) -> bool:
    """True for a verdict that excludes."""
    for term in (head.object, head.predicate):
        if isinstance(term, NamedNode):
            for kind in book.values(term, "verdictStatus"):
                return kind != CKG + "Established"
    return False


def reached(book: Rulebook, goal: Goal, answers: Iterable[Quad], claims: Iterable[Quad]) -> bool:
    """Whether a unit with these derived answers and these claims has the verdict."""
    wanted, others = split(book, goal, answers)
    return bool(wanted) and not others and not belying(book, goal, claims)


def belying(book: Rulebook, goal: Goal, claims: Iterable[Quad]) -> list[Quad]:
    """The claims about the answer that the goal would contradict."""
    found = []
    for claim in claims:
        said = code(book, claim.object)
        if said != goal.outcome and (goal.outcome, said) not in COMPATIBLE_CLAIMS:
            found.append(claim)
    return sorted(found, key=str)


def claims_on(concluder: Concluder, goal: Goal, graph: NamedNode) -> list[Quad]:
    """The claims about the answer in a graph."""
    name = CLAIMS.get(goal.question.name)
    return list(matching(concluder.store, goal.unit.node, NamedNode(CKG + name), None, graph)) if name else []


@dataclass(frozen=True)
class Blocked:
    """Why a goal cannot be reached.

    Attributes:
        kind: `no-rule` (none in force concludes it), `not-here` (none could apply to this subject), `claim` (a
            statement about the answer itself contradicts it), `facts` (no change of facts lifts what is against it).
        rules: those that conclude the outcome.
        stated: the statements that stand against it.
    """

    kind: str
    rules: tuple[str, ...]
    stated: tuple[Premise, ...]


def no_rule(book: Rulebook, goal: Goal, as_of: str) -> bool:
    """Whether no rule in force on a day concludes the outcome."""
    ids = set(outcomes(book, goal.question)[goal.outcome])
    return bool(ids) and not ids & {r.id for r in rules_in_force(book, as_of)}
