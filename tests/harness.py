"""What the tests share: a run from text or file to conclusions and findings, and the reading of case files."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import unquote

import yaml
from pyoxigraph import Literal, NamedNode, Quad

from cnil_kg.cli import main
from cnil_kg.conclude import Concluder
from cnil_kg.ground import Ground, Slot
from cnil_kg.load import load
from cnil_kg.model import Conclusion, Finding
from cnil_kg.naming import PARTICIPATION, USE, pair
from cnil_kg.questions import BY_NAME
from cnil_kg.reason import Reasoned, reason
from cnil_kg.rulebook import load_rulebook
from cnil_kg.validate import validate
from cnil_kg.vocab import PREFIXES

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
CASES = ROOT / "tests" / "cases"
AS_OF = "2026-11-25"
EXAMPLE = "https://example.org/"
HEADER = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items()) + f"@prefix ex: <{EXAMPLE}> .\n"


class WithoutSearch(Concluder):
    """Statuses alone: what is missing, the slow part, is not searched for; a reason may then be wrong."""

    @cached_property
    def ground(self) -> Ground:
        return Ground(set(), {})

    def missing(self, goals: Iterable[Quad], ends: Iterable[Quad] = (), verdict: str = "") -> tuple[list[Slot], bool]:
        return [], False


@dataclass
class Run:
    """One description (or several) taken through load, reason, conclude and validate."""

    reasoned: Reasoned

    @cached_property
    def concluder(self) -> Concluder:
        return Concluder(self.reasoned)

    @cached_property
    def conclusions(self) -> list[Conclusion]:
        return self.concluder.all()

    @cached_property
    def findings(self) -> list[Finding]:
        return list(validate(self.reasoned, self.concluder))

    @cached_property
    def quick(self) -> Concluder:
        return WithoutSearch(self.reasoned)

    def about(self, question: str, concluder: Concluder | None = None) -> list[Conclusion]:
        """The conclusions of one question."""
        asker = concluder or self.concluder
        asked = BY_NAME[question]
        found = [asker.conclude(asked, unit) for unit in asker.units(asked)]
        return found + [c for c in asker.absent() if c.question == question]

    def verdicts(self, question: str) -> dict[str, str]:
        """Subject (and basis, or object) -> value, or undetermined."""
        return {key(c): verdict(c) for c in self.about(question, self.quick)}

    def statuses(self, entry: str) -> dict[str, str]:
        """Subject -> status, for the findings of one entry."""
        found = validate(self.reasoned, self.quick, only={entry})
        return {readable(f.subject): f.status for f in found}

    def derived_by(self, entry: str) -> set[str]:
        """The triples that the rules of an entry derive, as `ex:p ckg:x true`."""
        found = set()
        for quad, derivation in self.reasoned.derived.items():
            if quad in self.reasoned.store and any(r.entry == entry for r in derivation.rules):
                found.add(triple(quad))
        return found

    def concluded(self, node: str, property_: str) -> set[str]:
        """The values that the rules of the doctrine conclude for a property of a node."""
        return {
            curie(quad.object)
            for quad, derivation in self.reasoned.derived.items()
            if (curie(quad.subject), curie(quad.predicate)) == (node, property_)
            and quad in self.reasoned.store
            and not derivation.rules[0].describes
        }


def command(*arguments: str) -> tuple[int, str, str]:
    """`cnil-kg ARGUMENTS` in this process: exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["cnil-kg", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0), out.getvalue(), err.getvalue()
    raise AssertionError("main returns by leaving the process")


def run(*paths: Path | str, as_of: str = AS_OF) -> Run:
    """A run over files, with the law of a day."""
    book = load_rulebook()
    facts = load([str(p) for p in paths], terms=book.terms)
    assert not facts.errors, facts.errors
    return Run(reason(facts, book, as_of))


def run_text(turtle: str) -> Run:
    """A run over Turtle text; the usual prefixes are declared."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.ttl"
        path.write_text(HEADER + turtle, encoding="utf-8")
        return run(path)


def curie(node: object) -> str:
    """A node as case files write it: `ex:p`, `ex:p/ex:actor` for a canonical pair."""
    if isinstance(node, Literal):
        return node.value
    assert isinstance(node, NamedNode)
    for prefix in (PARTICIPATION, USE):
        if node.value.startswith(prefix):
            return "/".join(curie(NamedNode(unquote(p))) for p in pair(node.value, prefix))
    names = {**PREFIXES, "ex": EXAMPLE}
    fitting = [(len(base), p, base) for p, base in names.items() if node.value.startswith(base)]
    return f"{max(fitting)[1]}:{node.value[max(fitting)[0] :]}" if fitting else f"<{node.value}>"


def triple(quad: Quad) -> str:
    predicate = "a" if quad.predicate.value.endswith("#type") else curie(quad.predicate)
    return f"{curie(quad.subject)} {predicate} {curie(quad.object)}"


def key(c: Conclusion) -> str:
    """`ex:p`, `ex:p consent` for a legal basis, `ex:p/ex:actor` for a role, `ex:p/ex:dataset` for a reuse."""
    subject = curie(NamedNode(c.subject)) if c.subject else "-"
    if c.question in ("role", "reuse"):
        return f"{curie(NamedNode(c.object)) if c.object else '-'}/{subject}"
    return f"{subject} {c.value}" if c.question == "legalBasis" and c.value else subject


def verdict(c: Conclusion) -> str:
    """The value when firm (for a legal basis the status), else `undetermined`."""
    if c.status == "undetermined":
        return "undetermined"
    return c.status if c.question == "legalBasis" else str(c.value)


def readable(name: str) -> str:
    """A node of a report (`<p> / prov:qualifiedUsage [prov:entity <d>]`) as case files write it."""
    match = re.fullmatch(r"(\S+) / prov:qualified\w+ \[prov:\w+ (\S+)\]", name)
    return "/".join(curie(NamedNode(p)) for p in match.groups()) if match else curie(NamedNode(name))


def cases() -> Iterable[tuple[str, str, dict[str, Any]]]:
    """Every case: entry, name, expectation."""
    for path in sorted(set(CASES.glob("*/expected.yaml")) - set(CASES.glob("real/*"))):
        for name, expected in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            yield path.parent.name, name, expected


def batches(about: str = "", size: int = 25, one_in: int = 1) -> list[list[Path]]:
    """The descriptions of the small cases (that expect `about`), some at a time: references start slowly.

    Each is taken once. Of those left open by one fact less than another case, one in eight is; of the rest, one in
    `one_in`; with CNIL_KG_WHOLE=1 in the environment, every one.
    """
    chosen = [(e, x.get("file", f"{n}.ttl")) for e, n, x in cases() if not about or about in x]
    files = sorted({(CASES / entry / file).resolve() for entry, file in chosen})
    less = [f for f in files if "-without-" in f.stem or f.stem.startswith("unknown-")]
    if not os.environ.get("CNIL_KG_WHOLE"):
        files = sorted({*sorted({*files} - {*less})[::one_in], *less[::8]})
    return [files[n : n + size] for n in range(0, len(files), size)]


def together(files: Sequence[Path]) -> Run:
    """One run over descriptions whose nodes are renamed apart, so that they do not mix."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, file in enumerate(files):
            paths.append(Path(folder) / f"{number}.ttl")
            text = file.read_text(encoding="utf-8").replace(f"<{EXAMPLE}", f"<{EXAMPLE}case-{number}/")
            paths[-1].write_text(text, encoding="utf-8")
        return run(*paths)
