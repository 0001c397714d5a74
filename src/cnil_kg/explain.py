"""`cnil-kg explain`: why each conclusion and requirement came out as it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pyoxigraph import Quad

from cnil_kg.conclude import Concluder
from cnil_kg.errors import CnilKgError, UnknownTermError
from cnil_kg.model import Conclusion, Finding, Text
from cnil_kg.proof import Proof, Prover
from cnil_kg.questions import BY_NAME, QUESTIONS, TYPE, Unit
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned
from cnil_kg.requirements import Requirement
from cnil_kg.runs import reasoned_upon
from cnil_kg.validate import requirements, validate
from cnil_kg.vocab import CKG, PREFIXES
from cnil_kg.whynot import Considered, WhyNot


@dataclass(frozen=True)
class Explanation:
    """One conclusion or finding explained.

    Attributes:
        conclusion, finding: the one explained; the other is None.
        proofs: for a firm conclusion, one for each verdict behind it, the strongest first; for a finding, why it
            applies.
        considered: the rules that did not fire, when asked for.
    """

    conclusion: Conclusion | None
    finding: Finding | None
    proofs: tuple[Proof, ...]
    considered: tuple[WhyNot, ...] = ()


@dataclass(frozen=True)
class Explained:
    """The explanations of a run, the labels of the terms they name, and the inputs that could not be read."""

    as_of: str
    explanations: tuple[Explanation, ...]
    labels: dict[str, Text]
    errors: tuple[CnilKgError, ...]


def explain(
    inputs: Sequence[str],
    asked: str | None = None,
    *,
    subject: str | None = None,
    why_not: bool = False,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    as_of: str | None = None,
) -> Explained:
    """Explain what a run concludes.

    Args:
        inputs: files, folders, `-`.
        asked: a question (`dpia`), or the id of a requirement or a rule (`F5-30`); every question when None.
        subject: an IRI, or its end: only what is about it.
        why_not: also the rules that could have answered otherwise, each with the premise that failed.
        format, stdin, as_of: as for `report.examine`.

    Raises:
        UnknownTermError: no question, requirement or rule has that name, or nothing is about that subject.
    """
    reasoned = reasoned_upon(inputs, format=format, stdin=stdin, as_of=as_of)
    return explain_run(reasoned, (asked,), subject=subject, why_not=why_not)


def explain_run(
    reasoned: Reasoned, asked: Sequence[str | None], *, subject: str | None = None, why_not: bool = False
) -> Explained:
    """The same of a run that was made, one after the other for all that is asked."""
    explainer = _Explainer(Concluder(reasoned))
    found = [e for one in asked for e in explainer.about(one, why_not)]
    if subject is not None:
        found = [e for e in found if _about(e, subject)]
        if not found and not reasoned.facts.errors:
            raise UnknownTermError("nothing that was asked is about it", subject, "Give an IRI of the description.")
    named = set().union(*(_terms(p) for e in found for p in e.proofs))
    named |= {t for e in found for w in e.considered for t in (w.predicate, w.object, w.concludes)}
    named |= {t for e in found for w in e.considered for p in w.instead for t in (p.predicate, p.object)}
    spaces = tuple(PREFIXES.values())
    labels = {iri: reasoned.rulebook.label(iri) for iri in sorted(named) if iri.startswith(spaces) and " " not in iri}
    return Explained(reasoned.as_of, tuple(found), labels, reasoned.facts.errors)


class _Explainer:
    def __init__(self, concluder: Concluder) -> None:
        self._concluder = concluder
        self._reasoned = concluder.reasoned
        self._prover = Prover(self._reasoned, concluder.names)
        self._considered = Considered(self._reasoned, concluder.support)

    def about(self, asked: str | None, why_not: bool) -> Iterator[Explanation]:
        """The explanations of a question, of a requirement, or of what a rule concluded."""
        if asked is None or asked in BY_NAME:
            for question in QUESTIONS:
                if asked in (None, question.name):
                    for unit in self._concluder.units(question):
                        yield self._conclusion(question.name, unit, why_not)
            yield from (Explanation(c, None, ()) for c in self._concluder.absent() if asked in (None, c.question))
            return
        book = self._reasoned.rulebook
        id_ = asked.upper()
        wanted = [r for r in requirements(book.shapes) if r.id == id_]
        if wanted:
            yield from (e for r in wanted for e in self._findings(r))
            return
        if id_ not in {r.entry for r in book.rules}:
            names = ", ".join(BY_NAME)
            raise UnknownTermError("no question, requirement or rule has this name", asked, f"Questions: {names}.")
        derived = self._reasoned.derived.items()
        concluded = (q for q, d in derived if id_ in {r.entry for r in d.rules} and q in self._reasoned.store)
        for quad in sorted(concluded, key=str):
            yield Explanation(None, None, (self._prover.prove(quad),))

    def _findings(self, requirement: Requirement) -> Iterator[Explanation]:
        """The findings of a requirement: why it applies or not, then what it looks at."""
        store, names = self._reasoned.store, self._concluder.names
        classes = [c for c in (requirement.applies, requirement.not_for) if c is not None]
        for finding in validate(self._reasoned, self._concluder, only={requirement.id}):
            quads = [q for c in classes for q in matching(store, None, TYPE, c, None)]
            mine = [q for q in quads if names.node(q.subject) == finding.subject][:1]
            seen = [
                q
                for applies in mine
                for path in sorted(requirement.paths, key=str)
                for q in matching(store, applies.subject, path, None, applies.graph_name)
            ]
            yield Explanation(None, finding, tuple(self._prover.prove(q) for q in mine + seen))

    def _conclusion(self, name: str, unit: Unit, why_not: bool) -> Explanation:
        asked = BY_NAME[name]
        conclusion = self._concluder.conclude(asked, unit)
        proofs: tuple[Proof, ...] = ()
        if conclusion.status != "undetermined":
            quads = self._concluder.answers(asked, unit)[conclusion.status]
            proofs = tuple(self._prover.prove(q) for q in sorted(quads, key=self._strength))
        considered = tuple(self._considered.of(asked, unit)) if why_not else ()
        return Explanation(conclusion, None, proofs, considered)

    def _strength(self, quad: Quad) -> tuple[bool, str]:
        return (self._concluder.presumed(quad.object), str(quad))


def _about(explanation: Explanation, subject: str) -> bool:
    nodes: list[str | None] = []
    if explanation.conclusion is not None:
        nodes = [explanation.conclusion.subject, explanation.conclusion.object]
    elif explanation.finding is not None:
        nodes = [explanation.finding.subject]
    else:
        nodes = [p.subject for p in explanation.proofs]
    return any(
        node is not None and (node == subject or node.endswith(("/" + subject, "#" + subject))) for node in nodes
    )


def _terms(proof: Proof) -> set[str]:
    own = {proof.predicate, proof.object, *(t for part in (*proof.presumes, *proof.spare) for t in part)} | (
        {CKG + proof.entry} if proof.entry else set()
    )
    return own.union(*(_terms(p) for p in proof.premises))
