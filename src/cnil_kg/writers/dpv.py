"""DCAT and DPV in RDF: the facts as they were stated, the verdicts in a named graph of their own, with PROV."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from cnil_kg.inputs.guards import printable
from cnil_kg.inputs.projects import blank_again
from cnil_kg.model import Text
from cnil_kg.readers.collector import is_iri
from cnil_kg.vocab import CKG, PREFIXES, XSD, expand
from cnil_kg.writers.record import Export, Part
from cnil_kg.writers.verdicts import CREATOR, SPACE, Verdict, verdicts

_FORMS = {"trig": RdfFormat.TRIG, "jsonld": RdfFormat.JSON_LD}
_STATUS = {"met": "dpv:Compliant", "violated": "dpv:NonCompliant", "undetermined": "dpv:ComplianceUnknown"}
_LEVEL = {"must": "dpv:Obligation", "should": "dpv:Recommendation"}
_DPIA = {"required": "eu-gdpr:DPIARequired", "notRequired": "eu-gdpr:DPIANotRequired"}


class Dpv:
    """Writes everything that was read and concluded."""

    name = "dpv"
    label = Text("DCAT et DPV en RDF", "DCAT and DPV in RDF")
    parts = (Part("trig", Text("TriG", "TriG")), Part("jsonld", Text("JSON-LD", "JSON-LD")))

    def write(self, export: Export, lang: str) -> str:
        """TriG or JSON-LD. No property that a rule reads leads to a verdict: reading it back adds nothing."""
        graph = NamedNode(f"{SPACE}s:{_digest(export.as_of, *sorted(str(t) for t in export.stated))}")
        quads = [_plain(t) for t in export.stated]
        quads += _provenance(export, graph)
        for verdict in verdicts(export.found):
            quads += _verdict(verdict, export.as_of, graph)
        data = serialize(quads, format=_FORMS[export.part], prefixes=dict(PREFIXES))
        assert data is not None
        return data.decode("utf-8")


def _plain(triple: Triple) -> Quad:
    subject: Any = blank_again(triple.subject)
    value: Any = blank_again(triple.object)
    return Quad(subject, triple.predicate, value, DefaultGraph())


def _provenance(export: Export, graph: NamedNode) -> Iterator[Quad]:
    run = NamedNode(graph.value + ":run")
    statements: tuple[tuple[NamedNode, str, NamedNode | Literal], ...] = (
        (graph, "rdf:type", NamedNode(expand("prov:Entity"))),
        (graph, "prov:wasGeneratedBy", run),
        (run, "rdf:type", NamedNode(expand("prov:Activity"))),
        (run, "dct:creator", Literal(CREATOR)),
        (run, "dct:date", Literal(export.as_of, datatype=NamedNode(XSD + "date"))),
        *((run, "dct:source", Literal(printable(name.rpartition("/")[2]))) for name in export.found.inputs),
    )
    for subject, property_, value in statements:
        yield Quad(subject, NamedNode(expand(property_)), value, graph)


def _verdict(verdict: Verdict, as_of: str, graph: NamedNode) -> Iterator[Quad]:
    node = NamedNode(f"{SPACE}:{_digest(verdict.id)}")
    values: list[tuple[str, NamedNode | Literal]] = [("rdf:type", _iri("ckg:ExportedVerdict")), *_outcome(verdict)]
    for property_, about in (("foaf:primaryTopic", verdict.subject), ("dct:relation", verdict.object)):
        if is_iri(about):
            values.append((property_, NamedNode(about)))
        elif about:  # a node without name, told by the way to it
            values.append(("dct:subject", Literal(about)))
    values.append(("ckg:exportState", Literal("presumed" if verdict.presumed else "inferred")))
    if verdict.to_be_confirmed:
        values.append(("ckg:toBeConfirmed", Literal(True)))
    values.append(("dct:source", NamedNode(CKG + verdict.fiche)))
    values += [("ckg:entry", Literal(rule)) for rule in verdict.rules]
    values += [("ckg:article", Literal(article)) for article in verdict.articles]
    values += [("ckg:missingFact", NamedNode(fact)) for fact in verdict.missing if is_iri(fact)]
    values.append(("dct:creator", Literal(CREATOR)))
    values.append(("dct:date", Literal(as_of, datatype=NamedNode(XSD + "date"))))
    return (Quad(node, _iri(property_), value, graph) for property_, value in values)


def _outcome(verdict: Verdict) -> Iterator[tuple[str, NamedNode | Literal]]:
    if not verdict.question:
        yield "rdf:type", _iri(_LEVEL[verdict.level])
        yield "dpv:hasComplianceStatus", _iri(_STATUS[verdict.outcome])
        return
    if verdict.question == "dpia":
        yield "rdf:type", _iri("eu-gdpr:DPIANecessityAssessment")
    if verdict.question == "dpia" and verdict.outcome in _DPIA:
        yield "dpv:hasStatus", _iri(_DPIA[verdict.outcome])
    yield "ckg:question", Literal(verdict.question)
    yield "ckg:code", Literal(verdict.outcome)


def _iri(curie: str) -> NamedNode:
    return NamedNode(expand(curie))


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


WRITER = Dpv()
