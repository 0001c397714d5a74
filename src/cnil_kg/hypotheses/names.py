"""Nodes by the names a reader uses: IRI, prefixed name of the file, or the last part of the IRI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, RdfFormat, parse

from cnil_kg.errors import UnknownTermError
from cnil_kg.inputs.lines import BASE
from cnil_kg.inputs.normalise import namespace
from cnil_kg.inputs.projects import BNODE
from cnil_kg.inputs.shortnames import nearest
from cnil_kg.inputs.sources import Document
from cnil_kg.model import Facts
from cnil_kg.vocab import PREFIXES

_FORMATS = {"turtle": RdfFormat.TURTLE, "trig": RdfFormat.TRIG, "rdfxml": RdfFormat.RDF_XML}


def prefixes(documents: Iterable[Document]) -> dict[str, str]:
    """The prefixes that documents declare, the last one first served, and ours."""
    found = dict(PREFIXES)
    for document in documents:
        if document.format in _FORMATS:
            found |= _declared(document)
        elif document.format == "yaml":
            found |= _of_yaml(document)
    return found


def _declared(document: Document) -> Mapping[str, str]:
    base = BASE.format(number=document.number)
    parser = parse(document.data, format=_FORMATS[document.format], base_iri=base)
    try:
        for _ in parser:
            pass
    except SyntaxError:  # told by the loader
        return {}
    return dict(parser.prefixes)


def _of_yaml(document: Document) -> Mapping[str, str]:
    import yaml  # noqa: PLC0415

    try:
        tree = yaml.safe_load(document.data)
    except (yaml.YAMLError, ValueError):  # told by the loader
        return {}
    declared = tree.get("prefixes") if isinstance(tree, dict) else None
    if not isinstance(declared, dict):
        return {}
    return {str(name): iri for name, iri in declared.items() if isinstance(iri, str)}


@dataclass
class Lookup:
    """The nodes that a description speaks of.

    Attributes:
        prefixes: prefix -> namespace.
        described: the nodes that something is stated about, or that are named in a statement.
    """

    prefixes: Mapping[str, str]
    described: frozenset[NamedNode]
    by_local: dict[str, list[NamedNode]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_local = {}
        for node in sorted(self.described, key=lambda n: n.value):
            if not node.value.startswith(BNODE):
                self.by_local.setdefault(_local(node.value), []).append(node)

    def node(self, text: str, where: str) -> NamedNode:
        """The described node that a text names.

        Raises:
            UnknownTermError: it names none, or several.
        """
        if text.startswith("<") and text.endswith(">"):
            text = text[1:-1]
        prefix, colon, local = text.partition(":")
        iri = self.prefixes[prefix] + local if colon and prefix in self.prefixes else text
        if NamedNode(iri) in self.described if ":" in iri else False:
            return NamedNode(iri)
        found = self.by_local.get(text, [])
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"<{n.value}>" for n in found)
            raise UnknownTermError(f"{text} could be several things", where, f"Write one of {listed}.")
        near = nearest(_local(iri), self.by_local)
        raise UnknownTermError(f"nothing described is called {text}", where, near or self._listed())

    def _listed(self) -> str:
        return f"Described: {', '.join(list(self.by_local)[:12])}."

    def shown(self, node: NamedNode) -> str:
        """The shortest name that finds a node again."""
        local = _local(node.value)
        return local if self.by_local.get(local) == [node] else node.value


def _local(iri: str) -> str:
    return iri[len(namespace(iri)) :] or iri


def lookup(facts: Facts, documents: Iterable[Document]) -> Lookup:
    """The names of what was read from some documents."""
    return Lookup(prefixes(documents), frozenset(_nodes(facts)))


def _nodes(facts: Facts) -> Iterator[NamedNode]:
    spaces = set(PREFIXES.values())
    for triple in facts.origins:
        for term in (triple.subject, triple.object):
            if isinstance(term, NamedNode) and namespace(term.value) not in spaces:
                yield term
