"""DataHub: datasets in YAML files, metadata change proposals in JSON, and files that only define properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from cnil_kg.errors import InputError
from cnil_kg.facttable import Fact
from cnil_kg.model import Text
from cnil_kg.readers.collector import Collector, is_iri, plain
from cnil_kg.readers.record import Imported, Source
from cnil_kg.readers.trees import Tree, listed, mapping, mappings, peek, read_json, read_yaml
from cnil_kg.vocab import CKG, PREFIXES, expand

_SAMPLES = frozenset({"datasetProfile", "datasetUsageStatistics", "operation"})
_WORDS = (("retention", "RetentionTopic"), ("deprecat", "SourceTopic"))
"""What the name of a property says of its value."""
SPACE = "io.cnilkg."
"""How the names of our structured properties begin: the local name of a fact follows."""
VERDICTS = f"{SPACE}verdict."
"""How those of our verdicts begin: they are never read."""
_PREFIX_OWN = (SPACE, "fr.aphp.healthdcat.")
"""Properties named after the term they stand for: `io.cnilkg.hasPersonalData`."""
_TERMS = {
    name.rpartition(":")[2].lower(): name
    for name in (
        *("dpv:hasPersonalData", "dpv:hasPurpose", "dpv:hasLegalBasis", "dpv:hasDataSubject", "dct:license"),
        *("dct:accessRights", "dct:provenance", "dct:issued", "dct:modified", "dcatap:applicableLegislation"),
        *("healthdcatap:minTypicalAge", "healthdcatap:maxTypicalAge", "healthdcatap:numberOfUniqueIndividuals"),
    )
}
"""Local name of a term, in lower case -> the term."""


class DataHub:
    """Reads the datasets of a file."""

    name = "datahub"
    label = Text("DataHub, fichiers YAML ou JSON", "DataHub, YAML or JSON files")

    def recognises(self, source: Source) -> bool:
        """Datasets, proposals, or definitions of properties."""
        items = [item for item in listed(peek(source)) if isinstance(item, dict)]
        return any(_is_dataset(item) or _is_proposal(item) for item in items) or self.definitions(source) is not None

    def read(self, source: Source) -> Imported:
        """Read it."""
        json = source.data.lstrip()[:1] in (b"[", b"{") and not source.name.lower().endswith((".yaml", ".yml"))
        tree = read_json(source) if json else read_yaml(source.text, source)
        collector = Collector(source, self.name)
        items = mappings(tree, source, "", "entry" if isinstance(tree, dict) else "")
        proposals = [(place, item) for place, item in items if _is_proposal(item)]
        datasets = [(place, item) for place, item in items if _is_dataset(item)]
        if not proposals and not datasets:
            raise InputError("describes no dataset: there is nothing to import", source.name, "Give the datasets.")
        for place, item in datasets:
            _Dataset(collector, item, place).read()
        for place, item in _merged(proposals, source):
            _Proposals(collector, item, place).read()
        return collector.done()

    def definitions(self, source: Source) -> dict[str, str] | None:
        """What each property of a file of definitions means, with the texts of its allowed values."""
        found: dict[str, str] = {}
        if b"entity_types" not in source.data and b"allowed_values" not in source.data:
            return None
        for item in listed(peek(source)):
            if not isinstance(item, dict) or "platform" in item or not {"type", "entity_types"} & set(item):
                return None
            name = plain(item.get("qualified_name")) or plain(item.get("id"))
            found[name] = plain(item.get("description")) or plain(item.get("display_name"))
            for value in listed(item.get("allowed_values")):
                if isinstance(value, dict):
                    found[f"{name}={plain(value.get('value'))}"] = plain(value.get("description"))
        return found or None


def _is_dataset(item: dict[str, Tree]) -> bool:
    return "platform" in item and bool({"id", "urn", "name"} & set(item))


def _is_proposal(item: dict[str, Tree]) -> bool:
    return plain(item.get("entityUrn")).startswith("urn:li:dataset:") and "aspect" in item


def _merged(proposals: list[tuple[str, dict[str, Tree]]], source: Source) -> Iterator[tuple[str, dict[str, Tree]]]:
    """The aspects of each dataset together."""
    found: dict[str, tuple[str, dict[str, Tree]]] = {}
    for place, item in proposals:
        urn = plain(item["entityUrn"])
        aspect = mapping(item["aspect"], source, urn, f"{place}.aspect")
        content = aspect.get("json", aspect.get("value", aspect))
        name = plain(item.get("aspectName"))
        first = found.setdefault(urn, (place, {"urn": urn}))[1]
        if plain(item.get("changeType")).upper() == "PATCH":
            content = _patched(first.get(name), content, source, urn, place)
        first[name] = content
    yield from found.values()


def _patched(held: Tree, content: Tree, source: Source, urn: str, place: str) -> Tree:
    """A list of structured properties after a patch that adds some; any other patch is left alone."""
    if isinstance(content, str):
        content = read_json(replace(source, data=content.encode("utf-8")))
    operations = content.get("patch") if isinstance(content, dict) else content
    added: dict[str, Tree] = {
        plain(entry.get("propertyUrn")): entry
        for entry in listed((held or {}).get("properties"))
        if isinstance(entry, dict)
    }
    for here, operation in mappings(operations, source, urn, f"{place}.aspect.patch"):
        if plain(operation.get("op")) == "add" and plain(operation.get("path")).startswith("/properties/"):
            entry = mapping(operation.get("value"), source, urn, f"{here}.value")
            added[plain(entry.get("propertyUrn"))] = entry
    return {"properties": list(added.values())}


class _Shared:
    def __init__(self, collector: Collector, item: dict[str, Tree], place: str) -> None:
        self._collector, self._item = collector, item
        self._start = f"{place}." if place else ""
        self._label = plain(item.get("id")) or plain(item.get("urn")) or plain(item.get("name"))

    def property_(self, subject: NamedNode, name: str, value: Tree, field: str) -> None:
        """A property of the installation: a term when it is named after one, else words to look into."""
        known = self._collector.source.vocabulary or {}
        if name.startswith(VERDICTS):
            return
        for item in listed(value):
            text = plain(item.get("string") or item.get("double")) if isinstance(item, dict) else plain(item)
            term = self._term(name)
            if term and self._stated(subject, term, text, field):
                continue
            topic = next((topic for word, topic in _WORDS if word in name.lower()), "")
            meaning = known.get(f"{name}={_number(text)}") or known.get(name) or ""
            if topic and text:
                self._collector.hint(subject, topic, f"{text}: {meaning}" if meaning else text, field)
            elif not text.startswith("urn:li:corp"):
                self._collector.text(subject, text, field)

    def _term(self, name: str) -> str | None:
        """The term that a property of ours, or of the exporter of a hospital, is named after."""
        start = next((p for p in _PREFIX_OWN if name.startswith(p)), None)
        if start is None:
            return None
        own = next((f.iri for f in self._facts if start == SPACE and f.iri == CKG + name[len(start) :]), None)
        return own or _TERMS.get(name[len(start) :].replace("_", "").replace("dpv", "").strip(".").lower())

    @property
    def _facts(self) -> Iterator[Fact]:
        return (fact for fact in self._collector.source.terms.facts if fact.unit == "dataset")

    def _stated(self, subject: NamedNode, term: str, text: str, field: str) -> bool:
        prefix, colon, _ = text.partition(":")
        fact = next((f for f in self._facts if f.iri == term), None)
        if fact is not None and fact.type in ("boolean", "text"):
            return self._answered(subject, fact, text, field)
        if colon and prefix in PREFIXES:
            self._collector.state(subject, term, NamedNode(expand(text)), field)
        elif is_iri(text) and "//" in text:
            self._collector.state(subject, term, NamedNode(text), field)
        else:
            return False
        return True

    def _answered(self, subject: NamedNode, fact: Fact, text: str, field: str) -> bool:
        """A yes, a no, or a text; what is neither yes nor no is told, and read as not stated."""
        if fact.type == "text":
            self._collector.state(subject, fact.iri, Literal(text), field)
        elif text.lower() in ("true", "false"):
            self._collector.state(subject, fact.iri, Literal(text.lower() == "true"), field)
        else:
            self._collector.warn(
                "ill-typed",
                f"{self._label} : {field} n'est ni true ni false (« {text} ») ; lu comme non indiqué.",
                f'{self._label}: {field} is neither true nor false ("{text}"); read as not stated.',
                term=fact.iri,
            )
        return True

    def columns(self, subject: NamedNode, fields: Tree, place: str) -> None:
        """Names, tags and properties of columns."""
        for here, column in mappings(fields, self._collector.source, self._label, place):
            name = plain(column.get("id")) or plain(column.get("fieldPath")) or plain(column.get("urn"))
            plain_name = name.rstrip(")").rpartition(",")[2].rpartition(".")[2] if name.startswith("urn:") else name
            self._collector.column(subject, plain_name.rpartition(".")[2], f"{here}.id")
            self._tags(subject, column, here)
            found = column.get("structured_properties")
            if found is not None:
                values = mapping(found, self._collector.source, self._label, f"{here}.structured_properties")
                for key, value in values.items():
                    self.property_(subject, key, value, f"{here}.structured_properties.{key}")

    def _tags(self, subject: NamedNode, item: dict[str, Tree], place: str) -> None:
        for key in ("globalTags", "tags", "glossaryTerms", "glossary_terms"):
            value = item.get(key)
            value = (value.get("tags") or value.get("terms")) if isinstance(value, dict) else value
            for tag in listed(value):
                urn = plain(tag.get("tag") or tag.get("urn")) if isinstance(tag, dict) else plain(tag)
                self._collector.text(subject, urn.rpartition(":")[2].replace("_", " "), f"{place}.{key}")


class _Dataset(_Shared):
    """An entry of a dataset file in YAML."""

    def read(self) -> None:
        collector, item, start = self._collector, self._item, self._start
        subject = collector.open(self._urn(), "dcat:Dataset", f"{start}{'urn' if 'urn' in item else 'id'}")
        collector.value(subject, "dct:title", item.get("name") or item.get("id"), f"{start}id")
        collector.text(subject, item.get("description"), f"{start}description")
        for key in ("properties", "structured_properties"):
            if item.get(key) is not None:
                values = mapping(item[key], collector.source, self._label, f"{start}{key}")
                for name, value in values.items():
                    self.property_(subject, name, value, f"{start}{key}.{name}")
        schema = item.get("schema")
        if schema is not None:
            fields = mapping(schema, collector.source, self._label, f"{start}schema").get("fields")
            self.columns(subject, fields, f"{start}schema.fields")
        self._tags(subject, item, start.rstrip("."))
        for urn in listed(item.get("downstreams")):
            if is_iri(plain(urn)):
                collector.state(NamedNode(plain(urn)), "prov:wasDerivedFrom", subject, f"{start}downstreams")
        known = {"id", "urn", "name", "platform", "description", "properties", "structured_properties", "schema"}
        for key in item:
            if key not in known | {"tags", "glossary_terms", "downstreams", "env", "subtype"}:
                collector.unread(f"{start}{key}")

    def _urn(self) -> str:
        """The name that DataHub gives it."""
        urn = plain(self._item.get("urn"))
        if urn:
            return urn
        env = plain(self._item.get("env")) or "PROD"
        return f"urn:li:dataset:(urn:li:dataPlatform:{plain(self._item['platform'])},{self._label},{env})"


class _Proposals(_Shared):
    """The aspects of one dataset."""

    def read(self) -> None:
        collector, item = self._collector, self._item
        subject = collector.open(self._label, "dcat:Dataset", f"{self._start}entityUrn")
        for aspect, content in item.items():
            if aspect == "urn":
                continue
            if aspect in _SAMPLES:
                continue
            values = mapping(content, collector.source, self._label, aspect)
            self._aspect(subject, aspect, values)

    def _aspect(self, subject: NamedNode, aspect: str, values: dict[str, Tree]) -> None:
        collector, source = self._collector, self._collector.source
        if aspect in ("datasetProperties", "editableDatasetProperties"):
            collector.value(subject, "dct:title", values.get("name"), f"{aspect}.name")
            collector.text(subject, values.get("description"), f"{aspect}.description")
            custom = mapping(values.get("customProperties") or {}, source, self._label, f"{aspect}.customProperties")
            for name, value in custom.items():
                self.property_(subject, name, value, f"{aspect}.customProperties.{name}")
        elif aspect in ("schemaMetadata", "editableSchemaMetadata"):
            key = "fields" if aspect == "schemaMetadata" else "editableSchemaFieldInfo"
            self.columns(subject, values.get(key), f"{aspect}.{key}")
        elif aspect in ("globalTags", "glossaryTerms"):
            self._tags(subject, {aspect: values}, aspect)
        elif aspect == "structuredProperties":
            for here, entry in mappings(values.get("properties"), source, self._label, f"{aspect}.properties"):
                name = plain(entry.get("propertyUrn")).rpartition("structuredProperty:")[2]
                self.property_(subject, name, entry.get("values"), f"{here}.{name}")
        elif aspect == "upstreamLineage":
            for here, entry in mappings(values.get("upstreams"), source, self._label, f"{aspect}.upstreams"):
                urn = plain(entry.get("dataset"))
                if is_iri(urn):
                    collector.state(subject, "prov:wasDerivedFrom", NamedNode(urn), f"{here}.dataset")
        else:
            collector.unread(aspect)


def _number(text: str) -> str:
    return text[:-2] if text.endswith(".0") else text


READER = DataHub()
