"""Reasoned -> conclusions: every question of every subject, in three values, with premises, steps and missing facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from pyoxigraph import NamedNode, Quad

from cnil_kg.ground import Ground, Slot, ground
from cnil_kg.lists import with_lists
from cnil_kg.missing import Question as Sought
from cnil_kg.missing import question as ask
from cnil_kg.missing import smallest
from cnil_kg.model import Conclusion, Contradiction, MissingFact, Premise, Reason, Status, Text
from cnil_kg.naming import Names
from cnil_kg.questions import BY_NAME, CLAIMS, COMPATIBLE_CLAIMS, QUESTIONS, Question, Reader, Unit
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned, is_original
from cnil_kg.rulebook import Rule
from cnil_kg.steps import Steps
from cnil_kg.support import Support
from cnil_kg.vocab import CKG, NONE, PROV

AWAITS = NamedNode(CKG + "awaitsJudgement")
CONFLICTS = NamedNode(CKG + "inContradiction")
HOLDS = NamedNode(CKG + "holdsFor")
SCOPE, OUT_OF_SCOPE = NamedNode(CKG + "scope"), NamedNode(CKG + "OutOfScope")


Search = tuple[frozenset[Quad], frozenset[Quad]]
"""What is looked for: what would settle a question, and what would end it."""


class Concluder(Reader):
    """The conclusions of one run.

    Attributes:
        contradictions: those met so far.
        searches: each search for missing facts so far, with the ids of the open verdicts it was made for.
        sought: the part of the ground rules that bears on each.
        slots: for each missing fact named so far, the slot it would fill.
    """

    def __init__(self, reasoned: Reasoned) -> None:
        super().__init__(reasoned)
        self.names = Names(reasoned.facts.paths)
        self.support = Support(reasoned, self.names)
        self.steps = Steps(self, self.names)
        self.contradictions: list[Contradiction] = []
        self._searched: dict[Search, list[Slot]] = {}
        self.searches: dict[Search, dict[str, None]] = {}
        self.sought: dict[Search, Sought] = {}
        self.slots: dict[MissingFact, Slot] = {}
        self.projects = {d.graph: d.project for d in reasoned.facts.descriptions}

    @cached_property
    def ground(self) -> Ground:
        """The ground rules, made when the first open conclusion asks for them."""
        return ground(self.reasoned)

    @cached_property
    def entries_of(self) -> dict[str, set[str]]:
        """For each question, the entries whose rules name it."""
        found: dict[str, set[str]] = {q.name: set() for q in QUESTIONS}
        for rule in self.reasoned.rules:
            for name in rule.headers.get("question", "").split():
                found.setdefault(name, set()).add(rule.entry)
        return found

    # --- verdicts ----------------------------------------------------------------------------------------------

    def answers(self, asked: Question, unit: Unit) -> dict[Status, list[Quad]]:
        """The derived answers, by status."""
        found: dict[Status, list[Quad]] = {"established": [], "excluded": []}
        for name in asked.properties:
            property_ = NamedNode(CKG + name)
            for quad in matching(self.store, unit.node, property_, None, unit.graph):
                if asked.name == "legalBasis" and unit.basis not in (None, quad.object):
                    continue
                status = self.status(property_, quad.object)
                if status is not None:
                    found[status].append(quad)
        return found

    def goals(self, asked: Question, unit: Unit) -> set[Quad]:
        """All that would settle a question about a unit."""
        properties = {NamedNode(CKG + p) for p in asked.properties}
        return {
            head
            for head in self.ground.heads(unit.graph, unit.node)
            if (head.predicate in properties and unit.basis in (None, head.object))
            or (head.predicate in (AWAITS, CONFLICTS) and self.concerns(head, asked, unit))
            or (head.predicate == HOLDS and asked.name == "reuse")
        }

    def concerns(self, mark: Quad, asked: Question, unit: Unit) -> bool:
        """True when the entry that awaits a judgement, or is in contradiction, bears on the question and basis."""
        entry = getattr(mark.object, "value", "")
        if entry not in self.entries_of[asked.name]:
            return False
        bases = self.book.values(NamedNode(f"{CKG}entry-{entry}"), "forBasis")
        return unit.basis is None or not bases or unit.basis.value in bases

    def conclude(self, asked: Question, unit: Unit) -> Conclusion:
        """The conclusion of one question about one unit."""
        found = self.answers(asked, unit)
        if asked.excluded_prevails and found["excluded"]:
            found["established"] = []
        firm = found["established"] + found["excluded"]
        codes = sorted({self.code(q.object) for q in firm})
        belied = self.belied(asked, unit, codes)
        if (len(codes) > 1 and asked.name != "legalBasis") or (found["established"] and found["excluded"]) or belied:
            self.contradict(asked, unit, firm + belied)
            return self.open(asked, unit, "contradiction", ())
        if firm:
            return self.firm(asked, unit, firm, "established" if found["established"] else "excluded")
        conflicts = self.marks(CONFLICTS, asked, unit)
        if conflicts:
            self.contradict(asked, unit, conflicts)
            return self.open(asked, unit, "contradiction", ())
        if self.marks(AWAITS, asked, unit):
            return self.open(asked, unit, "judgement", ())
        goals = self.goals(asked, unit)
        holds = list(self.holds(asked, unit))
        slots, contested = self.missing(
            {g for g in goals if g.predicate != HOLDS} if holds else goals,
            self.ends(unit.node, unit.graph),
            self.id_of(asked, unit),
        )
        slots = holds + [s for s in slots if s not in holds]
        if contested:
            return self.open(asked, unit, "contradiction", ())
        return self.open(asked, unit, "missing" if slots else "judgement", self.facts(slots))

    def marks(self, property_: NamedNode, asked: Question, unit: Unit) -> list[Quad]:
        """The entries that await a judgement, or are in contradiction, for this question."""
        quads = matching(self.store, unit.node, property_, None, unit.graph)
        return [q for q in quads if self.concerns(q, asked, unit)]

    def holds(self, asked: Question, unit: Unit) -> Iterator[Slot]:
        """The facts that must be obtained otherwise than as stated before the question can be answered (F4B-24)."""
        if asked.name != "reuse":
            return
        named = {q.object.value for q in matching(self.store, unit.node, HOLDS, None, unit.graph)}
        for fact in self.book.facts:
            if fact.iri.removeprefix(CKG) in named:
                node = unit.subject if fact.unit == "dataset" else unit.node
                if node is not None:
                    yield unit.graph, node, fact.node

    def belied(self, asked: Question, unit: Unit, codes: list[str]) -> list[Quad]:
        """The claims about the answer that a firm answer excludes."""
        if asked.name not in CLAIMS or not codes:
            return []
        claims = matching(self.store, unit.node, NamedNode(CKG + CLAIMS[asked.name]), None, unit.graph)
        return [
            q
            for q in claims
            if self.code(q.object) not in codes
            and not any((code, self.code(q.object)) in COMPATIBLE_CLAIMS for code in codes)
        ]

    def contradict(self, asked: Question, unit: Unit, quads: list[Quad]) -> None:
        sides: dict[Premise, None] = {}
        for quad in sorted(quads, key=str):
            rules = self.rules_of(quad)
            verdict = bool(rules) and quad.predicate != CONFLICTS
            found = [self.support.result(quad)] if verdict else self.support.of(quad)
            sides.update(dict.fromkeys(found))
        ids = sorted({r.entry for q in quads for r in self.rules_of(q)})
        project = self.projects.get(unit.graph)
        self.contradictions.append(
            Contradiction(self.shown(project), self.names.node(unit.node), tuple(sides), tuple(ids))
        )

    def rules_of(self, quad: Quad) -> list[Rule]:
        derivation = self.reasoned.derived.get(quad)
        return [r for r in derivation.rules if not r.describes] if derivation else []

    def firm(self, asked: Question, unit: Unit, quads: list[Quad], status: Status) -> Conclusion:
        presumed = {q: self.presumed(q.object) for q in quads}
        quads = sorted(quads, key=lambda q: (presumed[q], str(q)))
        rules = [r for q in quads for r in self.rules_of(q)]
        premises: dict[Premise, None] = {}
        for quad in quads[:1]:
            premises.update(dict.fromkeys(self.support.of(quad)))
        first = self.strongest(quads[0])
        articles = dict.fromkeys(a for r in rules for a in r.articles) or {asked.article: None}
        return self._conclusion(
            asked,
            unit,
            value=self.code(quads[0].object),
            status=status,
            presumed=all(presumed.values()),
            to_be_confirmed=all(r.to_be_confirmed for r in rules),
            rules=tuple(sorted({r.entry for r in rules})),
            articles=tuple(articles),
            text=first.text if first else None,
            premises=tuple(premises),
        )

    def presumed(self, value: Any) -> bool:
        """True for a verdict the text presumes rather than imposes."""
        return self.book.values(value, "presumed") == ["true"]

    def strongest(self, quad: Quad) -> Rule | None:
        return min(self.rules_of(quad), key=lambda r: ("presumes" in r.headers, r.id), default=None)

    def open(self, asked: Question, unit: Unit, reason: Reason, missing: tuple[MissingFact, ...]) -> Conclusion:
        value = self.code(unit.basis) if unit.basis is not None else None
        return self._conclusion(asked, unit, value=value, articles=(asked.article,), reason=reason, missing=missing)

    def _conclusion(
        self,
        asked: Question,
        unit: Unit,
        *,
        value: str | None,
        articles: tuple[str, ...],
        status: Status = "undetermined",
        presumed: bool = False,
        to_be_confirmed: bool = False,
        rules: tuple[str, ...] = (),
        text: Text | None = None,
        premises: tuple[Premise, ...] = (),
        reason: Reason | None = None,
        missing: tuple[MissingFact, ...] = (),
    ) -> Conclusion:
        subject, object_ = self.shown(unit.subject), self.shown(unit.object)
        project = self.shown(self.projects.get(unit.graph))
        return Conclusion(
            id=self.id_of(asked, unit), question=asked.name, project=project, subject=subject, object=object_,
            value=value, status=status, presumed=presumed, to_be_confirmed=to_be_confirmed, rules=rules,
            articles=articles, fiche=asked.fiche, text=text, premises=premises,
            steps=tuple(self.steps.of(asked, unit)), reason=reason, missing=missing,
        )  # fmt: skip

    def id_of(self, asked: Question, unit: Unit) -> str:
        """The id of a conclusion, the same from run to run."""
        basis = self.code(unit.basis) if unit.basis else None
        parts = (self.shown(unit.subject), self.shown(unit.object), basis)
        project = self.shown(self.projects.get(unit.graph))
        return "|".join([*([project] if project else []), asked.name, *(part for part in parts if part)])

    def shown(self, node: NamedNode | None) -> str | None:
        return self.names.node(node) if node is not None else None

    # --- what is missing ---------------------------------------------------------------------------------------

    def ends(self, node: NamedNode, graph: NamedNode) -> list[Quad]:
        """What stops the questions about a unit: its processing is out of the sheets."""
        processing = self.value(node, "ofProcessing", graph) or node
        return [Quad(processing, SCOPE, OUT_OF_SCOPE, graph)]

    def marks_on(self, node: NamedNode, graph: NamedNode) -> list[Quad]:
        """Every judgement, contradiction or hold not there yet that could stop a requirement on a unit."""
        nodes = {node, self.value(node, "ofProcessing", graph) or node}
        heads = [h for n in nodes for h in self.ground.heads(graph, n)]
        return [h for h in heads if h.predicate in (AWAITS, CONFLICTS, HOLDS) and h not in self.store]

    def missing(self, goals: Iterable[Quad], ends: Iterable[Quad] = (), verdict: str = "") -> tuple[list[Slot], bool]:
        """A minimal sufficient set of open facts for some goals, and whether a contested fact is among them.

        `verdict` is the id of what they would settle.
        """
        key = (frozenset(goals), frozenset(ends))
        if not key[0]:
            return [], False
        self.searches.setdefault(key, {}).setdefault(verdict)
        if key not in self._searched:
            self.sought[key] = ask(self.ground, *key)
            found = smallest(self.sought[key])
            # None: no answers settle it, all that leads to a goal is named.
            slots = self.ground.leading_to(key[0]) if found is None else found
            self._searched[key] = with_lists(slots, self.reasoned)
        found = self._searched[key]
        contested = [s for s in found if s in self.reasoned.contested]
        return [s for s in found if s not in contested], bool(contested)

    def found(self, search: Search) -> list[Slot]:
        """What a search made so far has found."""
        return self._searched[search]

    def facts(self, slots: Iterable[Slot]) -> tuple[MissingFact, ...]:
        found = {}
        for slot in slots:
            _, node, property_ = slot
            fact = MissingFact(property_.value, self.book.label(property_.value), self.names.node(node))
            found[fact] = self.slots.setdefault(fact, slot)
        return tuple(found)

    # --- whole runs --------------------------------------------------------------------------------------------

    def all(self) -> list[Conclusion]:
        """Every conclusion, in the order of graphs, questions and subjects."""
        conclusions = [self.conclude(q, u) for q in QUESTIONS for u in self.units(q)]
        conclusions += self.absent()
        self.contested()
        return sorted(
            conclusions,
            key=lambda c: (c.project or "", [q.name for q in QUESTIONS].index(c.question), c.subject or "", c.id),
        )

    def absent(self) -> Iterator[Conclusion]:
        """The questions that have nobody to be asked of: a project without processing, a lone dataset, no actor."""
        for description in self.reasoned.facts.descriptions:
            graph = description.graph
            described = [n for n, _ in self.nodes("DescribedProcessing", graph)]
            examined = {n for n, _ in self.nodes("ExaminedProcessing", graph)}
            if description.project is not None and not described:
                for asked in QUESTIONS:
                    yield self._lacking(asked, graph, description.project, None, CKG + "hasProcessing")
            yield from self._unpaired(graph, described, examined)

    def _unpaired(self, graph: NamedNode, described: list[NamedNode], examined: set[NamedNode]) -> Iterator[Conclusion]:
        for name, class_, end, link in (
            ("role", "DescribedParticipation", "ofProcessing", PROV + "qualifiedAssociation"),
            ("reuse", "DescribedUse", "ofProcessing", PROV + "qualifiedUsage"),
        ):
            paired = {self.value(n, end, graph) for n, _ in self.nodes(class_, graph)}
            for node in described:
                denied = NamedNode(NONE) in self.objects(node, NamedNode(link), graph)
                if node in examined and node not in paired and not denied:
                    yield self._lacking(BY_NAME[name], graph, None, node, link)
        used = {self.value(n, "ofDataset", graph) for n, _ in self.nodes("DescribedUse", graph)}
        if not described:
            for node, _ in self.nodes("DescribedDataset", graph):
                if node not in used:
                    yield self._lacking(BY_NAME["reuse"], graph, node, None, PROV + "qualifiedUsage")
            for node, _ in self.nodes("DescribedActor", graph):
                yield self._lacking(BY_NAME["role"], graph, node, None, PROV + "qualifiedAssociation")

    def _lacking(
        self, asked: Question, graph: NamedNode, subject: NamedNode | None, object_: NamedNode | None, link: str
    ) -> Conclusion:
        holder = object_ or subject
        assert holder is not None
        missing = MissingFact(link, self.book.label(link), self.names.node(holder))
        unit = Unit(NamedNode("urn:cnil-kg:nobody"), graph, subject, object_)
        return self.open(asked, unit, "missing", (missing,))

    def contested(self) -> None:
        """A contradiction for each fact both stated and denied, once for the same two sides."""
        seen = set()
        apart = [q for entry in self.reasoned.contested.values() for q in entry.quads]
        self.store.extend(apart)  # seen again while their sides are traced
        for (graph, node, _), entry in sorted(self.reasoned.contested.items(), key=str):
            if is_original(self.store, node, graph):
                continue
            sides = tuple(dict.fromkeys(p for q in entry.quads for p in self.support.of(q)))
            key = (graph, frozenset(sides))
            if key not in seen:
                seen.add(key)
                fact = next(f for f in self.book.facts if f.node == entry.property)
                ids = tuple(sorted({r.entry for r in self.reasoned.rules if self._reads(r, fact.node)}))
                project = self.shown(self.projects.get(graph))
                self.contradictions.append(Contradiction(project, self.names.node(node), sides, ids))
        for quad in apart:
            self.store.remove(quad)

    @staticmethod
    def _reads(rule: Rule, property_: NamedNode) -> bool:
        read = (p.terms + rule.body.predicate_values(p.predicate) for p, _ in rule.body.everything())
        return not rule.describes and any(property_ in terms for terms in read)
