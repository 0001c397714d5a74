"""JSON-LD beside the parser: lines, keys that nothing maps, contexts that are not inline."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from cnil_kg.errors import InputError
from cnil_kg.inputs.jsonld import Inspection
from cnil_kg.inputs.jsontree import Object, read
from cnil_kg.inputs.lines import statements
from cnil_kg.inputs.sources import Document

CONTEXT = '"@context": {"ex": "http://e/", "name": "ex:name", "part": {"@id": "ex:part", "@type": "@id"}}'


def document(text: str) -> Document:
    return Document("p.jsonld", 1, "jsonld", text.encode())


def lines(text: str) -> list[tuple[str, int | None]]:
    """Each property, in short, with its line."""
    found = document(text)
    placed = Inspection(found).placed(statements(found))
    return sorted(
        ((quad.predicate.value.replace("http://e/", "").rpartition("#")[2], line) for quad, line in placed), key=str
    )


def unknown(text: str) -> list[tuple[str, int | None]]:
    warnings = Inspection(document(text)).warnings
    assert all(warning.code == "unknown-key" and f'"{warning.term}"' in warning.text.en for warning in warnings)
    return [(warning.term, warning.where.line if warning.where else None) for warning in warnings]


def test_a_triple_has_the_line_of_its_key() -> None:
    text = f"""{{{CONTEXT},
      "@id": "ex:a",
      "@type": "ex:C",
      "name": ["x",
        "y"],
      "part": "ex:b", "http://e/full": 1,
      "ex:nested": {{
        "@id": "ex:n",
        "ex:inner": true}}
    }}"""
    found = lines(text)
    assert found == [("full", 6), ("inner", 9), ("name", 4), ("name", 4), ("nested", 7), ("part", 6), ("type", 3)]


def test_an_anonymous_node_has_a_line_only_where_no_other_could_be_meant() -> None:
    text = f"""{{{CONTEXT}, "@id": "ex:a", "part": [
      {{ "ex:p": 1, "ex:only": 2 }},
      {{ "ex:p": 3 }}
    ]}}"""
    assert lines(text) == [("only", 2), ("p", None), ("p", None), ("part", 1), ("part", 1)]


def test_a_node_described_twice_with_one_property_has_no_line_for_it() -> None:
    text = f'{{{CONTEXT}, "@graph": [\n{{"@id": "ex:a", "name": "x"}},\n{{"@id": "http://e/a", "name": "y"}}]}}'
    assert lines(text) == [("name", None), ("name", None)]


def test_relative_ids_and_bases() -> None:
    assert lines(f'{{{CONTEXT}, "@id": "#a",\n"name": "x"}}') == [("name", 2)]
    assert lines('{"@context": {"@base": "http://b/", "n": "http://e/n"}, "@id": "a",\n"n": "x"}') == [("n", 2)]


def test_triples_inside_named_graphs_have_lines_too() -> None:
    text = f'{{{CONTEXT}, "@id": "ex:g", "@graph": [{{"@id": "ex:a",\n"name": "x"}}]}}'
    assert lines(text) == [("name", 2)]


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ('"nam": "x"', [("nam", 2)]),
        ('"exx:name": "x"', [("exx:name", 2)]),
        ('"name": "x",\n"part": {"nam": 1}, "nam": 2', [("nam", 3)]),
        ('"@graph": [{"nam": 1}, {"@included": {"nom": 1}}]', [("nam", 2), ("nom", 2)]),
        ('"part": {"@list": [{"nam": 1}]}', [("nam", 2)]),
        ('"@reverse": {"prt": {"@id": "ex:b"}}', [("prt", 2)]),
        ('"@nest": {"nam": "x"}', [("nam", 2)]),
        ('"name": "x", "ex:other": 1, "http://e/b": 2, "urn:x:y": 3', []),
    ],
)
def test_keys_that_no_context_maps_are_told(body: str, keys: list[tuple[str, int]]) -> None:
    assert unknown(f"{{{CONTEXT},\n{body}}}") == keys


@pytest.mark.parametrize(
    ("context", "body"),
    [
        ('{"@vocab": "http://e/"}', '"anything": 1'),
        ('{"ex": "http://e/", "@vocab": "ex:v#"}', '"anything": 1'),
        ('{"left": null}', '"left": {"out": {"of": "it"}}'),
        ('{"id": "@id", "kind": "@type"}', '"id": "http://e/a", "kind": "http://e/C"'),
        ('{"m": {"@id": "http://e/m", "@container": "@language"}}', '"m": {"fr": "x", "en": "y"}'),
        ('{"m": {"@id": "http://e/m", "@container": "@index"}}', '"m": {"k": {"http://e/n": 1}}'),
        ('{"j": {"@id": "http://e/j", "@type": "@json"}}', '"j": {"any": {"thing": 1}}'),
        ('{"p": {"@id": "http://e/p", "@context": {"q": "http://e/q"}}}', '"p": {"q": 1}'),
        ('{"T": {"@id": "http://e/T", "@context": {"q": "http://e/q"}}}', '"@type": "T", "q": 1'),
        ('[{"a": "http://e/a"}, {"b": "a"}]', '"a": 1, "b": 2'),
        ('{"back": {"@reverse": "http://e/b"}}', '"back": {"@id": "http://e/x", "http://e/p": 1}'),
    ],
)
def test_keys_that_a_context_maps_are_not_told(context: str, body: str) -> None:
    assert unknown(f'{{"@context": {context}, {body}}}') == []


def test_a_context_inside_a_node_holds_for_that_node() -> None:
    text = """{"@context": {"a": "http://e/a"}, "a": [
        {"@context": {"b": "http://e/b"}, "b": 1},
        {"b": 2},
        {"@context": [null, {"b": "http://e/b"}], "a": 3}]}"""
    assert unknown(text) == [("b", 3), ("a", 4)]


def test_definitions_that_turn_in_circles_end() -> None:
    text = '{"@context": {"a": "b", "b": "a", "c": "c:x"}, "a": 1, "c": 2}'
    assert unknown(text) == []  # left out on purpose or not is the parser's to say


@pytest.mark.parametrize(
    "context",
    [
        '"https://schema.org/"',
        '"file:///etc/passwd"',
        '"context.jsonld"',
        '[{"a": "http://e/a"}, "http://example.org/c"]',
        '{"@import": "http://example.org/c"}',
        '{"p": {"@id": "http://e/p", "@context": "http://example.org/c"}}',
    ],
)
def test_a_context_to_be_fetched_is_refused_without_any_network(context: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        pytest.fail("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(InputError, match=r"is not inline, and nothing is fetched\. Put the context itself"):
        found = document(f'{{"@context": {context}, "p": {{"a": 1}}}}')
        list(Inspection(found).placed(statements(found)))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(InputError, match="nested more than"):
        Inspection(document(text))


def test_500_nested_nodes_are_read() -> None:
    text = '{"http://e/p": [' * 500 + "1" + "]}" * 500
    assert len(lines(text)) == 500


@pytest.mark.parametrize("text", ['{"a": }', "{", "}", "]", "[1, 2", '{"a": "x', "", "{]", '{"a" "b"}', ":", "{,}"])
def test_text_that_is_not_json_is_left_to_the_parser(text: str) -> None:
    Inspection(document(text))
    assert isinstance(read(document(text)), Object | None)


@pytest.mark.parametrize("text", ['{"a": }', "{", '{"a": "x', '{"a" "b"}'])
def test_a_syntax_error_has_its_line(text: str) -> None:
    with pytest.raises(InputError, match=r"p\.jsonld:2: jsonld syntax"):
        list(statements(document("\n" + text)))


def test_base_direction_is_rdf_1_2() -> None:
    with pytest.raises(InputError, match=r"RDF 1\.2 is not supported"):
        list(statements(document('{"http://e/p": {"@value": "x", "@language": "fr", "@direction": "rtl"}}')))


def _plain(value: object) -> object:
    if isinstance(value, Object):
        return {key: _plain(item) for key, _, item in value.entries}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1.0, {"b": None, "c": [True, False, []]}, "x"], "": {}, "e": {"e": [[["deep"]]]}},
        [],
        "text",
        {'quote " and \\ and \n': 'a"b\\c\u00e9', "brackets ]}": "{[,:"},
        [{"a": {}}, {"b": []}, "", None],
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_the_tree_is_the_json(value: object, indent: int | None) -> None:
    numbers = json.loads(json.dumps(value), parse_float=lambda _: 0.0)
    assert _plain(read(document(json.dumps(value, indent=indent)))) == numbers


SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "catalogs"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of ../shared are not there")
@pytest.mark.parametrize("name", ["croissant_wildchat-1m", "croissant_the-stack", "croissant_dices-350"])
def test_published_descriptions_have_lines_for_what_is_named_once(name: str) -> None:
    text = (SAMPLES / f"{name}.json").read_text()
    found = [line for _, line in lines(text)]
    assert found and sum(line is not None for line in found) > len(found) / 20
    assert max(line or 0 for line in found) <= text.count("\n") + 1
