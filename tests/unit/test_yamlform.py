"""The YAML form: read as text, at its line; written and read back, the same graph; its schema; answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Triple, parse

from cnil_kg.cli import cli
from cnil_kg.errors import InputError
from cnil_kg.inputs.lines import BASE
from cnil_kg.inputs.sources import Document
from cnil_kg.inputs.yamlform import as_jsonld
from cnil_kg.load import load
from cnil_kg.outputs.schema import description_schema
from cnil_kg.outputs.yamlform import as_yaml
from cnil_kg.rulebook import load_rulebook
from cnil_kg.vocab import CKG, shrink

ROOT = Path(__file__).parents[2]
TERMS = load_rulebook().terms
OWN = BASE.format(number=1)

PROJECT = """\
base: https://example.org/p/
prefixes:
  own: https://example.org/own#
id: project
type: Project
title: {fr: "Détection : fraude", en: [Fraud, "A\\nB"]}
processings:
  - id: training
    largeScale: true
    hasLegalBasis: [A6-1-f]
    specialCategoryData:
    acceptanceThreshold: none
    dpv:hasDataController: own:bank
    uses:
      - dataset: {id: pages, containsPersonalData: false}
        collectionMode: OwnDataReuse
      - dataset: value
    https://example.org/own#at: {value: 12:30, datatype: xsd:time}
"""
EXPECTED = {
    (5, "p:project", "rdf:type", "ckg:Project"),
    (6, "p:project", "dct:title", '"Détection : fraude"@fr'),
    (6, "p:project", "dct:title", '"Fraud"@en'),
    (6, "p:project", "dct:title", '"A\\nB"@en'),
    (7, "p:project", "ckg:hasProcessing", "p:training"),
    (9, "p:training", "ckg:largeScale", "true"),
    (10, "p:training", "dpv:hasLegalBasis", "eu-gdpr:A6-1-f"),
    (12, "p:training", "ckg:acceptanceThreshold", "ckg:none"),
    (13, "p:training", "dpv:hasDataController", "own:bank"),
    (14, "p:training", "prov:qualifiedUsage", "_:1"),
    (15, "_:1", "prov:entity", "p:pages"),
    (15, "p:pages", "ckg:containsPersonalData", "false"),
    (16, "_:1", "ckg:collectionMode", "ckg:OwnDataReuse"),
    (14, "p:training", "prov:qualifiedUsage", "_:2"),
    (17, "_:2", "prov:entity", "p:value"),
    (18, "p:training", "own:at", '"12:30"^^xsd:time'),
}


def read(text: str, tmp_path: Path) -> Any:
    path = tmp_path / "project.yaml"
    path.write_text(text, encoding="utf-8")
    return load([str(path)], terms=TERMS)


def shown(term: object) -> str:
    iri = getattr(term, "value", "")
    datatype = getattr(term, "datatype", None)
    if datatype is not None:
        if datatype.value.endswith("#boolean"):
            return str(iri)
        return str(term).replace("<http://www.w3.org/2001/XMLSchema#time>", "xsd:time")
    for start, prefix in (
        ("https://example.org/p/", "p:"),
        ("https://example.org/own#", "own:"),
        ("urn:cnil-kg:bnode:1:", "_:"),
    ):
        if iri.startswith(start):
            return prefix + iri[len(start) :]
    return shrink(iri)


def test_every_statement_is_read_with_its_line(tmp_path: Path) -> None:
    facts = read(PROJECT, tmp_path)
    assert (facts.errors, facts.warnings) == ((), ())
    found = {
        (places[0].line, shown(t.subject), shown(t.predicate), shown(t.object)) for t, places in facts.origins.items()
    }
    assert found == EXPECTED


@pytest.mark.parametrize(
    "scalar", ["no", "NON", "12:30", "2024-02-30", "1_000", "0o17", "~", "null", "1e3", "=", "<<", ".nan"]
)
def test_a_scalar_is_text_whatever_yaml_makes_of_it(scalar: str, tmp_path: Path) -> None:
    facts = read(f"base: https://example.org/\nid: a\ntype: Process\nacceptanceThreshold: {scalar}\n", tmp_path)
    values = [t.object.value for t in facts.origins if t.predicate.value == CKG + "acceptanceThreshold"]
    assert values == [scalar]


@pytest.mark.parametrize(
    ("key", "value"),
    [("largeScale", "no"), ("largeScale", "oui"), ("numberOfPersons", "NaN"), ("dpiaCompletionDate", "2024-02-30")],
)
def test_an_ill_typed_answer_is_told_at_its_line_and_read_as_nothing(key: str, value: str, tmp_path: Path) -> None:
    key = key if key in TERMS.short.keys else next(k.name for k in TERMS.short.keys.values() if k.kind == "integer")
    facts = read(f"id: a\ntype: Process\n{key}: {value}\n", tmp_path)
    assert [(w.code, w.where and w.where.line) for w in facts.warnings] == [("ill-typed", 3)]
    assert {shrink(t.predicate.value) for t in facts.origins} == {"rdf:type"}


@pytest.mark.parametrize(
    ("text", "line", "what", "repair"),
    [
        ("id: a\nlargeScal: true\n", 2, 'the key "largeScal" is unknown', "Did you mean largeScale"),
        ("id: a\nqqqq: true\n", 2, 'the key "qqqq" is unknown', "cnil-kg schema description"),
        ("processings:\n  - id: a\n    phase: DevelopmentPhas\n", 3, "phase has no value", "DevelopmentPhase"),
        ("id: a\ntype: Projet\n", 2, 'the type "Projet" is unknown', "Did you mean Project"),
        ("id: a\nlargeScale: true\nlargeScale: false\n", 3, "is written twice", "as a list"),
        ("id: my project\n", 1, '"my project" names nothing', "without spaces"),
        ("uses:\n  - dataset: our pages\n", 2, '"our pages" names nothing', "without spaces"),
        ("id: a\nfoo:bar: true\n", 2, "the prefix foo is unknown", "Declare it"),
        ("id: a\ndvp:hasData: b\n", 2, "the prefix dvp is unknown", "Did you mean dpv"),
        ("id: &x a\n", 1, "anchors and aliases", "Write the value again"),
        ("id: !!python/object:os.system a\n", 1, "tags (!) are not read", "Remove the tag"),
        ("id: a\n---\nid: b\n", 2, "more than one document", "Keep one"),
        ("- id: a\n", 1, "`key: value` lines", "cnil-kg new"),
        ("id: a\n  bad: [\n", 2, "yaml syntax", "indentation"),
        ("id: [a, b]\n", 1, "id takes one value", "line of the key"),
        ("base: here\nid: a\n", 1, '"here" is no IRI', "https://"),
        ("prefixes:\n  dpv: https://example.org/\nid: a\n", 2, "prefix dpv is taken", "another name"),
        ("title:\n  french!: a\n", 2, '"french!" is no language', "fr: ..."),
        ("title:\n  fr: {en: a}\n", 2, "a text by language holds texts", "fr: ..."),
        ("? [a]\n: b\n", 1, "a key is a name", "key: value"),
        ("graph: a\n", 1, "graph is a list of nodes", "dash"),
    ],
)
def test_what_the_form_does_not_allow_is_an_error_at_its_line(
    text: str, line: int, what: str, repair: str, tmp_path: Path
) -> None:
    (error,) = read(text, tmp_path).errors
    assert error.where == f"{tmp_path / 'project.yaml'}:{line}"
    assert what in error.what
    assert repair in error.repair


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    (error,) = read("id: a\nuses: " + "[" * 5000 + "\n", tmp_path).errors
    assert "deep" in error.what or "syntax" in error.what


def triples(path: Path) -> list[Triple]:
    return [quad.triple for quad in parse(path=str(path), format=RdfFormat.TURTLE, base_iri=OWN)]


def canonical(statements: list[Triple]) -> Dataset:
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in statements)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def back(text: str) -> list[Triple]:
    document = as_jsonld(Document("a.yaml", 1, "yaml", text.encode()), TERMS.short)
    return [quad.triple for quad in parse(document.data, format=RdfFormat.JSON_LD, base_iri=OWN)]


def folders() -> list[Path]:
    return [ROOT / "examples", *sorted(p for p in (ROOT / "tests" / "cases").iterdir() if p.is_dir())]


@pytest.mark.parametrize("letter", sorted({f.name[:4] for f in folders()}))
def test_every_description_of_the_repository_comes_back_the_same(letter: str) -> None:
    files = [f for folder in folders() if folder.name[:4] == letter for f in sorted(folder.rglob("*.ttl"))]
    assert files
    differing = [f.name for f in files if canonical(triples(f)) != canonical(back(as_yaml(triples(f), TERMS.short)))]
    assert differing == []


def test_what_the_short_names_cannot_say_comes_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "odd.ttl"
    path.write_text(
        """@prefix ckg: <https://w3id.org/cnil-kg/ns#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix ex: <https://example.org/x#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <> a ckg:Project , [ a ex:Kind ] ; dct:title "plain" , "fr"@fr , "brit"@en-GB , "5"^^xsd:integer , ex:t , "" ;
          ckg:hasProcessing ex:p , "text" , [ ckg:hasProcessing _:loop ] .
        ex:p ckg:largeScale "oui" , true , ckg:none , 1 ; ckg:phase ex:own , "DevelopmentPhase" , ckg:none ;
          ckg:acceptanceThreshold "none" , ckg:none , "" , "a: b # c" , " lead" , "tab\\t" ,
            "line\\n\\nend\\n" , "\\u0007" ;
          ckg:dpiaCompletionDate "2024-02-30"^^xsd:date , "soon"@en ; ex:list ( 1 ( ) "a" ) ;
          ckg:instructedBy _:loop , <value> , <https://example.org/x#y/z> , <urn:uuid:1> .
        _:loop ckg:instructedBy _:loop , ex:p .
        _:a ex:to _:b . _:b ex:to _:a .""",
        encoding="utf-8",
    )
    statements = triples(path)
    assert canonical(statements) == canonical(back(as_yaml(statements, TERMS.short)))


def test_a_name_that_would_be_read_as_prefixed_is_refused() -> None:
    statements = list(parse(b"<dpv:x> <dpv:y> <dpv:z> .", format=RdfFormat.N_TRIPLES))
    with pytest.raises(InputError, match="begins like the prefix dpv"):
        as_yaml([quad.triple for quad in statements], TERMS.short)


class _Editor(yaml.SafeLoader):
    """Reads scalars as an editor does (YAML 1.2: no dates, `no` is a word)."""


_Editor.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":int", ":float", ":null"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def test_the_schema_accepts_the_examples_and_names_a_misspelt_key() -> None:
    schema = description_schema(load_rulebook())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in sorted((ROOT / "examples").glob("*.ttl")):
        document = yaml.load(as_yaml(triples(path), TERMS.short), Loader=_Editor)
        assert [e.message for e in validator.iter_errors(document)] == [], path.name
    wrong = {
        "processings": [{"largeScal": True}, {"phase": "DevelopmentPhas"}, {"largeScale": "no"}, {"largeScale": True}]
    }
    assert [validator.is_valid({"processings": [p]}) for p in wrong["processings"]] == [False, False, False, True]


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, list(arguments))
    if isinstance(result.exception, InputError):
        return 2, result.stdout, str(result.exception)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("name", ["bank", "processor"])
def test_a_converted_description_gets_the_same_verdicts(name: str, tmp_path: Path) -> None:
    source, target = str(ROOT / "examples" / f"{name}.ttl"), str(tmp_path / "converted.yaml")
    assert run("convert", source, "-o", target)[0] == 0
    reports = []
    for path in (source, target):
        code, text, _ = run("validate", path, "--format", "json")
        document = json.loads(text)
        verdicts = [(c["id"], c["subject"], c["status"], c["value"]) for c in document["conclusions"]]
        reports.append((code, verdicts, [(f["id"], f["subject"], f["status"]) for f in document["findings"]]))
    assert reports[0] == reports[1]
    assert run("convert", source, "-o", target)[0] == 2


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_skeleton_in_yaml_reads_and_states_only_its_nodes(lang: str, tmp_path: Path) -> None:
    text = run("new", "--format", "yaml", "--lang", lang)[1]
    facts = read(text, tmp_path)
    assert (facts.errors, facts.warnings) == ((), ())
    assert {shrink(t.predicate.value) for t in facts.origins} == {
        "rdf:type",
        "ckg:hasProcessing",
        "prov:qualifiedAssociation",
        "prov:agent",
        "prov:qualifiedUsage",
        "prov:entity",
    }
    keys = {line.split(":")[0].strip() for line in text.splitlines() if not line.strip().startswith("#")}
    asked = {line.split()[2] for line in run("new", "--lang", lang)[1].splitlines() if line.startswith("# ex:")}
    assert {name.partition(":")[2] for name in asked} <= keys


ANSWERS = """\
base: https://example.org/fraud/
title: {fr: Fraude}
largeScale: true
determinesPurpose: Alone
uses:
  - dataset: pages
    collectionMode: OwnDataReuse
    containsPersonalData: true
"""


def test_answers_are_placed_on_the_node_they_are_about(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(ANSWERS, encoding="utf-8")
    code, text, _ = run("new", "--from", str(tmp_path / "answers.yaml"))
    assert code == 0
    expected = b"""@prefix ckg: <https://w3id.org/cnil-kg/ns#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <https://example.org/fraud/> .
        ex:project a ckg:Project ; dct:title "Fraude"@fr ; ckg:hasProcessing ex:processing .
        ex:processing a <https://w3id.org/dpv#Process> ; ckg:largeScale true ;
          prov:qualifiedAssociation ex:participation-1 ; prov:qualifiedUsage [
            a prov:Usage ; prov:entity ex:pages ; ckg:collectionMode ckg:OwnDataReuse ] .
        ex:participation-1 a prov:Association ; prov:agent ex:organisation ; ckg:determinesPurpose ckg:Alone .
        ex:pages a <http://www.w3.org/ns/dcat#Dataset> ; ckg:containsPersonalData true ."""
    found, wanted = (
        canonical([q.triple for q in parse(data, format=RdfFormat.TURTLE)]) for data in (text.encode(), expected)
    )
    assert found == wanted


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("largeScale: oui\n", 1, "expects a boolean"),
        ("largeScal: true\n", 1, "is unknown"),
        ("uses:\n- {dataset: a}\n- {dataset: b}\ncontainsPersonalData: true\n", 4, "several uses are described"),
        ("processings:\n- {id: a}\n- {id: b}\nlargeScale: true\n", 4, "several processings are described"),
        ("actors:\n- determinesPurpose: Alone\n", 1, "one of them has no actor"),
        ("graph:\n- {id: a, type: Project}\n- {id: b, type: Project}\n", None, "several things apart"),
    ],
)
def test_answers_that_cannot_be_placed_write_nothing(text: str, line: int | None, what: str, tmp_path: Path) -> None:
    source, target = tmp_path / "answers.yaml", tmp_path / "out.ttl"
    source.write_text(text, encoding="utf-8")
    code, _, error = run("new", "--from", str(source), "-o", str(target))
    assert (code, target.exists()) == (2, False)
    assert error.startswith(f"{source}:{line}: " if line else f"{source}: ")
    assert what in error


def test_a_folder_gives_its_descriptions_and_leaves_other_yaml_alone(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "compose.yml").write_text("services:\n  db: {image: x}\n", encoding="utf-8")
    facts = load([str(tmp_path)], terms=TERMS)
    assert (facts.errors, [Path(name).name for name in facts.inputs]) == ((), ["project.yaml"])
