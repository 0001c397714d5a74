"""Many descriptions in one run: each under its own IRIs, verdicts read without the search for missing facts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from cnil_kg.conclude import Concluder
from cnil_kg.load import load
from cnil_kg.questions import QUESTIONS
from cnil_kg.reason import reason
from cnil_kg.rulebook import load_rulebook
from harness import AS_OF, HEADER, ROOT

Verdicts = dict[tuple[str, str, str], str]
"""(question, unit, basis) -> established, excluded or open."""


def conclude_all(texts: Iterable[str], base: str = "https://example.org/") -> tuple[Concluder, list[str]]:
    """One run over descriptions that share IRIs under `base`, each moved under its own."""
    book = load_rulebook()
    with tempfile.TemporaryDirectory() as folder:
        bases = []
        for number, text in enumerate(texts):
            bases.append(f"https://example.org/v{number}/")
            path = Path(folder) / f"{number:05}.ttl"
            path.write_text(text.replace(f"<{base}", f"<{bases[-1]}"), encoding="utf-8")
        facts = load([folder], terms=book.terms)
    assert not facts.errors, facts.errors
    return Concluder(reason(facts, book, AS_OF)), bases


def verdicts(concluder: Concluder, bases: list[str]) -> list[Verdicts]:
    """The verdicts of each description, units named as they were."""
    found: list[Verdicts] = [{} for _ in bases]
    index = {base.split("/")[3]: n for n, base in enumerate(bases)}
    for asked in QUESTIONS:
        for unit in concluder.units(asked):
            name = concluder.names.node(unit.node)
            number = index[name.split("https://example.org/")[1].split("/")[0]]
            answers = concluder.answers(asked, unit)
            if asked.excluded_prevails and answers["excluded"]:
                answers["established"] = []
            firm = [status for status, quads in answers.items() if quads]
            basis = unit.basis.value if unit.basis else ""
            shown = name.replace(bases[number], "")
            found[number][(asked.name, shown, basis)] = firm[0] if len(firm) == 1 else "open"
    return found


def examples() -> dict[str, str]:
    """The shipped examples, under one base."""
    texts = {}
    for path in sorted((ROOT / "examples").glob("*.ttl")):
        text = path.read_text(encoding="utf-8")
        texts[path.stem] = text.replace(f"https://example.org/{path.stem}/", "https://example.org/")
    return texts


def as_turtle(triples: Iterable[object]) -> str:
    """Triples as N-Triples text, which is Turtle."""
    return HEADER + "".join(f"{t} .\n" for t in triples)
