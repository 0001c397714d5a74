"""What queries are asked of: what was stated, derived and concluded, in one store.

| graph | content |
|---|---|
| default | the layers chosen, together |
| `urn:cnil-kg:stated` | what the descriptions state, verdicts they claim left out |
| `urn:cnil-kg:derived` | what the rules derive from it |
| `urn:cnil-kg:verdicts` | conclusions, findings and contradictions, the undetermined ones included |
| the IRI of a project | what is stated and derived about it |
| `urn:cnil-kg:ontology` | the vocabulary with its labels, and the day of the law applied |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from cnil_kg.conclude import Concluder
from cnil_kg.errors import CnilKgError
from cnil_kg.model import Description, Examined
from cnil_kg.reason import TODAY, Reasoned
from cnil_kg.report import count
from cnil_kg.rulebook import Rulebook
from cnil_kg.runs import reasoned_upon
from cnil_kg.vocab import CKG, XSD

LAYERS = ("stated", "derived", "verdicts")
OURS = "urn:cnil-kg:"
ONTOLOGY = NamedNode(OURS + "ontology")


@dataclass(frozen=True)
class Dataset:
    """A store to query.

    Attributes:
        store: the graphs above.
        layers: those that were filled.
        graphs: the IRIs of its named graphs.
        paths: for nodes that were blank, how to reach them (`Facts.paths`).
        examined: how much was looked at.
        errors: inputs that could not be read.
    """

    store: Store
    layers: tuple[str, ...]
    graphs: frozenset[str]
    paths: Mapping[NamedNode, str]
    book: Rulebook
    as_of: str
    examined: Examined
    errors: tuple[CnilKgError, ...] = ()

    @property
    def described(self) -> bool:
        """True when anything was there to examine."""
        e = self.examined
        return bool(e.projects + e.processings + e.datasets + e.actors)


def dataset(
    inputs: Sequence[str],
    *,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    as_of: str | None = None,
    layers: Collection[str] = LAYERS,
) -> Dataset:
    """Load and reason, and fill the layers asked for.

    Args:
        inputs: files, folders, `-`.
        format: the syntax, where names do not tell it.
        stdin: what `-` reads.
        as_of: ISO date of the law to apply, default today.
        layers: some of LAYERS; verdicts are by far the slowest.
    """
    return fill(reasoned_upon(inputs, format=format, stdin=stdin, as_of=as_of), layers)


def fill(reasoned: Reasoned, layers: Collection[str] = LAYERS, concluder: Concluder | None = None) -> Dataset:
    """The dataset of a run; `concluder` when the run has one that knows its conclusions."""
    facts, book = reasoned.facts, reasoned.rulebook
    examined = count(reasoned)
    names = {d.graph: _graph(d) for d in facts.descriptions}
    store = Store()
    store.extend(Quad(q.subject, q.predicate, q.object, ONTOLOGY) for q in book.constants)
    today = Literal(reasoned.as_of, datatype=NamedNode(XSD + "date"))
    store.add(Quad(TODAY, NamedNode(CKG + "value"), today, ONTOLOGY))
    graphs = {ONTOLOGY.value}
    for layer in LAYERS:
        if layer in layers:
            home = NamedNode(OURS + layer)
            graphs.add(home.value)
            # read whole before it is written: the verdicts are worked out on the store of the run
            for triple, graph in _triples(reasoned, layer, concluder):
                places: list[Any] = [home, DefaultGraph()] + ([names[graph]] if graph is not None else [])
                store.extend(Quad(triple.subject, triple.predicate, triple.object, place) for place in places)
    graphs |= {g.value for g in store.named_graphs() if isinstance(g, NamedNode)}
    kept = tuple(layer for layer in LAYERS if layer in layers)
    return Dataset(store, kept, frozenset(graphs), facts.paths, book, reasoned.as_of, examined, facts.errors)


def _triples(reasoned: Reasoned, layer: str, concluder: Concluder | None) -> Iterator[tuple[Triple, NamedNode | None]]:
    """The triples of a layer, each with the graph of its description; a verdict belongs to no description."""
    if layer == "verdicts":
        yield from ((triple, None) for triple in _concluded(concluder or Concluder(reasoned)))
    else:
        forged = set(reasoned.forged)
        quads = (
            (q for q in reasoned.facts.store if q not in forged)
            if layer == "stated"
            else (q for q in reasoned.derived if q in reasoned.store)
        )
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                yield quad.triple, quad.graph_name


def _concluded(concluder: Concluder) -> Iterator[Triple]:
    from cnil_kg.sparql.verdicts import verdict_triples  # noqa: PLC0415  (rdflib and pySHACL, where needed)

    yield from verdict_triples(concluder)


def _graph(description: Description) -> NamedNode:
    """The name of a description's graph: its project, unless that would pass for a graph of ours."""
    project = description.project
    return project if project is not None and not project.value.startswith(OURS) else description.graph
