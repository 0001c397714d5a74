"""Croissant 1.0 and 1.1 with its RAI extension, read as JSON: real files mix prefixed and bare keys."""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from cnil_kg.model import Text
from cnil_kg.readers.collector import Collector, is_iri, plain
from cnil_kg.readers.record import Imported, Source
from cnil_kg.readers.trees import Tree, listed, mapping, mappings, peek, read_json, refuse

_PREFIX = re.compile(r"(?:sc|cr|rai|prov|dct|schema):|https?://schema\.org/|http://mlcommons\.org/croissant/(?:RAI/)?")
_HUB = re.compile(r"huggingface\.co/(?:datasets/)?([\w.-]+(?:/[\w.-]+)?)")
_TEXTS = {
    "personalSensitiveInformation": "PersonalDataTopic",
    "dataCollection": "SourceTopic",
    "dataCollectionType": "SourceTopic",
    "dataCollectionRawData": "SourceTopic",
    "dataCollectionTimeframe": "",
    "dataCollectionMissingData": "",
    "dataPreprocessingProtocol": "",
    "dataManipulationProtocol": "",
    "dataImputationProtocol": "",
    "dataAnnotationProtocol": "AnnotatorsTopic",
    "dataAnnotationPlatform": "AnnotatorsTopic",
    "dataAnnotationAnalysis": "AnnotatorsTopic",
    "annotationsPerItem": "",
    "annotatorDemographics": "AnnotatorsTopic",
    "machineAnnotationTools": "",
    "dataUseCases": "PurposeTopic",
    "dataLimitations": "",
    "dataBiases": "",
    "dataSocialImpact": "",
    "dataReleaseMaintenancePlan": "",
    "usageInfo": "ReuseTermsTopic",
    "keywords": "",
}
_FACTS = {"datePublished": "dct:issued", "dateModified": "dct:modified", "temporalCoverage": "dct:temporal"}
_READ = frozenset({"name", "description", "license", "url", "version", "creator", "publisher", "distribution"}) | {
    *("recordSet", "wasDerivedFrom", "wasGeneratedBy", "wasAssociatedWith", "citeAs", "conformsTo", "isLiveDataset"),
    *("@context", "@type", "@id"),
}


def bare(key: str) -> str:
    """A key without its prefix: `rai:dataBiases` and `dataBiases` are one."""
    found = _PREFIX.match(key)
    return key[found.end() :] if found else key


class Croissant:
    """Reads one Croissant file."""

    name = "croissant"
    label = Text("Croissant et RAI (JSON-LD)", "Croissant and RAI (JSON-LD)")

    def recognises(self, source: Source) -> bool:
        """A JSON object of schema.org's Dataset that names Croissant."""
        tree = peek(source) if source.data.lstrip()[:1] == b"{" else None
        if not isinstance(tree, dict):
            return False
        types = {bare(t) for t in listed(tree.get("@type")) if isinstance(t, str)}
        return "Dataset" in types and b"mlcommons.org/croissant" in source.data

    def read(self, source: Source) -> Imported:
        """Read it."""
        return _Reading(source).read()

    def definitions(self, source: Source) -> dict[str, str] | None:
        """None: Croissant has no file of definitions."""
        return None


class _Reading:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._collector = Collector(source, Croissant.name)
        tree = mapping(read_json(source), source, "", "the file")
        self._keys = {bare(key): key for key in tree}
        self._tree = {bare(key): value for key, value in tree.items()}
        self._label = plain(self._tree.get("name")) or "(without name)"

    def read(self) -> Imported:
        collector, tree = self._collector, self._tree
        files = self._files()
        doubtful = self._doubt(files)
        url = self._url(files, doubtful)
        field = "distribution.contentUrl" if doubtful else self._keys.get("url", "@type")
        subject = collector.open(collector.named(url, "url"), "dcat:Dataset", field)
        self._identity(subject, doubtful)
        for key, property_ in _FACTS.items():
            for value in listed(tree.get(key)):
                collector.value(subject, property_, value, self._keys[key])
        for key, topic in _TEXTS.items():
            for value in listed(tree.get(key)):
                self._text(subject, value, key, topic)
        self._creator(subject)
        self._provenance(subject)
        self._columns(subject)
        for key in tree:
            if key not in _READ and key not in _TEXTS and key not in _FACTS:
                collector.unread(self._keys[key])
        return collector.done()

    def _text(self, subject: NamedNode, value: Tree, key: str, topic: str) -> None:
        if isinstance(value, dict):
            value = value.get("@id") or value.get("name") or value.get("description")
        if not isinstance(value, str | int | float | None):
            refuse(self._source, self._label, self._keys[key], "a text or a list of texts")
        self._collector.text(subject, value, self._keys[key], topic)

    def _files(self) -> list[str]:
        """The addresses of the files."""
        found = []
        for _, item in mappings(self._tree.get("distribution"), self._source, self._label, "distribution"):
            found += [plain(value) for key, value in item.items() if bare(key) == "contentUrl"]
        return found

    def _hubs(self, urls: list[str]) -> set[str]:
        return {m[1].lower() for m in (_HUB.search(url) for url in urls) if m}

    def _doubt(self, files: list[str]) -> bool:
        """True when the page and the files name different datasets: the texts may be pasted from elsewhere."""
        page = self._hubs([plain(self._tree.get("url"))])
        held = self._hubs(files)
        if (
            not page
            or not held
            or page & held
            or {p.rpartition("/")[2] for p in page} & {h.rpartition("/")[2] for h in held}
        ):
            return False
        named, other = sorted(page)[0], sorted(held)[0]
        self._collector.warn(
            "record-mismatch",
            f"{self._label} : l'adresse nomme {named}, les fichiers viennent de {other} ; titre, description et licence"
            " peuvent être ceux d'un autre jeu : rendus comme indices, non comme faits.",
            f"{self._label}: the address names {named}, the files come from {other}; title, description and licence"
            " may be those of another dataset: given as hints, not as facts.",
        )
        return True

    def _url(self, files: list[str], doubtful: bool) -> str | None:
        """The name of the dataset: its page, unless the files are those of another one."""
        if doubtful:
            held = next(m[1] for m in (_HUB.search(url) for url in files) if m)
            return f"https://huggingface.co/datasets/{held}"
        return plain(self._tree.get("@id")) or plain(self._tree.get("url")) or None

    def _identity(self, subject: NamedNode, doubtful: bool) -> None:
        collector, tree = self._collector, self._tree
        if doubtful:
            for key in ("name", "description", "license"):
                topic = "ReuseTermsTopic" if key == "license" else "SourceTopic"
                for value in listed(tree.get(key)):
                    collector.hint(subject, topic, plain(value), self._keys[key])
            return
        collector.value(subject, "dct:title", tree.get("name"), self._keys.get("name", "name"))
        collector.value(subject, "dcat:version", tree.get("version"), self._keys.get("version", "version"))
        if "url" in tree and plain(tree["url"]) != subject.value:
            collector.value(subject, "dcat:landingPage", tree["url"], self._keys["url"])
        collector.text(subject, tree.get("name"), self._keys.get("name", "name"))
        collector.text(subject, tree.get("description"), self._keys.get("description", "description"))
        for value in listed(tree.get("license")):
            licence(
                collector,
                subject,
                value.get("@id") or value.get("url") if isinstance(value, dict) else value,
                self._keys["license"],
            )

    def _creator(self, subject: NamedNode) -> None:
        """Whom to ask: the address of a creator; the name of a publisher that is no person."""
        for key, property_ in (("creator", "dct:creator"), ("publisher", "dct:publisher")):
            for place, item in self._agents(key):
                address = item.get("@id") or item.get("url") or item.get("sc:url")
                if isinstance(address, str) and is_iri(address):
                    self._collector.state(subject, property_, NamedNode(address), place)

    def _agents(self, key: str) -> list[tuple[str, dict[str, Tree]]]:
        values = [v for v in listed(self._tree.get(key)) if not isinstance(v, str)]
        return mappings(values, self._source, self._label, self._keys.get(key, key))

    def _provenance(self, subject: NamedNode) -> None:
        source, label = self._source, self._label
        key = self._keys.get("wasDerivedFrom", "")
        for value in listed(self._tree.get("wasDerivedFrom")):
            item = value if isinstance(value, dict) else {"@id": value}
            fields = {bare(k): v for k, v in item.items()}
            found = [plain(fields.get(k)) for k in ("atLocation", "@id", "url")]
            address = next((f for f in found if is_iri(f)), None)
            if address:
                self._collector.state(subject, "prov:wasDerivedFrom", NamedNode(address), key)
        key = self._keys.get("wasGeneratedBy", "")
        for place, item in mappings(self._tree.get("wasGeneratedBy"), source, label, key):
            for k, v in item.items():
                if bare(k) in ("description", "label", "name") and isinstance(v, str):
                    self._collector.text(subject, v, f"{place}.{k}", "SourceTopic" if bare(k) == "description" else "")

    def _columns(self, subject: NamedNode) -> None:
        """Names of columns only: `data` and `examples` beside them are rows of the data."""
        for place, group in mappings(self._tree.get("recordSet"), self._source, self._label, "recordSet"):
            fields = {bare(key): value for key, value in group.items()}
            self._fields(subject, fields.get("field"), f"{place}.field", 0)

    def _fields(self, subject: NamedNode, value: Tree, place: str, depth: int) -> None:
        for here, item in mappings(value, self._source, self._label, place):
            fields = {bare(key): v for key, v in item.items()}
            name = plain(fields.get("name")) or plain(fields.get("@id"))
            self._collector.column(subject, name, f"{here}.name")
            if depth < 20:
                self._fields(subject, fields.get("subField"), f"{here}.subField", depth + 1)


def licence(collector: Collector, subject: NamedNode, value: object, field: str) -> None:
    """Keep a licence as reuse terms; `other` and `unknown` say nothing."""
    text = plain(value).strip()
    if text.casefold() in ("other", "unknown", "unlicensed-unknown", "other-open", "notspecified"):
        collector.says_nothing(field, text)
        return
    collector.value(subject, "dct:license", text, field)
    collector.text(subject, text, field)


READER = Croissant()
