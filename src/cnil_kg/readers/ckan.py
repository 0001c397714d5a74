"""CKAN: the answer of `package_show` (or one package of it), with the fields of ckanext-dcat."""

from __future__ import annotations

import json

from pyoxigraph import Literal, NamedNode

from cnil_kg.errors import InputError
from cnil_kg.model import Text
from cnil_kg.readers.collector import Collector, is_iri, plain
from cnil_kg.readers.croissant import licence
from cnil_kg.readers.record import Imported, Source
from cnil_kg.readers.trees import Tree, listed, mapping, mappings, peek, read_json
from cnil_kg.readers.words import silent
from cnil_kg.vocab import PREFIXES, expand

_CONCEPTS = {
    "personal_data": "dpv:hasPersonalData",
    "legal_basis": "dpv:hasLegalBasis",
    "purpose": "dpv:hasPurpose",
    "access_rights": "dct:accessRights",
    "applicable_legislation": "dcatap:applicableLegislation",
    "theme": "dcat:theme",
    "language": "dct:language",
    "spatial_uri": "dct:spatial",
    "retention_period": "healthdcatap:retentionPeriod",
}
_NUMBERS = {
    "min_typical_age": "healthdcatap:minTypicalAge",
    "max_typical_age": "healthdcatap:maxTypicalAge",
    "number_of_unique_individuals": "healthdcatap:numberOfUniqueIndividuals",
    "number_of_records": "healthdcatap:numberOfRecords",
}
_VALUES = {
    "issued": "dct:issued",
    "modified": "dct:modified",
    "version": "dcat:version",
    "source": "dct:source",
    "frequency": "dct:accrualPeriodicity",
}
_TEXTS = {
    "notes": "",
    "provenance": "SourceTopic",
    "lineage": "SourceTopic",
    "access_constraints": "ReuseTermsTopic",
    "population_coverage": "",
    "health_category": "SpecialCategoryTopic",
    "publisher_note": "",
    "version_notes": "",
    "quality_annotation": "",
}
_LICENCES = ("license_url", "license_id", "licence", "license")
_RIGHTS = frozenset({"use-constraints", "rights"})


class Ckan:
    """Reads one package, or each package of a search."""

    name = "ckan"
    label = Text("CKAN, réponse package_show (JSON)", "CKAN, package_show answer (JSON)")

    def recognises(self, source: Source) -> bool:
        """An answer of the API, or a package."""
        tree = peek(source) if source.data.lstrip()[:1] == b"{" else None
        if not isinstance(tree, dict):
            return False
        answer = "success" in tree and ("result" in tree or "error" in tree)
        return answer or {"owner_org", "resources"} <= set(tree) or {"license_id", "resources"} <= set(tree)

    def read(self, source: Source) -> Imported:
        """Read it."""
        tree = mapping(read_json(source), source, "", "the file")
        collector = Collector(source, self.name)
        site = plain(tree.get("help")).partition("/api/")[0]
        if "success" in tree and tree["success"] is not True:
            error = tree.get("error")
            said = plain(error.get("message")) if isinstance(error, dict) else plain(error)
            raise InputError(f"the API answered with an error: {said or 'no message'}", source.name, "Export it again.")
        result = tree.get("result", tree)
        packages = result["results"] if isinstance(result, dict) and "results" in result else result
        place = "result" if "result" in tree else "package"
        found = mappings(packages, source, "", place)
        if not found:
            raise InputError(
                "describes no dataset: there is nothing to import", source.name, "Give the package itself."
            )
        for here, package in found:
            _Package(collector, package, here, site).read()
        return collector.done()

    def definitions(self, source: Source) -> dict[str, str] | None:
        """None: CKAN tags have no definitions."""
        return None


class _Package:
    def __init__(self, collector: Collector, package: dict[str, Tree], place: str, site: str) -> None:
        self._collector, self._place, self._site = collector, place, site
        self._package = package
        self._label = plain(package.get("name")) or plain(package.get("id")) or "(without name)"
        self._extras: dict[str, tuple[str, Tree]] = {}
        for here, item in mappings(package.get("extras"), collector.source, self._label, f"{place}.extras"):
            self._extras[plain(item.get("key"))] = (f"{here}.value", unpacked(item.get("value")))

    def read(self) -> None:
        collector = self._collector
        subject = collector.open(self._iri(), "dcat:Dataset", f"{self._place}.id")
        field, title = self._get("title")
        collector.value(subject, "dct:title", title, field)
        collector.text(subject, title, field)
        self._facts(subject)
        for name in _LICENCES:
            field, value = self._get(name)
            for item in listed(value):
                if plain(item).strip():
                    licence(collector, subject, item, field)
        for name, (field, value) in self._extras.items():
            if name.rstrip("-0123456789") in _RIGHTS and not silent(plain(value)):
                collector.value(subject, "dct:rights", plain(value).strip('"'), field)
        for name, topic in _TEXTS.items():
            field, value = self._get(name)
            for item in listed(value):
                collector.text(subject, item, field, topic)
        tags = mappings(self._package.get("tags"), collector.source, self._label, f"{self._place}.tags")
        for here, tag in tags:
            collector.text(subject, tag.get("display_name") or tag.get("name"), f"{here}.name")
        self._resources(subject)
        self._unread()

    def _get(self, name: str) -> tuple[str, Tree]:
        """A field of the package, else the extra of that name; with its place."""
        if self._package.get(name) not in (None, ""):
            return f"{self._place}.{name}", unpacked(self._package[name])
        return self._extras.get(name, (f"{self._place}.{name}", None))

    def _iri(self) -> str:
        uri, id_ = plain(self._get("uri")[1]), plain(self._package.get("id"))
        if is_iri(uri):
            return uri
        if id_ and self._site.startswith("http"):
            return f"{self._site}/dataset/{id_}"
        return self._collector.named(f"urn:uuid:{id_}" if id_ else None, f"{self._place}.id")

    def _facts(self, subject: NamedNode) -> None:
        collector = self._collector
        for name, property_ in _CONCEPTS.items():
            field, value = self._get(name)
            for item in listed(value):
                self._concept(subject, property_, item, field)
        for name, property_ in _NUMBERS.items():
            field, value = self._get(name)
            text = plain(value).strip()
            if text.isdigit() and len(text) <= 18:
                collector.state(subject, property_, Literal(int(text)), field)
            elif text:
                collector.says_nothing(field, text)
        for name, property_ in _VALUES.items():
            field, value = self._get(name)
            for item in listed(value):
                collector.value(subject, property_, item, field)

    def _concept(self, subject: NamedNode, property_: str, value: Tree, field: str) -> None:
        """A concept by IRI or known CURIE; any other text is one to look into."""
        text = plain(value).strip()
        prefix, colon, _ = text.partition(":")
        if colon and prefix in PREFIXES and is_iri(expand(text)):
            self._collector.state(subject, property_, NamedNode(expand(text)), field)
        elif property_ in ("dpv:hasPersonalData", "dpv:hasLegalBasis") and not is_iri(text):
            self._collector.text(subject, text, field, "PersonalDataTopic" if "Data" in property_ else "PurposeTopic")
        elif property_ != "healthdcatap:retentionPeriod" or is_iri(text):
            self._collector.value(subject, property_, text, field)
        else:
            self._collector.text(subject, text, field, "RetentionTopic")

    def _resources(self, subject: NamedNode) -> None:
        place = f"{self._place}.resources"
        for here, item in mappings(self._package.get("resources"), self._collector.source, self._label, place):
            for name in ("name", "description"):
                self._collector.text(subject, item.get(name), f"{here}.{name}")

    def _unread(self) -> None:
        known = {
            *_CONCEPTS,
            *_NUMBERS,
            *_VALUES,
            *_TEXTS,
            *_LICENCES,
            "extras",
            "tags",
            "resources",
            "title",
            "id",
            "name",
        }
        for name, value in self._package.items():
            if name not in known | {"uri"} and value not in (None, "", [], {}):
                self._collector.unread(f"{self._place}.{name}")
        for name in self._extras:
            if name not in known and name.rstrip("-0123456789") not in _RIGHTS:
                self._collector.unread(f"{self._place}.extras {name}")


def unpacked(value: Tree) -> Tree:
    """A value that is JSON in a text, as CKAN stores lists."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", '"'):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


READER = Ckan()
