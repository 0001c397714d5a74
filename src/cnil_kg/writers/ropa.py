"""The record of processing activities, one row a processing, in the order of Article 30(1)."""

from __future__ import annotations

import csv
import io

from cnil_kg.model import Text
from cnil_kg.writers.names import Names, safe
from cnil_kg.writers.record import Export, Part

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


class Ropa:
    """Writes the register."""

    name = "ropa"
    label = Text("registre des activités de traitement (article 30)", "record of processing activities (Article 30)")
    parts = (Part("csv", Text("CSV", "CSV")),)

    def write(self, export: Export, lang: str) -> str:
        """CSV of facts only: what is not stated says so, and is no "none"."""
        file = io.StringIO()
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow([text.of(lang) for text in _FIRST] + [text.of(lang) for text, _ in _COLUMNS])
        names = Names(export, lang)
        for processing in export.processings:
            cells = [names.values(processing, property_) for _, property_ in _COLUMNS]
            rows.writerow([safe(cell) for cell in (processing.value, names.title(processing), *cells)])
        return file.getvalue()


WRITER = Ropa()
