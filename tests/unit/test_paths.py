"""How a node without a name is shown."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Triple

from cnil_kg.inputs.paths import paths
from cnil_kg.model import Origin
from cnil_kg.vocab import PROV, RDF


def node(name: str) -> NamedNode:
    return NamedNode(f"urn:cnil-kg:bnode:1:{name}" if name.isdigit() else f"https://example.org/{name}")


def shown(*links: tuple[str, str, str], lines: dict[str, int] | None = None) -> dict[str, str]:
    """The path of each numbered node, by number."""
    triples = [Triple(node(s), NamedNode(PROV + p if p != "rest" else RDF + p), node(o)) for s, p, o in links]
    numbers = sorted({name for link in links for name in (link[0], link[2]) if name.isdigit()}, key=int)
    blank = {node(number): Origin("p.ttl", (lines or {}).get(number)) for number in numbers}
    return {key.value.rpartition(":")[2]: path for key, path in paths(triples, blank).items()}


def test_a_path_starts_at_the_nearest_named_node() -> None:
    assert shown(("training", "qualifiedUsage", "1"), ("1", "hadRole", "2")) == {
        "1": "https://example.org/training / prov:qualifiedUsage",
        "2": "https://example.org/training / prov:qualifiedUsage / prov:hadRole",
    }


def test_siblings_are_counted_only_when_there_are_several() -> None:
    found = shown(("a", "used", "1"), ("a", "used", "2"), ("a", "had", "3"))
    assert list(found.values()) == [f"https://example.org/a / prov:{p}" for p in ("used[1]", "used[2]", "had")]


def test_the_shortest_way_wins_then_the_smaller_name() -> None:
    links = [("a", "used", "1"), ("1", "used", "2"), ("z", "used", "2"), ("b", "used", "2")]
    assert shown(*links)["2"] == "https://example.org/b / prov:used"
    assert shown(*reversed(links)) == shown(*links)


def test_a_node_that_nothing_names_is_shown_by_its_place_and_leads_on() -> None:
    found = shown(("1", "used", "2"), lines={"1": 7, "2": 8})
    assert found == {"1": "anonymous node at p.ttl:7", "2": "anonymous node at p.ttl:7 / prov:used"}


def test_a_circle_of_nodes_without_names_ends() -> None:
    found = shown(("1", "used", "2"), ("2", "used", "1"))
    assert found == {"1": "anonymous node at p.ttl", "2": "anonymous node at p.ttl / prov:used"}


def test_a_list_is_counted_not_spelt_out() -> None:
    links = [("a", "used", "1"), *((str(i), "rest", str(i + 1)) for i in range(1, 2000))]
    assert shown(*links)["2000"] == "https://example.org/a / prov:used / rdf:rest{1999}"


def test_a_very_long_way_is_shortened() -> None:
    links = [("a", "used", "1"), *((str(i), "used", str(i + 1)) for i in range(1, 5000))]
    found = shown(*links)
    assert found["3"].count("prov:used") == 3
    assert found["5000"].startswith("https://example.org/a / ... / prov:used") and len(found["5000"]) < 600


@pytest.mark.parametrize("text", shown(("a", "used", "1"), ("1", "x", "2"), ("3", "x", "4")).values())
def test_no_path_shows_the_name_made_for_a_node(text: str) -> None:
    assert "bnode" not in text
