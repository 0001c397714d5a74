"""Names of nodes for a reader: IRIs as written, paths for what had no name."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Quad

from cnil_kg.vocab import shrink

PARTICIPATION = "urn:cnil-kg:participation:"
USE = "urn:cnil-kg:use:"


class Names:
    """How nodes are written in a report; `paths` is `Facts.paths`."""

    def __init__(self, paths: Mapping[NamedNode, str]) -> None:
        self.paths = paths

    def node(self, node: object) -> str:
        """A node: its IRI, the pair for a canonical participation or use, a path for an anonymous node."""
        if not isinstance(node, NamedNode):
            return str(node)
        for prefix, link, end in (
            (PARTICIPATION, "prov:qualifiedAssociation", "prov:agent"),
            (USE, "prov:qualifiedUsage", "prov:entity"),
        ):
            if node.value.startswith(prefix):
                processing, other = (self.node(NamedNode(unquote(p))) for p in pair(node.value, prefix))
                return f"{processing} / {link} [{end} {other}]"
        return self.paths.get(node, node.value)

    def term(self, term: object) -> str:
        """A value: the node, or the literal's text."""
        return term.value if isinstance(term, Literal) else self.node(term)

    def triple(self, quad: Quad) -> tuple[str, str, str]:
        return self.node(quad.subject), quad.predicate.value, self.term(quad.object)


def pair(iri: str, prefix: str) -> tuple[str, str]:
    """The two percent-encoded IRIs of a canonical node."""
    first, _, second = iri[len(prefix) :].partition(":")
    return first, second


def short(text: str) -> str:
    """A name with its IRIs as CURIEs where a known namespace fits."""
    return " ".join(shrink(word) if word.startswith("http") else word for word in text.split(" "))
