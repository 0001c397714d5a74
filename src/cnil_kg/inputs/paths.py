"""How to reach a node that has no name: from the nearest named one, property by property."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from cnil_kg.model import Origin
from cnil_kg.vocab import RDF, shrink

_REST = NamedNode(RDF + "rest")
_LONGEST = 40

_Values = dict[NamedNode, dict[NamedNode, dict[NamedNode, None]]]
"""The nodes without a name that a node points to, by property, in order."""


@dataclass(frozen=True)
class _Way:
    """One property on the way from `root`; `times` when it is followed again and again along a list."""

    root: str
    before: _Way | None
    text: str
    times: int = 1

    def __str__(self) -> str:
        texts: list[str] = []
        way = self
        while way.before is not None and len(texts) < _LONGEST:
            texts.append(f"{way.text}{{{way.times}}}" if way.times > 1 else way.text)
            way = way.before
        if way.before is not None:
            texts.append("...")
        return " / ".join([self.root, *reversed(texts)])


def paths(links: Iterable[Triple], blank: Mapping[NamedNode, Origin]) -> dict[NamedNode, str]:
    """The way to each node that was blank.

    Args:
        links: the triples that point to such nodes, in order.
        blank: these nodes, each with where it was first met.

    Returns:
        For each of them `<nearest named node> / property[n] / ...`, n counting the siblings without a name
        when there are several. A node that no named one reaches is `anonymous node at <file>:<line>`, and leads on.
    """
    values: _Values = {}
    for link in links:
        assert isinstance(link.subject, NamedNode) and isinstance(link.object, NamedNode)
        values.setdefault(link.subject, {}).setdefault(link.predicate, {})[link.object] = None
    found: dict[NamedNode, _Way] = {}
    named = sorted((node for node in values if node not in blank), key=lambda node: node.value)
    _follow([(node, _Way(node.value, None, "")) for node in named], values, found)
    targets = {value for properties in values.values() for siblings in properties.values() for value in siblings}
    for heads in ([node for node in blank if node not in targets], blank):
        for node in heads:
            if node not in found:
                found[node] = _Way(_anonymous(blank[node]), None, "")
                _follow([(node, found[node])], values, found)
    return {node: str(found[node]) for node in blank}


def _follow(starts: list[tuple[NamedNode, _Way]], values: _Values, found: dict[NamedNode, _Way]) -> None:
    """The shortest ways from the starts to what is not found yet."""
    waiting = deque(starts)
    while waiting:
        node, way = waiting.popleft()
        for predicate, siblings in sorted(values.get(node, {}).items(), key=lambda item: item[0].value):
            for index, value in enumerate(siblings, 1):
                if value not in found:
                    found[value] = _further(way, predicate, f"[{index}]" if len(siblings) > 1 else "")
                    waiting.append((value, found[value]))


def _further(way: _Way, predicate: NamedNode, index: str) -> _Way:
    text = shrink(predicate.value) + index
    if predicate == _REST and way.text == text and way.before is not None:
        return _Way(way.root, way.before, text, way.times + 1)
    return _Way(way.root, way, text)


def _anonymous(place: Origin) -> str:
    return f"anonymous node at {place.file}" + (f":{place.line}" if place.line is not None else "")
