"""What passes between the stages: frozen dataclasses, no bare tuples or dicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pyoxigraph import NamedNode, Store, Triple

    from cnil_kg.errors import CnilKgError

Status = Literal["established", "excluded", "undetermined"]
FindingStatus = Literal["met", "violated", "undetermined", "notApplicable"]
Reason = Literal["missing", "contradiction", "judgement"]
Level = Literal["must", "should", "may"]


@dataclass(frozen=True)
class Text:
    """A sentence in both languages."""

    fr: str
    en: str

    def of(self, lang: str) -> str:
        return self.fr if lang == "fr" else self.en


def place(file: str | None, line: int | None) -> str:
    """A place in an input: `project.ttl:12`, the file alone where no line is known."""
    return (file or "") + (f":{line}" if line else "")


@dataclass(frozen=True, order=True)
class Origin:
    """Where a stated triple was read: the input as typed, and the line (None where the syntax gives none)."""

    file: str
    line: int | None

    @property
    def place(self) -> str:
        """`project.ttl:12`."""
        return place(self.file, self.line)


@dataclass(frozen=True)
class Warning_:
    """Something read with a doubt: a code (`unknown-term`, `legacy-namespace`, `ill-typed`, ...), text, place."""

    code: str
    text: Text
    where: Origin | None
    term: str = ""


@dataclass(frozen=True)
class Description:
    """One unit of examination: a project, or a partial description that no project reaches.

    Attributes:
        graph: the named graph that holds its stated triples (and, later, the derived ones).
        project: the project's node, None for a partial description.
        inputs: the inputs it was read from, as typed.
    """

    graph: NamedNode
    project: NamedNode | None
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Everything that was read.

    Attributes:
        store: one named graph per description, nothing in the default graph; no blank nodes (each was given an
            IRI `urn:cnil-kg:bnode:<input number>:<label>`).
        origins: for each stated triple, where it was read, in order.
        paths: for each node that was blank, how to reach it from the nearest named node
            (`ex:training / prov:qualifiedUsage[1]`), without blank-node names.
        inputs: every input, as typed, in order.
        errors: inputs that could not be read (the others still count).
    """

    store: Store
    descriptions: tuple[Description, ...]
    origins: Mapping[Triple, tuple[Origin, ...]]
    paths: Mapping[NamedNode, str]
    inputs: tuple[str, ...]
    warnings: tuple[Warning_, ...] = ()
    errors: tuple[CnilKgError, ...] = ()


@dataclass(frozen=True)
class Premise:
    """One thing a conclusion rests on: a stated triple with its place, or another conclusion or step by id."""

    subject: str
    predicate: str
    object: str
    file: str | None = None
    line: int | None = None
    conclusion: str | None = None

    @property
    def place(self) -> str:
        """The entry that concludes it, or where it was read: `project.ttl:12`."""
        return self.conclusion or place(self.file, self.line)


@dataclass(frozen=True)
class MissingFact:
    """A fact that is not stated: its property (IRI), label, and the node it should be stated on."""

    property: str
    label: Text
    subject: str


@dataclass(frozen=True)
class Step:
    """A result on the way to a conclusion: the entry, its value (None when open), its status."""

    id: str
    value: str | None
    status: Status


@dataclass(frozen=True)
class Conclusion:
    """The answer to one question about one subject."""

    id: str
    question: str
    project: str | None
    subject: str | None
    object: str | None
    value: str | None
    status: Status
    presumed: bool
    to_be_confirmed: bool
    rules: tuple[str, ...]
    articles: tuple[str, ...]
    fiche: str
    text: Text | None
    premises: tuple[Premise, ...]
    steps: tuple[Step, ...]
    reason: Reason | None = None
    missing: tuple[MissingFact, ...] = ()


@dataclass(frozen=True)
class Waiver:
    """Somebody accepts, until a day (ISO, included), that a requirement is not met, or open, for a subject.

    It changes no verdict. `file` and `line`: where it is written.
    """

    id: str
    subject: str
    reason: str
    approver: str
    expires: str
    status: str
    file: str
    line: int

    @property
    def place(self) -> str:
        """`cnil-kg.toml:12`."""
        return place(self.file, self.line)


@dataclass(frozen=True)
class Finding:
    """What one requirement says about one subject; `waiver`: who accepts it as it is, the status standing."""

    id: str
    project: str | None
    subject: str
    status: FindingStatus
    level: Level
    message: Text
    articles: tuple[str, ...]
    fiche: str
    to_be_confirmed: bool = False
    reason: Reason | None = None
    missing: tuple[MissingFact, ...] = ()
    waiver: Waiver | None = None


@dataclass(frozen=True)
class Contradiction:
    """Two sides that cannot both hold, each a sentence-like triple with its place; `ids` are the entries concerned."""

    project: str | None
    subject: str
    sides: tuple[Premise, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Examined:
    """How much was looked at, so that nothing checked is never green."""

    projects: int
    processings: int
    datasets: int
    actors: int
    rules: int
    shapes: int


@dataclass(frozen=True)
class NotCovered:
    """A subject of the doctrine that this version does not check: a whole fiche, or the entries left of one."""

    fiche: str
    subject: Text
    entries: tuple[str, ...]


@dataclass(frozen=True)
class Baselined:
    """What a baseline took out of a report: how many known points of each kind.

    `gone`: its points that no longer occur; `elsewhere`: those of projects that were not read.
    """

    file: str
    violated: int
    undetermined: int
    conclusions: int
    contradictions: int
    gone: int
    elsewhere: int

    @property
    def hidden(self) -> int:
        """All that is known, and not shown."""
        return self.violated + self.undetermined + self.conclusions + self.contradictions


@dataclass(frozen=True)
class Check:
    """What another engine says of a run.

    Attributes:
        engine, version: `HermiT`, `owlready2 0.51`.
        outcome: nothing is verified by an engine that did not run to its end.
        compared: how many results were compared: types and values, or requirements of a node.
        differences: what one of the two alone finds, sorted: `HermiT: <node> <class>`.
        why: why it did not run to its end.
    """

    engine: str
    version: str
    outcome: Literal["same", "different", "notVerified"]
    compared: int
    differences: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Report:
    """The whole answer for one run.

    Attributes (of the last ones):
        waivers_elsewhere: how many waivers are about descriptions that were not read.
        baseline: what a baseline took out of conclusions, findings and contradictions.
        checks: what other engines say, where they were asked.
    """

    as_of: str
    inputs: tuple[str, ...]
    examined: Examined
    conclusions: tuple[Conclusion, ...]
    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...]
    warnings: tuple[Warning_, ...]
    not_covered: tuple[NotCovered, ...]
    labels: Mapping[str, Text]
    errors: tuple[CnilKgError, ...] = ()
    waivers_elsewhere: int = 0
    baseline: Baselined | None = None
    checks: tuple[Check, ...] = ()
