"""How to reach a node that has no name: from the nearest named one, property by property."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from cnil_kg.model import Origin
from cnil_kg.projects import BNODE
from cnil_kg.vocab import RDF, shrink

_REST = NamedNode(RDF + "rest")
_LONGEST = 40


@dataclass(frozen=True)
class _Step:
    """One property on the way; `times` when the same one is followed again and again along a list."""

    before: _Step | None
    text: str
    length: int
    times: int = 1

    def __str__(self) -> str:
        texts: list[str] = []
        step: _Step | None = self
        while step is not None:
            if len(texts) < _LONGEST or step.before is None:
                texts.append(f"{step.text}{{{step.times}}}" if step.times > 1 else step.text)
            step = step.before
        if self.length >= _LONGEST:
            texts.insert(-1, "...")
        return " / ".join(reversed(texts))


def paths(origins: Mapping[Triple, Iterable[Origin]]) -> dict[NamedNode, str]:
    """The way to each node that was blank.

    Args:
        origins: all triples, in order, with where they were read.

    Returns:
        For each such node `<nearest named node> / property[n] / ...`, n counting the siblings without a name
        when there are several; `anonymous node at <file>:<line>` for one that no named node reaches.
    """
    links, blank = _links(origins)
    found: dict[NamedNode, _Step] = {}
    named = sorted((node for node in links if not _is_blank(node)), key=lambda node: node.value)
    waiting = deque((node, _Step(None, node.value, 0)) for node in named)
    while waiting:
        node, way = waiting.popleft()
        for predicate, values in links.get(node, {}).items():
            for index, value in enumerate(values, 1):
                if value not in found:
                    found[value] = _further(way, predicate, f"[{index}]" if len(values) > 1 else "")
                    waiting.append((value, found[value]))
    return {node: str(found[node]) if node in found else _anonymous(place) for node, place in blank.items()}


def _links(
    origins: Mapping[Triple, Iterable[Origin]],
) -> tuple[dict[NamedNode, dict[NamedNode, list[NamedNode]]], dict[NamedNode, Origin]]:
    """The nodes without a name that each node points to, by property; and where each was first read."""
    links: dict[NamedNode, dict[NamedNode, list[NamedNode]]] = {}
    blank: dict[NamedNode, Origin] = {}
    for triple, places in origins.items():
        subject, value = triple.subject, triple.object
        assert isinstance(subject, NamedNode)
        for node in (subject, value):
            if isinstance(node, NamedNode) and node not in blank and _is_blank(node):
                blank[node] = next(iter(places))
        if isinstance(value, NamedNode) and value in blank:
            links.setdefault(subject, {}).setdefault(triple.predicate, []).append(value)
    return links, blank


def _further(way: _Step, predicate: NamedNode, index: str) -> _Step:
    text = shrink(predicate.value) + index
    if predicate == _REST and way.text == text and way.before is not None:
        return _Step(way.before, text, way.length, way.times + 1)
    return _Step(way, text, way.length + 1)


def _anonymous(place: Origin) -> str:
    return f"anonymous node at {place.file}" + (f":{place.line}" if place.line is not None else "")


def _is_blank(node: NamedNode) -> bool:
    return node.value.startswith(BNODE)
