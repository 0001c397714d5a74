"""`cnil-kg export` to DataHub, OpenMetadata, Atlas and Collibra: the rules of every export, and what each takes in."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse

from cnil_kg import __version__, report, writers
from cnil_kg.cli import cli
from cnil_kg.errors import InputError, UnknownTermError
from cnil_kg.exporting import export, targets
from cnil_kg.importing import import_record
from cnil_kg.vocab import PREFIXES, shrink
from harness import AS_OF, HEADER, ROOT, WithoutSearch

URN = "urn:li:dataset:(urn:li:dataPlatform:hive,user.clicks,PROD)"
TABLE = "3cda8ecb-f4c6-4ed4-8506-abe965b54b86"
PROJECT = (
    HEADER
    + f"""ex:project a ckg:Project ; ckg:hasProcessing ex:p .
ex:p a dpv:Process ; prov:used <{URN}> , <urn:uuid:{TABLE}> ; ckg:phase ckg:DevelopmentPhase ;
  dpv:hasLegalBasis eu-gdpr:A6-1-f ; dpv:hasDataController ex:acme ; dct:title "Training"@en , "Entraînement"@fr .
ex:acme a foaf:Organization ; foaf:name "Acme" .
<{URN}> a dcat:Dataset ; dpv:hasPersonalData pd:Health , pd:Name ; ckg:anonymised false ;
  ckg:sheetField ckg:DescriptionField ; ckg:sourceName "=Office" .
<urn:uuid:{TABLE}> a dcat:Dataset ; dpv:hasPersonalData pd:Name ; dct:identifier "shop.dim_address@fr" ;
  <http://www.w3.org/ns/adms#sample> ex:sample . ex:sample dct:description "Alice, 12" ."""
)
DATASETS: list[dict[str, Any]] = [
    {
        "id": "user.clicks",
        "platform": "hive",
        "structured_properties": {
            "io.cnilkg.hasPersonalData": ["https://w3id.org/dpv/pd#Age"],
            "io.cnilkg.sourceName": "Office",
            "com.example.steward": "Alice",
        },
    },
    {"id": "other", "platform": "hive"},
]
TABLES: dict[str, Any] = {
    "id": TABLE,
    "name": "dim_address",
    "tableType": "Regular",
    "columns": [{"name": "city", "dataType": "VARCHAR", "tags": []}],
    "tags": [{"tagFQN": "Tier.Tier1", "source": "Classification", "labelType": "Manual", "state": "Confirmed"}],
    "extension": {"steward": "Alice"},
}
CATALOGS = ("datahub", "openmetadata", "atlas", "collibra")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the search for missing facts, the slow part."""
    monkeypatch.setattr(report, "Concluder", WithoutSearch)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """The project, and what the catalogs hold."""
    texts = {
        "project": ("project.ttl", PROJECT),
        "datahub": ("datasets.yaml", yaml.safe_dump(DATASETS)),
        "openmetadata": ("table.json", json.dumps(TABLES)),
        "types": ("types.json", json.dumps({"data": [{"name": n, "id": TABLE} for n in ("string", "enum")]})),
        "other": ("other.ttl", HEADER + "ex:q a dpv:Process ; dpv:hasPurpose ckg:none ."),
    }
    for name, text in texts.values():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {key: str(tmp_path / name) for key, (name, _) in texts.items()}


def out(files: dict[str, str], target: str, part: str | None = None, **options: Any) -> str:
    into = options.pop("into", files.get(target))
    return export(target, [files["project"]], part=part, into=into, as_of=AS_OF, **options)


def assigned(text: str) -> dict[str, list[str]]:
    """Name of a structured property -> values, of the one dataset of a file of patches."""
    (proposal,) = json.loads(text)
    assert (proposal["entityType"], proposal["entityUrn"], proposal["changeType"]) == ("dataset", URN, "PATCH")
    patch = json.loads(proposal["aspect"]["value"])
    assert patch["arrayPrimaryKeys"] == {"properties": ["propertyUrn"]}
    found = {}
    for operation in patch["patch"]:
        urn = operation["value"]["propertyUrn"]
        assert (operation["op"], operation["path"]) == ("add", f"/properties/{urn}")
        found[urn.removeprefix("urn:li:structuredProperty:")] = [v["string"] for v in operation["value"]["values"]]
    return found


def table_patch(text: str) -> list[dict[str, Any]]:
    (request,) = json.loads(text)
    assert (request["method"], request["path"]) == ("PATCH", f"/api/v1/tables/{TABLE}")
    found: list[dict[str, Any]] = request["body"]
    return found


def business(text: str) -> dict[tuple[str, str], dict[str, list[str]]]:
    """Entity -> attribute -> values, of a file of business metadata."""
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:4] == [
        "EntityType",
        "EntityUniqueAttributeValue",
        "BusinessAttributeName",
        "BusinessAttributeValue",
    ]
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for kind, name, attribute, value, unique in rows[1:]:
        assert unique == "qualifiedName"
        found.setdefault((kind, name), {})[attribute.removeprefix("CNIL_Verdict.")] = value.split("|")
    return found


# == The rules of every export


def test_a_resources_are_known_by_their_own_names(files: dict[str, str]) -> None:
    assert set(business(out(files, "atlas"))) == {
        ("DataSet", URN),
        ("DataSet", "shop.dim_address@fr"),
        ("Process", "https://example.org/p"),
    }
    commands = json.loads(out(files, "collibra"))
    names = [c["identifier"].get("externalEntityId") for c in commands if c["resourceType"] == "Asset"]
    assert names == [URN, f"urn:uuid:{TABLE}", "https://example.org/p"]


def test_b_values_are_iris(files: dict[str, str]) -> None:
    values = assigned(out(files, "datahub"))
    assert values["io.cnilkg.sheetField"] == [f"{PREFIXES['ckg']}DescriptionField"]
    (second, first) = json.loads(out(files, "atlas", "classifications"))
    assert first["query"] == {"attr:qualifiedName": "shop.dim_address@fr"}
    assert [c["typeName"] for c in first["body"] + second["body"]] == ["CNIL_PersonalData", "CNIL_SpecialCategoryData"]
    assert second["body"][0]["attributes"]["categories"] == [f"{PREFIXES['pd']}Health", f"{PREFIXES['pd']}Name"]


def test_c_no_value_of_a_person_is_overwritten(files: dict[str, str]) -> None:
    values = assigned(out(files, "datahub"))
    pd = PREFIXES["pd"]
    assert values["io.cnilkg.hasPersonalData"] == [f"{pd}Age", f"{pd}Health", f"{pd}Name"]
    assert "io.cnilkg.sourceName" not in values  # one value, and a person gave it
    assert values["io.cnilkg.verdict.state"] == ["inferred"]
    body = table_patch(out(files, "openmetadata"))
    suggested = {"source": "Classification", "labelType": "Derived", "state": "Suggested"}
    assert body[0] == {"op": "add", "path": "/tags/-", "value": {"tagFQN": "PersonalData.Personal", **suggested}}
    assert {operation["op"] for operation in body} == {"add"}
    assert all(operation["path"].startswith("/extension/cnil") for operation in body[1:])


def test_c_tags_that_exclude_each_other_are_not_joined(files: dict[str, str]) -> None:
    tag = {"tagFQN": "PersonalData.SpecialCategory", "state": "Confirmed"}
    Path(files["openmetadata"]).write_text(json.dumps(TABLES | {"tags": [tag]}), encoding="utf-8")
    assert all(o["path"].startswith("/extension/") for o in table_patch(out(files, "openmetadata")))


def test_d_only_facts_go_down_the_lineage(files: dict[str, str]) -> None:
    defined = json.loads(export("atlas", [], part="typedefs"))
    facts = {a["name"] for d in defined["classificationDefs"] for a in d["attributeDefs"]}
    assert facts == {"categories", "legalBasis", "state", "by"}
    assert all(
        c["propagate"] for request in json.loads(out(files, "atlas", "classifications")) for c in request["body"]
    )
    written = out(files, "atlas", "classifications")
    assert "undetermined" not in written and "reuse" not in written
    names = set(assigned(out(files, "datahub")))
    facts = {name for name in names if not name.startswith("io.cnilkg.verdict.")}
    assert facts == {f"io.cnilkg.{n}" for n in ("hasPersonalData", "anonymised", "sheetField")}


def test_e_each_verdict_says_where_it_comes_from(files: dict[str, str]) -> None:
    details = assigned(out(files, "datahub"))["io.cnilkg.verdict.details"]
    stored = next(o["value"] for o in table_patch(out(files, "openmetadata")) if o["path"].endswith("cnilVerdicts"))
    assets = {c["identifier"].get("externalEntityId"): c for c in json.loads(out(files, "collibra"))}
    told = assets[URN]["attributes"]["CNIL verdicts"][0]["value"]
    for text, about in ((details[0], URN), (stored, f"urn:uuid:{TABLE}"), (told, URN)):
        for verdict in json.loads(text):
            assert about in verdict["about"]
            assert (verdict["by"], verdict["date"]) == (f"cnil-kg {__version__}", AS_OF)
            assert verdict["fiche"].startswith("fiche-") and verdict["articles"]
            assert verdict["outcome"] != "undetermined" or verdict["state"] == "inferred"
    found = business(out(files, "atlas"))["DataSet", URN]
    assert (found["by"], found["asOf"]) == ([f"cnil-kg {__version__}"], [AS_OF])
    assert found["details"][0].startswith("reuse=undetermined (inferred); fiche-04b; ")
    assert all(len(line) <= 2000 for line in found["details"])


def test_f_reading_the_values_back_gives_the_same_facts(files: dict[str, str], tmp_path: Path) -> None:
    """Read after what DataHub held: its values, then the patch; the property that a person filled in stays."""
    urn = "urn:li:structuredProperty:"
    held = [{"propertyUrn": f"{urn}{k}", "values": [{"string": v} for v in (x if isinstance(x, list) else [x])]}
            for k, x in DATASETS[0]["structured_properties"].items()]  # fmt: skip
    before = {
        "entityType": "dataset",
        "entityUrn": URN,
        "changeType": "UPSERT",
        "aspectName": "structuredProperties",
        "aspect": {"json": {"properties": held}},
    }
    applied = tmp_path / "applied.json"
    applied.write_text(json.dumps([before, *json.loads(out(files, "datahub"))]), encoding="utf-8")
    read = import_record(str(applied)).imported
    facts = sorted((shrink(s.triple.predicate.value), shrink(s.triple.object.value)) for s in read.stated)  # type: ignore[union-attr]
    assert facts == [
        ("ckg:anonymised", "false"),
        ("ckg:sheetField", "ckg:DescriptionField"),
        ("ckg:sourceName", "Office"),
        ("dpv:hasPersonalData", "pd:Age"),
        ("dpv:hasPersonalData", "pd:Health"),
        ("dpv:hasPersonalData", "pd:Name"),
        ("rdf:type", "dcat:Dataset"),
    ]
    assert read.hints == ()
    again = assigned(out(files, "datahub", into=str(applied)))
    assert all(name.startswith("io.cnilkg.verdict.") for name in again)


def test_f_a_table_that_was_patched_gets_no_other_value(files: dict[str, str]) -> None:
    extension = {o["path"].removeprefix("/extension/"): o["value"] for o in table_patch(out(files, "openmetadata"))[1:]}
    tags = [*TABLES["tags"], table_patch(out(files, "openmetadata"))[0]["value"]]
    patched = TABLES | {"tags": tags, "extension": TABLES["extension"] | extension}
    Path(files["openmetadata"]).write_text(json.dumps(patched), encoding="utf-8")
    assert json.loads(out(files, "openmetadata")) == []
    read = import_record(files["openmetadata"]).imported
    assert {shrink(s.triple.predicate.value) for s in read.stated} == {"rdf:type", "dct:title"}  # suggested: no fact


@pytest.mark.parametrize("target", CATALOGS)
def test_g_no_sample_leaves(files: dict[str, str], target: str) -> None:
    for part in writers.choose(target).parts:
        if part.described and part.name != "form":
            assert "Alice, 12" not in out(files, target, part.name)


# == What each catalog takes in


def test_datahub_takes_in_what_is_written(files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAHUB_TELEMETRY_ENABLED", "false")
    from datahub.api.entities.forms.forms import Forms  # noqa: PLC0415
    from datahub.api.entities.structuredproperties.structuredproperties import StructuredProperties  # noqa: PLC0415
    from datahub.ingestion.source.metadata.business_glossary import BusinessGlossaryConfig  # noqa: PLC0415
    from datahub.metadata.schema_classes import (  # noqa: PLC0415
        MetadataChangeProposalClass,
        StructuredPropertyValueAssignmentClass,
    )

    definitions = [
        StructuredProperties.model_validate(d) for d in yaml.safe_load(export("datahub", [], part="definitions"))
    ]
    assert all(definition.generate_mcps()[0].validate() for definition in definitions)
    named = {definition.fqn: definition for definition in definitions}
    assert {"io.cnilkg.hasPersonalData", "io.cnilkg.anonymised", "io.cnilkg.verdict.reuse"} <= set(named)
    proposals = [MetadataChangeProposalClass.from_obj({**p, "aspect": {**p["aspect"], "value": p["aspect"]["value"]}})
                 for p in json.loads(out(files, "datahub"))]  # fmt: skip
    assert all(proposal.validate() for proposal in proposals)
    for operation in json.loads(proposals[0].aspect.value)["patch"]:
        assert StructuredPropertyValueAssignmentClass.from_obj(operation["value"], tuples=False).validate()
        definition = named[operation["value"]["propertyUrn"].removeprefix("urn:li:structuredProperty:")]
        values = [value["string"] for value in operation["value"]["values"]]
        allowed = {v.value for v in definition.allowed_values or ()}
        assert not allowed or set(values) <= allowed
        assert len(values) == 1 or definition.cardinality == "MULTIPLE"
    glossary = BusinessGlossaryConfig.model_validate(yaml.safe_load(export("datahub", [], part="glossary", lang="fr")))
    assert [node.name for node in glossary.nodes or ()][3] == "Jeux de données et réutilisation"
    monkeypatch.undo()  # the search for missing facts: the form needs it
    text = (ROOT / "examples" / "llm.ttl").read_text(encoding="utf-8").replace("ex:encyclopedia", f"<{URN}>")
    Path(files["project"]).write_text(text.replace("ckg:sourceDescribed true ;", ""), encoding="utf-8")
    (form,) = [Forms.model_validate(f) for f in yaml.safe_load(out(files, "datahub", "form"))]
    assert (form.entities.urns, form.type) == ([URN], "COMPLETION")
    assert [prompt.structured_property_id for prompt in form.prompts] == [
        "io.cnilkg.sourceDescribed",
        "io.cnilkg.sourceSensitiveExtraChecks",  # left open by the example itself
    ]


def test_openmetadata_definitions_and_glossary(files: dict[str, str]) -> None:
    defined = {d["name"]: d for d in json.loads(export("openmetadata", [], part="definitions", into=files["types"]))}
    reuse = defined["cnilReuse"]
    assert reuse["propertyType"] == {"id": TABLE, "type": "type", "name": "enum"}
    assert reuse["customPropertyConfig"]["config"]["multiSelect"] is True
    assert {"allowed", "notAllowed", "undetermined"} <= set(reuse["customPropertyConfig"]["config"]["values"])
    written = {o["path"].removeprefix("/extension/") for o in table_patch(out(files, "openmetadata"))[1:]}
    assert written <= set(defined)
    rows = list(csv.DictReader(io.StringIO(export("openmetadata", [], part="glossary", lang="en"))))
    names = {row["name*"] for row in rows if not row["parent"]}
    assert {row["parent"].removeprefix("cnil-kg.") for row in rows} - {""} == names
    allowed = next(row for row in rows if row["name*"] == "ReuseAllowed")
    assert allowed["references"] == f"cnil-kg;{PREFIXES['ckg']}ReuseAllowed"
    assert (allowed["parent"], allowed["displayName"], allowed["glossaryStatus"]) == (
        "cnil-kg.datasets",
        "reuse allowed",
        "Draft",
    )


def test_atlas_knows_every_type_that_is_used(files: dict[str, str]) -> None:
    defined = json.loads(export("atlas", [], part="typedefs"))
    (metadata,) = defined["businessMetadataDefs"]
    types = {a["name"]: a["typeName"] for a in metadata["attributeDefs"]}
    enums = {e["name"]: {v["value"] for v in e["elementDefs"]} for e in defined["enumDefs"]}
    for attributes in business(out(files, "atlas")).values():
        for name, values in attributes.items():
            kind = types[name].removeprefix("array<").removesuffix(">")
            assert len(values) == 1 or types[name].startswith("array<")
            assert kind == "string" or set(values) <= enums[kind]
    assert {c["name"] for c in defined["classificationDefs"]} == {"CNIL_PersonalData", "CNIL_SpecialCategoryData"}


def test_collibra_under_the_names_of_a_tenant(files: dict[str, str], tmp_path: Path) -> None:
    table = json.loads(export("collibra", [], part="mapping"))
    assert set(table) == {"community", "domain", "status", "types", "attributes", "relations"}
    names = tmp_path / "names.json"
    relation = "00000000-0000-0000-0000-000000007038:SOURCE"
    names.write_text(
        json.dumps({"community": "DPO", "types": {"processing": "Traitement"}, "relations": {"legalBasis": relation}})
    )
    commands = json.loads(out(files, "collibra", into=str(names), lang="fr"))
    assert commands[:2] == [
        {"resourceType": "Community", "identifier": {"name": "DPO"}},
        {
            "resourceType": "Domain",
            "identifier": {"name": "CNIL processing register", "community": {"name": "DPO"}},
            "type": {"name": "Business Asset Domain"},
        },
    ]
    basis, process = f"{PREFIXES['eu-gdpr']}A6-1-f", commands[-1]
    assert (process["type"], process["displayName"]) == ({"name": "Traitement"}, "Entraînement")
    assert process["relations"] == {relation: [{"externalSystemId": "cnil-kg", "externalEntityId": basis}]}
    assert basis in {c["identifier"].get("externalEntityId") for c in commands[:-1]}


# == What is refused


def test_refusals(files: dict[str, str], tmp_path: Path) -> None:
    def fails(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["export", *arguments])
        assert isinstance(done.exception, (InputError, UnknownTermError)), done.output
        return str(done.exception)

    project, other = files["project"], files["other"]
    assert 'there is no writer "datahubb"' in fails("datahubb", project)
    assert 'datahub has no part "value"' in fails("datahub", project, "--part", "value")
    assert "no description is given" in fails("datahub")
    assert "what DataHub holds of the datasets is not given" in fails("datahub", project)
    assert "the descriptions say nothing of <urn:li:dataset" in fails("datahub", other, "--into", files["datahub"])
    assert "the table to patch is not given" in fails("openmetadata", project)
    assert "the descriptions say nothing of <urn:uuid" in fails("openmetadata", other, "--into", files["openmetadata"])
    assert "what ids the server gives" in fails("openmetadata", "--part", "definitions")
    assert 'names no type of property "enum"' in fails(
        "openmetadata", "--part", "definitions", "--into", files["openmetadata"]
    )
    assert "no dataset states a category of data" in fails("atlas", other, "--part", "classifications")
    assert "no dataset with a DataHub URN lacks a fact" in fails("datahub", other, "--part", "form")
    for target, wrong, said in (
        ("ckan", "openmetadata", "is no CKAN package"),
        ("openmetadata", "datahub", "is no OpenMetadata table"),
        ("datahub", "openmetadata", "holds no dataset of DataHub"),
    ):
        assert said in fails(target, project, "--into", files[wrong])
    for text, said in (('{"comunity": "x"}', 'no key "comunity"'), ('{"types": {"proces": "x"}}', "not understood")):
        (tmp_path / "names.json").write_text(text)
        assert said in fails("collibra", project, "--into", str(tmp_path / "names.json"))
    dataset = tmp_path / "d.ttl"
    dataset.write_text(HEADER + "ex:d a dcat:Dataset .")
    assert "there is no processing to tell Collibra" in fails("collibra", str(dataset))


def test_an_answer_that_is_neither_yes_nor_no_is_told(tmp_path: Path) -> None:
    wrong = [{"id": "a", "platform": "hive", "structured_properties": {"io.cnilkg.anonymised": "oui"}}]
    (tmp_path / "d.yaml").write_text(yaml.safe_dump(wrong))
    read = import_record(str(tmp_path / "d.yaml"))
    assert [w.code for w in read.warnings] == ["ill-typed"]
    assert not any("anonymised" in s.triple.predicate.value for s in read.imported.stated)


def test_the_targets_are_listed_and_are_entry_points() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text[text.index('[project.entry-points."cnil_kg.writers"]') :].split("\n\n")[0]
    assert [line.split(" = ")[0] for line in section.splitlines()[1:]] == list(writers.OWN) == list(writers.writers())
    for lang in ("fr", "en"):
        listed = targets(lang)
        assert all(f"\n{name} " in f"\n{listed}" for name in writers.OWN)
    assert list(parse(export("dpv", [str(ROOT / "examples" / "llm.ttl")], as_of=AS_OF).encode(), format=RdfFormat.TRIG))
