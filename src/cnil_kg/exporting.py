"""`cnil-kg export`: the verdicts, and the facts they rest on, for a catalog or a register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from pyoxigraph import NamedNode, Triple

from cnil_kg.errors import InputError
from cnil_kg.importing import opened
from cnil_kg.model import Facts
from cnil_kg.rdf import matching
from cnil_kg.report import build
from cnil_kg.rulebook import load_rulebook
from cnil_kg.runs import reasoned_upon
from cnil_kg.vocab import CKG, DCAT, RDF
from cnil_kg.writers import choose, part_of, writers
from cnil_kg.writers.record import Export
from cnil_kg.writers.verdicts import SPACE

_TYPE = NamedNode(RDF + "type")
_SAMPLE = NamedNode("http://www.w3.org/ns/adms#sample")
_NOTES = frozenset({CKG + "Hint", RDF + "Statement", DCAT + "CatalogRecord"})


def export(
    target: str,
    inputs: Sequence[str],
    *,
    part: str | None = None,
    lang: str = "en",
    as_of: str | None = None,
    into: str | None = None,
    stdin: BinaryIO | None = None,
) -> str:
    """The text to hand over.

    Args:
        target: the name of a writer.
        inputs: the descriptions, as for `validate`; none for a part that only defines terms.
        part: which of the writer's documents, default the first.
        lang: language of the headings.
        as_of: ISO date of the law to apply, default today.
        into: the record of the catalog that the result is for.
        stdin: what `-` reads.

    Raises:
        UnknownTermError: there is no such writer or part.
        CnilKgError: an input cannot be read, or there is nothing to examine: nothing half-read leaves.
    """
    writer = choose(target)
    wanted = part_of(writer, part)
    record = None if into is None else opened(into)
    if not wanted.described:
        return writer.write(Export(wanted.name, load_rulebook(), into=record), lang)
    if not inputs:
        raise InputError("no description is given", f"export {target}", "Name the files to export.")
    reasoned = reasoned_upon(inputs, stdin=stdin, as_of=as_of)
    facts = reasoned.facts
    if facts.errors:
        raise facts.errors[0]
    report = build(reasoned)
    if report.errors:
        raise report.errors[0]
    described = matching(reasoned.store, None, _TYPE, NamedNode(CKG + "DescribedProcessing"), None)
    return writer.write(
        Export(
            part=wanted.name,
            rulebook=reasoned.rulebook,
            report=report,
            stated=tuple(_stated(facts)),
            processings=tuple(sorted({quad.subject for quad in described}, key=str)),
            into=record,
        ),
        lang,
    )


def targets(lang: str) -> str:
    """The targets, with what each can be asked for."""
    lines = []
    for name, writer in writers().items():
        lines.append(f"{name:<14}{writer.label.of(lang)}")
        lines += [f"    --part {part.name:<18}{part.label.of(lang)}" for part in writer.parts]
    return "\n".join(lines) + "\n"


def _stated(facts: Facts) -> Iterator[Triple]:
    """What the descriptions state, without samples, the notes of an import and the verdicts of an earlier export."""
    samples = {t.object for t in facts.origins if t.predicate == _SAMPLE}
    notes: set[object] = samples | {
        t.subject for t in facts.origins if t.predicate == _TYPE and getattr(t.object, "value", "") in _NOTES
    }
    return (triple for triple in facts.origins if _own(triple, notes))


def _own(triple: Triple, notes: set[object]) -> bool:
    ours = isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(SPACE)
    return triple.subject not in notes and triple.predicate != _SAMPLE and not ours
