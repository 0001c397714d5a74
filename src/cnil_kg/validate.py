"""Reasoned -> findings: the shapes, by pySHACL, one description at a time as a plain graph.

rdflib and pySHACL are imported when something is validated: a third of a second that other commands do not pay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Quad

from cnil_kg.conclude import AWAITS, Concluder
from cnil_kg.lists import incomplete
from cnil_kg.model import Finding, FindingStatus, MissingFact, Reason
from cnil_kg.questions import QUESTIONS, TYPE
from cnil_kg.rdf import matching
from cnil_kg.reason import Reasoned
from cnil_kg.requirements import ID, Requirement, read_requirements
from cnil_kg.vocab import CKG, XSD

if TYPE_CHECKING:
    from rdflib import Graph

_Failures = dict[tuple[str, str], dict[bool, set[str]]]
"""(entry, focus node) -> {False: violated, True: not stated} -> the paths concerned."""


@cache
def requirements(paths: tuple[Path, ...]) -> tuple[Requirement, ...]:
    """The requirements of the rulebook's shape files."""
    return read_requirements(paths)


def validate(reasoned: Reasoned, concluder: Concluder, only: Collection[str] = ()) -> Iterator[Finding]:
    """One finding for each requirement and each unit it is asked of.

    Args:
        reasoned: stated and derived facts.
        concluder: the conclusions of the same run, asked for what would settle an open requirement.
        only: the ids of the requirements to report, all when empty.
    """
    paths = reasoned.rulebook.shapes
    asked = tuple(r for r in requirements(paths) if not only or r.id in only)
    if not asked:
        return
    needed = tuple(path for path in paths if any(path.name.startswith(f"{r.fiche}-") for r in asked))
    for description in reasoned.facts.descriptions:
        graph = description.graph
        units = {r.asked_of: _members(reasoned, r.asked_of, graph) for r in asked}
        if not any(units.values()):
            continue
        failures = _run(plain_graph(reasoned, graph), needed)
        for requirement in asked:
            for node in units[requirement.asked_of]:
                yield _finding(reasoned, concluder, requirement, node, graph, failures)


def supposing(reasoned: Reasoned, concluder: Concluder) -> Iterator[Finding]:
    """What each requirement would still need if it applied, for those of which that is open.

    Yields:
        A finding, undetermined for want of facts, for each that the facts stated would not settle.
    """
    asked = requirements(reasoned.rulebook.shapes)
    for description in reasoned.facts.descriptions:
        graph, open_ = description.graph, []
        for requirement in asked:
            for node in _members(reasoned, requirement.asked_of, graph):
                known = (requirement.applies, requirement.not_for)
                if not any(c and Quad(node, TYPE, c, graph) in reasoned.store for c in known):
                    open_.append((requirement, node))
        if not open_:
            continue
        data = plain_graph(reasoned, graph)
        for requirement, node in open_:
            data.add((_rdflib(node), _rdflib(TYPE), _rdflib(requirement.applies)))
        failures = _run(data, reasoned.rulebook.shapes)
        for requirement, node in open_:
            failed = failures.get((requirement.id, node.value), {})
            if True in failed and False not in failed:
                reason, missing = _unstated(reasoned, concluder, requirement, node, graph, failed[True])
                if missing:
                    yield _told(concluder, requirement, node, graph, "undetermined", reason, missing)


def _members(reasoned: Reasoned, class_: NamedNode, graph: NamedNode) -> list[NamedNode]:
    quads = matching(reasoned.store, None, TYPE, class_, graph)
    return sorted((q.subject for q in quads if isinstance(q.subject, NamedNode)), key=str)


def plain_graph(reasoned: Reasoned, graph: NamedNode) -> Graph:
    """Stated and derived triples of one description as an rdflib graph."""
    from rdflib import Graph  # noqa: PLC0415

    plain = Graph()
    for quad in matching(reasoned.store, None, None, None, graph):
        plain.add((_rdflib(quad.subject), _rdflib(quad.predicate), _rdflib(quad.object)))
    return plain


def _rdflib(term: Any) -> Any:
    """The same term for rdflib; a plain string has no datatype there (measured: typed and plain differ)."""
    from rdflib import Literal as RdflibLiteral  # noqa: PLC0415
    from rdflib import URIRef  # noqa: PLC0415

    if not isinstance(term, Literal):
        return URIRef(term.value)
    if term.language:
        return RdflibLiteral(term.value, lang=term.language)
    datatype = term.datatype.value
    return RdflibLiteral(term.value, datatype=None if datatype == XSD + "string" else URIRef(datatype))


@cache
def _prepared(paths: tuple[Path, ...]) -> Any:
    """The shapes, parsed and harvested once."""
    from pyshacl.shapes_graph import ShapesGraph  # noqa: PLC0415
    from rdflib import Graph  # noqa: PLC0415

    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return ShapesGraph(graph)


def _run(data: Graph, paths: tuple[Path, ...]) -> _Failures:
    from pyshacl.graph_abstraction import DataGraph  # noqa: PLC0415
    from pyshacl.validator import Validator  # noqa: PLC0415
    from rdflib.namespace import SH  # noqa: PLC0415

    prepared = _prepared(paths)
    validator = Validator(DataGraph.from_rdflib(data), shacl_graph=prepared.graph)
    validator.shacl_graph = prepared
    run: Any = validator.run
    _, report, _ = run()
    failures: _Failures = {}
    for result in report.objects(None, SH.result):
        source = ID.match(str(report.value(result, SH.sourceShape)))
        if source is not None:
            focus, path = str(report.value(result, SH.focusNode)), report.value(result, SH.resultPath)
            kinds = failures.setdefault((source[1], focus), {})
            kinds.setdefault(bool(source[2]), set()).add(str(path) if path is not None else "")
    return failures


def _finding(
    reasoned: Reasoned,
    concluder: Concluder,
    requirement: Requirement,
    node: NamedNode,
    graph: NamedNode,
    failures: _Failures,
) -> Finding:
    status: FindingStatus = "met"
    reason: Reason | None = None
    missing: tuple[MissingFact, ...] = ()
    if Quad(node, TYPE, requirement.applies, graph) in reasoned.store:
        failed = failures.get((requirement.id, node.value), {})
        if False in failed:
            status = "violated"
        elif True in failed:
            status = "undetermined"
            reason, missing = _unstated(reasoned, concluder, requirement, node, graph, failed[True])
    elif requirement.not_for and Quad(node, TYPE, requirement.not_for, graph) in reasoned.store:
        status = "notApplicable"
    else:
        status = "undetermined"
        goals = [Quad(node, TYPE, c, graph) for c in (requirement.applies, requirement.not_for) if c]
        reason, missing = _open(concluder, requirement, node, graph, goals)
    return _told(concluder, requirement, node, graph, status, reason, missing)


def _told(
    concluder: Concluder,
    requirement: Requirement,
    node: NamedNode,
    graph: NamedNode,
    status: FindingStatus,
    reason: Reason | None,
    missing: tuple[MissingFact, ...],
) -> Finding:
    return Finding(
        id=requirement.id,
        project=concluder.shown(concluder.projects.get(graph)),
        subject=concluder.names.node(node),
        status=status,
        level=requirement.level,
        message=requirement.message,
        articles=requirement.articles,
        fiche=requirement.fiche,
        to_be_confirmed=requirement.to_be_confirmed,
        reason=reason,
        missing=missing,
    )


def _open(
    concluder: Concluder, requirement: Requirement, node: NamedNode, graph: NamedNode, goals: list[Quad]
) -> tuple[Reason, tuple[MissingFact, ...]]:
    ends = concluder.ends(node, graph) + concluder.marks_on(node, graph)
    slots, contested = concluder.missing(goals, ends, f"{requirement.id}|{concluder.names.node(node)}")
    if contested:
        return "contradiction", ()
    return ("missing", concluder.facts(slots)) if slots else ("judgement", ())


def _question_waits(concluder: Concluder, property_: NamedNode, node: NamedNode, graph: NamedNode) -> bool:
    """True when the question that a property answers awaits a judgement about the unit."""
    asked = [q for q in QUESTIONS if property_.value.removeprefix(CKG) in q.properties]
    units = ((q, u) for q in asked for u in concluder.units(q) if (u.node, u.graph) == (node, graph))
    return any(concluder.marks(AWAITS, q, u) for q, u in units)


def _unstated(
    reasoned: Reasoned,
    concluder: Concluder,
    requirement: Requirement,
    node: NamedNode,
    graph: NamedNode,
    paths: set[str],
) -> tuple[Reason, tuple[MissingFact, ...]]:
    """What would settle a requirement whose paths have no value: the facts themselves, or those of derived steps."""
    stateable = {f.node for f in reasoned.rulebook.facts}
    found: dict[MissingFact, None] = {}
    reasons: set[Reason] = set()
    for path in sorted(paths):
        property_ = NamedNode(path)
        if property_ in stateable:
            contested = (graph, node, property_) in reasoned.contested
            reasons.add("contradiction" if contested else "missing")
            facts = () if contested else concluder.facts([(graph, node, property_)])
        else:
            waits = any(matching(reasoned.store, node, AWAITS, Literal(requirement.id), graph))
            waits = waits or _question_waits(concluder, property_, node, graph)
            goals = [h for h in concluder.ground.heads(graph, node) if h.predicate in requirement.paths]
            reason, facts = ("judgement", ()) if waits else _open(concluder, requirement, node, graph, goals)
            lists = incomplete(reasoned, graph, node, requirement.paths) if reason == "judgement" and not waits else []
            if lists:
                reason, facts = "missing", concluder.facts(lists)
            reasons.add(reason)
        found.update(dict.fromkeys(facts))
    order: tuple[Reason, ...] = ("contradiction", "judgement", "missing")
    reason = next(r for r in order if r in reasons)
    return reason, tuple(found) if reason == "missing" else ()
