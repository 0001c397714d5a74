"""Titles and values in words, for registers and catalogs."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from cnil_kg.inputs.projects import BNODE
from cnil_kg.model import Text
from cnil_kg.vocab import NONE, NOT_ASSESSED, expand
from cnil_kg.writers.record import Export

_UNSTATED = Text("non indiqué", "not stated")
_NO = Text("aucun, déclaré", "none, as stated")
_NAMES = tuple(
    expand(name)
    for name in ("foaf:name", "dpv:hasName", "skos:prefLabel", "rdfs:label", "dct:title", "dct:description")
)


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


class Names:
    """Nodes and values as a reader of a register or a catalog knows them."""

    def __init__(self, export: Export, lang: str) -> None:
        self._export, self._lang = export, lang

    def title(self, processing: NamedNode) -> str:
        return self._name(processing) or _UNSTATED.of(self._lang)

    def known(self, node: NamedNode) -> str:
        """The title of a node, else the label of a term, else the end of its IRI."""
        label = self._export.rulebook.label(node.value).of(self._lang)
        return self._name(node) or (label if "://" not in label else node.value.rstrip("/#").rpartition("/")[2])

    def values(self, processing: NamedNode, property_: str) -> str:
        """The values of a column, sorted, separated by semicolons."""
        found = {
            self._shown(t.object)
            for t in self._export.by_subject.get(processing, ())
            if t.predicate.value == expand(property_)
        }
        return "; ".join(sorted(found - {""})) or _UNSTATED.of(self._lang)

    def _shown(self, value: object) -> str:
        if isinstance(value, Literal):
            return value.value
        assert isinstance(value, NamedNode)
        if value.value == NONE:
            return _NO.of(self._lang)
        if value.value == NOT_ASSESSED:
            return ""
        name = self._name(value)
        if name or value.value.startswith(BNODE):
            return name
        label = self._export.rulebook.label(value.value).of(self._lang)
        return label if label in ("", value.value) or "://" in label else f"{label} <{value.value}>"

    def _name(self, node: NamedNode) -> str:
        texts = [
            t
            for t in self._export.by_subject.get(node, ())
            if t.predicate.value in _NAMES and isinstance(t.object, Literal)
        ]
        texts.sort(key=lambda t: (self._foreign(t), _NAMES.index(t.predicate.value), str(t.object)))
        return str(texts[0].object.value) if texts else ""  # type: ignore[union-attr]

    def _foreign(self, triple: Triple) -> bool:
        language = getattr(triple.object, "language", None)
        return language is not None and not language.lower().startswith(self._lang)
