"""Which triples belong together."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnil_kg.inputs.normalise import Terms
from cnil_kg.inputs.projects import VOCABULARY
from cnil_kg.load import load
from cnil_kg.model import Facts
from cnil_kg.vocab import CKG, DPV, PREFIXES, shrink

TERMS = Terms(
    known={
        CKG: frozenset({"Project", "hasProcessing", "partOfProject", "ofProcessing", "none"}),
        DPV: frozenset({"Process", "hasPurpose", "Purpose"}),
        PREFIXES["pd"]: frozenset({"Health"}),
    },
    datatypes={},
)
HEAD = "\n".join(f"@prefix {prefix}: <{base}> ." for prefix, base in PREFIXES.items()) + "\n@prefix ex: <http://e/> .\n"

Graphs = dict[str, frozenset[str]]


def facts_of(*texts: str) -> Facts:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.ttl" for number, _ in enumerate(texts)]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(HEAD + text)
        facts = load([str(path) for path in paths], terms=TERMS)
    assert not facts.errors
    return facts


def graphs(facts: Facts) -> Graphs:
    """The triples of each description, in short, by its project or else by its graph name."""
    found: Graphs = {}
    for description in facts.descriptions:
        name = description.project.value if description.project else description.graph.value
        quads = facts.store.quads_for_pattern(None, None, None, description.graph)
        found[name.replace("http://e/", "ex:")] = frozenset(
            " ".join(_short(term) for term in (quad.subject, quad.predicate, quad.object)) for quad in quads
        )
    return found


def _short(term: object) -> str:
    return shrink(str(getattr(term, "value", term))).replace("http://e/", "ex:").replace("rdf:type", "a")


def test_a_project_is_what_it_reaches_and_its_declared_inverses() -> None:
    found = graphs(
        facts_of(
            """
            ex:p a ckg:Project ; ckg:hasProcessing ex:t .
            ex:t prov:used ex:d .  ex:d dct:title "x" .
            ex:late ckg:partOfProject ex:p ; prov:used ex:d2 .  ex:d2 dct:title "y" .
            ex:part ckg:ofProcessing ex:t ; ckg:ofActor ex:acme .  ex:acme foaf:name "z" .
            ex:model prov:wasGeneratedBy ex:t .
            """
        )
    )
    assert list(found) == ["ex:p"]
    assert len(found["ex:p"]) == 11


def test_another_project_is_the_border_and_the_link_is_kept() -> None:
    found = graphs(
        facts_of(
            """
            ex:p a ckg:Project ; prov:wasInformedBy ex:q .
            ex:q a ckg:Project ; ckg:hasProcessing ex:t .  ex:t a dpv:Process .
            """
        )
    )
    assert found["ex:p"] == {"ex:p a ckg:Project", "ex:p prov:wasInformedBy ex:q"}
    assert found["ex:q"] == {"ex:q a ckg:Project", "ex:q ckg:hasProcessing ex:t", "ex:t a dpv:Process"}


def test_a_shared_dataset_is_in_both_and_brings_no_processing_of_the_other() -> None:
    found = graphs(
        facts_of(
            """
            ex:p a ckg:Project ; ckg:hasProcessing ex:make .
            ex:make a dpv:Process ; ckg:x "1" .
            ex:q a ckg:Project ; ckg:hasProcessing ex:use .  ex:use prov:used ex:d .
            ex:d prov:wasGeneratedBy ex:make ; dct:publisher ex:acme .  ex:acme foaf:name "n" .
            """
        )
    )
    shared = {"ex:d prov:wasGeneratedBy ex:make", "ex:d dct:publisher ex:acme", "ex:acme foaf:name n"}
    assert shared <= found["ex:p"] and shared <= found["ex:q"]
    assert "ex:make a dpv:Process" in found["ex:p"] and "ex:make a dpv:Process" not in found["ex:q"]


def test_a_processing_of_two_projects_is_in_both() -> None:
    found = graphs(
        facts_of(
            "ex:p a ckg:Project ; ckg:hasProcessing ex:t .\nex:q a ckg:Project .\n"
            "ex:t ckg:partOfProject ex:q ; a dpv:Process ."
        )
    )
    assert all("ex:t a dpv:Process" in found[name] for name in ("ex:p", "ex:q"))


def test_concepts_of_the_user_come_along_and_those_of_vocabularies_do_not_link() -> None:
    found = graphs(
        facts_of(
            """
            ex:p a ckg:Project ; ckg:hasProcessing ex:t .
            ex:t a dpv:Process ; dpv:hasPersonalData ex:health ; dpv:hasPurpose dpv:Purpose .
            ex:health a pd:Health ; skos:broader ex:sensitive .  ex:sensitive a skos:Concept .
            dpv:Purpose rdfs:label "stated by a user" ; rdfs:seeAlso ex:lone .
            ex:lone a dpv:Process .
            """
        )
    )
    assert {"ex:health a pd:Health", "ex:sensitive a skos:Concept"} <= found["ex:p"]
    assert not any("stated by a user" in triple for triple in found["ex:p"])
    assert found["urn:cnil-kg:graph:http%3A%2F%2Fe%2Flone"] == {"ex:lone a dpv:Process"}
    assert len(found[VOCABULARY.value]) == 2


def test_a_whole_ontology_is_one_description_of_its_own() -> None:
    found = graphs(
        facts_of(
            "ex:p a ckg:Project .\n"
            "dpv:Process a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty dpv:hasPurpose ] .\n"
            "dpv:Purpose a owl:Class ."
        )
    )
    assert sorted(found) == ["ex:p", VOCABULARY.value]
    assert len(found[VOCABULARY.value]) == 5


def test_lists_come_along_even_circular_or_broken_ones() -> None:
    found = graphs(
        facts_of(
            """
            ex:p a ckg:Project ; ex:list ( ex:a [ ex:q "x" ] "y" ) ; ex:loop _:l ; ex:torn _:t ; ex:text "no list" .
            _:l rdf:first ex:a ; rdf:rest _:l .  _:t rdf:first ex:b .
            """
        )
    )
    assert list(found) == ["ex:p"] and len(found["ex:p"]) == 15


def test_what_no_project_reaches_is_one_description_per_component() -> None:
    found = graphs(
        facts_of(
            """
            ex:p a ckg:Project ; ckg:hasProcessing ex:t .  ex:t prov:used ex:d .  ex:d dct:title "d" .
            ex:z a dpv:Process ; dpv:hasDataController ex:acme .
            ex:y a dpv:Process ; dpv:hasDataController ex:acme .
            ex:c a dcat:Catalog ; dcat:dataset ex:d , ex:e .  ex:e a dcat:Dataset .
            [] a dpv:Process ; dpv:hasPurpose ex:x .  ex:x a dpv:Purpose .
            """
        )
    )
    names = {"ex:p", *(f"urn:cnil-kg:graph:http%3A%2F%2Fe%2F{name}" for name in "zycx")}
    assert set(found) == names
    assert "ex:d dct:title d" in found["urn:cnil-kg:graph:http%3A%2F%2Fe%2Fc"]


def test_a_described_actor_joins_the_lone_processings_that_name_it() -> None:
    found = graphs(
        facts_of(
            "ex:z a dpv:Process ; dpv:hasDataController ex:acme .\n"
            "ex:y a dpv:Process ; dpv:hasDataController ex:acme .\n"
            'ex:acme foaf:name "n" .'
        )
    )
    assert [len(triples) for triples in found.values()] == [5]


def test_an_anonymous_project_has_a_graph() -> None:
    facts = facts_of("[] a ckg:Project ; ckg:hasProcessing [ a dpv:Process ] .")
    (description,) = facts.descriptions
    assert description.project is not None and description.project.value == "urn:cnil-kg:bnode:1:1"
    assert len(facts.store) == 3


def test_equal_blank_labels_of_two_files_do_not_mix() -> None:
    text = 'ex:{0} a ckg:Project ; ckg:hasProcessing _:b0 . _:b0 dct:title "{0}" .'
    found = graphs(facts_of(text.format("p"), text.format("q")))
    assert [len(triples) for triples in found.values()] == [3, 3]
    assert any("title p" in triple for triple in found["ex:p"]) and not any("title q" in t for t in found["ex:p"])


def test_names_of_an_earlier_run_are_blank_nodes_again() -> None:
    text = (
        'ex:{0} a ckg:Project ; ckg:hasProcessing <urn:cnil-kg:bnode:1:1> . <urn:cnil-kg:bnode:1:1> dct:title "{0}" .'
    )
    found = graphs(facts_of(text.format("p"), text.format("q")))
    assert [len(triples) for triples in found.values()] == [3, 3]


def test_the_inputs_of_a_description_are_those_it_was_read_from() -> None:
    facts = facts_of("ex:p a ckg:Project ; ckg:hasProcessing ex:t .", "ex:q a ckg:Project .", "ex:t a dpv:Process .")
    assert [[Path(name).stem for name in d.inputs] for d in facts.descriptions] == [["0", "2"], ["1"]]


NODES = st.sampled_from([f"ex:n{i}" for i in range(7)])
PROPERTIES = st.sampled_from(
    ["ckg:hasProcessing", "ckg:partOfProject", "ckg:ofProcessing", "prov:used", "prov:wasGeneratedBy", "ex:p", "a"]
)
VALUES = st.one_of(NODES, st.sampled_from(["dpv:Purpose", "ckg:none", '"x"']))
TRIPLES = st.lists(
    st.one_of(
        st.tuples(NODES, PROPERTIES, VALUES),
        st.tuples(NODES, st.just("a"), st.just("ckg:Project")),
        st.tuples(st.just("dpv:Purpose"), PROPERTIES, VALUES),
    ).filter(lambda triple: not (triple[1] == "a" and triple[2] == '"x"')),
    min_size=2,
    max_size=25,
)


def text_of(triples: list[tuple[str, str, str]]) -> str:
    return "".join(f"{' '.join(triple)} .\n" for triple in triples)


@settings(max_examples=150, deadline=None)
@given(TRIPLES, st.data())
def test_splitting_joining_and_permuting_files_changes_no_graph(
    triples: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    whole = graphs(facts_of(text_of(triples)))
    shuffled = data.draw(st.permutations(triples))
    cut = data.draw(st.integers(1, len(triples) - 1))
    assert graphs(facts_of(text_of(shuffled))) == whole
    assert graphs(facts_of(text_of(shuffled[:cut]), text_of(shuffled[cut:]))) == whole
    assert graphs(facts_of(text_of(shuffled[cut:]), text_of(shuffled[:cut]))) == whole


@settings(max_examples=150, deadline=None)
@given(TRIPLES)
def test_nothing_is_lost_and_nothing_is_made_up(triples: list[tuple[str, str, str]]) -> None:
    facts = facts_of(text_of(triples))
    assert set().union(*graphs(facts).values()) == {" ".join(triple).replace('"x"', "x") for triple in triples}
    assert len(facts.origins) == len(set(triples))


@settings(max_examples=100, deadline=None)
@given(TRIPLES)
def test_each_project_has_one_graph_and_holds_no_triple_of_another(triples: list[tuple[str, str, str]]) -> None:
    projects = {triple[0] for triple in triples if triple[1:] == ("a", "ckg:Project")}
    found = graphs(facts_of(text_of(triples)))
    assert projects <= set(found)
    for name in projects:
        subjects = {triple.split()[0] for triple in found[name]}
        assert not (subjects & projects) - {name} and "dpv:Purpose" not in subjects


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["_:a", "_:b", "ex:n1", "[ ex:p _:a ]"]), min_size=1, max_size=4))
def test_swapping_two_files_with_blank_nodes_only_swaps_their_numbers(values: list[str]) -> None:
    one = f"ex:n0 a ckg:Project ; ex:p {', '.join(values)} . _:a ex:q _:b ."
    other = 'ex:n1 ex:q _:a . _:a a dpv:Process ; ex:p "x" .'

    def swap(text: str) -> str:
        return re.sub("(bnode(?::|%3A))([12])", lambda match: match[1] + "21"[int(match[2]) - 1], text)

    def swapped(found: Graphs) -> Graphs:
        return {swap(name): frozenset(map(swap, triples)) for name, triples in found.items()}

    assert swapped(graphs(facts_of(other, one))) == graphs(facts_of(one, other))


@pytest.mark.parametrize("count", [20_000])
def test_many_triples_around_one_project_take_no_longer_than_they_should(count: int) -> None:
    noise = "".join(f"ex:x{i} ex:p ex:x{i + 1} .\n" for i in range(count))
    facts = facts_of("ex:p a ckg:Project .\n" + noise)
    assert [len(triples) for triples in graphs(facts).values()] == [1, count]


def test_what_an_import_notes_of_a_dataset_stays_with_the_project_that_uses_it() -> None:
    found = graphs(
        facts_of(
            "ex:one a ckg:Project ; ckg:hasProcessing ex:p . ex:p ex:uses ex:d .",
            """ex:d a ex:Set . ex:other a ex:Set .
            ex:fact rdf:subject ex:d ; prov:wasQuotedFrom ex:record . ex:hint ckg:hintAbout ex:d .
            ex:record foaf:primaryTopic ex:d . ex:record-of-other foaf:primaryTopic ex:other .""",
        )
    )
    assert {s.split()[0] for s in found.pop("ex:one")} == {"ex:one", "ex:p", "ex:d", "ex:fact", "ex:hint", "ex:record"}
    (rest,) = found.values()
    assert {s.split()[0] for s in rest} == {"ex:other", "ex:record-of-other"}
