"""Which data, models, systems and processings a run links, and how: `what rests on what`, as a graph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, Triple

from cnil_kg.graphs import new_graph
from cnil_kg.model import Origin
from cnil_kg.questions import TYPE
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned
from cnil_kg.vocab import CKG, DCAT, NONE, NOT_ASSESSED, PREFIXES, PROV, RDF, expand

if TYPE_CHECKING:
    from networkx import DiGraph

RESTS_ON = tuple(
    expand(name)
    for name in (
        *("prov:wasDerivedFrom", "prov:hadPrimarySource", "prov:wasRevisionOf", "prov:wasQuotedFrom"),
        *("prov:wasGeneratedBy", "prov:used", "prov:wasInformedBy", "dct:source", "schema:isBasedOn"),
        *("it6:trainedOn", "it6:testedOn", "it6:validatedOn", "it6:fineTunedFrom"),
        *("ai:hasTrainingData", "ai:hasTestingData", "ai:hasValidationData", "ai:hasModel"),
    )
)
"""Published properties whose subject rests on their object (PROV-O, DCAT-AP, DPV, MLDCAT-AP, schema.org)."""
GIVES = (PROV + "generated", CKG + "developsModel", CKG + "developsSystem")
"""Properties whose object rests on their subject."""
USES, DEVELOPED, BUILT_ON = PROV + "used", CKG + "developsModel", expand("ai:hasModel")
_QUALIFIED = {
    PROV + "qualifiedDerivation": PROV + "wasDerivedFrom",
    PROV + "qualifiedPrimarySource": PROV + "hadPrimarySource",
    PROV + "qualifiedRevision": PROV + "wasRevisionOf",
    PROV + "qualifiedUsage": USES,
}
"""Properties that lead to a node that names what is rested on, and the plain property each stands for."""
_TRAINED = {expand(n) for n in ("it6:trainedOn", "ai:hasTrainingData")}
_TAUGHT = (*(PREFIXES[p] for p in ("ai", "eu-aiact", "it6", "tech")), "https://w3id.org/airo#")
_FINE_TUNED = expand("it6:fineTunedFrom")
_MODEL, _SYSTEM = re.compile(r"Model$|^LLM$"), re.compile(r"AISystem|GPAISystem$|^GPAI$")
_ABOUT = tuple(NamedNode(n) for n in (RDF + "Statement", CKG + "Hint", DCAT + "CatalogRecord"))
"""What an import says about its own statements: where each was quoted from is no descent of data."""
_NOTHING = {NONE, NOT_ASSESSED}
Nodes = dict[NamedNode, str]


@dataclass(frozen=True, order=True)
class Link:
    """A statement that one node rests on another: the IRI of the property, and where it was read."""

    upstream: str
    downstream: str
    property: str
    places: tuple[Origin, ...] = ()


class Links:
    """The links of everything that was read, in all descriptions together."""

    def __init__(self, reasoned: Reasoned) -> None:
        self._reasoned = reasoned
        self._store, self._facts = reasoned.store, reasoned.facts.store
        aside = {q.subject for kind in _ABOUT for q in matching(self._facts, None, TYPE, kind, None)}
        self._found: dict[tuple[NamedNode, NamedNode, str], set[Origin]] = {}
        for up, down, property_, places in (*self._stated(), *self._qualified(), *self._derived(), *self._of_project()):
            if not {up, down} & aside:
                self._found.setdefault((up, down, property_), set()).update(places)
        self._gives: dict[NamedNode, set[str]] = {}
        self._rests: dict[NamedNode, set[str]] = {}
        for up, down, property_ in self._found:
            self._gives.setdefault(up, set()).add(property_)
            self._rests.setdefault(down, set()).add(property_)

    def graph(self) -> DiGraph[NamedNode]:
        """The nodes, and an edge from each to what rests on it, with the set of its `properties`."""
        graph = new_graph()
        lone = {q.subject for q in matching(self._store, None, TYPE, NamedNode(CKG + "DescribedDataset"), None)}
        graph.add_nodes_from(sorted(lone, key=str))
        for up, down, property_ in sorted(self._found, key=str):
            if not graph.has_edge(up, down):
                graph.add_edge(up, down, properties=set())
            graph.edges[up, down]["properties"].add(property_)
        return graph

    def all(self) -> Iterator[tuple[NamedNode, NamedNode, str, tuple[Origin, ...]]]:
        """Each link, upstream first, with its property and places."""
        for (up, down, property_), places in self._found.items():
            yield up, down, property_, tuple(sorted(places, key=lambda o: (o.file, o.line or 0)))

    def kind(self, node: NamedNode) -> str:
        """`system`, `model`, `processing` or `dataset`: as typed, else as the links say."""
        types = {q.object.value for q in matching(self._store, node, TYPE, None, None)}
        names = {t[len(base) :] for t in types for base in _TAUGHT if t.startswith(base)}
        ups, downs = self._gives.get(node, set()), self._rests.get(node, set())
        if any(_SYSTEM.search(n) for n in names) or downs & {BUILT_ON, CKG + "developsSystem"}:
            return "system"
        learnt = downs & {DEVELOPED, *_TRAINED} or ups & {BUILT_ON} or _FINE_TUNED in ups | downs
        if any(_MODEL.search(n) for n in names) or learnt:
            return "model"
        done = {CKG + "DescribedProcessing", PROV + "Activity", expand("dpv:Process")}
        if types & done or USES in downs or ups & {PROV + "wasGeneratedBy", *GIVES}:
            return "processing"
        return "dataset"

    def rests(self, node: NamedNode) -> bool:
        """True when something is stated on what the node rests on."""
        return node in self._rests

    def described(self, node: NamedNode) -> bool:
        """True when something is stated of the node itself."""
        return next(iter(matching(self._facts, node, None, None, None)), None) is not None

    def _places(self, quad: Quad) -> tuple[Origin, ...]:
        return tuple(self._reasoned.facts.origins.get(Triple(quad.subject, quad.predicate, quad.object), ()))

    def _stated(self) -> Iterator[tuple[NamedNode, NamedNode, str, tuple[Origin, ...]]]:
        for names, turned in ((RESTS_ON, False), (GIVES, True)):
            for name in names:
                for quad in matching(self._facts, None, NamedNode(name), None, None):
                    if not _is_node(quad.object) or (name == USES and self._is_project(quad.subject)):
                        continue
                    up, down = (quad.subject, quad.object) if turned else (quad.object, quad.subject)
                    if not (turned and self._is_project(up)):
                        yield up, down, name, self._places(quad)

    def _qualified(self) -> Iterator[tuple[NamedNode, NamedNode, str, tuple[Origin, ...]]]:
        for qualified, plain in _QUALIFIED.items():
            for quad in matching(self._facts, None, NamedNode(qualified), None, None):
                for named in matching(self._facts, quad.object, NamedNode(PROV + "entity"), None, quad.graph_name):
                    if _is_node(named.object) and not self._is_project(quad.subject):
                        yield named.object, quad.subject, plain, self._places(named)

    def _derived(self) -> Iterator[tuple[NamedNode, NamedNode, str, tuple[Origin, ...]]]:
        """Uses that follow from what is said of the project, system or model."""
        of = NamedNode(CKG + "ofProcessing"), NamedNode(CKG + "ofDataset")
        for quad in matching(self._store, None, of[0], None, None):
            for used in matching(self._store, quad.subject, of[1], None, quad.graph_name):
                yield used.object, quad.object, USES, ()

    def _of_project(self) -> Iterator[tuple[NamedNode, NamedNode, str, tuple[Origin, ...]]]:
        """What a project develops rests on its processings of the development phase."""
        phases = {NamedNode(CKG + n) for n in ("DevelopmentPhase", "DevelopmentAndDeployment")}
        for quad in matching(self._store, None, NamedNode(CKG + "hasProcessing"), None, None):
            graph = quad.graph_name
            stages = {q.object for q in matching(self._store, quad.object, NamedNode(CKG + "phase"), None, graph)}
            for name in GIVES[1:] if stages & phases else ():
                for given in matching(self._facts, quad.subject, NamedNode(name), None, graph):
                    yield quad.object, given.object, name, self._places(given)

    def _is_project(self, node: NamedNode) -> bool:
        return next(iter(matching(self._facts, node, NamedNode(CKG + "hasProcessing"), None, None)), None) is not None


def _is_node(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value not in _NOTHING
