"""`queries/rules/presumptions.txt` lists every absence that a rule reads, and nothing else."""

from __future__ import annotations

from functools import cache

from pyoxigraph import Literal, NamedNode

from cnil_kg.patterns import Pattern, Term
from cnil_kg.rulebook import load_rulebook
from cnil_kg.vocab import shrink
from harness import ROOT

LIST = ROOT / "queries" / "rules" / "presumptions.txt"


def term(value: Term) -> str:
    if isinstance(value, NamedNode):
        return shrink(value.value)
    if isinstance(value, Literal):
        return value.value if value.value in ("true", "false") else f'"{value.value}"'
    return f"?{value.value}"


def absence(group: list[Pattern]) -> str:
    return " and ".join(f"{term(p.predicate)} {term(p.object)}" for p in group)


@cache
def read() -> dict[str, list[str]]:
    """Rule -> the absences it reads."""
    return {r.id: [absence(g) for g in r.body.absent] for r in load_rulebook().rules if r.body.absent}


@cache
def listed() -> dict[str, list[str]]:
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    pairs = [line.split(": ", 1) for line in lines]
    assert len({rule for rule, _ in pairs}) == len(pairs), "a rule listed twice"
    return {rule: absences.split("; ") for rule, absences in pairs}


def test_every_absence_read_is_listed() -> None:
    assert {(rule, a) for rule, found in read().items() for a in found if a not in listed().get(rule, ())} == set()


def test_every_listed_absence_is_read() -> None:
    assert {(rule, a) for rule, found in listed().items() for a in found if a not in read().get(rule, ())} == set()


def test_the_list_is_in_order() -> None:
    assert list(listed()) == sorted(listed(), key=lambda rule: (rule.split("-")[0], rule))


def test_a_presumption_says_why() -> None:
    for rule in load_rulebook().rules:
        assert bool(rule.body.absent) == bool(rule.headers.get("presumes")), rule.id


def test_no_axiom_reads_an_absence() -> None:
    assert not [rule for rule in read() if rule.startswith("axiom")]
