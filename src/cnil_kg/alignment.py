"""Nodes without a name, paired between two versions of a description, so that each is the same node in both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode, Quad, Store, Triple

from cnil_kg.inputs.projects import BNODE, GRAPH
from cnil_kg.model import Facts
from cnil_kg.vocab import PROV

_KEYS = (NamedNode(PROV + "agent"), NamedNode(PROV + "entity"))
"""What tells an association or a usage from another: two of them with another actor or dataset are not the same."""
_Group = tuple[object, object]


def aligned(old: Facts, new: Facts) -> Facts:
    """The facts of the older version, its nodes without a name called like those of the newer one.

    Nodes are paired from the named ones on, property by property, those that hold most in common first; what has no
    partner gets a name of its own.
    """
    pairs = _Pairing(old, new).pairs()
    names = {node: pairs.get(node) or _own(node) for node in old.paths}
    taken = set(new.paths.values())
    paths = {}
    for node, path in old.paths.items():
        partner = pairs.get(node)
        paths[names[node]] = new.paths[partner] if partner else f"{path} (-)" if path in taken else path
    graphs = {NamedNode(GRAPH + quote(n.value, safe="")): NamedNode(GRAPH + quote(m.value, safe=""))
              for n, m in names.items()}  # fmt: skip

    def called(term: Any) -> Any:
        return names.get(term, term)

    store = Store()
    store.extend(
        Quad(called(q.subject), q.predicate, called(q.object), graphs.get(q.graph_name, q.graph_name))
        for q in old.store
    )
    return replace(
        old,
        store=store,
        paths=paths,
        origins={Triple(called(t.subject), t.predicate, called(t.object)): o for t, o in old.origins.items()},
        descriptions=tuple(
            replace(d, graph=graphs.get(d.graph, d.graph), project=d.project and called(d.project))
            for d in old.descriptions
        ),
    )


def _own(node: NamedNode) -> NamedNode:
    return NamedNode(f"{BNODE}0:{node.value[len(BNODE) :]}")


class _Side:
    """One version: what is stated about each node, and where each node without a name hangs."""

    def __init__(self, facts: Facts) -> None:
        self.blank = facts.paths
        self.stated: dict[Any, set[tuple[Any, Any]]] = {}
        self.above: dict[Any, list[tuple[Any, Any]]] = {}
        for triple in facts.origins:
            self.stated.setdefault(triple.subject, set()).add((triple.predicate, triple.object))
            if triple.object in self.blank:
                self.above.setdefault(triple.object, []).append((triple.subject, triple.predicate))

    def groups(self, names: dict[Any, Any], waiting: Iterable[Any]) -> dict[_Group, list[Any]]:
        """The nodes that wait, by the node and property they hang from, once that node is known in both versions."""
        found: dict[_Group, list[Any]] = {}
        for node in waiting:
            for parent, predicate in self.above.get(node, [(None, None)]):
                if parent not in self.blank or parent in names:
                    found.setdefault((names.get(parent, parent), predicate), []).append(node)
        return found

    def says(self, node: Any, names: dict[Any, Any]) -> set[tuple[Any, Any]]:
        """What is stated about a node, without what hangs from it and has no name yet."""
        stated = self.stated.get(node, ())
        return {(p, names.get(o, o)) for p, o in stated if o not in self.blank or o in names}


class _Pairing:
    def __init__(self, old: Facts, new: Facts) -> None:
        self.old, self.new = _Side(old), _Side(new)
        self.found: dict[Any, Any] = {}
        self.taken: set[Any] = set()

    def pairs(self) -> dict[Any, Any]:
        """For each node of the older version that has one, its partner."""
        while self._round():
            pass
        return self.found

    def _round(self) -> bool:
        same = {node: node for node in self.taken}
        left = self.old.groups(self.found, [n for n in self.old.blank if n not in self.found])
        right = self.new.groups(same, [n for n in self.new.blank if n not in same])
        before = len(self.found)
        for group, nodes in left.items():
            self._pair(nodes, right.get(group, []), same)
        return len(self.found) > before

    def _pair(self, nodes: list[Any], others: list[Any], same: dict[Any, Any]) -> None:
        """Pair the nodes that hang from the same place, the most alike first."""
        said = [self.old.says(n, self.found) for n in nodes]
        answered = [self.new.says(n, same) for n in others]
        ranked = sorted(
            (-len(one & other), abs(i - j), i, j)
            for i, one in enumerate(said)
            for j, other in enumerate(answered)
            if _may_be_one(one, other) and (one & other or len(nodes) == len(others) == 1)
        )
        for _, _, i, j in ranked:
            if nodes[i] not in self.found and others[j] not in self.taken:
                self.found[nodes[i]] = others[j]
                self.taken.add(others[j])


def _may_be_one(one: set[tuple[Any, Any]], other: set[tuple[Any, Any]]) -> bool:
    for key in _KEYS:
        values = {o for p, o in one if p == key}, {o for p, o in other if p == key}
        if values[0] and values[1] and not values[0] & values[1]:
            return False
    return True
