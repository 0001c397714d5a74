"""Reasoned -> conclusions: every question of every subject, in three values, with premises, steps and missing facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from cnil_kg.ground import Ground, Slot, ground
from cnil_kg.missing import question as ask
from cnil_kg.missing import settled, smallest
from cnil_kg.model import Conclusion, Contradiction, MissingFact, Premise, Reason, Status, Step, Text
from cnil_kg.naming import Names
from cnil_kg.reason import Reasoned, is_original
from cnil_kg.rulebook import Rule
from cnil_kg.support import Support
from cnil_kg.vocab import CKG, DPV, NONE, PROV, RDF, SKOS, shrink

Value = NamedNode | Literal
TYPE = NamedNode(RDF + "type")
AWAITS = NamedNode(CKG + "awaitsJudgement")
CONFLICTS = NamedNode(CKG + "inContradiction")
NOTATION = NamedNode(SKOS + "notation")
CRITERION = NamedNode(CKG + "DpiaCriterion")
BASIS = NamedNode(DPV + "hasLegalBasis")


@dataclass(frozen=True)
class Question:
    """One of the fixed questions: the class of its units, the properties that answer it, where it is cited from.

    `excluded_prevails`: in a table where all rows are collected, an exclusion beats what establishes.
    """

    name: str
    asked_of: str
    properties: tuple[str, ...]
    fiche: str
    article: str
    excluded_prevails: bool = False


QUESTIONS = (
    Question("scope", "DescribedProcessing", ("scope",), "fiche-00", "GDPR 2"),
    Question("regime", "ExaminedProcessing", ("developmentRegime",), "fiche-01", "GDPR 2"),
    Question("purpose", "ExaminedProcessing", ("purposeStatus",), "fiche-02", "GDPR 5(1)(b)"),
    Question("role", "ExaminedParticipation", ("role",), "fiche-03", "GDPR 4(7)"),
    Question("legalBasis", "ExaminedProcessing", ("standingBasis", "fallenBasis"), "fiche-04a", "GDPR 6(1)", True),
    Question("reuse", "ExaminedUse", ("reuseStatus",), "fiche-04b", "GDPR 5(1)(b)", True),
    Question("dpia", "ExaminedProcessing", ("dpiaStatus",), "fiche-05", "GDPR 35(1)"),
)
BY_NAME = {q.name: q for q in QUESTIONS}
# A role claimed that a firm role does not belie: joint controllers are controllers.
COMPATIBLE_CLAIMS = {("jointController", "controller")}
CLAIMS = {"role": "claimsRole", "dpia": "claimsDpiaStatus"}


@dataclass(frozen=True)
class Unit:
    """What a question is asked of: its node and graph, the subject and object shown, the basis for legalBasis."""

    node: NamedNode
    graph: NamedNode
    subject: NamedNode | None
    object: NamedNode | None
    basis: NamedNode | None = None


class Concluder:
    """The conclusions of one run."""

    def __init__(self, reasoned: Reasoned) -> None:
        self.reasoned = reasoned
        self.store = reasoned.store
        self.book = reasoned.rulebook
        self.names = Names(reasoned.facts.paths)
        self.support = Support(reasoned, self.names)
        self._ground: Ground | None = None
        self.contradictions: list[Contradiction] = []
        self.projects = {d.graph: d.project for d in reasoned.facts.descriptions}

    @property
    def ground(self) -> Ground:
        """The ground rules, made when the first open conclusion asks for them."""
        if self._ground is None:
            self._ground = ground(self.reasoned)
        return self._ground

    # --- units -------------------------------------------------------------------------------------------------

    def nodes(self, class_: str, graph: NamedNode | None = None) -> Iterator[tuple[NamedNode, NamedNode]]:
        """The nodes of a `ckg:` class with their graphs, sorted."""
        quads = self.store.quads_for_pattern(None, TYPE, NamedNode(CKG + class_), graph)
        for quad in sorted(quads, key=str):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.graph_name, NamedNode):
                yield quad.subject, quad.graph_name

    def value(self, node: NamedNode, property_: str, graph: NamedNode) -> NamedNode | None:
        quads = self.store.quads_for_pattern(node, NamedNode(CKG + property_), None, graph)
        return next((q.object for q in quads if isinstance(q.object, NamedNode)), None)

    def units(self, asked: Question) -> Iterator[Unit]:
        """The units of a question."""
        for node, graph in self.nodes(asked.asked_of):
            if asked.name == "role":
                yield Unit(node, graph, self.value(node, "ofActor", graph), self.value(node, "ofProcessing", graph))
            elif asked.name == "reuse":
                yield Unit(node, graph, self.value(node, "ofDataset", graph), self.value(node, "ofProcessing", graph))
            elif asked.name == "legalBasis":
                claimed = [b for b in self.objects(node, BASIS, graph) if self.code(b)]
                yield from (Unit(node, graph, node, None, basis) for basis in claimed)
                if not claimed:
                    yield Unit(node, graph, node, None)
            else:
                yield Unit(node, graph, node, None)

    def objects(self, node: NamedNode, property_: NamedNode, graph: NamedNode) -> list[NamedNode]:
        quads = self.store.quads_for_pattern(node, property_, None, graph)
        return sorted((q.object for q in quads if isinstance(q.object, NamedNode)), key=str)

    # --- verdicts ----------------------------------------------------------------------------------------------

    def code(self, value: Value) -> str:
        """The word for a verdict, basis or step value; empty when the ontology gives none."""
        if isinstance(value, Literal):
            return value.value
        if value.value == NONE:
            return "none"
        return next(iter(self.book.values(value, "code")), "") or self.book.notation(value)

    def status(self, property_: NamedNode, value: Value) -> Status | None:
        """What a derived value says: booleans by themselves, others by the annotation of value or property."""
        if isinstance(value, Literal):
            return "established" if value.value == "true" else "excluded"
        for term in (value, property_):
            for kind in self.book.values(term, "verdictStatus"):
                return "established" if kind == CKG + "Established" else "excluded"
        return None

    def answers(self, asked: Question, unit: Unit) -> dict[Status, list[Quad]]:
        """The derived answers, by status."""
        found: dict[Status, list[Quad]] = {"established": [], "excluded": []}
        for name in asked.properties:
            property_ = NamedNode(CKG + name)
            for quad in self.store.quads_for_pattern(unit.node, property_, None, unit.graph):
                if asked.name == "legalBasis" and unit.basis not in (None, quad.object):
                    continue
                status = self.status(property_, quad.object)  # type: ignore[arg-type]
                if status is not None:
                    found[status].append(quad)
        return found

    def goals(self, asked: Question, unit: Unit) -> set[Quad]:
        """All that would settle a question about a unit."""
        heads = set()
        ids = {r.entry for r in self.reasoned.rules if r.headers.get("question") == asked.name}
        properties = {NamedNode(CKG + p) for p in asked.properties}
        for head in self.ground.clauses:
            if head.subject != unit.node or head.graph_name != unit.graph:
                continue
            basis_fits = unit.basis is None or head.object == unit.basis
            if head.predicate in properties and basis_fits:
                heads.add(head)
            elif head.predicate in (AWAITS, CONFLICTS) and getattr(head.object, "value", "") in ids and self.judges(head, unit):
                heads.add(head)
        return heads

    def judges(self, head: Quad, unit: Unit) -> bool:
        """False for a judgement that concerns another legal basis than the unit's."""
        if unit.basis is None:
            return True
        bases = self.book.values(NamedNode(f"{CKG}entry-{getattr(head.object, 'value', '')}"), "forBasis")
        return not bases or unit.basis.value in bases

    def conclude(self, asked: Question, unit: Unit) -> Conclusion:
        """The conclusion of one question about one unit."""
        found = self.answers(asked, unit)
        if asked.excluded_prevails and found["excluded"]:
            found["established"] = []
        firm = found["established"] + found["excluded"]
        codes = sorted({self.code(q.object) for q in firm})  # type: ignore[arg-type]
        belied = self.belied(asked, unit, codes)
        if len(codes) > 1 and asked.name != "legalBasis" or (found["established"] and found["excluded"]) or belied:
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
        slots, contested = self.missing(self.goals(asked, unit))
        if contested:
            return self.open(asked, unit, "contradiction", ())
        return self.open(asked, unit, "missing" if slots else "judgement", self.facts(slots))

    def marks(self, property_: NamedNode, asked: Question, unit: Unit) -> list[Quad]:
        """The entries that await a judgement, or are in contradiction, for this question."""
        ids = {r.entry for r in self.reasoned.rules if r.headers.get("question") == asked.name}
        quads = self.store.quads_for_pattern(unit.node, property_, None, unit.graph)
        return [q for q in quads if getattr(q.object, "value", "") in ids and self.judges(q, unit)]

    def belied(self, asked: Question, unit: Unit, codes: list[str]) -> list[Quad]:
        """The claims about the answer that a firm answer excludes."""
        if asked.name not in CLAIMS or not codes:
            return []
        claims = self.store.quads_for_pattern(unit.node, NamedNode(CKG + CLAIMS[asked.name]), None, unit.graph)
        return [
            q
            for q in claims
            if self.code(q.object) not in codes  # type: ignore[arg-type]
            and not any((code, self.code(q.object)) in COMPATIBLE_CLAIMS for code in codes)  # type: ignore[arg-type]
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
        presumed = {q: self.book.values(q.object, "presumed") == ["true"] for q in quads}  # type: ignore[arg-type]
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
            value=self.code(quads[0].object),  # type: ignore[arg-type]
            status=status,
            presumed=all(presumed.values()),
            to_be_confirmed=all(r.to_be_confirmed for r in rules),
            rules=tuple(sorted({r.entry for r in rules})),
            articles=tuple(articles),
            text=first.text if first else None,
            premises=tuple(premises),
        )

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
        parts = [asked.name, subject or "", object_ or "", self.code(unit.basis) if unit.basis else ""]
        project = self.shown(self.projects.get(unit.graph))
        name = "|".join(([project] if project else []) + [p for p in parts if p])
        return Conclusion(
            id=name, question=asked.name, project=project, subject=subject, object=object_, value=value,
            status=status, presumed=presumed, to_be_confirmed=to_be_confirmed, rules=rules, articles=articles,
            fiche=asked.fiche, text=text, premises=premises, steps=tuple(self.steps(asked, unit)), reason=reason,
            missing=missing,
        )  # fmt: skip

    def shown(self, node: NamedNode | None) -> str | None:
        return self.names.node(node) if node is not None else None

    # --- steps -------------------------------------------------------------------------------------------------

    def steps(self, asked: Question, unit: Unit) -> Iterator[Step]:
        """The results on the way, in the order of their ids, open ones included."""
        found = []
        for quad in self.book.constants.quads_for_pattern(None, NamedNode(CKG + "question"), Literal(asked.name), None):
            property_ = quad.subject
            if not isinstance(property_, NamedNode) or property_.value[len(CKG) :] in asked.properties:
                continue
            bases = self.book.values(property_, "forBasis")
            if bases and (unit.basis is None or unit.basis.value not in bases):
                continue
            found += self.step(property_, unit)
        if asked.name == "dpia":
            found += self.open_criteria({s.id for s in found})
        yield from sorted(found, key=lambda s: (s.id, s.value or ""))

    def open_criteria(self, known: set[str]) -> list[Step]:
        """The criteria neither met nor ruled out."""
        quads = self.book.constants.quads_for_pattern(None, TYPE, CRITERION, None)
        criteria = [q.subject for q in quads if isinstance(q.subject, NamedNode)]
        entries = {self.book.values(c, "entry")[0]: self.code(c) for c in criteria}
        return [Step(entry, code, "undetermined") for entry, code in entries.items() if entry not in known]

    def step(self, property_: NamedNode, unit: Unit) -> list[Step]:
        """One step property on the node it belongs to: the unit, its processing, or its dataset."""
        entries = self.book.values(property_, "entry")
        asked_of = self.book.values(property_, "askedOf")
        node = self.step_node(asked_of[0][len(CKG) :] if asked_of else "", unit)
        steps = []
        if node is not None:
            for quad in self.store.quads_for_pattern(node, property_, None, unit.graph):
                status = self.status(property_, quad.object)  # type: ignore[arg-type]
                own = self.book.values(quad.object, "entry") if isinstance(quad.object, NamedNode) else []
                if status is not None:
                    value = self.code(quad.object) or shrink(self.names.term(quad.object))  # type: ignore[arg-type]
                    steps.append(Step((own or entries or [shrink(property_.value)])[0], value, status))
        if not steps and entries:
            steps.append(Step(entries[0], None, "undetermined"))
        return steps

    def step_node(self, asked_of: str, unit: Unit) -> NamedNode | None:
        if asked_of.endswith("Dataset"):
            return unit.subject
        if asked_of.endswith("Processing") and unit.object is not None:
            return unit.object
        return unit.node

    # --- what is missing ---------------------------------------------------------------------------------------

    def missing(self, goals: Iterable[Quad]) -> tuple[list[Slot], bool]:
        """A minimal sufficient set of open facts for some goals, and whether a contested fact is among them."""
        goals = set(goals)
        if not goals:
            return [], False
        asked = ask(self.ground, goals)
        found = smallest(asked)
        if found is None:
            found = [s for s in asked.slots if s in self.reasoned.contested] or list(asked.slots)
        contested = [s for s in found if s in self.reasoned.contested]
        return [s for s in found if s not in contested], bool(contested)

    def facts(self, slots: Iterable[Slot]) -> tuple[MissingFact, ...]:
        return tuple(MissingFact(p.value, self.book.label(p.value), self.names.node(node)) for _, node, p in slots)

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

    def _unpaired(
        self, graph: NamedNode, described: list[NamedNode], examined: set[NamedNode]
    ) -> Iterator[Conclusion]:
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
                fact = next(f for f in self.book.facts if f.property == entry.property)
                ids = tuple(sorted({r.entry for r in self.reasoned.rules if self._reads(r, fact.property)}))
                project = self.shown(self.projects.get(graph))
                self.contradictions.append(Contradiction(project, self.names.node(node), sides, ids))
        for quad in apart:
            self.store.remove(quad)

    @staticmethod
    def _reads(rule: Rule, property_: NamedNode) -> bool:
        patterns = [p for p, _ in rule.body.everything()]
        return not rule.describes and any(property_ in (*p.terms, *rule.body.predicate_values(p.predicate)) for p in patterns)


__all__ = ["QUESTIONS", "Concluder", "Question", "Unit", "settled"]
