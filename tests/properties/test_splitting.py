"""How a description is spread over files, ordered, or accompanied by others changes no verdict."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse
from variants import Verdicts, as_turtle, examples, verdicts

from cnil_kg.conclude import Concluder
from cnil_kg.load import load
from cnil_kg.reason import reason
from cnil_kg.rulebook import load_rulebook
from doctrine import DOCTRINE, describe, entries
from harness import AS_OF, CASES, EXAMPLE, HEADER

# Every 12th case and doctrine entry is also run alone.
ALONE = 36


def sources() -> dict[str, list[Triple]]:
    """The shipped examples, the catalogue's, and the cases, each node named so that it can be met in two files."""
    texts = examples()
    texts |= {f"{p.parent.name}/{p.stem}": p.read_text(encoding="utf-8") for p in sorted(CASES.glob("F*/*.ttl"))}
    if DOCTRINE.is_dir():
        texts |= {id_: HEADER + describe(entry["given"]) for id_, entry in entries().items() if "given" in entry}
    return {name: [named(q.triple) for q in parse(text.encode(), RdfFormat.TURTLE)] for name, text in texts.items()}


def named(triple: Triple) -> Triple:
    def term(node: object) -> object:
        return NamedNode(f"{EXAMPLE}node-{node.value}") if isinstance(node, BlankNode) else node

    return Triple(term(triple.subject), triple.predicate, term(triple.object))  # type: ignore[arg-type]


def run_files(descriptions: Sequence[Sequence[Sequence[Triple]]]) -> list[Verdicts]:
    """One run over descriptions, each in several files and under IRIs of its own."""
    book = load_rulebook()
    with tempfile.TemporaryDirectory() as folder:
        bases = []
        for number, files in enumerate(descriptions):
            bases.append(f"{EXAMPLE}v{number}/")
            for part, triples in enumerate(t for t in files if t):
                text = as_turtle(triples).replace(f"<{EXAMPLE}", f"<{bases[-1]}")
                # The parts of one description lie far apart in the order of files.
                Path(folder, f"{part}-{number:05}.ttl").write_text(text, encoding="utf-8")
        facts = load([folder], terms=book.terms)
    assert not facts.errors, facts.errors
    return verdicts(Concluder(reason(facts, book, AS_OF)), bases)


@pytest.fixture(scope="module")
def together() -> dict[str, tuple[Verdicts, Verdicts, Verdicts]]:
    """Each description whole, split in two files, and in another order, all in one run."""
    chance = random.Random(11)
    descriptions = []
    found = sources()
    for triples in found.values():
        halves: tuple[list[Triple], list[Triple]] = ([], [])
        for triple in triples:
            chance.choice(halves).append(triple)
        shuffled = chance.sample(triples, len(triples))
        descriptions += [[triples], list(halves), [shuffled]]
    results = run_files(descriptions)
    return {name: tuple(results[3 * n : 3 * n + 3]) for n, name in enumerate(found)}  # type: ignore[misc]


@pytest.mark.parametrize("name", sorted(sources()))
def test_splitting_and_order_change_nothing(
    name: str, together: dict[str, tuple[Verdicts, Verdicts, Verdicts]]
) -> None:
    whole, split, shuffled = together[name]
    assert split == whole
    assert shuffled == whole


@pytest.mark.parametrize("name", sorted(sources())[::ALONE])
def test_company_changes_nothing(name: str, together: dict[str, tuple[Verdicts, Verdicts, Verdicts]]) -> None:
    (alone,) = run_files([[sources()[name]]])
    assert alone == together[name][0]
    assert alone, "a description that asks nothing tests nothing"


def test_joining_two_projects_changes_nothing() -> None:
    """Two projects that use the same dataset and the same actor keep their own verdicts."""
    shared = f"<{EXAMPLE}d> a dcat:Dataset ; ckg:sourceDescribed true .\n"
    one = (
        "ex:one a ckg:Project ; ckg:hasProcessing ex:p1 . ex:p1 a dpv:Process ; ckg:processesPersonalData true ;"
        " ckg:operationalUse ckg:UndefinedUse ; ckg:largeScale true ; ckg:innovativeUse true ;"
        " prov:qualifiedUsage [ a prov:Usage ; prov:entity ex:d ; ckg:collectionMode ckg:OpenDatasetReuse ] ."
    )
    two = (
        "ex:two a ckg:Project ; ckg:hasProcessing ex:p2 . ex:p2 a dpv:Process ; ckg:processesPersonalData false ;"
        " prov:qualifiedUsage [ a prov:Usage ; prov:entity ex:d ; ckg:collectionMode ckg:OwnDataReuse ] ."
    )
    texts = [HEADER + shared + body for body in (one, two, one + two)]
    each_one, each_two, both = run_files(
        [[[named(q.triple) for q in parse(text.encode(), RdfFormat.TURTLE)]] for text in texts]
    )

    def shown(found: Verdicts) -> set[tuple[str, str, str, str]]:
        return {(question, without_nodes(unit), basis, status) for (question, unit, basis), status in found.items()}

    assert shown(both) == shown(each_one) | shown(each_two)


def without_nodes(unit: str) -> str:
    """A unit without the names given to anonymous nodes, which differ from text to text."""
    return " ".join(part for part in unit.split() if "node-" not in part)
