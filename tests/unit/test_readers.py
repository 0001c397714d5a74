"""Each reader on small records of our own: what is a fact, what is a hint, what is neither."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from cnil_kg.errors import InputError
from cnil_kg.importing import import_record
from cnil_kg.readers.record import Imported
from cnil_kg.vocab import shrink
from harness import HEADER, run

NEVER_FROM_A_CATALOG = {
    "ckg:containsPersonalData",
    "ckg:containsSpecialCategories",
    "ckg:anonymised",
    "ckg:pseudonymised",
}
"""Facts that no catalog states; they come from a person, or from a rule that reads what the catalog states."""


def read(tmp_path: Path, name: str, content: object, **options: str) -> Imported:
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return import_record(str(file), **options).imported  # type: ignore[arg-type]


def shown(term: object) -> str:
    if isinstance(term, Literal):
        return f'"{term.value}"'
    return "[]" if isinstance(term, BlankNode) else shrink(term.value)  # type: ignore[attr-defined]


def facts(found: Imported) -> set[str]:
    """Property and value, without the type of the resource."""
    pairs = {f"{shown(s.triple.predicate)} {shown(s.triple.object)}" for s in found.stated}
    assert not {p.split()[0] for p in pairs} & NEVER_FROM_A_CATALOG
    return pairs - {"rdf:type dcat:Dataset", "rdf:type dcat:Distribution"}


def hints(found: Imported) -> set[tuple[str, str, str]]:
    return {(h.topic.removesuffix("Topic"), h.quote, h.field) for h in found.hints}


def codes(found: Imported) -> list[str]:
    return [w.code for w in found.warnings]


# == DCAT

DATASET = HEADER + "@prefix at: <http://publications.europa.eu/resource/authority/> .\nex:d a dcat:Dataset ;\n"


def test_public_is_not_made_public_by_the_person(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "a.ttl",
        DATASET + "  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> .",
    )
    assert facts(found) == {"dct:accessRights http://publications.europa.eu/resource/authority/access-right/PUBLIC"}
    assert hints(found) == set()


def test_a_licence_is_not_a_legal_basis(tmp_path: Path) -> None:
    found = read(
        tmp_path, "a.ttl", DATASET + "  tech:hasLicense ex:l ; dct:license ex:m .\nex:l a dpv:LicenseAgreement ."
    )
    assert facts(found) == {"dct:license https://example.org/l", "dct:license https://example.org/m"}
    (tmp_path / "b.ttl").write_text(import_record(str(tmp_path / "a.ttl")).text, encoding="utf-8")
    assert not [q for q in run(tmp_path / "b.ttl").reasoned.store if q.predicate.value.endswith("hasLegalBasis")]


def test_a_publisher_is_not_a_controller_and_a_person_keeps_no_name(tmp_path: Path) -> None:
    body = """  dct:publisher ex:p ; dct:creator [ a foaf:Person ; foaf:name "Un Nom" ] ;
  dcat:contactPoint [ foaf:name "Autre" ] .
ex:p a foaf:Organization ; foaf:name "Office" ; foaf:mbox <mailto:a@example.org> ."""
    assert facts(read(tmp_path, "a.ttl", DATASET + body)) == {
        "dct:publisher https://example.org/p",
        "rdf:type foaf:Organization",
        'foaf:name "Office"',
    }


def test_a_person_as_publisher_keeps_no_name(tmp_path: Path) -> None:
    body = '  dct:publisher ex:p .\nex:p a foaf:Person ; foaf:name "Un Nom" .'
    assert facts(read(tmp_path, "a.ttl", DATASET + body)) == {"dct:publisher https://example.org/p"}


def test_data_categories_are_read_at_both_levels(tmp_path: Path) -> None:
    body = """  dpv:hasPersonalData pd:Name ; dcat:distribution ex:f .
ex:f a dcat:Distribution ; dpv:hasData pd:Age ; dct:title 'f' ."""
    assert facts(read(tmp_path, "a.ttl", DATASET + body)) == {
        "dpv:hasPersonalData pd:Name",
        "dcat:distribution https://example.org/f",
        "dpv:hasData pd:Age",
    }


@pytest.mark.parametrize("value", ["n/a", "N/A", "unknown", "", "-", "License Not Specified"])
def test_words_that_say_nothing_are_not_stated(tmp_path: Path, value: str) -> None:
    found = read(tmp_path, "a.ttl", DATASET + f'  dct:rights "{value}" ; dct:temporal "{value}" .')
    assert facts(found) == set()
    assert hints(found) == set()


def test_old_namespaces_are_normalised_with_a_warning(tmp_path: Path) -> None:
    text = "@prefix old: <https://w3id.org/dpv/dpv-pd#> .\n" + DATASET + "  dpv:hasPersonalData old:Name ."
    found = read(tmp_path, "a.ttl", text)
    assert facts(found) == {"dpv:hasPersonalData pd:Name"}
    assert codes(found) == ["legacy-namespace"]


def test_a_name_with_a_colon_too_many_is_a_hint(tmp_path: Path) -> None:
    body = """  healthdcatap:minTypicalAge: "12" ; healthdcatap:numberOfUniqueIndividuals: "9000" ;
  healthdcatap:maxTypicalAge "64" ."""
    found = read(tmp_path, "a.ttl", DATASET + body)
    assert facts(found) == {'healthdcatap:maxTypicalAge "64"'}
    assert hints(found) == {
        ("Minors", "12", "healthdcatap:minTypicalAge:"),
        ("Scale", "9000", "healthdcatap:numberOfUniqueIndividuals:"),
    }


@pytest.mark.parametrize(
    ("property_", "value", "topic"),
    [
        ("dcat:theme", "data-theme/HEAL", "SpecialCategory"),
        ("dcat:theme", "data-theme/EDUC", "Minors"),
        ("dcat:theme", "data-theme/JUST", "Offence"),
        ("dct:type", "dataset-type/SYNTHETIC_DATA", "Synthetic"),
        ("dct:accessRights", "access-right/NON_PUBLIC", "SpecialCategory"),
    ],
)
def test_a_coarse_value_raises_a_question_and_answers_none(
    tmp_path: Path, property_: str, value: str, topic: str
) -> None:
    iri = "http://publications.europa.eu/resource/authority/" + value
    found = read(tmp_path, "a.ttl", DATASET + f"  {property_} <{iri}> .")
    assert facts(found) == {f"{property_} {iri}"}
    assert hints(found) == {(topic, iri, property_)}


def test_a_sample_is_not_read(tmp_path: Path) -> None:
    body = '  <http://www.w3.org/ns/adms#sample> [ dct:title "Alice, 12 ans, patients" ] .'
    assert hints(read(tmp_path, "a.ttl", DATASET + body)) == set()


def test_iris_with_spaces_and_relative_ones_are_told_and_not_read(tmp_path: Path) -> None:
    text = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
 xmlns:dct="http://purl.org/dc/terms/"><dcat:Dataset rdf:about="https://example.org/d"><dct:title>d</dct:title>
<dct:spatial rdf:resource="all over"/></dcat:Dataset></rdf:RDF>"""
    found = read(tmp_path, "a.rdf", text)
    assert facts(found) == {'dct:title "d"'}
    assert codes(found) == ["bad-iri", "relative-iri"]


def test_a_schema_that_lists_personal_data_is_told(tmp_path: Path) -> None:
    schema = "<http://publications.europa.eu/resource/authority/dataset-type/SCHEMA>"
    body = f"  dct:type {schema} ; dpv:hasPersonalData pd:Name ."
    assert codes(read(tmp_path, "a.ttl", DATASET + body)) == ["describes-schema"]


def test_a_model_and_what_it_was_trained_on(tmp_path: Path) -> None:
    text = (
        HEADER
        + """ex:m a it6:MachineLearningModel ; it6:trainedOn ex:d ; it6:limitations "Trained on scraped pages." .
ex:d a dcat:Dataset ."""
    )
    found = read(tmp_path, "a.ttl", text)
    assert facts(found) == {"rdf:type it6:MachineLearningModel", "it6:trainedOn https://example.org/d"}
    assert hints(found) == {("Scraping", "Trained on scraped pages.", "it6:limitations")}


# == DPV records

ROPA = (
    "@prefix dpcat: <https://w3id.org/dpcat#> .\n"
    + HEADER
    + """ex:r a dpcat:ROPARecord ; dpv:hasDataController ex:c ; dpv:hasPurpose ex:p ;
  dpv:hasLegalBasis dpv:LegalObligation ;
  dct:publisher ex:u ; dpv:hasPersonalData pd:Name ;
  dpv:hasStorage [ a dpv:StorageCondition ; rdfs:comment "Retention of 2 years." ;
    dpv:hasDuration [ a dpv:StorageDuration ] ] .
ex:p a dpv:Purpose ; skos:broaderTransitive dpv:PersonnelManagement .
ex:c dpv:hasName "Office" ; dpv:hasContact "a@example.org" ."""
)


def test_a_record_of_processing_is_a_process_with_its_controller(tmp_path: Path) -> None:
    found = read(tmp_path, "a.ttl", ROPA)
    assert found.reader == "dpv"
    assert facts(found) == {
        "rdf:type dpv:Process",
        "dpv:hasDataController https://example.org/c",
        'dpv:hasName "Office"',
        "dpv:hasPurpose https://example.org/p",
        "rdf:type dpv:Purpose",
        "skos:broaderTransitive dpv:PersonnelManagement",
        "dpv:hasLegalBasis dpv:LegalObligation",
        "dct:publisher https://example.org/u",
        "dpv:hasPersonalData pd:Name",
        "dpv:hasStorageCondition []",
        "rdf:type dpv:StorageCondition",
        "dpv:hasDuration []",
        "rdf:type dpv:StorageDuration",
    }
    assert hints(found) == {("Retention", "Retention of 2 years.", "dpv:hasStorage / rdfs:comment")}


# == Croissant

CROISSANT = {
    "@context": {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"},
    "@type": "sc:Dataset",
    "name": "clinic",
    "url": "https://example.org/clinic",
}


def test_croissant_facts_and_hints(tmp_path: Path) -> None:
    record = CROISSANT | {
        "license": "other",
        "creator": {"@type": "sc:Organization", "name": "Alice", "url": "https://example.org/lab"},
        "datePublished": "2024-05-01",
        "rai:personalSensitiveInformation": ["Names of patients were replaced."],
        "rai:dataCollectionType": "Web Scraping",
        "rai:dataBiases": "More Information Needed",
        "unknownKey": 1,
        "recordSet": [
            {
                "field": [
                    {"name": "rows/patient_id", "subField": [{"name": "rows/patient_id/birth_date"}]},
                    {"name": "rows/x"},
                ],
                "data": [{"rows/patient_id": "Alice's cancer"}],
                "cr:examples": ["children"],
            }
        ],
    }
    found = read(tmp_path, "a.json", record)
    assert facts(found) == {
        'dct:title "clinic"',
        "dct:creator https://example.org/lab",
        'dct:issued "2024-05-01"',
    }
    assert hints(found) == {
        ("SpecialCategory", "Names of patients were replaced.", "rai:personalSensitiveInformation"),
        ("Vulnerable", "Names of patients were replaced.", "rai:personalSensitiveInformation"),
        ("PersonalData", "Names of patients were replaced.", "rai:personalSensitiveInformation"),
        ("Scraping", "Web Scraping", "rai:dataCollectionType"),
        ("Source", "Web Scraping", "rai:dataCollectionType"),
        ("SpecialCategory", "rows/patient_id", "recordSet[0].field[0].name"),
        ("PersonalData", "rows/patient_id/birth_date", "recordSet[0].field[0].subField[0].name"),
    }
    assert found.unread == ("unknownKey",)
    assert codes(found) == ["says-nothing"]
    assert 'license "other"' in found.warnings[0].text.en


def test_croissant_pasted_from_another_record(tmp_path: Path) -> None:
    pasted = CROISSANT | {
        "url": "https://huggingface.co/datasets/digits",
        "description": "Images.",
        "license": "mit",
        "distribution": [{"contentUrl": "https://huggingface.co/datasets/lab/talks/tree/main"}],
    }
    found = read(tmp_path, "a.json", pasted)
    assert {s.root.value for s in found.stated} == {"https://huggingface.co/datasets/lab/talks"}
    assert facts(found) == set()
    assert hints(found) == {
        ("Source", "clinic", "name"),
        ("Source", "Images.", "description"),
        ("ReuseTerms", "mit", "license"),
    }
    assert codes(found) == ["record-mismatch"]


def test_croissant_keys_with_and_without_prefix(tmp_path: Path) -> None:
    activities = [{"prov:description": "Records were anonymised."}, {"description": "Fields were hashed."}]
    found = read(
        tmp_path,
        "a.json",
        CROISSANT | {"prov:wasGeneratedBy": activities, "prov:wasDerivedFrom": {"@id": "https://example.org/full"}},
    )
    assert "prov:wasDerivedFrom https://example.org/full" in facts(found)
    assert {(t, q) for t, q, _ in hints(found)} == {
        ("Anonymised", "Records were anonymised."),
        ("Source", "Records were anonymised."),
        ("Pseudonymised", "Fields were hashed."),
        ("Source", "Fields were hashed."),
    }


# == Hugging Face

CARD = """---
pretty_name: Voices
license:
- {licence}
language:
- no
source_datasets:
- extended|lab/base
- original
annotations_creators:
- found
---

# Dataset Card for Voices

## Dataset Structure

### Data Instances

One row is `{{'speaker': 'children of the clinic'}}`.

### Data Fields

- `speaker`: a `string` feature.
- `text`: a `string` feature.

```
{{"email": "children@example.org"}}
```

## Dataset Creation

### Personal and Sensitive Information

{personal}

### Citation Information

Children of the clinic, 2020.
"""


def test_a_dataset_card(tmp_path: Path) -> None:
    text = CARD.format(licence="cc-by-4.0", personal="Speakers gave their consent. Nothing else is known.")
    found = read(tmp_path, "README.md", text, id="https://huggingface.co/datasets/lab/voices")
    assert {s.root.value for s in found.stated} == {"https://huggingface.co/datasets/lab/voices"}
    assert facts(found) == {
        'dct:title "Voices"',
        'dct:license "cc-by-4.0"',
        "prov:wasDerivedFrom https://huggingface.co/datasets/lab/base",
    }
    assert hints(found) == {
        ("Source", "original", "source_datasets"),
        ("Scraping", "found", "annotations_creators"),
        ("PersonalData", "speaker", "section: data fields: speaker"),
        ("PersonalData", "- `speaker`: a `string` feature.", "section: data fields"),
        ("PersonalData", "Speakers gave their consent.", "section: personal and sensitive information"),
        ("Consent", "Speakers gave their consent.", "section: personal and sensitive information"),
    }
    assert codes(found) == []


def test_more_information_needed_is_not_stated(tmp_path: Path) -> None:
    found = read(
        tmp_path, "README.md", CARD.format(licence="unknown", personal="[More Information Needed](https://example.org)")
    )
    assert 'dct:license "unknown"' not in facts(found)
    assert not [h for h in found.hints if h.field.startswith("section: personal")]
    assert codes(found) == ["no-identifier", "says-nothing"]


def test_a_model_card(tmp_path: Path) -> None:
    text = "---\nlicense: mit\nbase_model: lab/base\ndatasets:\n- lab/voices\npipeline_tag: text-generation\n---\n"
    text += "\n# Model Card\n\nTrained on web pages.\n"
    found = read(tmp_path, "card.md", text, id="https://example.org/model")
    assert facts(found) == {
        "rdf:type it6:MachineLearningModel",
        'dct:license "mit"',
        "it6:fineTunedFrom https://huggingface.co/lab/base",
        "it6:trainedOn https://huggingface.co/datasets/lab/voices",
        'it6:intendedUse "text-generation"',
    }
    assert hints(found) == {("Scraping", "Trained on web pages.", "section: model card")}


# == CKAN

PACKAGE = {"id": "5f5c", "name": "arbres", "title": "Arbres", "owner_org": "o", "resources": []}


def answer(**fields: object) -> dict[str, object]:
    help_ = "https://data.example.org/api/3/action/help_show?name=package_show"
    return {"help": help_, "success": True, "result": PACKAGE | fields}


def test_a_package(tmp_path: Path) -> None:
    record = answer(
        license_id=None,
        personal_data='["https://w3id.org/dpv/pd#Name", "pd:Age"]',
        legal_basis=["https://w3id.org/dpv/legal/eu/gdpr#A6-1-e"],
        min_typical_age="12",
        number_of_unique_individuals="many",
        notes="Fichier des élèves. Population des communes.",
        extras=[{"key": "licence", "value": '["Licence ouverte"]'}, {"key": "individual-name", "value": ""}],
        tags=[{"name": "santé"}],
        private=False,
    )
    found = read(tmp_path, "a.json", record)
    assert {s.root.value for s in found.stated} == {"https://data.example.org/dataset/5f5c"}
    assert facts(found) == {
        'dct:title "Arbres"',
        "dpv:hasPersonalData pd:Name",
        "dpv:hasPersonalData pd:Age",
        "dpv:hasLegalBasis eu-gdpr:A6-1-e",
        'healthdcatap:minTypicalAge "12"',
        'dct:license "Licence ouverte"',
    }
    assert hints(found) == {
        ("Minors", "Fichier des élèves.", "result.notes"),
        ("SpecialCategory", "santé", "result.tags[0].name"),
    }
    assert codes(found) == ["says-nothing"]


def test_words_about_no_person_raise_nothing(tmp_path: Path) -> None:
    notes = "Population municipale, nom de la commune, identifiant du canton, potentiel fiscal par habitant."
    assert hints(read(tmp_path, "a.json", answer(notes=notes))) == set()


# == OpenMetadata


def table(**fields: object) -> dict[str, object]:
    return {"id": "0a1b", "name": "clients", "tableType": "Regular", "columns": []} | fields


def column(name: str, *tags: str, state: str = "Confirmed") -> dict[str, object]:
    return {"name": name, "tags": [{"tagFQN": tag, "labelType": "Manual", "state": state} for tag in tags]}


@pytest.mark.parametrize(
    ("tag", "stated", "asked"),
    [
        ("PersonalData.Personal", {"dpv:hasPersonalData dpv:PersonalData"}, set()),
        ("PersonalData.SpecialCategory", {"dpv:hasPersonalData dpv:SpecialCategoryPersonalData"}, set()),
        ("PII.Sensitive", {"dpv:hasPersonalData dpv:PersonalData"}, {("SpecialCategory", "PII.Sensitive")}),
        ("PII.NonSensitive", set(), {("PersonalData", "PII.NonSensitive")}),
        ("PII.None", set(), set()),
    ],
)
def test_coarse_tags(tmp_path: Path, tag: str, stated: set[str], asked: set[tuple[str, str]]) -> None:
    found = read(tmp_path, "a.json", table(columns=[column("c", tag)]))
    assert facts(found) == {'dct:title "clients"'} | stated
    assert {(t, q) for t, q, _ in hints(found)} == asked
    assert codes(found) == []


def test_a_suggested_tag_is_a_hint(tmp_path: Path) -> None:
    found = read(tmp_path, "a.json", table(columns=[column("c", "PersonalData.SpecialCategory", state="Suggested")]))
    assert facts(found) == {'dct:title "clients"'}
    assert hints(found) == {("PersonalData", "PersonalData.SpecialCategory", "columns[0].tags[0].tagFQN")}


def test_no_tag_is_not_stated_and_rows_are_not_read(tmp_path: Path) -> None:
    rows = {"columns": ["c"], "rows": [["children of the clinic"]]}
    found = read(tmp_path, "a.json", table(columns=[column("first_name")], sampleData=rows, profile={"max": "cancer"}))
    assert facts(found) == {'dct:title "clients"'}
    assert hints(found) == {("PersonalData", "first_name", "columns[0].name")}
    assert found.unread == ("tableType",)


CLASSIFICATION = [
    {"createClassification": {"name": "Ours"}, "createTags": [{"name": "Ward", "description": "Tells the hospital."}]}
]


def test_definitions_beside_a_record(tmp_path: Path) -> None:
    (tmp_path / "tags.json").write_text(json.dumps(CLASSIFICATION), encoding="utf-8")
    record = table(columns=[column("c", "Ours.Ward")])
    alone = read(tmp_path, "a.json", record)
    assert (codes(alone), hints(alone)) == (["tag-unknown"], set())
    found = read(tmp_path, "a.json", record, vocabulary=str(tmp_path / "tags.json"))
    assert codes(found) == []
    assert hints(found) == {("SpecialCategory", "Ours.Ward: Tells the hospital.", "columns[0].tags[0].tagFQN")}


def test_definitions_alone_and_a_record_as_vocabulary(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds tag definitions, no dataset"):
        read(tmp_path, "tags.json", CLASSIFICATION)
    with pytest.raises(InputError, match="holds tag definitions, no dataset"):
        read(tmp_path, "concepts.ttl", HEADER + "ex:c a skos:Concept ; skos:definition 'A thing.' .")
    (tmp_path / "t.json").write_text(json.dumps(table()), encoding="utf-8")
    with pytest.raises(InputError, match="holds no tag definitions"):
        read(tmp_path, "a.json", table(), vocabulary=str(tmp_path / "t.json"))


# == DataHub

HUB = """- id: clicks
  platform: hive
  description: Clicks of customers.
  schema:
    fields:
      - id: user_email
  structured_properties:
    io.cnilkg.hasPersonalData: [pd:EmailAddress, "https://w3id.org/dpv/pd#IPAddress"]
    org.example.retentionTime: 365
    org.example.owner: urn:li:corpuser:alice@example.org
  downstreams:
    - urn:li:dataset:(urn:li:dataPlatform:hive,daily,PROD)
"""


def test_datahub_datasets(tmp_path: Path) -> None:
    found = read(tmp_path, "a.yaml", HUB)
    assert facts(found) == {
        'dct:title "clicks"',
        "dpv:hasPersonalData pd:EmailAddress",
        "dpv:hasPersonalData pd:IPAddress",
        "prov:wasDerivedFrom urn:li:dataset:(urn:li:dataPlatform:hive,clicks,PROD)",
    }
    assert hints(found) == {
        ("PersonalData", "Clicks of customers.", "[0].description"),
        ("Retention", "365", "[0].structured_properties.org.example.retentionTime"),
    }


def test_datahub_proposals(tmp_path: Path) -> None:
    urn = "urn:li:dataset:(urn:li:dataPlatform:hive,clicks,PROD)"
    aspects = {
        "datasetProperties": {
            "name": "clicks",
            "description": "Crawled pages.",
            "customProperties": {"retention": "30"},
        },
        "schemaMetadata": {"fields": [{"fieldPath": "[version=2.0].[type=string].email"}]},
        "datasetProfile": {"fieldProfiles": [{"sampleValues": ["cancer"]}]},
        "upstreamLineage": {"upstreams": [{"dataset": "urn:li:dataset:(urn:li:dataPlatform:hive,raw,PROD)"}]},
    }
    proposals = [
        {"entityUrn": urn, "entityType": "dataset", "aspectName": n, "aspect": {"json": a}} for n, a in aspects.items()
    ]
    found = read(tmp_path, "a.json", proposals)
    assert {s.root for s in found.stated} == {NamedNode(urn)}
    assert facts(found) == {
        'dct:title "clicks"',
        "prov:wasDerivedFrom urn:li:dataset:(urn:li:dataPlatform:hive,raw,PROD)",
    }
    assert hints(found) == {
        ("Scraping", "Crawled pages.", "datasetProperties.description"),
        ("Retention", "30", "datasetProperties.customProperties.retention"),
        ("PersonalData", "email", "schemaMetadata.fields[0].id"),
    }
