"""Break each rule and axiom in turn and see whether the cases of its entry notice.

    python scripts/mutate.py [F5 F7-2 ...]        # entries by the beginning of their ids; all when none is given

A mutant is the rulebook with one rule removed, or with one condition of it dropped: a triple read, a comparison, an
absence. It is seen when, on the cases of the entry, what the entry derives differs in a case that states what must be
derived, or when a verdict or a finding that a case states differs. Those not seen are printed with what was dropped;
the exit code is 1 when one of them is not listed with a reason in `scripts/survivors.txt`. Reads `tests/cases`; needs
the `test` extra.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from cnil_kg.load import load  # noqa: E402
from cnil_kg.model import Facts  # noqa: E402
from cnil_kg.patterns import Body, Pattern, select  # noqa: E402
from cnil_kg.reason import reason  # noqa: E402
from cnil_kg.rulebook import Rule, load_rulebook  # noqa: E402
from harness import AS_OF, CASES, Run, cases  # noqa: E402

Case = tuple[str, dict[str, Any]]
SURVIVORS = Path(__file__).with_name("survivors.txt")


@dataclass(frozen=True)
class Mutant:
    """The rule of an id, removed (rule None) or weakened, and what was done to it."""

    id: str
    what: str
    rule: Rule | None


def mutants(rule: Rule) -> Iterator[Mutant]:
    """The rule removed, then each of its conditions dropped."""
    yield Mutant(rule.id, "removed", None)
    body = rule.body
    if body.counts or body.opaque:
        return
    for pattern in body.patterns:
        rest = [p for p in body.patterns if p is not pattern]
        if pattern.in_project and not _examined(pattern) and _bound(rule, rest, body):
            yield _weaker(rule, f"without {_text(pattern)}", replace(body, patterns=rest))
    for comparison in body.comparisons:
        rest_of = [c for c in body.comparisons if c is not comparison]
        what = f"without {comparison.left} {comparison.operator} {comparison.right}"
        yield _weaker(rule, what, replace(body, comparisons=rest_of))
    for group in body.absent:
        left = [g for g in body.absent if g is not group]
        yield _weaker(rule, f"without NOT EXISTS {' '.join(map(_text, group))}", replace(body, absent=left))


def _weaker(rule: Rule, what: str, body: Body) -> Mutant:
    return Mutant(rule.id, what, replace(rule, body=body, query=select(body)))


def _examined(pattern: Pattern) -> bool:
    """Whom a rule is asked of: every case gives it."""
    return "#Examined" in str(pattern.object)


def _bound(rule: Rule, patterns: list[Pattern], body: Body) -> bool:
    """True when what is left still binds all that the rule writes or compares."""
    known = {str(t) for p in patterns for t in p.terms} | {str(v.variable) for v in body.values}
    written = {str(t) for p in rule.template for t in p.terms if str(t).startswith("?")}
    compared = {str(t) for c in body.comparisons for t in (c.left, c.right) if str(t).startswith("?")}
    return any(p.in_project for p in patterns) and written | compared <= known


def _text(pattern: Pattern) -> str:
    return " ".join(str(t).rpartition("#")[2].strip("<>") or str(t) for t in pattern.terms)


def seen(
    entry: str, expected: list[tuple[str, dict[str, Any]]], facts: list[Facts], rules: tuple[Rule, ...]
) -> list[Any]:
    """What each case of an entry states, as this rulebook gives it."""
    book = replace(load_rulebook(), rules=rules)
    found: list[Any] = []
    for (_, wanted), each in zip(expected, facts, strict=True):
        run = Run(reason(each, book, AS_OF))
        of = wanted.get("of", entry)
        found.append(
            (
                run.derived_by(entry) if "derives" in wanted else None,
                {q: run.verdicts(q) for q in wanted.get("concludes", ())},
                run.statuses(of) if "findings" in wanted and "derives" not in wanted else None,
                {place: run.concluded(*place.split(" ")) for place in wanted.get("values", ())},
            )
        )
    return found


def survivors(entry: str, rules: list[Rule], expected: list[Case]) -> Iterator[Mutant]:
    """The mutants of an entry that its cases do not notice."""
    book = load_rulebook()
    facts = [load([str(CASES / entry / x.get("file", f"{name}.ttl"))], terms=book.terms) for name, x in expected]
    sound = seen(entry, expected, facts, book.rules)
    for rule in rules:
        for mutant in mutants(rule):
            others = [r for r in book.rules if r is not rule] + ([mutant.rule] if mutant.rule else [])
            if all(seen(entry, [c], [f], tuple(others)) == [s] for c, f, s in zip(expected, facts, sound, strict=True)):
                yield mutant


def main(prefixes: list[str]) -> int:
    book = load_rulebook()
    by_entry: dict[str, list[Case]] = {}
    for entry, name, wanted in cases():
        by_entry.setdefault(entry, []).append((name, wanted))
    known = {line.partition("  #")[0] for line in SURVIVORS.read_text(encoding="utf-8").splitlines()}
    tried, found = 0, []
    for entry in sorted({r.entry for r in book.rules if not r.describes}):
        if prefixes and not entry.startswith(tuple(prefixes)):
            continue
        rules = [r for r in book.rules if r.entry == entry]
        tried += sum(1 for r in rules for _ in mutants(r))
        for mutant in survivors(entry, rules, by_entry.get(entry, [])):
            line = f"{mutant.id}: {mutant.what}"
            found.append(line)
            print(line + ("  (listed)" if line in known else ""), flush=True)
    fresh = [line for line in found if line not in known]
    print(f"{tried} mutants, {len(found)} not noticed, {len(fresh)} of them without a reason")
    return 1 if fresh else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
