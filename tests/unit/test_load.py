"""The load stage as a whole: bytes in, facts out."""

from __future__ import annotations

from pathlib import Path

from cnil_kg.load import load
from cnil_kg.normalise import Terms

TERMS = Terms(known={}, datatypes={})

PROJECT = """\
@prefix ckg: <https://w3id.org/cnil-kg/ns#> .
@prefix ex: <https://example.org/> .
ex:project a ckg:Project ;
  ckg:hasProcessing ex:training .
ex:training ckg:part [
    ckg:role "x"
  ] .
"""


def test_a_project_is_one_graph_with_lines(tmp_path: Path) -> None:
    path = tmp_path / "project.ttl"
    path.write_text(PROJECT)
    facts = load([str(path)], terms=TERMS)
    assert not facts.errors
    (description,) = facts.descriptions
    assert description.project is not None and description.project.value == "https://example.org/project"
    assert [quad.graph_name for quad in facts.store] == [description.graph] * 4
    lines = {
        triple.predicate.value.rpartition("#")[2]: places[0].line for triple, places in facts.origins.items()
    }
    assert lines == {"type": 3, "hasProcessing": 4, "part": 5, "role": 6}
