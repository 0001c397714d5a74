"""DCAT and DPV in RDF: the facts as they were stated, the verdicts in a named graph of their own, with PROV."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, serialize

from cnil_kg.inputs.guards import printable
from cnil_kg.inputs.projects import BNODE
from cnil_kg.readers.collector import is_iri
from cnil_kg.vocab import CKG, PREFIXES, XSD, expand
from cnil_kg.writers import Export
from cnil_kg.writers.verdicts import CREATOR, Verdict, verdicts

_FORMS = {"trig": RdfFormat.TRIG, "jsonld": RdfFormat.JSON_LD}
_STATUS = {"met": "dpv:Compliant", "violated": "dpv:NonCompliant", "undetermined": "dpv:ComplianceUnknown"}
_LEVEL = {"must": "dpv:Obligation", "should": "dpv:Recommendation"}
_DPIA = {"required": "eu-gdpr:DPIARequired", "notRequired": "eu-gdpr:DPIANotRequired"}


def write(export: Export, lang: str) -> str:
    """TriG or JSON-LD. No property that a rule reads leads to a verdict, so that reading it back adds nothing."""
    graph = NamedNode(f"urn:cnil-kg:verdicts:{_digest(*export.report.inputs, export.report.as_of)}")
    quads = [Quad(_named(t.subject), t.predicate, _named(t.object), DefaultGraph()) for t in export.stated]
    quads += _provenance(export, graph)
    for verdict in verdicts(export.report):
        quads += _verdict(verdict, export.report.as_of, graph)
    data = serialize(quads, format=_FORMS[export.form], prefixes=dict(PREFIXES))
    assert data is not None
    return data.decode("utf-8")


def _named(node: Any) -> Any:
    """Nodes that were blank are blank again."""
    if isinstance(node, NamedNode) and node.value.startswith(BNODE):
        return BlankNode("n" + node.value[len(BNODE) :].replace(":", "x"))
    return node


def _provenance(export: Export, graph: NamedNode) -> Iterator[Quad]:
    run = BlankNode("run")
    statements: tuple[tuple[NamedNode | BlankNode, str, NamedNode | BlankNode | Literal], ...] = (
        (graph, "rdf:type", NamedNode(expand("prov:Entity"))),
        (graph, "prov:wasGeneratedBy", run),
        (run, "rdf:type", NamedNode(expand("prov:Activity"))),
        (run, "dct:creator", Literal(CREATOR)),
        (run, "dct:date", Literal(export.report.as_of, datatype=NamedNode(XSD + "date"))),
        *((run, "dct:source", Literal(printable(name.rpartition("/")[2]))) for name in export.report.inputs),
    )
    for subject, property_, value in statements:
        yield Quad(subject, NamedNode(expand(property_)), value, graph)


def _verdict(verdict: Verdict, as_of: str, graph: NamedNode) -> Iterator[Quad]:
    node = NamedNode(f"urn:cnil-kg:verdict:{_digest(verdict.id)}")

    def quad(property_: str, value: NamedNode | Literal) -> Quad:
        return Quad(node, NamedNode(expand(property_)), value, graph)

    yield quad("rdf:type", NamedNode(expand("ckg:ExportedVerdict")))
    for property_, about in (("foaf:primaryTopic", verdict.subject), ("dct:relation", verdict.object)):
        if is_iri(about):
            yield quad(property_, NamedNode(about))
        elif about:  # a node without name, told by the way to it
            yield quad("dct:subject", Literal(about))
    if verdict.question:
        yield quad("ckg:question", Literal(verdict.question))
        yield quad("ckg:code", Literal(verdict.outcome))
        if verdict.question == "dpia":
            yield quad("rdf:type", NamedNode(expand("eu-gdpr:DPIANecessityAssessment")))
            if verdict.outcome in _DPIA:
                yield quad("dpv:hasStatus", NamedNode(expand(_DPIA[verdict.outcome])))
    else:
        yield quad("rdf:type", NamedNode(expand(_LEVEL[verdict.level])))
        yield quad("dpv:hasComplianceStatus", NamedNode(expand(_STATUS[verdict.outcome])))
    yield quad("ckg:exportState", Literal("presumed" if verdict.presumed else "inferred"))
    yield quad("dct:source", NamedNode(CKG + verdict.fiche))
    for rule in verdict.rules:
        yield quad("ckg:entry", Literal(rule))
    for article in verdict.articles:
        yield quad("ckg:article", Literal(article))
    for fact in filter(is_iri, verdict.missing):
        yield quad("ckg:missingFact", NamedNode(fact))
    yield quad("dct:creator", Literal(CREATOR))
    yield quad("dct:date", Literal(as_of, datatype=NamedNode(XSD + "date")))


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:16]
