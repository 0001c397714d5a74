"""The rulebook: where the data folders are, the headers of the rules, the metadata of the shapes, the texts.

It alone reads headers. It takes every file of a folder; no list is kept by hand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from cnil_kg.axioms import compile_axioms
from cnil_kg.errors import RuleLoadError
from cnil_kg.facttable import Fact, fact_quads, read_facts
from cnil_kg.inputs.normalise import Terms, namespace
from cnil_kg.model import Text
from cnil_kg.patterns import Body, NormalFormError, Pattern, parse_rule, select
from cnil_kg.rdf import matching
from cnil_kg.vocab import CKG, DCT, RDF, RDFS, SKOS, shrink

_HEADER = re.compile(r"^# ?([a-z-]+): (.*)$")
_TEXTS = (RDFS + "label", SKOS + "definition", RDFS + "isDefinedBy", DCT + "source", DCT + "title", DCT + "abstract")
VALIDITY = ("validFrom", "validUntil")
"""The first and the last day on which a constant of the ontology is in force."""
REQUIRED = ("id", "fr", "en", "since", "checked-on", "status")
OPTIONAL = ("fiche", "article", "question", "presumes", "to-be-confirmed", "decision", "valid-from", "valid-until")


@dataclass(frozen=True)
class Rule:
    """A rule of any origin, ready to run.

    Attributes:
        id: `F4A-08b`, `D01`, or `axiom F5-20` for an axiom of the ontology.
        entry: the doctrine entry (`F4A-08`), or the id itself.
        template: the triples concluded.
        body: what it reads.
        query: a SELECT that binds ?project and the variables of the template.
        headers: the header lines by key.
        path: the file, relative to the data folder.
    """

    id: str
    entry: str
    template: tuple[Pattern, ...]
    body: Body
    query: str
    headers: Mapping[str, str]
    path: str

    @property
    def text(self) -> Text:
        return Text(self.headers.get("fr", ""), self.headers.get("en", ""))

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(a.strip() for a in self.headers.get("article", "").split(";") if a.strip())

    @property
    def describes(self) -> bool:
        """True for a rule that reads descriptions into facts, before anything is concluded."""
        return self.id.startswith("D")

    @property
    def to_be_confirmed(self) -> bool:
        return self.headers.get("to-be-confirmed") == "yes"


@dataclass(frozen=True)
class Rulebook:
    """Everything the engine knows before it sees a description."""

    root: Path
    facts: tuple[Fact, ...]
    rules: tuple[Rule, ...]
    constants: Store

    @cached_property
    def readable(self) -> list[Quad]:
        """The constants that a rule could read: all but the texts and sources of the terms."""
        texts = {NamedNode(iri) for iri in _TEXTS}
        return [q for q in self.constants if q.predicate not in texts]

    def readable_on(self, day: str) -> list[Quad]:
        """The same without what is not in force on a day (ISO date): items of lists, thresholds, dates of the law."""
        since, until = (matching(self.constants, None, NamedNode(CKG + n), None, None) for n in VALIDITY)
        out = {q.subject for q in since if q.object.value > day} | {q.subject for q in until if q.object.value < day}
        return [q for q in self.readable if q.subject not in out] if out else self.readable

    @cached_property
    def plans(self) -> dict[Any, Any]:
        """What `reason` works out once a day of law: the order of the rules."""
        return {}

    @cached_property
    def terms(self) -> Terms:
        """What the loader checks names and literals against."""
        known: dict[str, set[str]] = {CKG: set()}
        path = self.root / "ontology" / "known-terms.csv"
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            base, _, name = line.partition(",")
            known.setdefault(base, set()).add(name)
        for quad in matching(self.constants, None, NamedNode(RDF + "type"), None, None):
            base = namespace(getattr(quad.subject, "value", ""))
            if base in known:
                known[base].add(quad.subject.value[len(base) :])
        datatypes = {f.iri: f.type for f in self.facts}
        return Terms({base: frozenset(names) for base, names in known.items()}, datatypes, self.facts)

    @property
    def shapes(self) -> tuple[Path, ...]:
        return tuple(sorted((self.root / "shapes").glob("*.ttl")))

    def label(self, iri: str) -> Text:
        """The fr and en label of a term; its CURIE when it has none."""
        found = {"fr": "", "en": ""}
        for quad in matching(self.constants, NamedNode(iri), NamedNode(RDFS + "label"), None, None):
            language = getattr(quad.object, "language", None)
            if language in found:
                found[language] = quad.object.value
        short = shrink(iri)
        return Text(found["fr"] or found["en"] or short, found["en"] or found["fr"] or short)

    def notation(self, subject: NamedNode) -> str:
        """The official code of a list item (`LM-03`); empty when it has none."""
        quads = matching(self.constants, subject, NamedNode(SKOS + "notation"), None, None)
        return next((q.object.value for q in quads), "")

    def sources(self, iri: str) -> list[str]:
        """The `dct:source` of a term, sorted."""
        return sorted(
            q.object.value for q in matching(self.constants, NamedNode(iri), NamedNode(DCT + "source"), None, None)
        )

    def values(self, subject: NamedNode, name: str) -> list[str]:
        """The values of a `ckg:` annotation of a term, sorted."""
        quads = matching(self.constants, subject, NamedNode(CKG + name), None, None)
        return sorted(q.object.value for q in quads)


def data_root() -> Path:
    """The folder that holds `ontology/`, `shapes/` and `queries/`: in the package, or beside `src` in a checkout."""
    packaged = Path(__file__).parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]


@cache
def load_rulebook(root: Path | None = None) -> Rulebook:
    """Read ontology, fact table and rules.

    Raises:
        RuleLoadError: a file that cannot be parsed, a header missing or unknown, a body outside the normal form, an
            axiom that cannot be compiled, an absence read without `presumes:`.
    """
    root = root or data_root()
    facts = read_facts(root / "ontology" / "facts.csv")
    constants = Store()
    for path in sorted((root / "ontology").glob("*.ttl")):
        try:
            constants.load(path=str(path), format=RdfFormat.TURTLE, to_graph=DefaultGraph())
        except (SyntaxError, OSError) as error:
            raise RuleLoadError(str(error), path.name) from error
    constants.extend(fact_quads(facts))
    files = sorted((root / "queries" / "rules").glob("*/*.rq"))
    rules = [read_rule(path, root) for path in files]
    rules += [
        Rule(a.id, a.entry, a.template, a.body, select(a.body), a.headers, a.path) for a in compile_axioms(constants)
    ]
    doubles = {id_ for id_, times in Counter(r.id for r in rules).items() if times > 1 and not id_.startswith("axiom")}
    if doubles:
        raise RuleLoadError(f"the same id stands in two files: {', '.join(sorted(doubles))}")
    return Rulebook(root, facts, tuple(rules), constants)


def read_rule(path: Path, root: Path) -> Rule:
    """One `.rq` file, its header checked."""
    text = path.read_text(encoding="utf-8")
    headers: dict[str, str] = {}
    for line in text.splitlines():
        match = _HEADER.match(line)
        if match is None:
            break
        headers[match[1]] = match[2].strip()
    where = str(path.relative_to(root))
    missing = [key for key in REQUIRED if not headers.get(key)]
    unknown = [key for key in headers if key not in REQUIRED + OPTIONAL]
    if missing or unknown:
        raise RuleLoadError(f"header: missing {missing}, unknown {unknown}", where)
    rule_id = headers["id"]
    if not path.name.startswith(rule_id + "-"):
        raise RuleLoadError(f"the file name does not start with its id {rule_id}", where)
    try:
        template, body = parse_rule(text)
        rule = Rule(rule_id, _entry(rule_id), tuple(template), body, _runnable(text, template), headers, where)
        _check(rule, path)
    except NormalFormError as error:
        raise RuleLoadError(str(error), where) from error
    return rule


def _entry(rule_id: str) -> str:
    match = re.fullmatch(r"(F\d+[AB]?-\d+|D\d+)[a-z]?", rule_id)
    if match is None:
        raise NormalFormError(f"{rule_id} is no id")
    return match[1]


def _check(rule: Rule, path: Path) -> None:
    """The lint of a rule: the normal form for doctrine, the project in every body, absences declared."""
    if not rule.describes and rule.body.opaque:
        raise NormalFormError(f"outside the normal form: {', '.join(rule.body.opaque)}")
    if path.parent.name == "description" and not rule.describes:
        raise NormalFormError("a rule of description/ has an id D..")
    reads_absence = bool(rule.body.absent)
    if reads_absence != ("presumes" in rule.headers):
        raise NormalFormError("an absence is read if and only if the header says what it presumes")


def _runnable(text: str, template: list[Pattern]) -> str:
    """The CONSTRUCT text as a SELECT of ?project and the template's variables."""
    names = sorted({str(t) for p in template for t in p.terms if str(t).startswith("?")} | {"?project"})
    head, count = re.subn(r"CONSTRUCT\s*\{[^}]*\}\s*WHERE", f"SELECT DISTINCT {' '.join(names)} WHERE", text, count=1)
    if not count:
        raise NormalFormError("no CONSTRUCT { ... } WHERE")
    return head
