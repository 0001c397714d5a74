"""JSON-LD beside the parser: lines of properties, keys that no context maps, contexts that are not inline.

The parser reads JSON-LD whole, drops the keys it does not know and gives no position. This module reads the
same text as plain JSON with positions, and expands its keys by the inline contexts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad

from cnil_kg.inputs.contexts import Context
from cnil_kg.inputs.guards import printable
from cnil_kg.inputs.jsontree import Json, Object, listed, read
from cnil_kg.inputs.lines import BASE
from cnil_kg.inputs.sources import Document
from cnil_kg.model import Origin, Text, Warning_
from cnil_kg.vocab import RDF

_INDEXED = frozenset({"@index", "@language", "@id", "@type", "@graph"})
_NODES = frozenset({"@graph", "@included", "@list", "@set"})

_Next = Iterator[tuple[Json, Context, bool]]
"""Values still to walk, each with its context and whether its keys are an index instead of properties."""


class Inspection:
    """What the text of a JSON-LD document tells beside its triples.

    Attributes:
        warnings: `unknown-key`, once for each key.

    Raises:
        InputError: a context that is not inline, or values nested too deep.
    """

    def __init__(self, document: Document) -> None:
        self.warnings: list[Warning_] = []
        self._name = document.name
        self._base = BASE.format(number=document.number)
        self._told: set[str] = set()
        self._lines: dict[tuple[str | None, str], list[int]] = {}
        self._walk(read(document))

    def placed(self, quads: Iterable[tuple[Quad, int | None]]) -> Iterator[tuple[Quad, int | None]]:
        """The quads with the line of their key; None where several keys could be it."""
        for quad, _ in quads:
            subject = quad.subject.value if isinstance(quad.subject, NamedNode) else str(quad.subject)
            lines = self._lines.get((subject, quad.predicate.value), [])
            lines = lines or self._lines.get((None, quad.predicate.value), [])
            yield quad, lines[0] if len(lines) == 1 else None

    def _walk(self, tree: Json) -> None:
        waiting: list[tuple[Json, Context, bool]] = [(tree, Context(self._base), False)]
        while waiting:
            value, context, indexed = waiting.pop()
            if isinstance(value, list):
                waiting += [(item, context, indexed) for item in reversed(value)]
            elif isinstance(value, Object) and indexed:
                waiting += [(item, context, False) for _, _, item in reversed(value.entries)]
            elif isinstance(value, Object):
                waiting += reversed(list(self._node(value, context)))

    def _node(self, node: Object, context: Context) -> _Next:
        """Note the keys of a node; give what is to be walked next."""
        context = self._active(node, context)
        subject = None
        for key, _, value in node.entries:
            if context.expand(key) == "@id" and isinstance(value, str):
                subject = context.identify(value)
        yield from self._entries(node, subject, context)

    def _entries(self, node: Object, subject: str | None, context: Context) -> _Next:
        for key, line, value in node.entries:
            name = context.expand(key)
            if name is None:
                self._unknown(key, line)
            elif name in _NODES:
                yield value, context, False
            elif name == "@reverse":
                yield from self._reverse(value, context)
            elif name == "@nest":
                for item in listed(value):
                    if isinstance(item, Object):
                        yield from self._entries(item, subject, context)
            elif name == "@type" or (name and not name.startswith("@")):
                if key not in context.reverse:
                    iri = RDF + "type" if name == "@type" else name
                    self._lines.setdefault((subject, iri), []).append(line)
                yield from self._value(key, value, context)

    def _value(self, key: str, value: Json, context: Context) -> _Next:
        containers = context.containers.get(key, frozenset())
        if "@json" not in containers:
            if key in context.scoped:
                context = context.extended(context.scoped[key], self._name, self._base)
            yield value, context, bool(containers & _INDEXED)

    def _reverse(self, value: Json, context: Context) -> _Next:
        for key, line, item in value.entries if isinstance(value, Object) else ():
            if context.expand(key) is None:
                self._unknown(key, line)
            yield item, context, False

    def _active(self, node: Object, context: Context) -> Context:
        if "@context" in node:
            context = context.extended(node.get("@context"), self._name, self._base)
        for key, _, value in node.entries:
            if context.expand(key) == "@type":
                for name in listed(value):
                    if isinstance(name, str) and name in context.scoped:
                        context = context.extended(context.scoped[name], self._name, self._base)
        return context

    def _unknown(self, key: str, line: int) -> None:
        if key in self._told:
            return
        self._told.add(key)
        key = printable(key)
        text = Text(
            f"La clé « {key} » n'est définie par aucun contexte : elle n'est pas lue.",
            f'No context defines the key "{key}": it is not read.',
        )
        self.warnings.append(Warning_("unknown-key", text, Origin(self._name, line), key))
