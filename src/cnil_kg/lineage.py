"""`cnil-kg lineage`: what data, models and systems rest on, and which conclusions come down to them.

A conclusion is shown as a verdict further down only where an entry says that it travels; elsewhere it is shown as
something to look at, with the reason. What is open upstream is open downstream, and nothing is read from silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal

from pyoxigraph import NamedNode

from cnil_kg.conclude import Concluder
from cnil_kg.errors import CnilKgError, UnknownTermError
from cnil_kg.links import BUILT_ON, USES, Link, Links
from cnil_kg.runs import reasoned_upon
from cnil_kg.states import DELETION, FOLLOWS, MODEL_ENTRY, Concern, State, States

if TYPE_CHECKING:
    from networkx import DiGraph

How = Literal["verdict", "toLookAt", "undetermined", "stopped"]


@dataclass(frozen=True)
class Arrival:
    """A state of a node upstream, as it reaches another.

    Attributes:
        state: the state there.
        origin: the node it is of.
        how: `verdict` where an entry says that it travels, `stopped` where an entry says that it ends here,
            `undetermined` where it is open upstream, `toLookAt` otherwise.
        ids: the entries that say so, or that bear on it.
        path: the nodes on the way, the origin first, this one last.
    """

    state: State
    origin: str
    how: How
    ids: tuple[str, ...]
    path: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """A dataset, model, system or processing, with its own states and those that reach it."""

    iri: str
    kind: str
    described: bool
    states: tuple[State, ...]
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True)
class Lineage:
    """What one run says about descent.

    Attributes:
        as_of: the day of the law.
        nodes: in an order that puts what is rested on first, cycles aside.
        links: each stated or derived link.
        cycles: nodes that rest on themselves, each cycle once.
        errors: the inputs that could not be read.
    """

    as_of: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    cycles: tuple[tuple[str, ...], ...]
    errors: tuple[CnilKgError, ...] = ()


def lineage(
    inputs: Sequence[str],
    *,
    subject: str | None = None,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    as_of: str | None = None,
) -> Lineage:
    """Follow data, models and systems through everything that is described.

    Args:
        inputs: files, folders, `-`.
        subject: an IRI, or its end: only what it rests on and what rests on it.
        format, stdin, as_of: as for `report.examine`.

    Raises:
        UnknownTermError: nothing of that name is linked.
        InputError: the library for graphs is not installed.
    """
    reasoned = reasoned_upon(inputs, format=format, stdin=stdin, as_of=as_of)
    concluder = Concluder(reasoned)
    links = Links(reasoned)
    graph = links.graph()
    shown = {node: concluder.names.node(node) for node in graph}
    if subject is not None:
        graph = _around(graph, subject, shown, bool(reasoned.facts.errors))
    travel = _Travel(graph, links, States(concluder, links), shown)
    return Lineage(
        reasoned.as_of,
        tuple(travel.node(n) for n in _in_order(graph, shown)),
        tuple(sorted(Link(shown[u], shown[d], p, o) for u, d, p, o in links.all() if u in graph and d in graph)),
        tuple(_cycles(graph, shown)),
        reasoned.facts.errors,
    )


class _Travel:
    def __init__(self, graph: DiGraph[NamedNode], links: Links, states: States, shown: dict[NamedNode, str]) -> None:
        self._graph, self._links, self._states, self._shown = graph, links, states, shown
        self._kinds = {node: links.kind(node) for node in graph}
        self._own = {node: states.of(node) for node in graph}
        self._arrivals: dict[NamedNode, list[Arrival]] = {node: [] for node in graph}
        for node in sorted(graph, key=str):
            for state in self._own[node]:
                if state.status in ("excluded", "undetermined", "toLookAt"):
                    self._spread(node, state)

    def node(self, node: NamedNode) -> Node:
        """A node with what reaches it, the firmest first."""
        order: tuple[How, ...] = ("verdict", "toLookAt", "stopped", "undetermined")
        arrivals = sorted(
            self._arrivals[node], key=lambda a: (order.index(a.how), a.state.concern, a.path, a.state.about)
        )
        return Node(self._shown[node], self._kinds[node], self._links.described(node), self._own[node], tuple(arrivals))

    def _spread(self, origin: NamedNode, state: State) -> None:
        """Bring a state to everything that rests on its node, by the shortest way; a cycle is gone through once."""
        paths: dict[NamedNode, tuple[NamedNode, ...]] = {origin: (origin,)}
        stopped: dict[NamedNode, tuple[NamedNode, ...]] = {}
        waiting = [origin]
        while waiting:
            here = waiting.pop(0)
            for further in sorted(self._graph.successors(here), key=str):
                if further in paths:
                    continue
                if self._ends(origin, state, further):
                    stopped.setdefault(further, (*paths[here], further))
                    continue
                paths[further] = (*paths[here], further)
                waiting.append(further)
        del paths[origin]
        for node, path in paths.items():
            how, ids = self._reaches(state, path)
            self._arrive(node, Arrival(state, self._shown[origin], how, ids, self._names(path)))
        for node, path in stopped.items():
            self._arrive(node, Arrival(state, self._shown[origin], "stopped", (FOLLOWS,), self._names(path)))

    def _arrive(self, node: NamedNode, arrival: Arrival) -> None:
        self._arrivals[node].append(arrival)

    def _names(self, path: Sequence[NamedNode]) -> tuple[str, ...]:
        return tuple(self._shown[n] for n in path)

    def _ends(self, origin: NamedNode, state: State, model: NamedNode) -> bool:
        """True at a model that, made anonymous, breaks the link with its unlawful development (F4A-32)."""
        if state.status != "excluded" or self._kinds[model] != "model":
            return False
        for maker in self._states.makers(model):
            cleared = any(s.concern == "deployment" and s.status == "established" for s in self._own.get(maker, ()))
            fallen = state.concern == "basis" and origin == maker
            barred = state.concern == "unlawful" and self._states.sanctioned(origin)
            if cleared and (fallen or (barred and self._graph.has_edge(origin, maker))):
                return True
        return False

    def _reaches(self, state: State, path: tuple[NamedNode, ...]) -> tuple[How, tuple[str, ...]]:
        """How a state reaches the end of a path, and by which entries."""
        if state.status == "undetermined":
            return "undetermined", state.ids
        if state.concern == "unlawful" and len(path) == 2 and USES in self._by(path[0], path[1]):
            about = self._shown[path[0]]
            excluded = ("reuse", "excluded", about) in {(s.concern, s.status, s.about) for s in self._own[path[1]]}
            ids = self._states.excluded_as_unlawful(path[1], path[0])
            if excluded and ids:
                return "verdict", ids
        if state.concern == "deployment" and state.status == "excluded" and self._is_deployment(path):
            return "verdict", state.ids
        return "toLookAt", _bearing(state.concern, self._kinds[path[-1]])

    def _is_deployment(self, path: tuple[NamedNode, ...]) -> bool:
        """A processing, the model it develops, and a system built on that very model: what the entry speaks of."""
        kinds = [self._kinds[n] for n in path]
        if kinds[:2] != ["processing", "model"] or path[0] not in self._states.makers(path[1]):
            return False
        return len(path) == 2 or (len(path) == 3 and BUILT_ON in self._by(path[1], path[2]))

    def _by(self, up: NamedNode, down: NamedNode) -> set[str]:
        found: set[str] = self._graph.edges[up, down]["properties"]
        return found


def _bearing(concern: Concern, kind: str) -> tuple[str, ...]:
    """The entries to read when something comes down to a node without a verdict."""
    if concern == "modelStatus":
        return (MODEL_ENTRY,)
    if kind not in ("model", "system"):
        return ()
    return (DELETION,) if concern == "withdrawn" else (FOLLOWS,)


def _around(graph: DiGraph[NamedNode], subject: str, shown: dict[NamedNode, str], unread: bool) -> DiGraph[NamedNode]:
    """The part of a graph above and below what is asked for."""
    from networkx import ancestors, descendants  # noqa: PLC0415

    asked = [n for n, name in shown.items() if name == subject or name.endswith(("/" + subject, "#" + subject))]
    if not asked and not unread:
        raise UnknownTermError("nothing of this name is linked to anything", subject, "Give an IRI of the description.")
    kept = set(asked).union(*(ancestors(graph, n) | descendants(graph, n) for n in asked))
    part: DiGraph[NamedNode] = graph.subgraph(kept)
    return part


def _in_order(graph: DiGraph[NamedNode], shown: dict[NamedNode, str]) -> Iterator[NamedNode]:
    """What is rested on first; the nodes of a cycle by name."""
    from networkx import condensation, lexicographical_topological_sort  # noqa: PLC0415

    groups = condensation(graph)
    first = {g: min(shown[n] for n in groups.nodes[g]["members"]) for g in groups}
    for group in lexicographical_topological_sort(groups, key=first.__getitem__):
        yield from sorted(groups.nodes[group]["members"], key=shown.__getitem__)


def _cycles(graph: DiGraph[NamedNode], shown: dict[NamedNode, str]) -> Iterator[tuple[str, ...]]:
    """One cycle of each part whose nodes all rest on each other, from its first name."""
    from networkx import find_cycle, strongly_connected_components  # noqa: PLC0415

    found = []
    for part in strongly_connected_components(graph):
        start = min(part, key=shown.__getitem__)
        if len(part) > 1 or graph.has_edge(start, start):
            ring = [shown[edge[0]] for edge in find_cycle(graph.subgraph(part), start)]
            turn = ring.index(min(ring))
            found.append(tuple(ring[turn:] + ring[:turn]))
    yield from sorted(found)
