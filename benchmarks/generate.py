"""Write made-up but realistic project descriptions: valid, violating and partial, the same ones for the same seed.

    python benchmarks/generate.py FOLDER [--count 100] [--seed 1]

Each starts from one of the shipped examples, under names of its own. A violating one has some of its booleans
turned; a partial one has lost about a third of its facts.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

# The complete example is several times longer than the others: the figures of docs/performance.md are without it.
EXAMPLES = [p for p in sorted((Path(__file__).parents[1] / "examples").glob("*.ttl")) if p.stem != "complete"]
KINDS = ("valid", "violating", "partial")
OWN = "https://example.org/"
BOOLEAN = NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
CKG = "https://w3id.org/cnil-kg/ns#"
Node = NamedNode | BlankNode | Literal


def templates() -> list[list[Triple]]:
    """The shipped examples as triples."""
    return [[q.triple for q in parse(path=str(path), format=RdfFormat.TURTLE)] for path in EXAMPLES]


def renamed(term: Node, number: int) -> Node:
    """The same term under a name of project `number`."""
    if isinstance(term, BlankNode):
        return BlankNode(f"p{number}x{term.value}")
    if isinstance(term, NamedNode) and term.value.startswith(OWN):
        return NamedNode(f"{OWN}{number}/{term.value[len(OWN) :]}")
    return term


def varied(triples: list[Triple], kind: str, chance: random.Random) -> list[Triple]:
    """The triples of a valid, violating or partial variant."""
    if kind == "partial":
        return [t for t in triples if not t.predicate.value.startswith(CKG + "has") and chance.random() > 1 / 3]
    if kind == "violating":
        return [turned(t) if chance.random() < 0.1 else t for t in triples]
    return triples


def turned(triple: Triple) -> Triple:
    """The triple with its boolean, if it has one, turned."""
    if not isinstance(triple.object, Literal) or triple.object.datatype != BOOLEAN:
        return triple
    return Triple(triple.subject, triple.predicate, Literal(triple.object.value != "true"))


def project(number: int, seed: int) -> bytes:
    """Project `number` of a seed, as Turtle."""
    chance = random.Random(f"{seed}/{number}")
    source = chance.choice(templates())
    own = [Triple(renamed(t.subject, number), t.predicate, renamed(t.object, number)) for t in source]
    return serialize(varied(own, KINDS[number % len(KINDS)], chance), format=RdfFormat.TURTLE) or b""


def write(folder: Path, count: int, seed: int = 1) -> None:
    """`count` files in a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"project-{number:05}.ttl").write_bytes(project(number, seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    write(chosen.folder, chosen.count, chosen.seed)


if __name__ == "__main__":
    main()
