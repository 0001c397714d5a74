"""Which triples belong together: a graph per project, and per partial description that no project reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import BlankNode, NamedNode, Triple

from cnil_kg.inputs.normalise import namespace
from cnil_kg.vocab import CKG, DPV, PREFIXES, PROV, RDF

GRAPH = "urn:cnil-kg:graph:"
BNODE = "urn:cnil-kg:bnode:"
VOCABULARY = NamedNode(GRAPH + "vocabulary")
"""The graph of what the inputs state about terms of known vocabularies."""

BACKWARD = frozenset(
    {CKG + "partOfProject", CKG + "ofProcessing", PROV + "wasGeneratedBy"}
    | {CKG + "hintAbout", RDF + "subject", PREFIXES["foaf"] + "primaryTopic"}
)
"""Properties that a description also follows from object to subject; the last three lead to what an import notes
about a resource and to the catalog's record of it, which are no description of their own."""

_OWNS = NamedNode(CKG + "hasProcessing"), NamedNode(DPV + "hasProcess")
_OWNED_BY = NamedNode(CKG + "partOfProject")
_TYPE = NamedNode(RDF + "type")
_PROJECT = NamedNode(CKG + "Project")


@dataclass(frozen=True)
class Part:
    """The triples of one description, with its graph and, unless it is partial, its project."""

    graph: NamedNode
    project: NamedNode | None
    triples: tuple[Triple, ...]


def blank_again(term: object) -> object:
    """A node that got a name because it was blank, as a blank node; any other term as it is."""
    if isinstance(term, NamedNode) and term.value.startswith(BNODE):
        return BlankNode("n" + term.value[len(BNODE) :].replace(":", "x"))
    return term


def partition(triples: Iterable[Triple], known: Mapping[str, object]) -> tuple[Part, ...]:
    """Sort the triples of a run into descriptions.

    Args:
        triples: all of them, without blank nodes, in order.
        known: the namespaces of known vocabularies: their terms are mentioned by all and link nothing.

    Returns:
        The projects by IRI, then the partial descriptions by graph name; what two of them reach is in both.
    """
    links = _Links(triples, known)
    parts = [
        Part(_graph(project), project, links.stated(links.reach([project], project)))
        for project in sorted(links.projects, key=_by_iri)
    ]
    reached = {triple.subject for part in parts for triple in part.triples}
    partial = [
        Part(graph, None, links.stated(nodes if graph == VOCABULARY else links.reach(nodes, None)))
        for graph, nodes in _components(links, [node for node in links.subjects if node not in reached])
    ]
    return (*parts, *sorted(partial, key=lambda part: part.graph.value))


class _Links:
    """The triples by subject, and the way back along `BACKWARD`."""

    def __init__(self, triples: Iterable[Triple], known: Mapping[str, object]) -> None:
        self.subjects: dict[NamedNode, list[Triple]] = {}
        self.projects: set[NamedNode] = set()
        self._back: dict[NamedNode, list[NamedNode]] = {}
        self._owners: dict[NamedNode, set[NamedNode]] = {}
        backward = {NamedNode(iri) for iri in BACKWARD}
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            assert isinstance(subject, NamedNode)
            self.subjects.setdefault(subject, []).append(triple)
            if not isinstance(value, NamedNode):
                continue
            if predicate == _TYPE and value == _PROJECT:
                self.projects.add(subject)
            if predicate in backward:
                self._back.setdefault(value, []).append(subject)
            if predicate in _OWNS:
                self._owners.setdefault(value, set()).add(subject)
            if predicate == _OWNED_BY:
                self._owners.setdefault(subject, set()).add(value)
        self._owners = {node: owners & self.projects for node, owners in self._owners.items() if owners & self.projects}
        self.vocabulary = {node for node in self.subjects if namespace(node.value) in known}

    def reach(self, starts: Iterable[NamedNode], project: NamedNode | None) -> dict[NamedNode, None]:
        """The described nodes of a description; other projects and their processings are its border."""
        found = dict.fromkeys(starts)
        waiting = list(found)
        while waiting:
            node = waiting.pop()
            nearby = [triple.object for triple in self.subjects.get(node, ())]
            for other in (*nearby, *self._back.get(node, ())):
                if isinstance(other, NamedNode) and other not in found and self._inside(other, project):
                    found[other] = None
                    waiting.append(other)
        return found

    def _inside(self, node: NamedNode, project: NamedNode | None) -> bool:
        if node not in self.subjects or node in self.vocabulary or node in self.projects:
            return False
        owners = self._owners.get(node)
        return owners is None or project in owners

    def stated(self, nodes: Iterable[NamedNode]) -> tuple[Triple, ...]:
        """What is stated about the nodes."""
        return tuple(triple for node in nodes for triple in self.subjects.get(node, ()))


def _components(links: _Links, nodes: list[NamedNode]) -> list[tuple[NamedNode, list[NamedNode]]]:
    """The nodes in groups that link each other, with the graph name of each group."""
    leader = {node: VOCABULARY if node in links.vocabulary else node for node in nodes}
    leader[VOCABULARY] = VOCABULARY

    def top(node: NamedNode) -> NamedNode:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for node in nodes:
        for triple in links.subjects[node]:
            value = triple.object
            if not isinstance(value, NamedNode) or value not in leader or value in links.vocabulary:
                continue
            if node not in links.vocabulary or value.value.startswith(BNODE):
                one, other = top(node), top(value)
                leader[one if other == VOCABULARY else other] = other if other == VOCABULARY else one
    groups: dict[NamedNode, list[NamedNode]] = {}
    for node in nodes:
        groups.setdefault(top(node), []).append(node)
    return [
        (VOCABULARY if lead == VOCABULARY else _graph(min(group, key=_named_first)), group)
        for lead, group in groups.items()
    ]


def _graph(node: NamedNode) -> NamedNode:
    return NamedNode(GRAPH + quote(node.value, safe=""))


def _by_iri(node: NamedNode) -> str:
    return node.value


def _named_first(node: NamedNode) -> tuple[bool, str]:
    return (node.value.startswith(BNODE), node.value)
