"""Records of processing in DPV: DPCat records and DPV processes, with the datasets that stand beside them."""

from __future__ import annotations

from dataclasses import replace

from cnil_kg.model import Text
from cnil_kg.readers import dcat
from cnil_kg.readers.collector import Collector
from cnil_kg.readers.rdf import Copier, Description, names, nothing
from cnil_kg.readers.record import Imported, Source

_RECORD = "https://w3id.org/dpcat#ROPARecord"
_PROCESSES = (_RECORD, "dpv:Process", "dpv:PersonalDataProcess", "dpv:PersonalDataHandling", "ai:AIProcess")
_LINKS = names(
    "dpv:hasJointDataControllers dpv:hasDataProcessor dpv:hasProcessing dpv:hasScale dpv:hasProcessingScale"
    " dpv:hasContext dpv:hasRight dpv:hasTechnicalOrganisationalMeasure dpv:hasTechnicalMeasure"
    " dpv:hasOrganisationalMeasure dpv:hasLegalMeasure dpv:hasPhysicalMeasure dpv:hasImpactAssessment"
    " dpv:hasAssessment dpv:hasStatus dpv:hasOutcome dpv:hasDataProtectionOfficer dpv:hasResponsibleEntity"
    " dpv:hasStorage dpv:hasStorageCondition"
)
RULES = replace(
    dcat.RULES,
    kept={**dcat.RULES.kept, **dict.fromkeys(_LINKS), "dpv:hasDuration": None, "dpv:hasDataSource": None},
    descended=dcat.RULES.descended | frozenset(_LINKS) | {"dpv:hasDuration"},
    texts={**dcat.RULES.texts, "dpv:isAfter": "RetentionTopic"},
    named=dcat.RULES.named | {"dpv:hasDataProcessor", "dpv:hasResponsibleEntity"},
    renamed={**dcat.RULES.renamed, "dpv:hasStorage": "dpv:hasStorageCondition"},
)


class Dpv:
    """Reads records of processing: each is a process, with the facts that its record states."""

    name = "dpv"
    label = Text("registres de traitements en DPV (RDF)", "records of processing in DPV (RDF)")

    def recognises(self, source: Source) -> bool:
        """RDF that names a record or a process."""
        signs = (b"ROPARecord", b"dpv:Process", b"dpv:PersonalDataHandling", b"dpv:PersonalDataProcess", b"dpv#Process")
        return dcat.READER.recognises(source) and any(sign in source.data for sign in signs)

    def read(self, source: Source) -> Imported:
        """Read it."""
        collector = Collector(source, self.name)
        found = Description(source, collector)
        processes = found.of_type(*_PROCESSES)
        if not processes:
            raise nothing(source, "processing")
        copier = Copier(found, collector, RULES)
        for node in processes:
            copier.copy(node, "dpv:Process")
        dcat.resources(found, collector, RULES)
        return collector.done()

    def definitions(self, source: Source) -> dict[str, str] | None:
        """None: what only defines concepts is told by the reader of DCAT."""
        return None


READER = Dpv()
