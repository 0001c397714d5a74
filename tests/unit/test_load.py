"""The load stage as a whole: bytes in, facts out."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnil_kg.inputs.normalise import Terms
from cnil_kg.load import load
from cnil_kg.model import Facts
from cnil_kg.vocab import CKG, DPV, PREFIXES, expand

FACTS = {
    "ckg:largeScale": "boolean",
    "ckg:dataItemCount": "integer",
    "ckg:trainingComputeFlop": "decimal",
    "ckg:processingStartDate": "date",
    "ckg:processingDuration": "duration",
    "ckg:phase": "choice",
    "ckg:sourceName": "text",
}
HEALTH = PREFIXES["healthdcatap"]
TERMS = Terms(
    known={
        CKG: frozenset({"Project", "hasProcessing", "none", "NotAssessed", *(key[4:] for key in FACTS)}),
        DPV: frozenset({"Process", "hasPurpose", "hasPersonalData"}),
        HEALTH: frozenset({"maxTypicalAge", "minTypicalAge", "numberOfUniqueIndividuals", "numberOfRecords", "hdab"}),
    },
    datatypes={expand(key): value for key, value in FACTS.items()},
)
HEAD = "\n".join(f"@prefix {prefix}: <{base}> ." for prefix, base in PREFIXES.items()) + "\n@prefix ex: <http://e/> .\n"
TOP = HEAD.count("\n")


def facts_of(folder: Path, text: str | bytes, name: str = "p.ttl") -> Facts:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load([str(path)], terms=TERMS)


def told(facts: Facts) -> list[tuple[str, int | None]]:
    return [(warning.code, warning.where.line if warning.where else None) for warning in facts.warnings]


PROJECT = """\
ex:project a ckg:Project ;
  ckg:hasProcessing ex:training .
ex:training prov:qualifiedUsage [
    prov:hadRole "x"
  ] .
"""


def test_a_project_is_one_graph_with_lines_and_paths(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, HEAD + PROJECT)
    path = str(tmp_path / "p.ttl")
    assert not facts.errors and not facts.warnings and facts.inputs == (path,)
    (description,) = facts.descriptions
    assert description.project is not None and description.project.value == "http://e/project"
    assert description.graph.value == "urn:cnil-kg:graph:http%3A%2F%2Fe%2Fproject"
    assert description.inputs == (path,)
    assert {quad.triple for quad in facts.store} == set(facts.origins)
    assert all(quad.graph_name == description.graph for quad in facts.store)
    assert [place.file for places in facts.origins.values() for place in places] == [path] * 4
    lines = {triple.predicate.value: places[0].line for triple, places in facts.origins.items()}
    assert {key: (line or 0) - TOP for key, line in lines.items()} == {
        expand("rdf:type"): 1,
        expand("ckg:hasProcessing"): 2,
        expand("prov:qualifiedUsage"): 3,
        expand("prov:hadRole"): 4,
    }
    assert list(facts.paths.values()) == ["http://e/training / prov:qualifiedUsage"]


def test_a_triple_stated_twice_has_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(HEAD + "ex:p a ckg:Project .\nex:p a ckg:Project .")
    (tmp_path / "b.nt").write_text(f"<http://e/p> <{expand('rdf:type')}> <{CKG}Project> .")
    facts = load([str(tmp_path)], terms=TERMS)
    (places,) = facts.origins.values()
    assert [(Path(place.file).name, place.line) for place in places] == [
        ("a.ttl", TOP + 1),
        ("a.ttl", TOP + 2),
        ("b.nt", 1),
    ]


@pytest.mark.parametrize(
    ("stated", "codes", "kept"),
    [
        ('ckg:largeScale "1"^^xsd:boolean', [], "true"),
        ('ckg:largeScale "TRUE"^^xsd:boolean', ["loose-literal"], "true"),
        ('ckg:largeScale "false"', ["loose-literal"], "false"),
        ('ckg:largeScale "oui"', ["ill-typed"], None),
        ('ckg:largeScale "yes"^^xsd:boolean', ["ill-typed"], None),
        ("ckg:largeScale ckg:none", [], CKG + "none"),
        ("ckg:largeScale ckg:NotAssessed", [], CKG + "NotAssessed"),
        ("ckg:largeScale ex:yes", ["ill-typed"], None),
        ("ckg:largeScale [ ]", ["ill-typed"], None),
        ('ckg:largeScale "1"^^<https://www.w3.org/2001/XMLSchema#boolean>', ["legacy-namespace"], "true"),
        ("ckg:dataItemCount 01", [], "1"),
        ('ckg:dataItemCount "75 000"', ["ill-typed"], None),
        ("ckg:trainingComputeFlop 1e25", [], "10000000000000000000000000"),
        ('ckg:trainingComputeFlop "NaN"^^xsd:double', ["ill-typed"], None),
        ('ckg:processingStartDate "2024-05-01T10:00:00Z"^^xsd:dateTime', [], "2024-05-01"),
        ('ckg:processingStartDate "2024-05-01"', ["loose-literal"], "2024-05-01"),
        ('ckg:processingStartDate "2024-02-30"^^xsd:date', ["ill-typed"], None),
        ('ckg:processingStartDate "2024"^^xsd:gYear', ["ill-typed"], None),
        ('ckg:processingStartDate "-P1Y"^^xsd:duration', ["ill-typed"], None),
        ('ckg:processingDuration "-P1Y"^^xsd:duration', ["ill-typed"], None),
        ('ckg:processingDuration "5 ans"', ["ill-typed"], None),
        ('ckg:phase "development"', ["literal-for-term"], "development"),
        ("ckg:phase false", [], "false"),
        ('ckg:sourceName "oui"', [], "oui"),
        ('ckg:sourceName "x"@FR-fr', [], "x"),
        ('dct:issued "2024-02-30"^^xsd:date', ["ill-typed"], None),
    ],
)
def test_a_value_is_canonical_or_counts_as_not_stated(
    tmp_path: Path, stated: str, codes: list[str], kept: str | None
) -> None:
    facts = facts_of(tmp_path, f"{HEAD}ex:p a ckg:Project ;\n  {stated} .")
    assert told(facts) == [(code, TOP + 2) for code in codes]
    values = [quad.object.value for quad in facts.store if not quad.predicate.value.endswith("#type")]
    assert values == ([] if kept is None else [kept])


def test_an_ill_typed_value_is_told_with_property_value_and_what_is_expected(tmp_path: Path) -> None:
    (warning,) = facts_of(tmp_path, f'{HEAD}ex:p a ckg:Project ; ckg:largeScale "oui" .').warnings
    assert warning.term == CKG + "largeScale"
    assert warning.text.en == (
        'ckg:largeScale expects a boolean, true or false: "oui" is not read, the fact counts as not stated.'
    )
    assert warning.text.fr == (
        'ckg:largeScale attend un booléen, true ou false : "oui" n\'est pas lu, le fait compte comme non indiqué.'
    )


def test_a_long_value_is_shortened_in_messages(tmp_path: Path) -> None:
    (warning,) = facts_of(tmp_path, f'{HEAD}ex:p a ckg:Project ; ckg:largeScale """{"x" * 99}\n""" .').warnings
    assert f'"{"x" * 40}..."' in warning.text.en


@pytest.mark.parametrize("text", ['"x"', '"x"^^xsd:string', "'x'", '"""x"""'])
def test_a_string_is_one_term_however_written(tmp_path: Path, text: str) -> None:
    facts = facts_of(tmp_path, f"{HEAD}ex:p a ckg:Project ; ckg:sourceName {text} .")
    assert [str(quad.object) for quad in facts.store if quad.predicate.value == CKG + "sourceName"] == ['"x"']


def test_language_tags_are_in_lower_case(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, f'{HEAD}ex:p rdfs:label "x"@FR , "x"@fr , "y"@fr-FR .')
    assert sorted(str(quad.object) for quad in facts.store) == ['"x"@fr', '"y"@fr-fr']


def test_what_is_in_the_store_is_what_has_an_origin(tmp_path: Path) -> None:
    values = '01 , 1.50 , 1e25 , "+5"^^xsd:int , "2024-05-01+00:00"^^xsd:date , "P12M"^^xsd:duration'
    facts = facts_of(tmp_path, f"{HEAD}ex:p ex:v {values} .")
    assert {quad.triple for quad in facts.store} == set(facts.origins)
    assert len(facts.origins) == 6


def test_unknown_and_legacy_names_are_told_at_their_line(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        f"""{HEAD}ex:p a ckg:Project ;
          ckg:largeScal true ;
          a ckg:Projet ;
          <http://w3id.org/dpv#hasPurposes> ex:x .""",
    )
    assert told(facts) == [
        ("unknown-term", TOP + 2),
        ("unknown-term", TOP + 3),
        ("legacy-namespace", TOP + 4),
        ("unknown-term", TOP + 4),
    ]


def test_a_prefix_with_the_other_scheme_is_not_a_silent_green(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, HEAD.replace("https://w3id", "http://w3id") + PROJECT)
    assert [d.project.value for d in facts.descriptions if d.project] == ["http://e/project"]
    assert {warning.code for warning in facts.warnings} == {"legacy-namespace"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.trig", HEAD + "ex:g { ex:p a ckg:Project } ex:h { ex:p ckg:largeScale true }"),
        ("p.nq", f"<http://e/p> <{expand('rdf:type')}> <{CKG}Project> <http://e/g> .\n<http://e/p> <{CKG}largeScale> "
         '"true"^^<http://www.w3.org/2001/XMLSchema#boolean> <http://e/h> .'),
        ("p.jsonld", f'{{"@context": {{"ckg": "{CKG}"}}, "@id": "http://e/g", "@graph": '
         '[{"@id": "http://e/p", "@type": "ckg:Project", "ckg:largeScale": true}]}'),
    ],
)  # fmt: skip
def test_triples_in_named_graphs_count(tmp_path: Path, name: str, text: str) -> None:
    facts = facts_of(tmp_path, text, name)
    assert [d.project.value for d in facts.descriptions if d.project] == ["http://e/p"]
    assert len(facts.store) == 2


def test_one_bad_input_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(HEAD + "ex:a a ckg:Project .")
    (tmp_path / "b.ttl").write_text(HEAD + "ex:b a ckg:Project ;\n ckg:largeScale true\nex:c a ckg:Project .")
    (tmp_path / "c.ttl").write_text(HEAD + "ex:c a ckg:Project .")
    (tmp_path / "d.ttl").write_text("word")
    inputs = [str(tmp_path / f"{name}.ttl") for name in "abcde"]
    facts = load(inputs, terms=TERMS)
    assert [str(d.project and d.project.value) for d in facts.descriptions] == ["http://e/a", "http://e/c"]
    assert [error.where for error in facts.errors] == [f"{inputs[1]}:{TOP + 3}", f"{inputs[3]}:1", inputs[4]]
    assert facts.inputs == tuple(inputs)
    assert all("\n" not in str(error) and error.repair for error in facts.errors)


def test_nothing_of_a_broken_file_is_read(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, HEAD + "ex:b a ckg:Project .\nex:c")
    assert facts.descriptions == () and facts.origins == {} and len(facts.store) == 0


@pytest.mark.parametrize("text", ["# nothing\n", HEAD, "[]", "{}", '{"name": "x"}', "<http://e/g> { }"])
def test_a_file_that_states_nothing_is_an_error(tmp_path: Path, text: str) -> None:
    name = "p.jsonld" if text[0] in "[{" else "p.trig"
    (error,) = facts_of(tmp_path, text, name).errors
    assert "states nothing" in str(error)


def test_keys_that_are_not_read_are_told_even_when_nothing_is(tmp_path: Path) -> None:
    assert told(facts_of(tmp_path, '{\n"name": "x"}', "p.json")) == [("unknown-key", 2)]


def test_formats_mix_in_one_run(tmp_path: Path) -> None:
    (tmp_path / "p.ttl").write_text(HEAD + "ex:p a ckg:Project ; ckg:hasProcessing ex:t .")
    (tmp_path / "annex.jsonld").write_text(f'{{"@id": "http://e/t", "@type": "{DPV}Process"}}')
    (tmp_path / "more.rdf").write_text(
        f'<rdf:RDF xmlns:rdf="{PREFIXES["rdf"]}" xmlns:c="{CKG}">'
        '<rdf:Description rdf:about="http://e/t" c:largeScale="true"/></rdf:RDF>'
    )
    facts = load([str(tmp_path)], terms=TERMS)
    (description,) = facts.descriptions
    assert [Path(name).name for name in description.inputs] == ["annex.jsonld", "more.rdf", "p.ttl"]
    assert len(facts.store) == 4


def test_imports_are_not_followed_and_told_once_each(tmp_path: Path) -> None:
    text = f"{HEAD}ex:p a ckg:Project ;\n owl:imports <http://unreachable.invalid/a> .\n"
    text += "ex:q owl:imports <http://unreachable.invalid/a> , <file:///etc/passwd> ."
    start = time.monotonic()
    facts = facts_of(tmp_path, text)
    assert time.monotonic() - start < 1
    assert told(facts) == [("import-not-followed", TOP + 2), ("import-not-followed", TOP + 3)]
    assert len(facts.store) == 4


def test_an_import_of_two_files_is_told_once(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text(HEAD + "ex:p owl:imports <http://unreachable.invalid/a> .")
    assert len(load([str(tmp_path)], terms=TERMS).warnings) == 1


def test_terms_that_are_only_referred_to_are_fine(tmp_path: Path) -> None:
    authority = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
    facts = facts_of(tmp_path, f"{HEAD}ex:d a dcat:Dataset ; dct:accessRights <{authority}> .")
    assert not facts.errors and not facts.warnings and len(facts.store) == 2


@pytest.mark.parametrize("subject", ["http://e/caf%C3%A9", "http://e/café", "http://e/0000240", "http://e/a(b)"])
def test_unusual_iris_are_kept_apart_and_as_written(tmp_path: Path, subject: str) -> None:
    facts = facts_of(tmp_path, f"{HEAD}<{subject}> a ckg:Project ; <{subject}> 1 .")
    assert [d.project.value for d in facts.descriptions if d.project] == [subject]


def _script(folder: Path, *inputs: str) -> str:
    code = (
        "import sys\nfrom cnil_kg.load import load\nfrom cnil_kg.inputs.normalise import Terms\n"
        "facts = load(sys.argv[1:], terms=Terms({}, {}))\n"
        "print(facts.descriptions, facts.origins, facts.paths, facts.inputs, facts.warnings, sep='\\n')\n"
        "print(sorted(map(str, facts.store)))"
    )
    run = subprocess.run([sys.executable, "-c", code, *inputs], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout


def test_two_folders_and_two_processes_give_the_same_facts(tmp_path: Path) -> None:
    text = (
        HEAD
        + "<> a ckg:Project ; ckg:hasProcessing [ a dpv:Process ; ex:l ( 1 [ ] ) ] .\n<#p> prov:used <q> , <../r> ."
    )
    outputs = []
    for name in ("one", "two/deeper"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "p.ttl").write_text(text)
        outputs.append(_script(folder, "p.ttl"))
    assert outputs[0] == outputs[1]
    assert str(tmp_path) not in outputs[0] and "cnil-kg://document-1/#p" in outputs[0]


def test_the_working_folder_changes_nothing_but_the_typed_names(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "p.ttl").write_text(HEAD + "<> a ckg:Project ; ckg:hasProcessing [ a dpv:Process ] .")
    assert _script(tmp_path, "in/p.ttl").replace("in/p.ttl", "p.ttl") == _script(tmp_path / "in", "p.ttl")


def test_only_the_parser_is_imported_to_load() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nimport cnil_kg.load\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "rdflib",
        "pyshacl",
        "owlready2",
        "networkx",
        "click",
        "json",
        "difflib",
        "socket",
        "xml",
        "yaml",
        "asyncio",
    }
    assert not heavy & set(run.stdout.split())


def test_200_triples_are_loaded_fast(tmp_path: Path) -> None:
    text = HEAD + "".join(
        f'ex:t{i} a dpv:Process ; ckg:largeScale true ;\n ckg:sourceName "n{i}" ;\n prov:used [ prov:entity ex:d ] .\n'
        for i in range(40)
    )
    path = tmp_path / "p.ttl"
    path.write_text(text)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        facts = load([str(path)], terms=TERMS)
        times.append(time.perf_counter() - start)
    assert len(facts.origins) == 200
    assert min(times) < 0.05  # 3 ms on an idle machine


def test_a_list_of_2000_items_is_read(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, f"{HEAD}ex:p a ckg:Project ; ex:list ( {'[ ex:q 1 ] ' * 2000}) .")
    assert len(facts.store) == 2 + 3 * 2000
    assert "http://e/p / ex:list / rdf:rest{1999} / rdf:first".replace("ex:", "http://e/") in facts.paths.values()


XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
SEEDS = {
    "p.ttl": HEAD
    + 'ex:p a ckg:Project ; ex:q [ ckg:largeScale "oui" ; ex:r 1.5e3 , ( 1 "x"@fr [ ] ) ] , _:b .\n<#x> ex:s """l""" .',
    "p.trig": HEAD + 'GRAPH ex:g { ex:a ex:b [ ex:c "x" ] } { ex:d ex:e "f"@en--ltr . << ex:a ex:b ex:c >> ex:d ex:e }',
    "p.nq": '<http://a/> <http://b/> "x\\u00e9"@fr <http://g/> .\n_:a <http://b/> _:b .',
    "p.rdf": f'<!DOCTYPE rdf:RDF [<!ENTITY e "http://e/">]>{XML}<e:A rdf:about="&e;x" e:y="z"><e:p rdf:parseType='
    '"Collection"><e:B/></e:p><e:r rdf:nodeID="n" rdf:ID="i"/></e:A><!-- c --></rdf:RDF>',
    "p.jsonld": '{"@context": {"@base": "http://b/", "e": "http://e/", "n": {"@id": "e:n", "@container": "@list"}}, '
    '"@id": "x", "n": [1, {"@value": "x", "@language": "fr"}], "@graph": [{"@reverse": {"e:q": {"@id": "_:b"}}}]}',
}
PIECES = b"\" ' < > [ ] { } ( ) \\ \\u @ ^^ : . ; , # & << \0 \xff \xc3 @prefix @id @context null 1e999 &#0; _:".split(
    b" "
)


@pytest.mark.parametrize("seed", range(150))
def test_damaged_files_never_end_in_a_traceback(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for name, text in SEEDS.items():
        data = bytearray(text.encode())
        for _ in range(chance.randrange(1, 5)):
            at, other = chance.randrange(len(data)), chance.randrange(len(data))
            piece = chance.choice([b"", chance.choice(PIECES), bytes(data[other : other + 20])])
            data[at : at + chance.randrange(8)] = piece
        facts = facts_of(tmp_path, bytes(data), name)
        assert {quad.triple for quad in facts.store} == set(facts.origins)
        assert facts.errors or facts.origins or facts.warnings
        assert all(str(error).startswith(f"{tmp_path}/{name}") and str(error).isprintable() for error in facts.errors)


def test_warnings_come_in_the_order_of_their_lines(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path, f'{HEAD}ex:p ex:q [\n ckg:largeScal 1 ;\n ckg:largeScale "x" ;\n ckg:fase [ ckg:foo 1 ] ] .'
    )
    assert [line for _, line in told(facts)] == [TOP + 2, TOP + 3, TOP + 4, TOP + 4]


SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "catalogs"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of ../shared are not there")


@needs_samples
def test_facts_lost_by_a_trailing_colon_are_told_by_their_right_name() -> None:
    facts = load([str(SAMPLES / "healthdcat-ap_fdz-gesundheit.ttl")], terms=TERMS)
    texts = [warning.text.en for warning in facts.warnings if warning.code == "unknown-term"]
    for name in ("maxTypicalAge", "minTypicalAge", "numberOfUniqueIndividuals"):
        assert f"healthdcatap:{name}: is not a known term: did you mean healthdcatap:{name}?" in texts
        assert not any(triple.predicate.value == HEALTH + name for triple in facts.origins)
    assert {w.term for w in facts.warnings if w.code == "legacy-namespace"} >= {
        "http://data.europa.eu/r5r/healthdcatap#",
        "https://w3id.org/dpv/dpv-pd#",
    }


@needs_samples
@pytest.mark.parametrize("path", sorted([*SAMPLES.glob("*.ttl"), *SAMPLES.glob("*.rdf")]), ids=lambda path: path.stem)
def test_published_catalogs_are_read_with_all_their_lines(path: Path) -> None:
    facts = load([str(path)], terms=TERMS)
    if path.stem == "dcat_opendatasoft_rennes":  # one of its IRIs is "En continu"
        (error,) = facts.errors
        line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if '"En continu"' in text)
        assert error.where == f"{path}:{line}" and "'En continu'" in str(error)
        return
    assert not facts.errors and facts.descriptions
    count = path.read_bytes().count(b"\n") + 1
    assert all(1 <= (place.line or 0) <= count for places in facts.origins.values() for place in places)


ROOT = Path(__file__).parents[2]


def test_every_code_has_its_place_in_the_documentation() -> None:
    documented = {
        line[4:].strip() for line in (ROOT / "docs" / "errors.md").read_text().splitlines() if line.startswith("### ")
    }
    sources = "".join(path.read_text() for path in (ROOT / "src" / "cnil_kg").glob("**/*.py"))
    codes = set(re.findall(r'(?:_warn|Warning_|\.warn)\(\s*"([a-z-]+)"|^    code = "([a-z-]+)"', sources, re.MULTILINE))
    named = {code for pair in codes for code in pair if code} - {"error"}
    assert {"unknown-key", "ill-typed", "rule"} <= named
    assert named == documented
