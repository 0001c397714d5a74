"""The catalogue: each entry of the fiches, where it is encoded, what it reads, the cases that hold it to account."""

from __future__ import annotations

import csv
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from cnil_kg.errors import UnknownTermError
from cnil_kg.model import Text
from cnil_kg.requirements import read_requirements
from cnil_kg.rulebook import Rule, Rulebook
from cnil_kg.strata import names, read_names, written
from cnil_kg.vocab import CKG, expand, shrink

KINDS = ("shape", "rule", "axiom", "term", "example")
# How the name of a case begins -> what it shows.
OUTCOMES = {
    "holding": ("pass", "fires", "holds", "row"),
    "failing": ("fail", "excluded"),
    "unknown": ("unknown", "row-otherwise"),
    "not applicable": ("absent", "silent"),
}


@dataclass(frozen=True)
class Entry:
    """One entry of the catalogue.

    Attributes:
        id: `F5-30`; fiche: `fiche-05`; level: must, should, may, definition, decision-rule or example.
        status: `encoded`, or `notEncoded`.
        kind: the first of KINDS that applies; empty when not encoded.
        files: the files that hold the id, relative to the data folder (`queries/rules/...`), sorted.
        reads: the facts its rules and shapes rest on, through steps or not, as CURIEs.
        cases: the names of its cases, sorted. explains: entries or terms it explains or is an example of.
        explained_by: the entries that explain it. decisions: its pages in `docs/decisions/`.
        valid_from: the first day (ISO) on which each of its rules applies, the earliest; empty when always.
        to_be_confirmed: true when the fiche is not certain, or the reading is; own_judgement: true when it is ours.
        text: the sentence, fr and en. sources: title, date and address of each text it rests on.
    """

    id: str
    fiche: str
    level: str
    articles: tuple[str, ...]
    status: str
    kind: str
    files: tuple[str, ...]
    reads: tuple[str, ...]
    cases: tuple[str, ...]
    explains: tuple[str, ...]
    explained_by: tuple[str, ...]
    decisions: tuple[str, ...]
    valid_from: str
    to_be_confirmed: bool
    own_judgement: bool
    text: Text
    sources: tuple[str, ...]

    def cases_by_outcome(self) -> dict[str, list[str]]:
        """The cases by what they show, in the order of OUTCOMES; those named otherwise under `other`."""
        found: dict[str, list[str]] = {outcome: [] for outcome in (*OUTCOMES, "other")}
        for case in self.cases:
            fits = [o for o, starts in OUTCOMES.items() if case.startswith(starts)]
            found[fits[-1] if fits else "other"].append(case)
        return {outcome: cases for outcome, cases in found.items() if cases}


def catalogue(book: Rulebook) -> tuple[Entry, ...]:
    """Every entry of fiches 0 to 7, in the order of the ids."""
    tables = _Tables(book)
    with (book.root / "ontology" / "entries.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(tables.entry(row) for row in csv.DictReader(handle))


def one(book: Rulebook, id_: str) -> Entry:
    """The entry of an id.

    Raises:
        UnknownTermError: no entry has it.
    """
    import difflib  # noqa: PLC0415

    entries = {e.id: e for e in catalogue(book)}
    wanted = re.sub(r"(?<=\d)[a-z]$", "", id_.strip()).upper()
    if wanted not in entries:
        near = difflib.get_close_matches(wanted, entries, n=3)
        repair = f"Did you mean {', '.join(near)}?" if near else "`cnil-kg rules` lists the ids."
        raise UnknownTermError("no entry of the catalogue has this id", id_, repair)
    return entries[wanted]


def rules_of(book: Rulebook, id_: str) -> list[Rule]:
    """The rules and axioms of an entry."""
    return [r for r in book.rules if r.entry == id_]


def cases_root(book: Rulebook) -> Path:
    """Where the cases are: in the package, or in `tests/` of a checkout."""
    packaged = book.root / "cases"
    return packaged if packaged.is_dir() else book.root / "tests" / "cases"


def as_json(entries: tuple[Entry, ...]) -> dict[str, Any]:
    """The document of `cnil-kg rules --format json`."""

    def camel(entry: Entry) -> dict[str, Any]:
        return {re.sub(r"_(.)", lambda m: m[1].upper(), key): value for key, value in asdict(entry).items()}

    return {"rules": [camel(e) for e in entries]}


class _Tables:
    """What the data folder says, read once and by id."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.requirements = {r.id: r for r in read_requirements(book.shapes)}
        self.facts = {f.iri for f in book.facts}
        self.rules: dict[str, list[Rule]] = {}
        for rule in book.rules:
            self.rules.setdefault(rule.entry, []).append(rule)
        self.writers: dict[str, list[Rule]] = {}
        for rule in book.rules:
            for name in () if rule.describes else names(written(rule)):
                self.writers.setdefault(name, []).append(rule)
        self.shapes = self._holding("shapes", r"^cks:(F\d+[AB]?-\d+) a")
        self.terms = self._holding("ontology", r'^ *ckg:entry "(F\d+[AB]?-\d+)"')
        self.explains: dict[str, list[str]] = {}
        with (book.root / "ontology" / "explains.csv").open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                self.explains.setdefault(row["id"], []).append(row["explains"])

        self.readings: dict[str, list[str]] = {}
        with (book.root / "ontology" / "readings.csv").open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                self.readings.setdefault(row["id"], []).append(row["page"])

    def _holding(self, folder: str, pattern: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path in sorted((self.book.root / folder).glob("*.ttl")):
            for match in re.finditer(pattern, path.read_text(encoding="utf-8"), re.MULTILINE):
                found.setdefault(match[1], set()).add(f"{folder}/{path.name}")
        return found

    def entry(self, row: dict[str, str]) -> Entry:
        id_ = row["id"]
        node = NamedNode(f"{CKG}entry-{id_}")
        level = self.book.values(node, "level")[0]
        rules, requirement = self.rules.get(id_, []), self.requirements.get(id_)
        explains = [*self.explains.get(id_, ()), *(row["about"].split() if level == "example" else ())]
        holders = (
            self.shapes.get(id_, set()) | self.terms.get(id_, set()) | {r.path for r in rules if r.path.endswith(".rq")}
        )
        if explains:
            holders.add("ontology/explains.csv" if id_ in self.explains else "ontology/entries.csv")
        cases = sorted(p.stem for p in (cases_root(self.book) / id_).glob("*.ttl"))
        doubt = "true" in self.book.values(node, "toBeConfirmed") or any(r.to_be_confirmed for r in rules)
        return Entry(
            id=id_,
            fiche=self.book.values(node, "inFiche")[0].removeprefix(CKG),
            level=level,
            articles=tuple(a for a in row["articles"].split("; ") if a),
            status="encoded" if holders else "notEncoded",
            kind=self._kind(id_, level, rules) if holders else "",
            files=tuple(sorted(holders)),
            reads=self._reads(rules, requirement.paths if requirement else frozenset()),
            cases=tuple(cases),
            explains=tuple(dict.fromkeys(explains)),
            explained_by=tuple(sorted(i for i, targets in self.explains.items() if id_ in targets)),
            decisions=tuple(sorted(self.readings.get(id_, ()))),
            valid_from=min((r.headers.get("valid-from", "") for r in rules), default=""),
            to_be_confirmed=doubt or bool(requirement and requirement.to_be_confirmed),
            own_judgement=row["own_judgement"] == "yes",
            text=Text(row["fr"], row["en"]),
            sources=tuple(row["sources"].split(" | ")),
        )

    def _kind(self, id_: str, level: str, rules: list[Rule]) -> str:
        if level == "example":
            return "example"
        if id_ in self.shapes:
            return "shape"
        if rules:
            return "axiom" if all(r.id.startswith("axiom") for r in rules) else "rule"
        return "term"

    def _reads(self, rules: list[Rule], paths: frozenset[NamedNode]) -> tuple[str, ...]:
        """The facts reached from an entry: steps are followed down to what is stated, who is examined is not."""
        reached = {name for rule in rules for name in read_names(rule)} | {p.value for p in paths}
        waiting = list(reached)
        while waiting:
            name = waiting.pop()
            if name in self.facts or name.startswith(CKG + "Examined"):
                continue
            fresh = {n for rule in self.writers.get(name, ()) for n in read_names(rule)} - reached
            reached |= fresh
            waiting += fresh
        return tuple(sorted(shrink(iri) for iri in reached & self.facts))


def labels(book: Rulebook, curies: tuple[str, ...], lang: str) -> list[str]:
    """The labels of terms, with their CURIE: `large scale (ckg:largeScale)`."""
    return [f"{getattr(book.label(expand(c)), lang)} ({c})" for c in curies]
