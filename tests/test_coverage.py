"""What is encoded, what is shown by cases and what is written about it are the same; texts fit those who read them.

`tests/coverage.yaml` holds the exceptions, each with its reason; they are compared exactly, so that one that is no
longer needed fails too. That the pages of the site are those of the catalogue is in `test_site.py`, that the catalogue
is the doctrine's in `test_catalogue.py`, that labels and definitions exist in both languages in `test_hygiene.py`.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import NamedNode, RdfFormat, Store, Variable

from cnil_kg.catalogue import Entry, catalogue
from cnil_kg.patterns import Comparison
from cnil_kg.rdf import rows
from cnil_kg.requirements import Requirement, read_requirements
from cnil_kg.rulebook import Rule, load_rulebook
from cnil_kg.vocab import CKG, CKS, RDFS, SH, SKOS
from harness import AS_OF, CASES, ROOT, cases, run

sys.path.insert(0, str(ROOT / "scripts"))

from mutants import of_rule, of_shapes, query

BOOK = load_rulebook()
ENTRIES: dict[str, Entry] = {e.id: e for e in catalogue(BOOK)}
REQUIREMENTS: dict[str, Requirement] = {r.id: r for r in read_requirements(BOOK.shapes)}
EXCEPTIONS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "coverage.yaml").read_text(encoding="utf-8"))
ENTRY = re.compile(r"\bF\d[AB]?-\d\d(?!\d)")
ORDERED = ("<", "<=", ">", ">=")
OUTCOMES = ("fires", "silent", "excluded", "holds", "unknown", "pass", "fail", "absent")
"""How the name of a case begins; the last four for requirements, the first five for rules."""
STATUSES = {"met": "pass", "violated": "fail", "undetermined": "unknown", "notApplicable": "absent"}


@cache
def by_entry() -> dict[str, dict[str, dict[str, Any]]]:
    """Entry -> name of a case -> what it states."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for entry, name, states in cases():
        found.setdefault(entry, {})[name] = states
    return found


def encoded() -> set[str]:
    """The ids that rules, axioms, shapes, terms, explanations and examples carry."""
    found = {rule.entry for rule in BOOK.rules if ENTRY.fullmatch(rule.entry)} | set(REQUIREMENTS)
    entry = NamedNode(CKG + "entry")
    found |= {q.object.value for q in BOOK.constants if q.predicate == entry}
    for name, column in (("explains.csv", "explains"), ("entries.csv", "about")):
        with (ROOT / "ontology" / name).open(encoding="utf-8", newline="") as handle:
            found |= {row["id"] for row in csv.DictReader(handle) if row[column]}
    return found


def not_encoded() -> set[str]:
    """The ids of the table of `docs/not-encoded.md`."""
    text = (ROOT / "docs" / "not-encoded.md").read_text(encoding="utf-8")
    return {id_ for line in text.splitlines() if line.startswith("| F") for id_ in ENTRY.findall(line.split("|")[1])}


def listed(name: str) -> set[str]:
    """The ids of `ontology/entries.csv`, or those of `ontology/fiches.ttl`."""
    text = (ROOT / "ontology" / name).read_text(encoding="utf-8")
    return set(re.findall(r"^(?:ckg:entry-)?(F\d[AB]?-\d\d)(?=,|$)", text, re.MULTILINE))


def test_the_ids_in_code_and_in_the_lists_are_the_same() -> None:
    assert encoded() | not_encoded() == listed("entries.csv") == listed("fiches.ttl")
    assert encoded() & not_encoded() == set()


def test_the_folders_of_cases_are_those_of_what_is_decided() -> None:
    """A rule, an axiom or a requirement has cases; a term, an explanation or an example has them when it says so."""
    folders = {p.name for p in CASES.iterdir() if ENTRY.fullmatch(p.name)}
    decided = {e.id for e in ENTRIES.values() if e.kind in ("rule", "axiom", "shape")}
    assert folders == set(by_entry()) & set(ENTRIES)
    assert decided <= folders
    checking = {e for e in folders - decided if all({"of", "values"} & set(s) for s in by_entry()[e].values())}
    assert folders - decided == checking
    readers = {rule.entry for rule in BOOK.rules if rule.describes}
    assert {p.name for p in CASES.iterdir()} - folders - {"real"} == readers


def test_no_text_names_an_entry_that_does_not_exist() -> None:
    files = [
        p
        for folder, kinds in (("queries", "rq txt"), ("shapes", "ttl"), ("ontology", "ttl csv"), ("docs", "md"))
        for kind in kinds.split()
        for p in (ROOT / folder).rglob(f"*.{kind}")
    ]
    files += [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
    named = {id_: p.name for p in files for id_ in ENTRY.findall(p.read_text(encoding="utf-8")) if id_ < "F8"}
    assert {id_: where for id_, where in named.items() if id_ not in ENTRIES} == {}


def lacking(id_: str) -> set[str]:
    """The outcomes that no case of a requirement or of a rule shows."""
    if id_ in REQUIREMENTS:
        wanted = {"met", "violated", "undetermined"} | ({"notApplicable"} if REQUIREMENTS[id_].not_for else set())
        every = (s for e, named in by_entry().items() for s in named.values() if s.get("of", e) == id_)
        return wanted - {status for states in every for status in states.get("findings", {}).values()}
    starts = {name.partition("-")[0] for name in by_entry()[id_]}
    shown = {
        "holding": starts & {"fires", "holds"},
        "failing": starts & {"silent", "excluded"} or len(conclusions(id_)) > 1,
        "unknown": starts & {"unknown"},
    }
    return {outcome for outcome, seen in shown.items() if not seen}


def conclusions(id_: str) -> set[str]:
    """What the cases of a rule conclude, those left open aside: two of them differ when one says yes and one no."""
    states = (s for name, s in by_entry()[id_].items() if not name.startswith("unknown"))
    return {str([s.get(k) for k in ("derives", "values", "concludes")]) for s in states}


def test_every_rule_and_requirement_is_seen_to_hold_to_fail_and_to_be_open() -> None:
    decided = [e.id for e in ENTRIES.values() if e.kind in ("rule", "axiom", "shape")]
    found = {id_: sorted(lacking(id_)) for id_ in decided if lacking(id_)}
    assert found == {id_: sorted(reasons) for id_, reasons in EXCEPTIONS["outcomes"].items()}


def test_both_shapes_of_a_requirement_have_one_target() -> None:
    """Whom a requirement applies to is read from the first, so a difference would pass unseen here."""
    store = Store()
    for path in BOOK.shapes:
        store.load(path=str(path), format=RdfFormat.TURTLE)
    for id_, requirement in REQUIREMENTS.items():
        second = NamedNode(f"{CKS}{id_}-stated")
        quads = store.quads_for_pattern(second, NamedNode(SH + "targetClass"), None, None)
        assert [q.object for q in quads] == [requirement.applies], id_


def test_every_exception_has_its_reason() -> None:
    for kind in EXCEPTIONS.values():
        for id_, reasons in kind.items():
            assert all(len(reason) > 20 for reason in reasons.values()), id_


def test_every_case_is_named_by_its_outcome() -> None:
    named = {name.partition("-")[0] for states in by_entry().values() for name in states}
    assert named == set(OUTCOMES)
    for entry, states in by_entry().items():
        for name, expected in states.items():
            said = {STATUSES[status] for status in expected.get("findings", {}).values()}
            if len(said) == 1 and entry in REQUIREMENTS:
                assert name.partition("-")[0] in said, f"{entry}/{name}"


def boundaries() -> Iterator[tuple[Rule, Comparison]]:
    """Each comparison of two numbers or two dates."""
    for rule in BOOK.rules:
        for comparison in rule.body.comparisons:
            if comparison.operator in ORDERED:
                yield rule, comparison


def sides(rule: Rule, comparison: Comparison) -> set[str]:
    """On which sides of a comparison the cases of its entry lie, all else that the rule asks being given."""
    others = [c for c in rule.body.comparisons if c.operator not in ORDERED]
    text = query(replace(rule.body, comparisons=others))
    found: set[str] = set()
    for store in stores(rule.entry):
        for solution in rows(store, text):
            left, right = (
                solution[t].value if isinstance(t, Variable) else t.value for t in (comparison.left, comparison.right)
            )
            if re.fullmatch(r"-?[\d.]+", left + right):
                left, right = float(left), float(right)
            found.add("at" if left == right else "below" if left < right else "above")
    return found


@cache
def stores(entry: str) -> list[Store]:
    """The cases of an entry, reasoned over."""
    runs = {(s.get("file", f"{n}.ttl"), str(s.get("as-of", AS_OF))) for n, s in by_entry()[entry].items()}
    return [run(CASES / entry / file, as_of=day).reasoned.store for file, day in sorted(runs)]


# One idea, some thirty words, two lines of a report; an entry may need two sentences; a label is part of a line.
LONGEST = {"sentence": 190, "entry": 260, "label": 85}


@cache
def texts() -> tuple[tuple[str, str, str, str], ...]:
    """Every text that a report, a proof or a page shows: its kind, where it stands, French, English."""
    found = [("sentence", r.id, r.text.fr, r.text.en) for r in BOOK.rules if not r.id.startswith("axiom")]
    found += [("sentence", r.id, r.message.fr, r.message.en) for r in REQUIREMENTS.values()]
    found += [("entry", e.id, e.text.fr, e.text.en) for e in ENTRIES.values()]
    for kind, predicate in (("label", RDFS + "label"), ("sentence", SKOS + "definition")):
        pairs: dict[str, dict[str, str]] = {}
        for quad in BOOK.constants.quads_for_pattern(None, NamedNode(predicate), None, None):
            pairs.setdefault(str(quad.subject), {})[quad.object.language] = quad.object.value
        found += [(kind, where, pair.get("fr", ""), pair.get("en", "")) for where, pair in sorted(pairs.items())]
    return tuple(found)


def test_every_text_stands_in_both_languages() -> None:
    assert [where for _, where, fr, en in texts() if not fr or not en] == []
    same = [where for kind, where, fr, en in texts() if kind != "label" and fr == en]
    assert same == []


def test_no_text_is_longer_than_a_lawyer_would_accept() -> None:
    assert [(w, len(t)) for kind, w, *pair in texts() for t in pair if len(t) > LONGEST[kind]] == []


def test_every_text_ends_as_its_neighbours_do_and_has_no_stray_space() -> None:
    for kind, where, *pair in texts():
        for text in pair:
            assert text == text.strip() and "  " not in text, where
            ending = text.removesuffix("et al.") if kind == "label" else text
            assert ending.endswith((".", "!", "?", ",", ";", ":")) == (kind != "label"), where
            assert kind == "label" or text.endswith("."), where


def words() -> Iterator[tuple[str, str, str]]:
    """Every `Text("...", "...")` of the program: where it stands, French, English."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text":
                values = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if len(values) == 2 == len(node.args):
                    yield f"{path.name}:{node.lineno}", values[0], values[1]


def test_the_words_of_the_program_agree_in_both_languages() -> None:
    found = list(words())
    assert len(found) > 100
    for where, french, english in found:
        assert bool(french) == bool(english), where
        assert set(re.findall(r"\{\w+", french)) == set(re.findall(r"\{\w+", english)), where
        assert "  " not in french.strip() + english.strip(), where
        if len(french.split()) > 1:  # a word alone may be an abbreviation
            assert (french[-1] in ".:!?") == (english[-1] in ".:!?"), where


def test_every_survivor_listed_is_a_mutant_with_its_reason() -> None:
    lines = (ROOT / "scripts" / "survivors.txt").read_text(encoding="utf-8").splitlines()
    listed = [line.partition("  # ") for line in lines]
    assert [name for name, _, why in listed if len(why) < 20] == []
    made = {m.line for rule in BOOK.rules for m in of_rule(rule)}
    shapes = {id_ for id_ in REQUIREMENTS if any(name.startswith(f"{id_}: {id_}") for name, _, _ in listed)}
    made |= {m.line for id_ in shapes for m in of_shapes(id_, files_of(id_))}
    assert [name for name, _, _ in listed if name not in made] == []


def files_of(id_: str) -> tuple[Path, ...]:
    """The shape file of a requirement."""
    return tuple(p for p in BOOK.shapes if p.name.startswith(f"{REQUIREMENTS[id_].fiche}-"))
