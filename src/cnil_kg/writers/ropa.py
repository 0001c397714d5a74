"""The record of processing activities, one row a processing, in the order of Article 30(1)."""

from __future__ import annotations

import csv
import io

from pyoxigraph import Literal, NamedNode, Triple

from cnil_kg.inputs.projects import BNODE
from cnil_kg.model import Text
from cnil_kg.vocab import NONE, NOT_ASSESSED, expand
from cnil_kg.writers import Export

_COLUMNS: tuple[tuple[Text, str], ...] = (
    (Text("responsable du traitement (a)", "controller (a)"), "dpv:hasDataController"),
    (Text("responsables conjoints (a)", "joint controllers (a)"), "dpv:hasJointDataControllers"),
    (Text("délégué à la protection des données (a)", "data protection officer (a)"), "dpv:hasDataProtectionOfficer"),
    (Text("finalités (b)", "purposes (b)"), "dpv:hasPurpose"),
    (Text("catégories de personnes (c)", "categories of data subjects (c)"), "dpv:hasDataSubject"),
    (Text("catégories de données (c)", "categories of personal data (c)"), "dpv:hasPersonalData"),
    (Text("destinataires (d)", "recipients (d)"), "dpv:hasRecipient"),
    (Text("transferts hors UE (e)", "transfers to third countries (e)"), "dpv:hasThirdCountry"),
    (Text("délais d'effacement (f)", "time limits for erasure (f)"), "dpv:hasStorageCondition"),
    (Text("mesures de sécurité (g)", "security measures (g)"), "dpv:hasTechnicalOrganisationalMeasure"),
    (Text("base légale (hors article 30)", "legal basis (beyond Article 30)"), "dpv:hasLegalBasis"),
)
_FIRST = (Text("traitement", "processing"), Text("intitulé", "title"))
_UNSTATED = Text("non indiqué", "not stated")
_NO = Text("aucun, déclaré", "none, as stated")
_NAMES = tuple(
    expand(name)
    for name in ("foaf:name", "dpv:hasName", "skos:prefLabel", "rdfs:label", "dct:title", "dct:description")
)


def write(export: Export, lang: str) -> str:
    """CSV of facts only: what is not stated says so, and is no "none"."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\r\n")
    rows.writerow([text.of(lang) for text in _FIRST] + [text.of(lang) for text, _ in _COLUMNS])
    table = _Table(export, lang)
    for processing in export.processings:
        cells = [table.values(processing, property_) for _, property_ in _COLUMNS]
        rows.writerow([_safe(cell) for cell in (processing.value, table.title(processing), *cells)])
    return file.getvalue()


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


class _Table:
    def __init__(self, export: Export, lang: str) -> None:
        self._export, self._lang = export, lang
        self._by_subject: dict[object, list[Triple]] = {}
        for triple in export.stated:
            self._by_subject.setdefault(triple.subject, []).append(triple)

    def title(self, processing: NamedNode) -> str:
        return self._name(processing) or _UNSTATED.of(self._lang)

    def values(self, processing: NamedNode, property_: str) -> str:
        """The values of a column, sorted, separated by semicolons."""
        found = {
            self._shown(t.object)
            for t in self._by_subject.get(processing, ())
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
        label = self._export.labels(value.value).of(self._lang)
        return label if label in ("", value.value) or "://" in label else f"{label} <{value.value}>"

    def _name(self, node: NamedNode) -> str:
        texts = [
            t for t in self._by_subject.get(node, ()) if t.predicate.value in _NAMES and isinstance(t.object, Literal)
        ]
        texts.sort(key=lambda t: (self._foreign(t), _NAMES.index(t.predicate.value), str(t.object)))
        return str(texts[0].object.value) if texts else ""  # type: ignore[union-attr]

    def _foreign(self, triple: Triple) -> bool:
        language = getattr(triple.object, "language", None)
        return language is not None and not language.lower().startswith(self._lang)
