"""Records in RDF: their triples by subject, and the part of them that means something here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from cnil_kg.errors import InputError
from cnil_kg.inputs.lines import BASE
from cnil_kg.inputs.literals import Literals
from cnil_kg.inputs.reading import Reading
from cnil_kg.inputs.sources import Document, as_document
from cnil_kg.readers.collector import TYPE, Collector, blank
from cnil_kg.readers.record import Node, Source, Value
from cnil_kg.readers.words import silent
from cnil_kg.vocab import DPV, RDF, expand, shrink

_BASE = BASE.format(number=1)
_XML_IRI = re.compile(rb"""(\brdf:(?:about|resource)\s*=\s*)("[^"]*"|'[^']*')""")
_LABELS = frozenset(
    expand(name)
    for name in (
        "rdfs:label",
        "dct:description",
        "skos:prefLabel",
        "skos:editorialNote",
        "skos:definition",
        "rdfs:comment",
    )
) | {"http://www.w3.org/ns/dqv#hasBody"}
_OF_FILE = frozenset({"dct:title", "dct:issued", "dct:modified", "dct:language", "dct:type", "dct:conformsTo"})
"""What a distribution says of its file alone."""
_PERSON = frozenset(expand(name) for name in ("foaf:Person", "schema:Person", "prov:Person", "dpv:NaturalPerson"))


@dataclass(frozen=True)
class Rules:
    """What to make of each property (CURIEs).

    Attributes:
        kept: kept as it is, with the topic to look for in its text ("" for none, None not to look).
        descended: properties among them whose value is described too; the names of those in `named` are kept.
        texts: read for clues only, with the topic that the property answers.
        named: properties that lead to an organisation to ask.
        numbers: properties whose value is a number, also when it is written as text.
        renamed: property -> the one to write.
        never: properties that are never read: samples and contact data of persons.
    """

    kept: Mapping[str, str | None]
    descended: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    never: frozenset[str] = frozenset()


class Description:
    """What an RDF source states.

    Raises:
        InputError: it cannot be read.
    """

    def __init__(self, source: Source, collector: Collector) -> None:
        document = _repaired(as_document(source.name, source.data), collector)
        reading = Reading(document, source.terms, Literals())
        try:
            reading.read()
        finally:
            for warning in reading.warnings:
                collector.told(warning)
        self.subjects: dict[NamedNode, list[Triple]] = {}
        for triple in reading.origins:
            assert isinstance(triple.subject, NamedNode)
            self.subjects.setdefault(triple.subject, []).append(triple)
        self.blank = reading.blank

    def types(self, node: object) -> set[str]:
        """The types of a node, as CURIEs."""
        triples = self.subjects.get(node, []) if isinstance(node, NamedNode) else []
        return {shrink(t.object.value) for t in triples if t.predicate == TYPE and isinstance(t.object, NamedNode)}

    def of_type(self, *curies: str) -> list[NamedNode]:
        """The nodes of one of the types, in order."""
        return [node for node in self.subjects if self.types(node) & set(curies)]


def _repaired(document: Document, collector: Collector) -> Document:
    """RDF/XML whose IRIs hold signs that IRIs cannot hold, such as spaces: escaped, and told."""
    if document.format != "rdfxml":
        return document

    def escaped(match: re.Match[bytes]) -> bytes:
        written = match[2][1:-1].decode("utf-8", "replace")
        safe = (
            quote(written, safe="%:/?#[]@!$&'()*+,;=~-._") if re.search(r'[\x00-\x20<>"{}|\\^`]', written) else written
        )
        if safe != written:
            line = document.data.count(b"\n", 0, match.start()) + 1
            shown = " ".join(written.split())
            collector.warn(
                "bad-iri", f"« {shown} » n'est pas un IRI.", f'"{shown}" is no IRI.', line=line, term=written
            )
            return match[1] + match[2][:1] + safe.encode() + match[2][:1]
        return match[0]

    return Document(document.name, document.number, document.format, _XML_IRI.sub(escaped, document.data))


class Copier:
    """Copies what the rules keep of a resource, and looks for clues in the rest."""

    def __init__(self, found: Description, collector: Collector, rules: Rules) -> None:
        self._found = found
        self._collector = collector
        self._rules = rules
        self._blank: dict[NamedNode, BlankNode] = {}
        self._open: set[NamedNode] = set()
        self.watch: Callable[[str, Value, str], None] = lambda name, value, field: None

    def copy(self, root: NamedNode, type_: str) -> None:
        """Read the record of a resource."""
        self._collector.open(self._iri(root), type_, "rdf:type")
        self._node(root, self._collector.root, "", named=False)

    def _iri(self, root: NamedNode) -> str:
        """The name of a resource; a relative or blank one gets a name of the file's own."""
        if root.value.startswith(_BASE):
            return f"urn:cnil-kg:record:{self._collector.source.digest[:16]}:{quote(root.value[len(_BASE) :], safe='')}"
        return self._collector.named(None if root in self._found.blank else root.value, "@id")

    def _node(self, node: NamedNode, written: Node, above: str, named: bool) -> bool:
        """Copy what is kept of a node; True when anything was that says more than its type."""
        if node in self._open or len(self._open) > 50:
            return False
        self._open.add(node)
        said = False
        for triple in self._found.subjects.get(node, ()):
            name = _curie(triple.predicate.value)
            field = f"{above} / {name}" if above else name
            said |= self._triple(name, triple.object, written, field, named)  # type: ignore[arg-type]
        self._open.discard(node)
        return said

    def _triple(self, name: str, value: Value, written: Node, field: str, named: bool) -> bool:
        rules = self._rules
        if name in rules.never:
            return False
        if name == "rdf:type":
            return self._type(value, written, field)
        self.watch(name, value, field)
        if name in rules.texts:
            self._text(value, field, rules.texts[name])
            return False
        if name in ("foaf:name", "dpv:hasName") and named:
            return self._plain(name, value, written, field)
        if expand(name) in _LABELS and " / " in field:
            self._text(value, field, "")
            return False
        of_file = field.startswith("dcat:distribution / ") and name in _OF_FILE
        if of_file or (name not in rules.kept and not name.startswith("ckg:")):
            self._collector.unread(name)
            return False
        topic = rules.kept.get(name)
        if topic is not None:
            self._text(value, field, topic)
        return self._plain(name, value, written, field)

    def _type(self, value: Value, written: Node, field: str) -> bool:
        if written == self._collector.root or not isinstance(value, NamedNode) or not value.value.startswith("http"):
            return False
        if value.value in _PERSON:
            return False
        self._collector.state(written, RDF + "type", value, field)
        return value.value.startswith(DPV[:-1])

    def _plain(self, name: str, value: Value, written: Node, field: str) -> bool:
        written_name = self._rules.renamed.get(name, name)
        if isinstance(value, Literal):
            return self._literal(name, written_name, value, written, field)
        if isinstance(value, NamedNode) and value.value.startswith(_BASE):
            self._collector.warn(
                "relative-iri",
                f"{field} : « {value.value[len(_BASE) :]} » n'est pas un IRI complet, non lu.",
                f'{field}: "{value.value[len(_BASE) :]}" is no complete IRI, not read.',
            )
            return False
        assert isinstance(value, NamedNode)
        descended = name in self._rules.descended
        if value in self._found.blank:
            target: Node = self._blank.setdefault(value, blank(len(self._blank) + 1))
            if not descended:
                self._text(value, field, "")
                return False
            mark = self._collector.mark()
            if self._inside(name, value, target, field):
                self._collector.state(written, written_name, target, field)
                return True
            self._collector.forget(mark)
            return False
        before = self._collector.mark()
        self._collector.state(written, written_name, value, field)
        if descended:
            mark = self._collector.mark()
            if not self._inside(name, value, value, field):
                self._collector.forget(before if name == "dcat:distribution" else mark)
        return True

    def _inside(self, name: str, value: NamedNode, target: Node, field: str) -> bool:
        person = {expand(t) for t in self._found.types(value)} & _PERSON
        return self._node(value, target, field, named=name in self._rules.named and not person)

    def _literal(self, name: str, written_name: str, value: Literal, written: Node, field: str) -> bool:
        text = " ".join(value.value.split())
        if silent(text):
            self._collector.says_nothing(field, text)
            return False
        if name in self._rules.numbers:
            if not re.fullmatch(r"\d{1,18}", text):
                self._collector.says_nothing(field, text)
                return False
            self._collector.state(written, written_name, Literal(int(text)), field)
            return True
        kept = value if text == value.value else Literal(text, language=value.language) if value.language else None
        kept = kept or Literal(text, datatype=value.datatype)
        self._collector.state(written, written_name, kept, field)
        return True

    def _text(self, value: Value, field: str, topic: str) -> None:
        """Look for clues in a text, or in the texts of a node that only carries one."""
        if isinstance(value, Literal):
            self._collector.text(self._collector.root, value.value, field, topic)
        elif isinstance(value, NamedNode) and (value in self._found.blank or topic):
            for triple in self._found.subjects.get(value, ()):
                if triple.predicate.value in _LABELS and isinstance(triple.object, Literal):
                    below = f"{field} / {shrink(triple.predicate.value)}"
                    self._collector.text(self._collector.root, triple.object.value, below, topic)


def _curie(iri: str) -> str:
    """The CURIE, also of a name with a colon too many."""
    return f"{shrink(iri[:-1])}:" if iri.endswith(":") else shrink(iri)


def names(text: str) -> tuple[str, ...]:
    """CURIEs written one after the other."""
    return tuple(text.split())


def nothing(source: Source, what: str) -> InputError:
    """The one message about a file without a record."""
    return InputError(f"describes no {what}: there is nothing to import", source.name, "Give the record itself.")
