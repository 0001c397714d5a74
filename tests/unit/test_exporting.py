"""`cnil-kg export`: what every export must keep to, and the three targets."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from cnil_kg import __version__, report
from cnil_kg.cli import cli
from cnil_kg.conclude import Concluder
from cnil_kg.errors import InputError
from cnil_kg.exporting import export
from cnil_kg.importing import import_record
from cnil_kg.vocab import PREFIXES, shrink
from harness import AS_OF, HEADER, ROOT, WithoutSearch, run

DATASET = "https://data.example.org/dataset/5f5c"
PROJECT = (
    HEADER
    + f"""ex:project a ckg:Project ; ckg:hasProcessing ex:p .
ex:p a dpv:Process ; prov:used <{DATASET}> ; ckg:phase ckg:DevelopmentPhase ; dpv:hasLegalBasis eu-gdpr:A6-1-f ;
  ckg:evaluatesOrScoresPersons true ; ckg:largeScale true ; dpv:hasDataController ex:acme ; dpv:hasRecipient ckg:none ;
  dct:title "=Training"@en , "Entraînement"@fr ;
  dpv:hasPurpose [ a dpv:Purpose ; skos:prefLabel "Tri"@fr , "Sorting"@en ] .
ex:acme a foaf:Organization ; foaf:name "Acme" .
<{DATASET}> a dcat:Dataset ; dpv:hasPersonalData pd:Health , pd:Name ;
  <http://www.w3.org/ns/adms#sample> ex:sample . ex:sample dct:description "Alice, 12" ."""
)
PACKAGE = {
    "help": "https://data.example.org/api/3/action/help_show?name=package_show",
    "success": True,
    "result": {
        "id": "5f5c",
        "name": "soins",
        "title": "Soins",
        "owner_org": "o",
        "resources": [],
        "personal_data": '["https://w3id.org/dpv/pd#Name"]',
        "extras": [{"key": "steward", "value": "Alice"}, {"key": "cnil_verdicts", "value": "[]"}],
    },
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the search for missing facts, the slow part; one test below puts it back."""
    monkeypatch.setattr(report, "Concluder", WithoutSearch)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    file = tmp_path / "project.ttl"
    file.write_text(PROJECT, encoding="utf-8")
    return file


@pytest.fixture
def package(tmp_path: Path) -> Path:
    file = tmp_path / "package.json"
    file.write_text(json.dumps(PACKAGE), encoding="utf-8")
    return file


def quads(text: str) -> list[Quad]:
    return list(parse(text.encode(), format=RdfFormat.TRIG))


def stated(found: list[Quad]) -> set[str]:
    kept = {Triple(q.subject, q.predicate, q.object) for q in found if isinstance(q.graph_name, DefaultGraph)}
    return {re.sub(r"_:\w+", "_:b", str(t)) for t in kept}


def verdicts(found: list[Quad]) -> dict[str, dict[str, set[str]]]:
    """By node: property -> values."""
    nodes: dict[str, dict[str, set[str]]] = {}
    for quad in found:
        if not isinstance(quad.graph_name, DefaultGraph) and str(quad.subject).startswith("<urn:cnil-kg:verdict:"):
            value = quad.object.value if hasattr(quad.object, "value") else ""
            nodes.setdefault(str(quad.subject), {}).setdefault(shrink(quad.predicate.value), set()).add(shrink(value))
    return nodes


# == The rules of every export


def test_a_subjects_keep_their_names(project: Path) -> None:
    found = quads(export("dpv", [str(project)], as_of=AS_OF))
    named = {
        q.subject.value for q in found if isinstance(q.graph_name, DefaultGraph) and isinstance(q.subject, NamedNode)
    }
    assert named == {"https://example.org/project", "https://example.org/p", "https://example.org/acme", DATASET}
    topics = {v for node in verdicts(found).values() for v in node.get("foaf:primaryTopic", set())}
    assert topics <= named


def test_b_values_are_iris(project: Path, package: Path) -> None:
    patch = json.loads(export("ckan", [str(project)], into=str(package), as_of=AS_OF))
    assert patch["personal_data"] == ["https://w3id.org/dpv/pd#Name", "https://w3id.org/dpv/pd#Health"]


def test_c_no_value_of_a_person_is_overwritten(project: Path, package: Path) -> None:
    patch = json.loads(export("ckan", [str(project)], into=str(package), as_of=AS_OF))
    assert set(patch) == {"id", "personal_data", "extras"}
    assert patch["extras"][0] == {"key": "steward", "value": "Alice"}
    assert [item["key"] for item in patch["extras"]] == ["steward", "cnil_verdicts"]
    told = json.loads(patch["extras"][1]["value"])
    assert {v["state"] for v in told} <= {"inferred", "presumed"}
    source = {
        re.sub(r"_:\w+", "_:b", str(Triple(q.subject, q.predicate, q.object)))
        for q in parse(PROJECT.encode(), format=RdfFormat.TURTLE)
    }
    samples = {t for t in source if "sample" in t}
    assert stated(quads(export("dpv", [str(project)], as_of=AS_OF))) == source - samples


def test_d_verdicts_stand_apart_from_facts(project: Path) -> None:
    found = quads(export("dpv", [str(project)], as_of=AS_OF))
    inside = {q.subject for q in found if not isinstance(q.graph_name, DefaultGraph)}
    outside = {q.subject for q in found if isinstance(q.graph_name, DefaultGraph)}
    assert inside.isdisjoint(outside)
    assert "dpia" not in export("ropa", [str(project)], as_of=AS_OF).lower()


def test_e_each_verdict_says_where_it_comes_from(project: Path) -> None:
    nodes = verdicts(quads(export("dpv", [str(project)], as_of=AS_OF)))
    questions = {q for node in nodes.values() for q in node.get("ckg:question", set())}
    assert questions == {"scope", "regime", "purpose", "role", "legalBasis", "reuse", "dpia"}
    for node in nodes.values():
        assert node["dct:creator"] == {f"cnil-kg {__version__}"}
        assert node["dct:date"] == {AS_OF}
        assert all(fiche.startswith("ckg:fiche-") for fiche in node["dct:source"])


def test_e_a_firm_verdict_names_its_rule_and_article() -> None:
    nodes = verdicts(quads(export("dpv", [str(ROOT / "examples" / "llm.ttl")], as_of=AS_OF)))
    (dpia,) = [node for node in nodes.values() if node.get("ckg:question") == {"dpia"}]
    assert dpia == {
        "rdf:type": {"ckg:ExportedVerdict", "eu-gdpr:DPIANecessityAssessment"},
        "foaf:primaryTopic": {"https://example.org/llm/training"},
        "ckg:question": {"dpia"},
        "ckg:code": {"required"},
        "dpv:hasStatus": {"eu-gdpr:DPIARequired"},
        "ckg:exportState": {"presumed"},
        "dct:source": {"ckg:fiche-05"},
        "ckg:entry": {"F5-30"},
        "ckg:article": {"GDPR 35(1)"},
        "dct:creator": {f"cnil-kg {__version__}"},
        "dct:date": {AS_OF},
    }


def test_e_an_open_verdict_names_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "Concluder", Concluder)
    (tmp_path / "d.ttl").write_text(HEADER + "ex:d a dcat:Dataset .", encoding="utf-8")
    (node,) = verdicts(quads(export("dpv", [str(tmp_path / "d.ttl")], as_of=AS_OF))).values()
    assert node["ckg:code"] == {"undetermined"}
    assert node["ckg:missingFact"] == {"prov:qualifiedUsage"}


@pytest.mark.parametrize("example", [None, "llm.ttl", "hospital.ttl"])
def test_f_reading_an_export_back_changes_nothing(project: Path, tmp_path: Path, example: str | None) -> None:
    source = project if example is None else ROOT / "examples" / example
    again = tmp_path / "again.trig"
    again.write_text(export("dpv", [str(source)], as_of=AS_OF), encoding="utf-8")
    assert "ckg:ExportedVerdict" in again.read_text(encoding="utf-8")

    def conclusions(path: Path) -> list[tuple[str, str, str]]:
        return sorted((c.id, str(c.value), c.status) for c in run(path).quick.all())

    def derived(path: Path) -> set[str]:
        triples = {re.sub(r"urn:cnil-kg:bnode:[^>]*", "b", str(q.triple)) for q in run(path).reasoned.derived}
        return {t for t in triples if not t.startswith(f"<{PREFIXES['eu-gdpr']}DPIA")}  # what a status is a kind of

    assert conclusions(again) == conclusions(source)
    assert derived(again) == derived(source)
    assert stated(quads(export("dpv", [str(again)], as_of=AS_OF))) == stated(quads(again.read_text(encoding="utf-8")))


def test_f_a_patch_that_was_applied_is_not_needed_again(project: Path, package: Path) -> None:
    first = export("ckan", [str(project)], into=str(package), as_of=AS_OF)
    applied = PACKAGE | {"result": PACKAGE["result"] | json.loads(first)}  # type: ignore[operator]
    package.write_text(json.dumps(applied), encoding="utf-8")
    second = json.loads(export("ckan", [str(project)], into=str(package), as_of=AS_OF))
    assert second == {key: value for key, value in json.loads(first).items() if key != "personal_data"}
    read = import_record(str(package)).imported
    facts = {(shrink(s.triple.predicate.value), str(s.triple.object)) for s in read.stated}
    assert {o for p, o in facts if p == "dpv:hasPersonalData"} == {
        f"<{PREFIXES['pd']}Health>",
        f"<{PREFIXES['pd']}Name>",
    }
    assert {h.field for h in read.hints} == set()


@pytest.mark.parametrize("target", ["dpv", "ropa", "ckan"])
def test_g_no_sample_leaves(target: str, project: Path, package: Path) -> None:
    assert "Alice, 12" not in export(target, [str(project)], into=str(package), as_of=AS_OF)


# == The record of processing


@pytest.mark.parametrize(
    ("lang", "row"),
    [
        ("en", ["https://example.org/p", "'=Training", "Acme", "not stated", "not stated", "Sorting", "not stated"]),
        ("fr", ["https://example.org/p", "Entraînement", "Acme", "non indiqué", "non indiqué", "Tri", "non indiqué"]),
    ],
)
def test_the_record_of_processing(project: Path, tmp_path: Path, lang: str, row: list[str]) -> None:
    bare = tmp_path / "bare.ttl"
    bare.write_text(HEADER + "ex:q a dpv:Process .", encoding="utf-8")
    table = list(csv.reader(io.StringIO(export("ropa", [str(project), str(bare)], as_of=AS_OF, lang=lang))))
    assert [len(line) for line in table] == [13, 13, 13]
    assert table[1][:7] == row
    none = {"en": "none, as stated", "fr": "aucun, déclaré"}[lang]
    assert table[1][8] == none
    assert table[1][9] == row[3]
    assert table[2] == ["https://example.org/q", *[row[3]] * 12]
    assert table[1][12].endswith(f"<{PREFIXES['eu-gdpr']}A6-1-f>")


# == The command


def test_formats_files_and_refusals(project: Path, package: Path, tmp_path: Path) -> None:
    def call(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["export", *arguments])
        assert isinstance(done.exception, InputError)
        return str(done.exception)

    other: Callable[..., str] = lambda **options: export("dpv", [str(project)], as_of=AS_OF, **options)  # noqa: E731
    same = {str(q) for q in parse(other(part="jsonld").encode(), format=RdfFormat.JSON_LD)}
    assert len(same) == len({str(q) for q in quads(other())})
    target = tmp_path / "out.csv"
    assert CliRunner().invoke(cli, ["export", "ropa", str(project), "-o", str(target)]).exit_code == 0
    assert "exists already" in call("ropa", str(project), "-o", str(target))
    assert "the package to patch is not given" in call("ckan", str(project))
    (tmp_path / "other.ttl").write_text(HEADER + "ex:q a dpv:Process .", encoding="utf-8")
    assert f"the descriptions say nothing of <{DATASET}>" in call(
        "ckan", str(tmp_path / "other.ttl"), "--into", str(package)
    )
    (tmp_path / "word.ttl").write_text("word", encoding="utf-8")
    assert "turtle syntax" in call("ropa", str(project), str(tmp_path / "word.ttl"))
