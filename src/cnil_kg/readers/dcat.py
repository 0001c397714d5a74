"""DCAT 3 and its profiles: DCAT-AP, HealthDCAT-AP, MLDCAT-AP; datasets and models, in any RDF syntax."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from cnil_kg.errors import InputError
from cnil_kg.inputs.sources import EXTENSIONS
from cnil_kg.model import Text
from cnil_kg.readers.collector import Collector
from cnil_kg.readers.rdf import Copier, Description, Rules, names, nothing
from cnil_kg.readers.record import Imported, Source, Value
from cnil_kg.vocab import SKOS

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_VALUES = {
    _AUTHORITY + "data-theme/HEAL": "SpecialCategoryTopic",
    _AUTHORITY + "data-theme/JUST": "OffenceTopic",
    _AUTHORITY + "data-theme/SOCI": "VulnerableTopic",
    _AUTHORITY + "data-theme/EDUC": "MinorsTopic",
    _AUTHORITY + "dataset-type/SYNTHETIC_DATA": "SyntheticTopic",
    _AUTHORITY + "access-right/NON_PUBLIC": "SpecialCategoryTopic",
    _AUTHORITY + "access-right/SENSITIVE": "SpecialCategoryTopic",
}
"""Values that raise a question and answer none."""
_INSPIRE_PERSONAL = "INSPIRE_Directive_Article13_1f"
_COLON = {
    "mintypicalage": "MinorsTopic",
    "numberofuniqueindividuals": "ScaleTopic",
    "numberofrecords": "ScaleTopic",
}
"""Names that real files spell with a colon too many: the value is worth a question, not a fact."""

COMMON: dict[str, str | None] = {
    **dict.fromkeys(
        names(
            "rdfs:subClassOf skos:broader skos:broaderTransitive skos:narrower skos:narrowerTransitive"
            " dct:license dct:accessRights dct:source prov:wasDerivedFrom prov:hadPrimarySource"
            " prov:qualifiedAttribution dcat:hadRole prov:hadRole prov:agent dct:publisher dct:creator"
            " dct:temporal dcat:startDate dcat:endDate dct:issued dct:modified dct:accrualPeriodicity dcat:version"
            " dcatap:availability http://www.w3.org/ns/adms#status dcat:theme dct:type dct:spatial dct:language"
            " dcatap:applicableLegislation dct:conformsTo dcat:distribution dcat:landingPage dpv:hasPersonalData"
            " dpv:hasData dpv:hasLegalBasis dpv:hasDataSubject dpv:hasDataController dpv:hasRecipient"
            " odrl:hasPolicy odrl:permission odrl:prohibition odrl:duty odrl:obligation odrl:constraint"
            " odrl:action odrl:leftOperand odrl:operator odrl:rightOperand odrl:target tech:hasLicense"
        )
    ),
    "dct:title": "",
    "dct:rights": "ReuseTermsTopic",
    "dpv:hasPurpose": "",
}
_HEALTH: dict[str, str | None] = dict.fromkeys(
    names(
        "healthdcatap:minTypicalAge healthdcatap:maxTypicalAge healthdcatap:numberOfUniqueIndividuals"
        " healthdcatap:numberOfRecords healthdcatap:retentionPeriod healthdcatap:hdab healthdcatap:healthTheme"
    )
)
_MODEL: dict[str, str | None] = {
    **dict.fromkeys(
        names(
            "it6:trainedOn it6:testedOn it6:validatedOn it6:fineTunedFrom it6:hasProvider it6:releaseDate"
            " it6:placedOnMarketDate it6:collectionDate it6:processingDate it6:methodOfDistribution it6:visibility"
            " it6:totalNumberOfParameters it6:hasRisk it6:mitigation ai:hasTrainingData ai:hasTestingData"
            " ai:hasValidationData"
        )
    ),
    "it6:intendedUse": "PurposeTopic",
}
RULES = Rules(
    kept={**COMMON, **_HEALTH, "healthdcatap:populationCoverage": "", **_MODEL},
    descended=frozenset(
        names(
            "dcat:distribution dct:publisher it6:hasProvider healthdcatap:hdab dpv:hasPersonalData dpv:hasData"
            " dpv:hasLegalBasis dpv:hasPurpose dpv:hasDataSubject dpv:hasDataController odrl:hasPolicy odrl:permission"
            " odrl:prohibition odrl:duty odrl:obligation odrl:constraint dct:temporal prov:qualifiedAttribution"
            " skos:broader skos:broaderTransitive skos:narrower skos:narrowerTransitive rdfs:subClassOf"
            " it6:hasRisk it6:mitigation healthdcatap:retentionPeriod"
        )
    ),
    texts={
        "dct:description": "",
        "dcat:keyword": "",
        "dct:alternative": "",
        "dct:provenance": "SourceTopic",
        "prov:wasGeneratedBy": "SourceTopic",
        "it6:dataProvenance": "SourceTopic",
        "it6:collectionMethod": "SourceTopic",
        "it6:curationMethod": "",
        "it6:biasMethod": "",
        "it6:unsuitabilityMethod": "",
        "it6:limitations": "",
        "http://www.w3.org/ns/dqv#hasQualityAnnotation": "",
        "http://www.w3.org/ns/adms#versionNotes": "",
        "healthdcatap:healthCategory": "SpecialCategoryTopic",
        "healthdcatap:publisherNote": "",
    },
    named=frozenset({"dct:publisher", "it6:hasProvider", "healthdcatap:hdab", "dpv:hasDataController"}),
    numbers=frozenset(n for n in _HEALTH if n.rpartition(":")[2].startswith(("min", "max", "number"))),
    renamed={"tech:hasLicense": "dct:license"},
    never=frozenset(
        names(
            "http://www.w3.org/ns/adms#sample dcat:contactPoint dct:contributor foaf:mbox foaf:account foaf:phone"
            " dpv:hasContact http://www.w3.org/2006/vcard/ns#hasEmail"
        )
    ),
)
_DATASETS = ("dcat:Dataset", "dcat:DatasetSeries")
_MODELS = ("it6:MachineLearningModel", "ai:Model", "ai:TrainedModel", "ai:GPAIModel", "ai:LLM", "ai:FineTunedModel")


class Dcat:
    """Reads the datasets and models of a catalog in RDF."""

    name = "dcat"
    label = Text("DCAT, DCAT-AP, HealthDCAT-AP, MLDCAT-AP (RDF)", "DCAT, DCAT-AP, HealthDCAT-AP, MLDCAT-AP (RDF)")

    def recognises(self, source: Source) -> bool:
        """Any RDF: by the name of the file, or its first signs."""
        end = source.name.lower().rpartition(".")[2]
        if "." + end in EXTENSIONS and end not in ("json", "yaml", "yml"):
            return True
        start = source.data.lstrip()[:500].lower()
        return start.startswith((b"@prefix", b"prefix ", b"@base", b"<rdf:rdf", b"<?xml")) or b'"@context"' in start

    def read(self, source: Source) -> Imported:
        """Read it."""
        collector = Collector(source, self.name)
        found = Description(source, collector)
        if not found.of_type(*_DATASETS, *_MODELS):
            raise nothing(source, "dataset and no model")
        resources(found, collector, RULES)
        return collector.done()

    def definitions(self, source: Source) -> dict[str, str] | None:
        """The concepts of a file that describes no dataset."""
        if b"Concept" not in source.data or not self.recognises(source):
            return None
        try:
            found = Description(source, Collector(source, self.name))
        except InputError:
            return None
        concepts = found.of_type("skos:Concept")
        records = found.of_type(*_DATASETS, *_MODELS, "dpv:Process", "https://w3id.org/dpcat#ROPARecord")
        if not concepts or records:
            return None
        return {node.value: _meaning(found, node) for node in concepts}


def _meaning(found: Description, node: NamedNode) -> str:
    """The definition of a concept, else its label."""
    texts = {t.predicate.value: t.object.value for t in found.subjects[node] if isinstance(t.object, Literal)}
    return texts.get(SKOS + "definition") or texts.get(SKOS + "prefLabel") or ""


def resources(found: Description, collector: Collector, rules: Rules) -> None:
    """Copy every dataset and model of a source."""
    copier = Copier(found, collector, rules)
    copier.watch = lambda name, value, field: watched(collector, name, value, field)
    for node in found.of_type(*_DATASETS, *_MODELS):
        model = found.types(node) & set(_MODELS)
        copier.copy(node, sorted(model)[0] if model else "dcat:Dataset")
        types = {t.object for t in found.subjects[node]}
        if NamedNode(_AUTHORITY + "dataset-type/SCHEMA") in types:
            collector.warn(
                "describes-schema",
                f"<{node.value}> est un schéma : ses catégories de données peuvent être celles du jeu qu'il décrit.",
                f"<{node.value}> is a schema: its categories of data may be those of the set it describes.",
                term=node.value,
            )


def watched(collector: Collector, name: str, value: Value, field: str) -> None:
    """Raise the questions that a value asks by itself."""
    if isinstance(value, NamedNode):
        if value.value in _VALUES:
            collector.hint(collector.root, _VALUES[value.value], value.value, field)
        elif _INSPIRE_PERSONAL in value.value:
            collector.hint(collector.root, "PersonalDataTopic", value.value, field)
    elif isinstance(value, Literal) and name.endswith(":"):
        topic = _COLON.get(name[:-1].rpartition(":")[2].lower(), "")
        adult = topic == "MinorsTopic" and not (value.value.isdigit() and int(value.value) < 18)
        if topic and not adult:
            collector.hint(collector.root, topic, value.value, field)


READER = Dcat()
