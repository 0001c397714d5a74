"""What comes down a chain of data, models and systems: verdicts only where an entry says so, nothing from silence."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnil_kg.cli import cli
from cnil_kg.errors import UnknownTermError
from cnil_kg.formats.lineage import panel, render
from cnil_kg.lineage import Lineage, lineage
from harness import ROOT

HEAD = """\
@prefix ckg: <https://w3id.org/cnil-kg/ns#> .
@prefix dpv: <https://w3id.org/dpv#> .
@prefix eu-gdpr: <https://w3id.org/dpv/legal/eu/gdpr#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix ai: <https://w3id.org/dpv/ai#> .
@prefix it6: <http://data.europa.eu/it6/> .
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix ex: <https://example.org/> .
"""
TRAINING = """
ex:project a ckg:Project ; ckg:hasProcessing ex:training .
ex:training a dpv:Process ; ckg:processesPersonalData true ; ckg:phase ckg:DevelopmentPhase ;
  dpv:hasLegalBasis eu-gdpr:A6-1-a ; ckg:developsModel ex:model ; {facts}
  prov:qualifiedUsage [ a prov:Usage ; prov:entity ex:set ; ckg:collectionMode ckg:OpenDatasetReuse ] .
ex:model a ai:Model .
ex:system a ai:AISystem ; ai:hasModel ex:model .
ex:tuned a ai:Model ; it6:fineTunedFrom ex:model .
ex:other a ai:AISystem ; ai:hasModel ex:tuned .
"""
CLEAR = (
    "ckg:sourceDescribed true ; ckg:sourceCollectionDocumented true ; ckg:sourceLeakOrTheft false ; "
    "ckg:sourceManifestOffence false ; ckg:sourcePublicSanctionBarringUse false ; ckg:sourceSecurityOrIpBreach false ; "
    "ckg:sourceFlagrantDoubt false ; ckg:containsSpecialCategories false ; ckg:containsOffenceData false"
)


def of(tmp_path: Path, *texts: str, subject: str | None = None) -> Lineage:
    names = []
    for number, text in enumerate(texts):
        (tmp_path / f"p{number}.ttl").write_text(HEAD + text, encoding="utf-8")
        names.append(str(tmp_path / f"p{number}.ttl"))
    return lineage(names, subject=subject, as_of="2026-11-25")


def short(iri: str) -> str:
    return iri.rpartition("/")[2]


def arrivals(found: Lineage, node: str) -> set[tuple[str, str, str, tuple[str, ...]]]:
    """What reaches a node: concern, origin, how, entries."""
    (one,) = [n for n in found.nodes if short(n.iri) == node]
    return {(a.state.concern, short(a.origin), a.how, a.ids) for a in one.arrivals}


def states(found: Lineage, node: str) -> dict[str, str]:
    (one,) = [n for n in found.nodes if short(n.iri) == node]
    return {s.concern: s.status for s in one.states}


def test_a_public_decision_reaches_the_deployment_of_the_model_and_no_further(tmp_path: Path) -> None:
    facts = "ckg:modelGdprStatus ckg:PersonalDataModel ; ckg:consentFreelyGiven false ;"
    found = of(
        tmp_path, TRAINING.format(facts=facts) + "ex:set a dcat:Dataset ; ckg:sourcePublicSanctionBarringUse true ."
    )
    assert states(found, "set") == {"unlawful": "excluded"}
    assert states(found, "training") == {"basis": "excluded", "reuse": "excluded", "deployment": "excluded"}
    assert states(found, "model") == {"modelStatus": "toLookAt"}
    assert arrivals(found, "training") == {("unlawful", "set", "verdict", ("F4B-24",))}
    look = {
        (c, o, "toLookAt", ("F4A-32",)) for c, o in (("unlawful", "set"), ("basis", "training"), ("reuse", "training"))
    }
    kept = {("modelStatus", "model", "toLookAt", ("F0-22",))}
    assert arrivals(found, "model") == look | {("deployment", "training", "verdict", ("F4A-32",))}
    assert arrivals(found, "system") == look | kept | {("deployment", "training", "verdict", ("F4A-32",))}
    further = look | kept | {("deployment", "training", "toLookAt", ("F4A-32",))}
    assert arrivals(found, "tuned") == further
    assert arrivals(found, "other") == further | {("modelStatus", "tuned", "undetermined", ("F0-22",))}


def test_a_model_made_anonymous_breaks_the_link(tmp_path: Path) -> None:
    facts = "ckg:modelGdprStatus ckg:AnonymousModel ; ckg:consentFreelyGiven false ;"
    found = of(
        tmp_path, TRAINING.format(facts=facts) + "ex:set a dcat:Dataset ; ckg:sourcePublicSanctionBarringUse true ."
    )
    assert states(found, "training")["deployment"] == "established"
    assert states(found, "model") == {"modelStatus": "stated"}
    assert arrivals(found, "model") == {
        ("unlawful", "set", "stopped", ("F4A-32",)),
        ("basis", "training", "stopped", ("F4A-32",)),
        ("reuse", "training", "toLookAt", ("F4A-32",)),
    }
    assert arrivals(found, "system") == {("reuse", "training", "toLookAt", ("F4A-32",))}


def test_a_leak_that_no_decision_bars_is_not_broken_by_anonymity(tmp_path: Path) -> None:
    """The entry speaks of a fallen basis or a public decision; a leak alone is neither."""
    found = of(
        tmp_path,
        TRAINING.format(facts="ckg:modelGdprStatus ckg:AnonymousModel ;")
        + "ex:set a dcat:Dataset ; ckg:sourceLeakOrTheft true .",
    )
    assert ("unlawful", "set", "toLookAt", ("F4A-32",)) in arrivals(found, "system")


def test_nothing_is_clean_from_silence(tmp_path: Path) -> None:
    found = of(tmp_path, "ex:b a dcat:Dataset ; prov:wasDerivedFrom ex:a . ex:m a ai:Model ; it6:trainedOn ex:b .")
    (unknown,) = [n for n in found.nodes if not n.described]
    assert short(unknown.iri) == "a"
    assert states(found, "a") == {"notDescribed": "undetermined"}
    assert states(found, "b") == {"unlawful": "undetermined"}
    assert states(found, "m") == {"modelStatus": "undetermined"}
    assert arrivals(found, "b") == {("notDescribed", "a", "undetermined", ())}
    assert arrivals(found, "m") == {("notDescribed", "a", "undetermined", ()), ("unlawful", "b", "undetermined", ())}


def test_a_set_without_signs_sends_nothing_down_and_clears_nothing(tmp_path: Path) -> None:
    found = of(tmp_path, f"ex:a a dcat:Dataset ; {CLEAR} . ex:b a dcat:Dataset ; prov:wasDerivedFrom ex:a .")
    assert states(found, "a") == {"unlawful": "established"}
    assert (states(found, "b"), arrivals(found, "b")) == ({"unlawful": "undetermined"}, set())


def test_an_unlawful_source_of_a_source_is_to_look_at_not_a_verdict(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        TRAINING.format(facts="") + f"ex:set a dcat:Dataset ; {CLEAR} ; prov:wasDerivedFrom ex:raw . "
        "ex:raw a dcat:Dataset ; ckg:sourceLeakOrTheft true .",
    )
    assert arrivals(found, "set") == {("unlawful", "raw", "toLookAt", ())}
    assert arrivals(found, "training") == {("unlawful", "raw", "toLookAt", ())}
    (node,) = [n for n in found.nodes if short(n.iri) == "system"]
    (way,) = [a.path for a in node.arrivals if a.state.concern == "unlawful"]
    assert [short(n) for n in way] == ["raw", "set", "training", "model", "system"]


@pytest.mark.parametrize(
    "gone",
    [
        "adms:status <http://publications.europa.eu/resource/authority/dataset-status/WITHDRAWN>",
        "adms:status <http://purl.org/adms/status/Withdrawn>",
        'prov:invalidatedAtTime "2026-01-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
        "prov:wasInvalidatedBy ex:removal",
        ". ex:removal prov:invalidated ex:a",
    ],
)
def test_a_withdrawn_dataset_is_seen_in_the_model_trained_on_it(tmp_path: Path, gone: str) -> None:
    found = of(tmp_path, f"ex:a a dcat:Dataset ; {CLEAR} ; {gone} . ex:m a ai:Model ; ai:hasTrainingData ex:a .")
    assert states(found, "a") == {"unlawful": "established", "withdrawn": "toLookAt"}
    assert arrivals(found, "m") == {("withdrawn", "a", "toLookAt", ("F7-93",))}


def test_models_and_data_meet_across_files(tmp_path: Path) -> None:
    other = "ex:set a dcat:Dataset ; ckg:sourceLeakOrTheft true ."
    found = of(tmp_path, "ex:m a it6:MachineLearningModel ; it6:trainedOn ex:set .", other)
    assert arrivals(found, "m") == {("unlawful", "set", "toLookAt", ("F4A-32",))}


def test_two_descriptions_that_disagree_conclude_nothing(tmp_path: Path) -> None:
    one = (
        "ex:p1 a ckg:Project ; ckg:hasProcessing ex:q1 . ex:q1 a dpv:Process ; prov:used ex:a . "
        f"ex:a a dcat:Dataset ; {CLEAR} ."
    )
    two = (
        "ex:p2 a ckg:Project ; ckg:hasProcessing ex:q2 . ex:q2 a dpv:Process ; prov:used ex:a . "
        "ex:a a dcat:Dataset ; ckg:sourceManifestOffence true ."
    )
    assert states(of(tmp_path, one, two), "a") == {"unlawful": "undetermined"}


def test_a_status_said_in_two_ways_is_open(tmp_path: Path) -> None:
    text = TRAINING.format(facts="ckg:modelGdprStatus ckg:AnonymousModel , ckg:PersonalDataModel ;")
    assert states(of(tmp_path, text), "model")["modelStatus"] == "undetermined"


def test_a_model_nothing_is_said_to_rest_on_is_open(tmp_path: Path) -> None:
    found = of(tmp_path, "ex:s a ai:AISystem ; ai:hasModel ex:m . ex:m a ai:Model .")
    assert states(found, "m") == {"modelStatus": "undetermined", "origin": "undetermined"}
    assert states(found, "s") == {}
    assert {how for _, _, how, _ in arrivals(found, "s")} == {"undetermined"}


def test_links_are_read_whichever_way_they_are_stated(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        "ex:act a prov:Activity ; prov:used ex:a ; prov:generated ex:b . ex:c prov:wasGeneratedBy ex:act . "
        "ex:d prov:qualifiedDerivation [ a prov:Derivation ; prov:entity ex:c ] . ex:s ai:hasModel ex:m . "
        "ex:m it6:fineTunedFrom ex:n ; ai:hasTestingData ex:d . ex:maker prov:generated ex:a .",
    )
    assert {(short(x.upstream), short(x.downstream), x.places[0].line) for x in found.links if x.places} == {
        ("maker", "a", 10),
        ("a", "act", 10),
        ("act", "b", 10),
        ("act", "c", 10),
        ("c", "d", 10),
        ("m", "s", 10),
        ("n", "m", 10),
        ("d", "m", 10),
    }
    assert {short(n.iri): n.kind for n in found.nodes} == {
        **dict.fromkeys("abcd", "dataset"),
        **dict.fromkeys("mn", "model"),
        **dict.fromkeys(("act", "maker"), "processing"),
        "s": "system",
    }


def test_what_a_project_develops_rests_on_its_development(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        "ex:p a ckg:Project ; ckg:developsSystem ex:s ; ckg:hasProcessing ex:dev , ex:run . "
        "ex:dev a dpv:Process ; ckg:phase ckg:DevelopmentPhase . "
        "ex:run a dpv:Process ; ckg:phase ckg:DeploymentPhase .",
    )
    assert {(short(x.upstream), short(x.downstream)) for x in found.links} == {("dev", "s")}


def test_cycles_end_and_are_named(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        "ex:a a dcat:Dataset ; ckg:sourceLeakOrTheft true ; prov:wasDerivedFrom ex:c . "
        "ex:b a dcat:Dataset ; prov:wasDerivedFrom ex:a . ex:c a dcat:Dataset ; prov:wasDerivedFrom ex:b . "
        "ex:e a dcat:Dataset ; prov:wasDerivedFrom ex:e .",
    )
    assert [tuple(map(short, c)) for c in found.cycles] == [("a", "b", "c"), ("e",)]
    assert ("unlawful", "a", "toLookAt", ()) in arrivals(found, "c")
    assert not any(origin == "a" for _, origin, _, _ in arrivals(found, "a"))
    assert (
        "Cycle : https://example.org/a → https://example.org/b → https://example.org/c → https://example.org/a"
        in render(found, "fr")
    )


def test_a_chain_of_fifty_is_instant(tmp_path: Path) -> None:
    steps = [f"ex:d{n} a dcat:Dataset ; prov:wasDerivedFrom ex:d{n - 1} ." for n in range(1, 50)]
    text = "ex:d0 a dcat:Dataset ; ckg:sourceLeakOrTheft true . " + " ".join(steps)
    of(tmp_path, text)  # the rules are read once
    start = time.process_time()
    found = of(tmp_path, text)
    assert time.process_time() - start < 3
    assert len(found.nodes) == 50
    assert ("unlawful", "d0", "toLookAt", ()) in arrivals(found, "d49")
    assert len(arrivals(found, "d49")) == 49


def test_one_subject_keeps_what_is_above_and_below_it(tmp_path: Path) -> None:
    text = (
        "ex:b prov:wasDerivedFrom ex:a . ex:c prov:wasDerivedFrom ex:b . ex:x prov:wasDerivedFrom ex:a . "
        "ex:z a dcat:Dataset ."
    )
    assert [short(n.iri) for n in of(tmp_path, text, subject="b").nodes] == ["a", "b", "c"]
    with pytest.raises(UnknownTermError, match="nothing of this name"):
        of(tmp_path, text, subject="nowhere")


def test_the_picture_and_the_texts_say_the_same(tmp_path: Path) -> None:
    found = of(
        tmp_path, "ex:b a dcat:Dataset ; prov:wasDerivedFrom ex:a . ex:a a dcat:Dataset ; ckg:sourceLeakOrTheft true ."
    )
    drawn = panel(found, "en").graph
    assert [(a, b, d["word"]) for a, b, d in drawn.edges(data=True)] == [("n0", "n1", "derived from")]
    boxes = dict(drawn.nodes(data="box"))
    assert (boxes["n0"].kind, boxes["n0"].word) == ("excluded", "dataset · adverse verdict")
    assert (boxes["n1"].kind, boxes["n1"].notes[-1]) == (
        "toLookAt",
        "← manifest unlawfulness: to look at https://example.org/a",
    )
    assert f"derived from https://example.org/a ({tmp_path / 'p0.ttl'}:10)" in render(found, "en")


def test_the_command_answers_draws_and_says_what_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "p.ttl"
    file.write_text(HEAD + "ex:b prov:wasDerivedFrom ex:a .", encoding="utf-8")
    result = CliRunner().invoke(cli, ["lineage", str(file), "--format", "json", "--as-of", "2026-11-25"])
    document = json.loads(result.stdout)
    assert (result.exit_code, document["asOf"], document["errors"]) == (0, "2026-11-25", [])
    assert [(n["iri"], n["described"]) for n in document["nodes"]] == [
        ("https://example.org/a", False),
        ("https://example.org/b", True),
    ]
    picture = tmp_path / "l.svg"
    assert CliRunner().invoke(cli, ["lineage", str(file), "--graph", str(picture), "--lang", "fr"]).output == ""
    assert "non décrit" in picture.read_text(encoding="utf-8")
    bad = CliRunner().invoke(cli, ["lineage", str(file), str(tmp_path / "none.ttl"), "--lang", "en"])
    assert bad.exit_code == 2 and "none.ttl" in bad.stderr and "derived from" in bad.stdout


def test_where_an_import_quotes_a_fact_from_is_no_descent(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        "ex:m a ai:Model ; it6:trainedOn ex:d . ex:fact a <http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement> ; "
        "prov:wasQuotedFrom ex:record . ex:record a dcat:CatalogRecord .",
    )
    assert [short(n.iri) for n in found.nodes] == ["d", "m"]


def test_the_example_of_the_page_answers_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "lineage.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus.ttl").write_text(page.split("```turtle\n")[1].split("```")[0], encoding="utf-8")
    shown = page.split("```text\n")[1].split("```")[0]
    assert render(lineage(["corpus.ttl"], as_of="2026-11-25"), "en") == shown
