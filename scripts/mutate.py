"""Break each rule, axiom and shape in turn and see whether the cases notice.

    python scripts/mutate.py [--log FILE] [--jobs N] [--kind rules|shapes|axioms] [F5 F7-2 ...]

Entries are given by the beginning of their ids; all when none is. `mutants.py` says in which ways a thing is broken. A
mutant is seen when one of its cases, as `tests/test_cases.py` reads them, no longer gives what it states: those of its
entry; for an axiom that no entry has, those of the entries that read what it concludes. Those not seen are printed; the
exit code is 1 when one of them is not listed with a reason in `scripts/survivors.txt`. With `--log` each result is
appended to a file (`seen by CASE` or `NOT SEEN`), and what was seen is not run again: an interrupted run continues, and
a run after new cases looks at the rest. Needs the `test` extra.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from mutants import Mutant, of_rule, of_shapes  # noqa: E402

from cnil_kg.load import load  # noqa: E402
from cnil_kg.model import Facts  # noqa: E402
from cnil_kg.reason import Reasoned, apply, plan, reason  # noqa: E402
from cnil_kg.requirements import read_requirements  # noqa: E402
from cnil_kg.rulebook import Rule, Rulebook, load_rulebook  # noqa: E402
from cnil_kg.strata import names, needed, read_names, written  # noqa: E402
from cnil_kg.validate import validate  # noqa: E402
from cnil_kg.vocab import shrink  # noqa: E402
from harness import AS_OF, CASES, Run, cases, key, readable  # noqa: E402

SURVIVORS = Path(__file__).with_name("survivors.txt")
NUMBER = count()


@dataclass(frozen=True)
class Case:
    """A case: its entry, its name, what it states."""

    entry: str
    name: str
    states: dict[str, Any]

    @property
    def day(self) -> str:
        """The day whose law the case takes."""
        return str(self.states.get("as-of", AS_OF))

    @property
    def facts(self) -> Facts:
        file = CASES / self.entry / self.states.get("file", f"{self.name}.ttl")
        return _facts(file.resolve())


@cache
def _facts(file: Path) -> Facts:
    return load([str(file)], terms=load_rulebook().terms)


def groups(kind: str, prefixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What is broken together: the rules or the shapes of an entry, the axioms without entry that conclude one name."""
    book = load_rulebook()
    found = {"rules": {r.entry for r in book.rules if not r.entry.startswith("axiom")}}
    found["shapes"] = {r.id for r in read_requirements(book.shapes)}
    found["axioms"] = {name for r in without_entry() for name in names(written(r))} if not prefixes else set()
    for each, ids in found.items():
        if kind in (each, ""):
            yield from ((each, i) for i in sorted(ids) if not prefixes or i.startswith(prefixes))


def without_entry() -> list[Rule]:
    return [r for r in load_rulebook().rules if r.entry.startswith("axiom")]


def mutants(kind: str, about: str) -> list[Mutant]:
    """The mutants of a group."""
    book = load_rulebook()
    if kind == "shapes":
        return list(of_shapes(about, book.shapes))
    if kind == "axioms":
        return [m for r in without_entry() if about in names(written(r)) for m in of_rule(r)]
    return [m for r in book.rules if r.entry == about for m in of_rule(r)]


def cases_of(kind: str, about: str) -> list[Case]:
    """The cases that hold a group to account."""
    every = [Case(*each) for each in cases()]
    if kind == "axioms":
        entries = readers(about)
        return [c for c in every if {c.entry, c.states.get("of")} & entries]
    if kind == "shapes":  # an example checks the requirement that it is an example of
        return [c for c in every if c.states.get("of", c.entry) == about]
    return [c for c in every if c.entry == about]


def readers(name: str) -> set[str]:
    """The entries that read a class or a property, through other axioms or not."""
    book = load_rulebook()
    reached, entries = {name}, set()
    for _ in range(3):
        for rule in book.rules:
            if read_names(rule) & reached:
                entries.add(rule.entry)
                reached |= names(written(rule)) if rule.entry.startswith("axiom") else set()
    asked = [(r.id, {t.value for t in (r.applies, r.not_for, *r.paths) if t}) for r in read_requirements(book.shapes)]
    return entries | {id_ for id_, terms in asked if terms & reached}


def examine(kind: str, entry: str, done: frozenset[str]) -> list[tuple[str, str]]:
    """Each mutant of a group not yet `done`, with the first case that sees it, or nothing.

    What is missing for a verdict takes long to find out, so it is compared last, only for the mutants that nothing else
    shows; never for the axioms without entry.
    """
    alive = [m for m in mutants(kind, entry) if m.line not in done]
    results: list[tuple[str, str]] = []
    ways = {"rules": (quick, slow), "shapes": (statuses, lacks), "axioms": (quick,)}
    for differs in ways[kind]:
        for case in cases_of(kind, entry):
            if not alive:
                break
            sound = reason(case.facts, load_rulebook(), case.day)
            for mutant in tuple(alive):
                broken = _broken(mutant, case, sound)
                if broken is not None and differs(entry, case, broken):
                    alive.remove(mutant)
                    results.append((mutant.line, f"{case.entry}/{case.name}"))
    return results + [(m.line, "") for m in alive]


def _broken(mutant: Mutant, case: Case, sound: Reasoned) -> Reasoned | None:
    """A case under a mutant; None where the rule gives the same as before, so that nothing can change."""
    if mutant.shapes is not None:
        return replace(sound, rulebook=replace(sound.rulebook, root=_folder(mutant)))
    assert mutant.origin is not None
    if not mutant.origin.describes:  # those run before contested facts are set aside
        before, after = ({*apply(sound.store, r)} if r else set() for r in (mutant.origin, mutant.rule))
        if before == after:
            return None
    return reason(case.facts, _book(mutant, case.day), case.day)


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="mutants-")


@cache
def _folder(mutant: Mutant) -> Path:
    """A folder with the shapes of a mutant; never the same one, for what was read is kept by the name of the file."""
    folder = Path(_scratch().name) / str(next(NUMBER))
    (folder / "shapes").mkdir(parents=True)
    fiche = next(r.fiche for r in read_requirements(load_rulebook().shapes) if r.id == mutant.id)
    assert mutant.shapes is not None
    mutant.shapes.serialize(folder / "shapes" / f"{fiche}-mutant.ttl", format="turtle")
    return folder


def _book(mutant: Mutant, day: str = AS_OF) -> Rulebook:
    """The rulebook with a mutant in the place of its rule, in the order of the sound one (it reads no more)."""

    def instead(rule: Rule) -> list[Rule]:
        return [rule] if rule is not mutant.origin else [mutant.rule] if mutant.rule else []

    sound = load_rulebook()
    book = replace(sound, rules=tuple(new for rule in sound.rules for new in instead(rule)))
    book.plans[day] = tuple(
        [
            [
                (new, reads, needs if new is rule else needed(new))
                for rule, reads, needs in stratum
                for new in instead(rule)
            ]
            for stratum in half
        ]
        for half in plan(sound, day)
    )
    return book


def quick(entry: str, case: Case, broken: Reasoned) -> bool:
    """Whether a case states something else than it gets: what is derived, verdicts, statuses of findings."""
    run, states = Run(broken), case.states
    of = states.get("of", case.entry)
    return (
        ("derives" in states and run.derived_by(case.entry) != set(states["derives"]))
        or any(run.concluded(*place.split(" ")) != set(v) for place, v in states.get("values", {}).items())
        or any(run.verdicts(question) != v for question, v in states.get("concludes", {}).items())
        or ("findings" in states and run.statuses(of) != states["findings"])
    )


def slow(entry: str, case: Case, broken: Reasoned) -> bool:
    """The same for what is missing and for reasons."""
    run, states = Run(broken), case.states
    for question, expected in states.get("reason", {}).items():
        if {key(c): c.reason for c in run.about(question) if key(c) in expected} != expected:
            return True
    return any(
        {s: _missing(run, states.get("of", case.entry), question, s) for s in subjects}
        != {s: sorted(names) for s, names in subjects.items()}
        for question, subjects in states.get("missing", {}).items()
    )


def _missing(run: Run, entry: str, question: str, subject: str) -> list[str] | None:
    """What a finding or a conclusion lacks; None when there is no single one."""
    if question == "findings":
        found = [f for f in validate(run.reasoned, run.concluder, only={entry}) if readable(f.subject) == subject]
    else:
        found = [c for c in run.about(question) if key(c) == subject]
    return sorted(shrink(m.property) for m in found[0].missing) if len(found) == 1 else None


def statuses(entry: str, case: Case, broken: Reasoned) -> bool:
    """The statuses of the findings of one pair of shapes."""
    return "findings" in case.states and Run(broken).statuses(entry) != case.states["findings"]


def lacks(entry: str, case: Case, broken: Reasoned) -> bool:
    """What is missing for the findings of one pair of shapes."""
    stated = case.states.get("missing", {}).get("findings", {})
    return any(_missing(Run(broken), entry, "findings", s) != sorted(names) for s, names in stated.items())


def _known(log: Path | None) -> dict[str, str]:
    """The results that a log holds: mutant -> the case that sees it, or nothing."""
    if log is None or not log.exists():
        return {}
    rows = (line.split("\t") for line in log.read_text(encoding="utf-8").splitlines())
    return {line: seen.removeprefix("seen by ") if seen != "NOT SEEN" else "" for line, seen in rows}


@click.command()
@click.option("--log", type=click.Path(path_type=Path), help="Append results here; skip those it holds.")
@click.option("--jobs", default=1, show_default=True, help="Processes.")
@click.option("--kind", type=click.Choice(["rules", "shapes", "axioms"]), default=None)
@click.argument("prefixes", nargs=-1)
def main(log: Path | None, jobs: int, kind: str | None, prefixes: tuple[str, ...]) -> None:
    """Break each rule, axiom and shape of the entries whose ids begin with PREFIXES."""
    results: dict[str, str] = {}
    before = _known(log)
    done = frozenset(line for line, seen in before.items() if seen)
    listed = {line.partition("  #")[0] for line in SURVIVORS.read_text(encoding="utf-8").splitlines()}
    with ProcessPoolExecutor(jobs) as pool:
        runs = [pool.submit(examine, *group, done) for group in groups(kind or "", prefixes)]
        for run in as_completed(runs):
            results |= dict(run.result())
            for line, seen in run.result():
                if not seen:
                    click.echo(line + ("  (listed)" if line in listed else ""))
            if log is not None:
                with log.open("a", encoding="utf-8") as handle:
                    handle.writelines(f"{m}\t{f'seen by {s}' if s else 'NOT SEEN'}\n" for m, s in run.result())
    lost = [line for line, seen in results.items() if not seen]
    fresh = [line for line in lost if line not in listed]
    click.echo(f"{len(results)} mutants, {len(lost)} not noticed, {len(fresh)} of them without a reason")
    sys.exit(1 if fresh else 0)


if __name__ == "__main__":
    main()
