"""Conclusions and findings -> Report, and the exit code that sums it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from pyoxigraph import NamedNode

from cnil_kg.conclude import Concluder
from cnil_kg.errors import FAULTS, InputError
from cnil_kg.model import Examined, Facts, NotCovered, Report, Text, Warning_
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned
from cnil_kg.rulebook import Rulebook
from cnil_kg.runs import reasoned_upon
from cnil_kg.validate import requirements, validate
from cnil_kg.vocab import CKG, PREFIXES, RDF, shrink

MET, VIOLATED, BAD_INPUT, FAULT, UNDETERMINED = 0, 1, 2, 3, 4
_WORST_FIRST = (FAULT, BAD_INPUT, VIOLATED, UNDETERMINED, MET)
_KINDS = {"processings": "DescribedProcessing", "datasets": "DescribedDataset", "actors": "DescribedActor"}


def examine(
    inputs: Sequence[str], *, format: str | None = None, stdin: BinaryIO | None = None, as_of: str | None = None
) -> Report:
    """The whole path: load, reason, validate, report.

    Args:
        inputs: files, folders, `-`.
        format: the syntax, where names do not tell it.
        stdin: what `-` reads.
        as_of: ISO date of the law to apply, default today.

    Returns:
        The report; what could not be read, and nothing to examine, are in its `errors`.
    """
    return build(reasoned_upon(inputs, format=format, stdin=stdin, as_of=as_of))


def build(reasoned: Reasoned, concluder: Concluder | None = None) -> Report:
    """The report of a run; `concluder`, when it is given, is asked about it afterwards."""
    facts, book = reasoned.facts, reasoned.rulebook
    concluder = concluder or Concluder(reasoned)
    conclusions = tuple(concluder.all())
    findings = tuple(validate(reasoned, concluder))
    examined = count(reasoned)
    errors = facts.errors + tuple(_nothing(facts, examined))
    premises = [p for c in conclusions for p in c.premises] + [p for c in concluder.contradictions for p in c.sides]
    named = {text for p in premises for text in (p.predicate, p.object)} | {CKG + f.fiche for f in findings}
    return Report(
        as_of=reasoned.as_of,
        inputs=facts.inputs,
        examined=examined,
        conclusions=conclusions,
        findings=tuple(sorted(findings, key=lambda f: (f.project or "", f.fiche, f.id, f.subject))),
        contradictions=tuple(sorted(concluder.contradictions, key=lambda c: (c.project or "", c.subject, c.ids))),
        warnings=facts.warnings + tuple(_forged(reasoned)),
        not_covered=tuple(not_covered(book)),
        labels={
            iri: book.label(iri) for iri in sorted(named) if iri.startswith(tuple(PREFIXES.values())) and " " not in iri
        },
        errors=errors,
    )


def count(reasoned: Reasoned) -> Examined:
    """How many things were looked at."""
    kind = NamedNode(RDF + "type")

    def distinct(class_: str) -> int:
        return len({q.subject for q in matching(reasoned.store, None, kind, NamedNode(CKG + class_), None)})

    actors = {q.object for q in matching(reasoned.store, None, NamedNode(CKG + "ofActor"), None, None)}
    actors |= {q.subject for q in matching(reasoned.store, None, kind, NamedNode(CKG + "DescribedActor"), None)}
    return Examined(
        projects=sum(d.project is not None for d in reasoned.facts.descriptions),
        processings=distinct("DescribedProcessing"),
        datasets=distinct("DescribedDataset"),
        actors=len(actors),
        rules=len(reasoned.rules),
        shapes=len(requirements(reasoned.rulebook.shapes)),
    )


def _nothing(facts: Facts, examined: Examined) -> Iterable[InputError]:
    """Nothing checked is not green."""
    seen = examined.projects + examined.processings + examined.datasets + examined.actors
    if not seen and facts.descriptions:
        yield InputError(
            "holds no project, processing, dataset or actor: there is nothing to examine",
            ", ".join(facts.inputs),
            "Describe at least a ckg:Project or a dpv:Process; `cnil-kg new` writes a skeleton.",
        )


def _forged(reasoned: Reasoned) -> Iterable[Warning_]:
    for quad in sorted(reasoned.forged, key=str):
        places = reasoned.facts.origins.get(quad.triple, ())
        named: Any = quad.object if quad.predicate.value == RDF + "type" else quad.predicate
        term = shrink(named.value)
        yield Warning_(
            "stated-verdict",
            Text(
                f"{term} est une conclusion : seules les règles l'établissent, l'affirmation n'est pas lue.",
                f"{term} is a conclusion: only the rules establish it, the statement is not read.",
            ),
            places[0] if places else None,
            term,
        )


def not_covered(book: Rulebook) -> Iterable[NotCovered]:
    """The fiches without any rule or requirement, and the `must` and `should` of the others that have none."""
    done = {r.entry for r in book.rules} | {r.id for r in requirements(book.shapes)}
    for quad in sorted(
        matching(book.constants, None, NamedNode(RDF + "type"), NamedNode(CKG + "Fiche"), None), key=str
    ):
        fiche = quad.subject
        assert isinstance(fiche, NamedNode)
        members = matching(book.constants, None, NamedNode(CKG + "inFiche"), fiche, None)
        entries = [q.subject for q in members if isinstance(q.subject, NamedNode)]
        ids = {book.notation(e) for e in entries}
        due = {book.notation(e) for e in entries if book.values(e, "level")[:1] in (["must"], ["should"])}
        if not ids & done:
            yield NotCovered(fiche.value[len(CKG) :], book.label(fiche.value), ())
        elif due - done:
            yield NotCovered(fiche.value[len(CKG) :], book.label(fiche.value), tuple(sorted(due - done)))


def exit_code(report: Report, *, strict: bool = False, allow_undetermined: bool = False) -> int:
    """The documented exit code of a report: the worst of bad input, violation, undetermined, met.

    What is waived does not count.
    """
    codes = {MET}
    findings = [f for f in report.findings if f.waiver is None]
    codes |= {FAULT if e.code in FAULTS else BAD_INPUT for e in report.errors}
    if report.contradictions or any(
        f.status == "violated" and (f.level == "must" or (strict and f.level == "should")) for f in findings
    ):
        codes.add(VIOLATED)
    open_must = any(f.status == "undetermined" and f.level == "must" for f in findings)
    open_conclusion = any(c.status == "undetermined" for c in report.conclusions)
    if (open_must or open_conclusion) and not allow_undetermined:
        codes.add(UNDETERMINED)
    return next(code for code in _WORST_FIRST if code in codes)
