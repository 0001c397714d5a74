"""The example that fills everything: nothing is open, and each stated fact carries the places that depend on it.

Each fact is left out in turn, CHUNK variants a run (rules that copy facts cost more than their share in larger runs).
A place depends on a fact when a proof of what it says names the fact. The exceptions, each with its reason, are the
whole content of `complete.yaml`: facts nothing depends on, facts whose places stand without them, facts that turn what
is said into its opposite, and facts for which a report asks in other words. What is missing is searched for in one
variant in SAMPLE; CNIL_KG_WHOLE=1 searches in all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from places import NOT_APPLICABLE, UNDETERMINED, Place, Roots, Said, Survey
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from variants import as_turtle, examples

from cnil_kg.load import load
from cnil_kg.reason import reason
from cnil_kg.report import build, exit_code
from cnil_kg.rulebook import load_rulebook
from cnil_kg.validate import requirements
from cnil_kg.vocab import SH, shrink
from harness import AS_OF, EXAMPLE, ROOT, run

COMPLETE = ROOT / "examples" / "complete.ttl"
LISTS = yaml.safe_load(Path(__file__).with_name("complete.yaml").read_text(encoding="utf-8"))
CHUNK = 30
SAMPLE = 1 if os.environ.get("CNIL_KG_WHOLE") else 20


@dataclass
class Removal:
    """What becomes of the report without one fact: the places that change, those it gains, and what is then missing."""

    fact: Triple
    named: set[Place]
    changed: dict[Place, str | None] = field(default_factory=dict)
    gained: dict[Place, str] = field(default_factory=dict)
    missing: dict[Place, set[tuple[str, str]]] = field(default_factory=dict)
    unproved: set[Place] = field(default_factory=set)

    @property
    def text(self) -> str:
        return text(self.fact)

    @property
    def predicate(self) -> str:
        return shrink(self.fact.predicate.value)

    @property
    def spared(self) -> set[Place]:
        """The places that stand although their proof names the fact: another way leads there."""
        return self.named - self.changed.keys()

    @property
    def turned(self) -> set[Place]:
        """The places that say something else instead of nothing."""
        return {p for p, content in self.changed.items() if content not in (None, UNDETERMINED, NOT_APPLICABLE)}

    def asked_again(self, place: Place) -> bool:
        """True when what is missing at a place names the fact: its property, on its subject."""
        of = _word(self.fact.subject).removeprefix("of-")
        return any(p == self.predicate and of in (s, s.rpartition(" ")[2].rstrip("]")) for p, s in self.missing[place])


@cache
def stated() -> tuple[Triple, ...]:
    """The triples of the example; a participation or a use is named after its actor or dataset."""
    triples = [q.triple for q in parse(examples()["complete"].encode(), RdfFormat.TURTLE)]
    ends = {t.subject: t.object for t in triples if t.predicate.value.endswith(("prov#agent", "prov#entity"))}

    def named(term: Any) -> Any:
        return NamedNode(f"{EXAMPLE}of-{ends[term].value.rpartition('/')[2]}") if isinstance(term, BlankNode) else term

    return tuple(Triple(named(t.subject), t.predicate, named(t.object)) for t in triples)


def text(triple: Triple) -> str:
    """A fact as `complete.yaml` writes it: `training ckg:largeScale true`."""
    return " ".join(_word(t) for t in (triple.subject, triple.predicate, triple.object))


def _word(term: Any) -> str:
    if isinstance(term, Literal):
        return f"{term.value}@{term.language}" if term.language else term.value
    return term.value.removeprefix(EXAMPLE) if term.value.startswith(EXAMPLE) else shrink(term.value)


def survey(variants: Sequence[Iterable[Triple]]) -> tuple[Survey, list[str]]:
    """One run over variants, each under IRIs of its own, which come back in order."""
    book, bases = load_rulebook(), [f"{EXAMPLE}v{n}/" for n in range(len(variants))]
    with tempfile.TemporaryDirectory() as folder:
        for number, (triples, base) in enumerate(zip(variants, bases, strict=True)):
            moved = as_turtle(triples).replace(f"<{EXAMPLE}", f"<{base}")
            Path(folder, f"{number:05}.ttl").write_text(moved, encoding="utf-8")
        facts = load([folder], terms=book.terms)
    assert not facts.errors, facts.errors
    of = {d.graph: bases[int(Path(d.inputs[0]).stem)] for d in facts.descriptions}
    return Survey(reason(facts, book, AS_OF), of), bases


@cache
def whole() -> tuple[dict[Place, Said], dict[Place, set[Triple]]]:
    """The places of the whole example, and the facts that a proof of each names."""
    surveyed, (base,) = survey([stated()])
    places, roots = surveyed.places()[base], Roots(surveyed)

    def back(term: Any) -> Any:
        return NamedNode(term.value.replace(base, EXAMPLE)) if isinstance(term, NamedNode) else term

    named = {
        place: {Triple(back(q.subject), q.predicate, back(q.object)) for q in roots.of(said.quads)}
        for place, said in places.items()
    }
    return places, named


def without(facts: Sequence[Triple]) -> tuple[Survey, list[dict[Place, Said]], list[str]]:
    """One run without each of some facts: the places of each variant."""
    surveyed, bases = survey([[t for t in stated() if t != gone] for gone in facts])
    places = surveyed.places()
    return surveyed, [places[base] for base in bases], bases


@cache
def removals() -> tuple[Removal, ...]:
    """The report without each fact."""
    found: list[Removal] = []
    for start in range(0, len(stated()), CHUNK):
        facts = stated()[start : start + CHUNK]
        _, variants, _ = without(facts)
        found += [_removal(fact, after) for fact, after in zip(facts, variants, strict=True)]
    return tuple(found)


def _removal(fact: Triple, after: dict[Place, Said]) -> Removal:
    before, named = whole()
    removal = Removal(fact, {place for place, facts in named.items() if fact in facts})
    for place in before.keys() | after.keys():
        content = after[place].content if place in after else None
        if place not in before:
            removal.gained[place] = after[place].content
        elif content != before[place].content:
            removal.changed[place] = content
    return removal


@cache
def searched() -> tuple[Removal, ...]:
    """One in SAMPLE again: what is missing at each open place, and the places that nothing stated carries."""
    chosen = removals()[::SAMPLE]
    for start in range(0, len(chosen), CHUNK):
        some = chosen[start : start + CHUNK]
        surveyed, variants, bases = without([r.fact for r in some])
        roots = Roots(surveyed, rough=True)
        for removal, after, base in zip(some, variants, bases, strict=True):
            removal.unproved = {p for p in removal.spared if not roots.of(after[p].quads)}
            for place in [*removal.changed, *removal.gained]:
                if place in after and after[place].content == UNDETERMINED:
                    removal.missing[place] = surveyed.missing(after[place], base)
    return chosen


def by_property(found: Iterable[tuple[Removal, Iterable[Place]]]) -> dict[str, set[str]]:
    """The ids of the places, by the property of the fact left out."""
    table: dict[str, set[str]] = {}
    for removal, places in found:
        ids = {place.id for place in places}
        if ids:
            table.setdefault(removal.predicate, set()).update(ids)
    return table


def listed(section: str) -> dict[str, set[str]]:
    """The same table as `complete.yaml` has it."""
    return {property_: set(ids) for entry in LISTS[section] for property_, ids in entry["places"].items()}


@pytest.mark.parametrize("day", ["2026-07-27", AS_OF, "2026-12-02", "2040-01-01"])
def test_nothing_is_violated_and_nothing_is_open(day: str) -> None:
    book = load_rulebook()
    report = build(reason(load([str(COMPLETE)], terms=book.terms), book, day))
    assert exit_code(report, strict=True) == 0
    assert {f.status for f in report.findings} == {"met", "notApplicable"}
    assert {c.status for c in report.conclusions} == {"established"}
    assert report.contradictions == report.warnings == report.errors == ()


def test_most_requirements_are_met() -> None:
    met = {f.id for f in run(COMPLETE).findings if f.status == "met"}
    left = {r.id for r in requirements(load_rulebook().shapes)} - met
    assert left == set(LISTS["notApplicable"]), "a requirement that the project could meet, or that it lost"


def test_the_places_are_those_of_the_report() -> None:
    """The findings worked out together are those of the report; the answers too."""
    places, _ = whole()
    report = build(reason(load([str(COMPLETE)], terms=load_rulebook().terms), load_rulebook(), AS_OF))
    own = "https://example.org/complete/"
    findings = {Place(f.id, f.subject.replace(own, "")): f.status for f in report.findings}
    assert findings == {p: s.content for p, s in places.items() if p in findings}
    assert len(places) == len(findings) + len(report.conclusions) + sum(p.id.startswith("ckg:") for p in places)


def test_shapes_look_at_one_node() -> None:
    """What `places` takes for granted: a shape reads the values of properties of its node, and nothing further."""
    allowed = {"path", "property", "not", "hasValue", "minCount", "maxCount", "targetClass", "severity", "message"}
    for path in load_rulebook().shapes:
        for quad in parse(path.read_bytes(), RdfFormat.TURTLE):
            if quad.predicate.value.startswith(SH):
                assert quad.predicate.value.removeprefix(SH) in allowed, quad
                assert quad.predicate.value != SH + "path" or isinstance(quad.object, NamedNode), quad


def test_no_place_changes_whose_proof_does_not_name_the_fact() -> None:
    """Save where a list that is stated complete no longer holds a value: what it lacks is then left out."""
    unnamed = by_property((r, r.changed.keys() - r.named) for r in removals())
    assert unnamed.keys() <= listed("turned").keys()
    assert all(ids <= listed("turned")[property_] for property_, ids in unnamed.items())


def test_every_place_that_needs_a_fact_changes_without_it() -> None:
    """Save where another way leads to the same, which a proof without the fact shows."""
    found, expected = by_property((r, r.spared) for r in removals()), listed("spared")
    assert found.keys() == expected.keys()
    anywhere = {property_ for property_, ids in expected.items() if ids == {"*"}}
    assert {k: v for k, v in found.items() if k not in anywhere} == {
        k: v for k, v in expected.items() if k not in anywhere
    }
    assert {r.text for r in searched() if r.unproved} == set()


def test_no_place_turns_into_its_opposite() -> None:
    assert by_property((r, r.turned) for r in removals()) == listed("turned")


def test_a_place_gained_asks_for_the_link_that_was_left_out() -> None:
    gained = {r.text: r for r in removals() if r.gained}
    assert set(gained) == set(LISTS["gained"])
    for removal in gained.values():
        assert set(removal.gained.values()) == {UNDETERMINED}


def test_what_is_missing_names_the_fact() -> None:
    otherwise = by_property((r, {p for p in r.missing if not r.asked_again(p)}) for r in searched())
    assert any(r.missing for r in searched())
    expected = listed("otherwise")
    assert all(ids <= expected.get(property_, set()) for property_, ids in otherwise.items()), otherwise
    assert SAMPLE > 1 or otherwise == expected


def test_the_facts_nothing_depends_on_are_listed() -> None:
    found = {r.text for r in removals() if not (r.named or r.changed or r.gained)}
    facts = [fact for entry in LISTS["nothing"] for fact in entry["facts"]]
    assert len(facts) == len(set(facts))
    assert found == set(facts)


def test_the_reasons_are_given() -> None:
    for section in ("nothing", "spared", "turned", "otherwise"):
        assert all(entry["why"].strip() for entry in LISTS[section])
