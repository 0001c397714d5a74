"""`cnil-kg import` as its user meets it: messages, files, readers of others; and that no rule reads a hint."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse

from cnil_kg import plugins, readers
from cnil_kg.cli import cli
from cnil_kg.errors import InputError
from cnil_kg.importing import import_record
from cnil_kg.outputs import file as output
from cnil_kg.outputs.file import write_new
from cnil_kg.readers import clues
from cnil_kg.rulebook import load_rulebook
from cnil_kg.validate import validate
from cnil_kg.vocab import CKG, PROV, RDF
from harness import HEADER, ROOT, run

RECORD = (
    HEADER
    + """ex:d a dcat:Dataset ; dct:title "Dialogues" ; dpv:hasPersonalData pd:Health ;
  dpv:hasLegalBasis eu-gdpr:A6-1-e ;
  dct:description "Anonymised talks of patients and children, scraped; 3 million people gave their consent." ;
  healthdcatap:minTypicalAge 8 ; dct:publisher [ a foaf:Organization ; foaf:name "Office" ] ."""
)
PROJECT = (
    HEADER
    + """ex:project a ckg:Project ; ckg:hasProcessing ex:p .
ex:p a dpv:Process ; prov:used ex:d ; ckg:phase ckg:DevelopmentPhase ."""
)
VOCABULARY = {
    "Hint",
    "HintTopic",
    "bearsOn",
    "hintAbout",
    "hintTopic",
    "quote",
    "readBy",
    "sourceDigest",
    "sourceField",
}


def call(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["import", *arguments, "--lang", "en"], input=stdin)


def fails(result: Result) -> str:
    """The message of a refused input: it leaves through `main`, which turns it into code 2."""
    assert result.exception is not None
    assert not isinstance(result.exception, SystemExit), result.output
    assert result.stdout == ""
    return str(result.exception)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    file = tmp_path / "record.ttl"
    file.write_text(RECORD, encoding="utf-8")
    return file


# == Malformed records

CROISSANT = {
    "@context": {"cr": "http://mlcommons.org/croissant/"},
    "@type": "Dataset",
    "name": "c",
    "url": "https://example.org/c",
}
TABLE = {"id": "1", "name": "t", "tableType": "Regular", "columns": []}
PACKAGE = {"owner_org": "o", "resources": [], "id": "1", "name": "p"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", CROISSANT | {"recordSet": [{"field": ["x"]}]}, "record c: recordSet[0].field[0] is not an object"),
        ("a.json", CROISSANT | {"distribution": [1]}, "record c: distribution[0] is not an object"),
        ("a.json", CROISSANT | {"rai:dataBiases": [[1]]}, "record c: rai:dataBiases is not a text or a list of texts"),
        ("a.json", TABLE | {"columns": ["c"]}, "record t: columns[0] is not an object"),
        ("a.json", TABLE | {"joins": []}, "record t: joins is not an object"),
        ("a.json", PACKAGE | {"extras": ["x"]}, "record p: package.extras[0] is not an object"),
        ("a.json", {"success": True, "result": 3}, "result is not an object"),
        ("a.json", {"success": False, "error": {"message": "Not found"}}, "the API answered with an error: Not found"),
        ("a.yaml", "- id: d\n  platform: hive\n  schema: x\n", "record d: [0].schema is not an object"),
        ("a.yaml", "- id: d\n  platform: hive\n  properties: [a]\n", "record d: [0].properties is not an object"),
        ("a.yaml", "- id: &a d\n  platform: *a\n", "a.yaml:1: anchors and aliases (& *) are not read"),
        ("a.md", "---\nlicense: {a: b}\npretty_name: v\n---\n", "record v: license is not a text or a list of texts"),
        ("a.md", "---\ndatasets: ['no such name']\n---\n", "record a.md: datasets is not the name of a repository"),
        ("a.md", "---\nlicense: [mit\n---\n", "a.md:3: yaml syntax"),
        ("a.md", "---\n- a\n---\n", "the front matter is not an object"),
        ("a.md", "---\nlicense: mit\n", "a.md:1: the front matter has no closing ---"),
        ("a.json", '{"@type": "Dataset", "name": }', "a.json:1: json syntax: Expecting value."),
        (
            "a.json",
            '{"success": true, "result": {"id": "1", "id": "2"}}',
            'the key "id" is written twice in one object',
        ),
        ("a.ttl", "@prefix a: <b> .\na:b a:c\n", "a.ttl:"),
        ("a.ttl", HEADER + "ex:a a foaf:Document .", "describes no dataset and no model: there is nothing to import"),
        ("a.txt", "a word", "no reader recognises this file as a catalog record"),
        ("a.html", "<!DOCTYPE html><html></html>", "The file is an HTML page"),
        ("a.ttl", "", "The file is empty"),
        ("a.json", "[" * 100_000, "a.json"),
    ],
)
def test_a_malformed_record_is_named_with_its_field(tmp_path: Path, name: str, content: object, message: str) -> None:
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    found = fails(call(str(file)))
    assert message in found
    assert found.startswith(str(tmp_path / name))


def test_latin_1_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("---\nlicense: été\n---\n".encode("latin-1"))
    assert "not readable as utf-8" in fails(call(str(tmp_path / "a.md")))


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert "import reads one file" in fails(call(str(tmp_path)))
    assert "There is no such file" in fails(call(str(tmp_path / "none.ttl")))


# == Command line and files


def test_standard_input_and_the_reader_asked_for(record: Path) -> None:
    assert call("-", stdin=RECORD).stdout == call(str(record)).stdout.replace("record.ttl", "standard input")
    assert 'there is no reader "dcta"' in fails(call(str(record), "--from", "dcta"))
    assert "Use one of: ckan, croissant, datahub, dcat, dpv, huggingface, openmetadata." in fails(
        call("-", "--from", "x", stdin=RECORD)
    )


def test_an_existing_file_is_never_written_over(record: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.ttl"
    assert call(str(record), "-o", str(target)).exit_code == 0
    target.write_text("mine", encoding="utf-8")
    assert "exists already" in fails(call(str(record), "-o", str(target)))
    assert target.read_text(encoding="utf-8") == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.ttl", "record.ttl"]


def test_nothing_is_written_for_a_bad_input(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("word", encoding="utf-8")
    fails(call(str(tmp_path / "a.ttl"), "-o", str(tmp_path / "out.ttl")))
    assert [p.name for p in tmp_path.iterdir()] == ["a.ttl"]


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.os, "link", full)
    monkeypatch.setattr("builtins.open", full)
    with pytest.raises(output.InputError, match="No space left"):
        write_new("text", str(tmp_path / "out.ttl"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.ttl"
    link = os.link

    def late(part: str, name: str) -> None:
        target.write_text("theirs", encoding="utf-8")
        link(part, name)

    monkeypatch.setattr(output.os, "link", late)
    with pytest.raises(output.InputError, match="exists already"):
        write_new("mine", str(target))
    assert target.read_text(encoding="utf-8") == "theirs"
    assert [p.name for p in tmp_path.iterdir()] == ["out.ttl"]


def test_a_place_that_cannot_be_written(record: Path, tmp_path: Path) -> None:
    assert "cannot be written" in fails(call(str(record), "-o", str(tmp_path / "no" / "out.ttl")))


def test_warnings_go_to_standard_error_in_the_language_asked(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(
        "@prefix old: <https://w3id.org/dpv/dpv-pd#> .\n"
        + HEADER
        + "ex:d a dcat:Dataset ; dpv:hasPersonalData old:Name .",
        "utf-8",
    )
    english = CliRunner().invoke(cli, ["import", str(file), "--lang", "en"])
    french = CliRunner().invoke(cli, ["import", str(file), "--lang", "fr"])
    line = 1 + HEADER.count("\n") + 1
    assert (
        english.stderr
        == f"cnil-kg: {file}:{line}: <https://w3id.org/dpv/dpv-pd#> is old or wrong: read as <https://w3id.org/dpv/pd#>.\n"
    )
    assert (
        french.stderr
        == f"cnil-kg: {file}:{line}: <https://w3id.org/dpv/dpv-pd#> est ancien ou erroné : lu comme <https://w3id.org/dpv/pd#>.\n"
    )
    assert "# == Facts:" in english.stdout
    assert "# == Faits :" in french.stdout


@pytest.mark.parametrize(("form", "syntax"), [("ntriples", RdfFormat.N_TRIPLES), ("jsonld", RdfFormat.JSON_LD)])
def test_every_syntax_says_the_same(record: Path, form: str, syntax: RdfFormat) -> None:
    def canonical(text: str, syntax: RdfFormat) -> list[str]:
        found = {Triple(q.subject, q.predicate, q.object) for q in parse(text.encode(), format=syntax)}
        return sorted(re.sub(r"_:\w+", "_:b", str(t)) for t in found)

    turtle = import_record(str(record)).text
    assert canonical(import_record(str(record), form=form).text, syntax) == canonical(turtle, RdfFormat.TURTLE)


def test_the_output_depends_on_nothing_but_the_file(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = import_record(str(record)).text
    monkeypatch.chdir(tmp_path)
    assert import_record("record.ttl").text == first
    assert str(tmp_path) not in first


# == Facts, hints and their sources


def stored(text: str) -> Store:
    store = Store()
    store.load(text.encode(), format=RdfFormat.TURTLE)
    return store


def test_each_fact_and_each_hint_names_its_file_and_field(record: Path) -> None:
    outcome = import_record(str(record))
    store = stored(outcome.text)
    query = (
        "SELECT ?s ?p ?o ?field ?file WHERE { ?n a rdf:Statement ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ;"
    )
    query += " prov:wasQuotedFrom ?r ; ckg:sourceField ?field . ?r a dcat:CatalogRecord ; dct:source ?file }"
    prefixes = {
        "rdf": RDF,
        "prov": PROV,
        "ckg": CKG,
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
    }
    rows = {(str(r["p"]), r["field"].value, r["file"].value) for r in store.query(query, prefixes=prefixes)}
    assert rows == {(str(s.triple.predicate), s.field, "record.ttl") for s in outcome.imported.stated}
    facts = {str(s.triple.predicate) for s in outcome.imported.stated}
    assert len(facts) == 7  # type, title, categories, basis, age, publisher, name of the publisher
    hints = list(store.quads_for_pattern(None, NamedNode(RDF + "type"), NamedNode(CKG + "Hint"), None))
    assert len(hints) == len(outcome.imported.hints) > 0
    for hint in hints:
        (field,) = store.quads_for_pattern(hint.subject, NamedNode(CKG + "sourceField"), None, None)
        assert field.object == Literal("dct:description")


def test_no_rule_axiom_or_shape_names_a_hint() -> None:
    named = re.compile(r"ckg:(" + "|".join(VOCABULARY) + r")\b")
    files = [
        p for folder in ("queries/rules", "shapes") for p in (ROOT / folder).rglob("*") if p.suffix in (".rq", ".ttl")
    ]
    assert len(files) > 500
    assert [p.name for p in files if named.search(p.read_text(encoding="utf-8"))] == []
    table = (ROOT / "ontology" / "facts.csv").read_text(encoding="utf-8")
    assert named.search(table) is None
    modules = [p for p in (ROOT / "ontology").glob("*.ttl") if p.name != "hints.ttl"]
    assert [p.name for p in modules if named.search(p.read_text(encoding="utf-8"))] == []


def answers(tmp_path: Path, description: str, project: bool) -> object:
    file = tmp_path / f"{len(list(tmp_path.iterdir()))}.ttl"
    file.write_text(description + (PROJECT if project else ""), encoding="utf-8")
    result = run(file)
    conclusions = sorted((c.question, c.subject or "", c.status, str(c.value)) for c in result.quick.all())
    derived = sorted(str(q.triple) for q in result.reasoned.derived)
    findings = sorted((f.id, f.subject, f.status) for f in validate(result.reasoned, result.quick))
    return [re.sub(r"urn:cnil-kg:(?:graph|bnode):[^ >]*", "g", str(part)) for part in (conclusions, derived, findings)]


@pytest.mark.parametrize("project", [False, True])
def test_the_verdicts_are_the_same_without_hints_and_sources(record: Path, tmp_path: Path, project: bool) -> None:
    text = import_record(str(record)).text
    alone = text[: text.index("# == Where each fact was read")]
    assert "ckg:Hint" in text
    assert "ckg:Hint" not in alone
    assert answers(tmp_path, text, project) == answers(tmp_path, alone, project)


def test_what_hints_suggest_is_not_derived(record: Path, tmp_path: Path) -> None:
    """`anonymised`, `scraped`, `consent` are words of the description; the basis and the age are fields."""
    file = tmp_path / "imported.ttl"
    file.write_text(import_record(str(record)).text + PROJECT, encoding="utf-8")
    store = run(file).reasoned.store
    names = {q.predicate.value.removeprefix(CKG) for q in store}
    assert names.isdisjoint({"anonymised", "webScrapedData", "largeScale"})
    groups = {str(q.object) for q in store if q.predicate.value == CKG + "vulnerableGroup"}
    assert groups == {f"<{CKG}ChildrenGroup>"}
    bases = {str(q.object) for q in store if q.predicate.value == CKG + "initialLegalBasis"}
    assert bases == {"<https://w3id.org/dpv/legal/eu/gdpr#A6-1-e>"}


def test_importing_an_import_changes_no_fact(record: Path, tmp_path: Path) -> None:
    def facts(text: str) -> set[str]:
        body = text[text.index("# == Facts") : text.index("# == Where")]
        return {re.sub(r"_:\w+", "_:b", line.strip(" ;.")) for line in body.splitlines()[1:] if line}

    once = import_record(str(record)).text
    (tmp_path / "again.ttl").write_text(once, encoding="utf-8")
    assert facts(import_record(str(tmp_path / "again.ttl")).text) == facts(once)


def test_each_topic_is_declared_with_the_fact_it_bears_on() -> None:
    constants = load_rulebook()
    declared = {
        q.subject.value.removeprefix(CKG)
        for q in stored((ROOT / "ontology" / "hints.ttl").read_text(encoding="utf-8"))
        if q.predicate.value == RDF + "type" and q.object == NamedNode(CKG + "HintTopic")
    }
    assert declared == clues.TOPICS
    facts = {fact.iri for fact in constants.facts}
    store = stored((ROOT / "ontology" / "hints.ttl").read_text(encoding="utf-8"))
    borne = {q.object.value for q in store.quads_for_pattern(None, NamedNode(CKG + "bearsOn"), None, None)}
    assert borne <= facts


# == Readers of other packages

OTHER = """
from pyoxigraph import Literal
from cnil_kg.model import Text
from cnil_kg.readers.collector import Collector

class Other:
    name = "leaflet"
    label = Text("dépliants", "leaflets")
    def recognises(self, source):
        return source.data.startswith(b"LEAFLET")
    def read(self, source):
        collector = Collector(source, self.name)
        node = collector.open("https://example.org/leaflet", "dcat:Dataset", "line 1")
        collector.text(node, source.text, "line 1")
        return collector.done()
    def definitions(self, source):
        return None

READER = Other()
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path, like an installed distribution with entry points."""
    site = tmp_path / "site"
    (site / "leaflets-1.0.dist-info").mkdir(parents=True)
    (site / "leaflets-1.0.dist-info" / "METADATA").write_text("Name: leaflets\nVersion: 1.0\n", encoding="utf-8")
    points = "[cnil_kg.readers]\nleaflet = leaflets_reader:READER\nbroken = leaflets_broken:READER\n"
    (site / "leaflets-1.0.dist-info" / "entry_points.txt").write_text(points, encoding="utf-8")
    (site / "leaflets_reader.py").write_text(OTHER, encoding="utf-8")
    (site / "leaflets_broken.py").write_text("raise RuntimeError('no luck')", encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    readers.readers.cache_clear()
    plugins.others.cache_clear()
    yield site
    readers.readers.cache_clear()
    plugins.others.cache_clear()


def test_another_package_adds_a_reader(package: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("LEAFLET on children", encoding="utf-8")
    outcome = import_record(str(file))
    assert outcome.imported.reader == "leaflet"
    assert [(h.topic, h.quote) for h in outcome.imported.hints] == [("MinorsTopic", "LEAFLET on children")]


def test_a_reader_that_does_not_work_hinders_no_other(package: Path, record: Path) -> None:
    assert import_record(str(record)).imported.reader == "dcat"
    assert "RuntimeError: no luck" in fails(call(str(record), "--from", "broken"))


def test_every_reader_of_ours_is_an_entry_point() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text[text.index('[project.entry-points."cnil_kg.readers"]') :].split("\n\n")[0]
    declared = dict(re.findall(r'^(\w+) = "([\w.]+):READER"', section, re.MULTILINE))
    assert declared == {name: f"cnil_kg.readers.{name}" for name in readers.OWN}


@pytest.mark.parametrize("id_", ["a b", "foo", 'http://a/b"c', "<https://example.org/d>"])
def test_an_id_that_is_no_iri_is_refused(id_: str, record: Path) -> None:
    with pytest.raises(InputError, match=r"--id .* is no IRI"):
        import_record(str(record), id=id_)


# == Untrusted input


@pytest.mark.parametrize(
    "text",
    [
        "a" * 300_000,
        "<a" * 150_000,
        "[" * 300_000,
        "1," * 150_000,
        "\n" * 300_000,
        "`\n" * 150_000,
        "<!--\n" * 60_000,
        "a@" * 150_000,
    ],
    ids=["word", "tags", "brackets", "digits", "lines", "fences", "comments", "addresses"],
)
def test_no_text_takes_long(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.md"
    file.write_text(f"---\nlicense: mit\n---\n\n## Data Fields\n\n{text}\n", encoding="utf-8")
    start = time.process_time()
    import_record(str(file))
    assert time.process_time() - start < 3
