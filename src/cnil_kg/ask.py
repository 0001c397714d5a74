"""`cnil-kg ask`: for everything undetermined for want of facts, the questions whose answers leave nothing open.

For each open conclusion or requirement the search for missing facts has found a minimal sufficient set (`missing.py`);
the questions are the facts of all these sets, each asked once, those that unlock most first. What waits for a judgement
or rests on a contradiction is no question for a fact and is listed apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

from pyoxigraph import Literal

from cnil_kg.conclude import Concluder
from cnil_kg.errors import CnilKgError
from cnil_kg.facttable import Fact
from cnil_kg.formats.words import QUESTIONS
from cnil_kg.ground import Slot
from cnil_kg.missing import Question as Sought
from cnil_kg.missing import holding, settled
from cnil_kg.model import Conclusion, Contradiction, Finding, MissingFact, Report, Text
from cnil_kg.rdf import Value
from cnil_kg.reason import Reasoned
from cnil_kg.report import build
from cnil_kg.runs import reasoned_upon
from cnil_kg.validate import requirements, supposing
from cnil_kg.wording import LINKS, Choice, choices, question, who_knows


@dataclass(frozen=True)
class Unlocked:
    """An open verdict that a question bears on: its id, what it is about, in words, the levels of a requirement."""

    id: str
    subject: str
    text: Text
    level: str
    articles: tuple[str, ...]


@dataclass(frozen=True)
class Ending:
    """An answer that alone settles verdicts which otherwise need several: the value, and the ids."""

    answer: str
    label: Text
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        fact: the property to state (IRI).
        subject: the node it is about, as reports name it.
        text: the question in plain words.
        kind: a type of the fact table, `marker` or `link`.
        choices: the values of a closed list.
        who: a key of `wording.WHO`.
        unlocks: the verdicts that wait for it, those imposed by law first.
        endings: the answers that settle some of them early.
        follow_up: it is to be asked only where other answers make what waits for it applicable.
        slot: the graph, node and property to fill; None for a link.
    """

    fact: str
    subject: str
    text: Text
    kind: str
    choices: tuple[Choice, ...]
    who: str
    unlocks: tuple[Unlocked, ...]
    endings: tuple[Ending, ...]
    follow_up: bool = False
    slot: Slot | None = field(compare=False, default=None)

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles of what waits for it."""
        return tuple(dict.fromkeys(article for one in self.unlocks for article in one.articles))


@dataclass(frozen=True)
class Asking:
    """What is to be asked.

    Attributes:
        questions: most unlocking first; after them, those to be asked according to other answers.
        judgements: verdicts that wait for a person, not for a fact.
        contradictions: facts that cannot all hold, with both sides.
        report: the report of the run.
    """

    questions: tuple[Question, ...]
    judgements: tuple[Unlocked, ...]
    contradictions: tuple[Contradiction, ...]
    report: Report
    reasoned: Reasoned

    @property
    def errors(self) -> tuple[CnilKgError, ...]:
        """What could not be read."""
        return self.report.errors


def ask(
    inputs: Sequence[str], *, format: str | None = None, stdin: BinaryIO | None = None, as_of: str | None = None
) -> Asking:
    """The questions about some descriptions.

    Args:
        inputs: files, folders, `-`.
        format: the syntax, where names do not tell it.
        stdin: what `-` reads.
        as_of: ISO date of the law to apply, default today.

    Returns:
        What is to be asked; what could not be read is in its `errors`.
    """
    return asking(reasoned_upon(inputs, format=format, stdin=stdin, as_of=as_of))


def asking(reasoned: Reasoned) -> Asking:
    """The questions about what was reasoned upon."""
    return _Asker(reasoned).asking()


class _Asker:
    def __init__(self, reasoned: Reasoned) -> None:
        self.reasoned, self.book = reasoned, reasoned.rulebook
        self.concluder = Concluder(reasoned)
        self.report = build(reasoned, self.concluder)
        self.facts = {fact.iri: fact for fact in self.book.facts}
        self.more: set[str] = set()  # requirements that need more facts once they apply
        self.order = {fact.iri: place for place, fact in enumerate(self.book.facts)}

    def asking(self) -> Asking:
        """The questions in their order, and what is listed apart."""
        waiting: dict[MissingFact, list[Unlocked]] = {}
        judgements = []
        verdicts: list[Conclusion | Finding] = [*self.report.conclusions, *self.report.findings]
        for verdict in verdicts:
            if verdict.status == "undetermined" and verdict.reason == "judgement":
                judgements.append(_unlocked(verdict))
            for fact in verdict.missing:
                waiting.setdefault(fact, []).append(_unlocked(verdict))
        first = set(waiting)
        for verdict in supposing(self.reasoned, self.concluder):
            self.more.add(_unlocked(verdict).id)
            for fact in verdict.missing:
                if (one := _unlocked(verdict)) not in waiting.setdefault(fact, []):
                    waiting[fact].append(one)
        questions = [self.question(fact, unlocks, fact not in first) for fact, unlocks in waiting.items()]
        questions.sort(key=lambda q: (q.follow_up, -len(q.unlocks), self.order.get(q.fact, -1), q.subject))
        return Asking(tuple(questions), tuple(judgements), self.report.contradictions, self.report, self.reasoned)

    def question(self, missing: MissingFact, unlocks: list[Unlocked], follow_up: bool) -> Question:
        """The question for one missing fact."""
        fact = self.facts.get(missing.property)
        slot = self.concluder.slots.get(missing)
        who = who_knows(self.book.root / "ontology" / "who-knows.csv").get(missing.property, "owner")
        ranked = sorted(unlocks, key=lambda u: (_RANK[u.level], u.id))
        if fact is None:
            text = LINKS.get(missing.property, missing.label)
            return Question(
                missing.property, missing.subject, text, "link", (), who, tuple(ranked), (), follow_up, slot
            )
        return Question(
            fact=missing.property,
            subject=missing.subject,
            text=question(self.book, fact),
            kind="marker" if fact.marker else fact.type,
            choices=choices(self.book, fact),
            who=who,
            unlocks=tuple(ranked),
            endings=tuple(self.endings(fact, slot, {u.id for u in ranked})) if slot else (),
            follow_up=follow_up,
            slot=slot,
        )

    def endings(self, fact: Fact, slot: Slot, ids: set[str]) -> Iterable[Ending]:
        """The answers that settle, alone, a verdict which needs several facts."""
        found: dict[Value, set[str]] = {}
        for sought, applies, verdicts in self.searched.get(slot, ()):
            for value in fact.answers:
                true = holding(sought, {slot: value})
                if settled(sought, true):
                    spared = applies and not applies & true  # it is known not to apply
                    named = verdicts & ids - (set() if spared else self.more)
                    found.setdefault(value, set()).update(named)
        for value in fact.answers:
            if found.get(value):
                text = value.value if isinstance(value, Literal) else self.book.terms.short.names.get(value.value, "")
                label = Text(text, text) if isinstance(value, Literal) else self.book.label(value.value)
                if text:
                    yield Ending(text, label, tuple(sorted(found[value])))

    @cached_property
    def searched(self) -> dict[Slot, list[tuple[Sought, int, set[str]]]]:
        """For each slot, the searches that found it among others.

        Each with the bits of what makes a requirement apply, and the verdicts it was made for.
        """
        classes = {r.applies for r in requirements(self.book.shapes)}
        found: dict[Slot, list[tuple[Sought, int, set[str]]]] = {}
        for key, verdicts in self.concluder.searches.items():
            slots = self.concluder.found(key)
            sought = self.concluder.sought[key]
            applies = sum(sought.bits[goal] for goal in key[0] if goal.object in classes)
            for slot in slots if len(slots) > 1 else ():
                found.setdefault(slot, []).append((sought, applies, set(verdicts)))
        return found


_RANK = {"": 0, "must": 0, "should": 1, "may": 2}


def _unlocked(verdict: Conclusion | Finding) -> Unlocked:
    if isinstance(verdict, Conclusion):
        subject = " · ".join(name for name in (verdict.subject, verdict.object) if name)
        return Unlocked(verdict.id, subject, QUESTIONS[verdict.question], "", verdict.articles)
    id_ = f"{verdict.id}|{verdict.subject}"
    return Unlocked(id_, verdict.subject, verdict.message, verdict.level, verdict.articles)
