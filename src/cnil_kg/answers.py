"""`cnil-kg new --from`: answers written one under the other become a description, each fact on the node it belongs to.

The answers are in the YAML form, but flat: what is said of the processing, of its one actor or of its one dataset may
stand at the top. Nothing is guessed: where two actors or datasets are named, the fact must be written under one.
"""

from __future__ import annotations

from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from cnil_kg.errors import InputError
from cnil_kg.facttable import WRITTEN_ON
from cnil_kg.inputs.lines import BASE
from cnil_kg.inputs.normalise import namespace
from cnil_kg.inputs.projects import BNODE, blank_again
from cnil_kg.load import load
from cnil_kg.model import Facts
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import CKG, DCAT, DCT, DPV, PREFIXES, PROV, RDF, shrink

_OWN = BASE.format(number=1)
_TYPE = NamedNode(RDF + "type")
_HAS_PROCESSING = NamedNode(CKG + "hasProcessing")
_LINK = {"participation": WRITTEN_ON["participation"], "use": WRITTEN_ON["use"]}
_TARGET = {"participation": NamedNode(PROV + "agent"), "use": NamedNode(PROV + "entity")}
_CLASS = {
    "project": NamedNode(CKG + "Project"),
    "processing": NamedNode(DPV + "Process"),
    "participation": NamedNode(PROV + "Association"),
    "use": NamedNode(PROV + "Usage"),
    "dataset": NamedNode(DCAT + "Dataset"),
}
_OF_PROJECT = {_TYPE.value, _HAS_PROCESSING.value, DCT + "title", DCT + "description"}
_DEFAULT_BASE = "https://example.org/my-project/"


def described(path: str, book: Rulebook) -> tuple[list[Triple], str]:
    """The description that a file of answers gives.

    Returns:
        Its triples, and what the IRIs of its nodes start with.

    Raises:
        InputError: the file cannot be read, a value is ill-typed, or a fact could be about several nodes.
    """
    facts = load([path], format="yaml", terms=book.terms)
    if facts.errors:
        first = facts.errors[0]
        raise InputError(first.what, first.where, first.repair)
    wrong = next((w for w in facts.warnings if w.code in ("ill-typed", "literal-for-term")), None)
    if wrong is not None:
        where = wrong.where.place if wrong.where else path
        raise InputError(wrong.text.en, where, "Correct the value, or remove the line.")
    return _Placer(facts, book, path).triples()


class _Placer:
    def __init__(self, facts: Facts, book: Rulebook, path: str) -> None:
        self._path = path
        self._lines: dict[Triple, int | None] = {t: places[0].line for t, places in facts.origins.items()}
        self._units = {f.node: f.unit for f in book.facts}
        self._found: dict[Triple, None] = {}
        self._links: dict[tuple[NamedNode, NamedNode], list[NamedNode]] = {}
        for t in self._lines:
            if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode):
                self._links.setdefault((t.subject, t.predicate), []).append(t.object)
        self._root = self._find_root()

    def triples(self) -> tuple[list[Triple], str]:
        root = self._root
        self._add(root, _TYPE, _CLASS["project"])
        for triple in self._lines:
            if triple.subject == root and triple.predicate.value in _OF_PROJECT:
                self._add(root, triple.predicate, triple.object)
        processings = self._links.get((root, _HAS_PROCESSING), [])
        if not processings:
            self._add(root, _HAS_PROCESSING, self._fresh("processing"))
        for processing in processings or [self._fresh("processing")]:
            self._add(processing, _TYPE, _CLASS["processing"])
            for unit in ("participation", "use"):
                for node in self._parts(processing, unit) + (self._parts(root, unit) if processings[1:] == [] else []):
                    self._part(processing, unit, node)
        for triple in self._lines:
            self._place(triple, root, processings or [self._fresh("processing")])
        self._check()
        return [self._final(t) for t in self._found], self.base

    def _find_root(self) -> NamedNode:
        """The node that no other names."""
        objects = {node for nodes in self._links.values() for node in nodes}
        subjects = dict.fromkeys(t.subject for t in self._lines if isinstance(t.subject, NamedNode))
        roots = [node for node in subjects if node not in objects]
        if len(roots) != 1:
            raise InputError("the answers describe several things apart", self._path, "Keep one project a file.")
        return roots[0]

    def _parts(self, node: NamedNode, unit: str) -> list[NamedNode]:
        return self._links.get((node, _LINK[unit]), [])

    def _part(self, processing: NamedNode, unit: str, node: NamedNode) -> None:
        self._add(processing, _LINK[unit], node)
        self._add(node, _TYPE, _CLASS[unit])
        if unit == "use":
            for dataset in self._links.get((node, _TARGET["use"]), []):
                self._add(dataset, _TYPE, _CLASS["dataset"])

    def _place(self, triple: Triple, root: NamedNode, processings: list[NamedNode]) -> None:
        """A stated triple on the node that its property is about."""
        unit = self._units.get(triple.predicate, "")
        subject = triple.subject
        assert isinstance(subject, NamedNode)  # blank nodes were given names
        if subject == root:
            if triple.predicate in _LINK.values():
                self._one(processings, "processings", triple)
                return
            if unit or triple.predicate.value not in _OF_PROJECT:
                subject = self._one(processings, "processings", triple)
        if unit in ("participation", "use", "actor", "dataset"):
            subject = self._on_part(subject, unit, triple)
        self._add(subject, triple.predicate, triple.object)

    def _on_part(self, subject: NamedNode, unit: str, triple: Triple) -> NamedNode:
        """The node of a fact about an actor or a dataset, or about its part in the processing."""
        part = {"actor": "participation", "dataset": "use"}.get(unit, unit)
        if Triple(subject, _TYPE, _CLASS["processing"]) in self._found:
            nodes = self._stated(subject, _LINK[part])
            if not nodes:
                node = self._fresh(f"{part}-1")
                self._part(subject, part, node)
                target = self._fresh("organisation" if part == "participation" else "dataset")
                self._add(node, _TARGET[part], target)
                if part == "use":
                    self._add(target, _TYPE, _CLASS["dataset"])
                nodes = [node]
            subject = self._one(nodes, "actors" if part == "participation" else "uses", triple)
        if unit in ("actor", "dataset") and Triple(subject, _TYPE, _CLASS[part]) in self._found:
            targets = self._stated(subject, _TARGET[part])
            targets = targets or self._links.get((subject, _TARGET[part]), [])
            if not targets:
                raise self._error(triple, f"nothing says which {unit} it is about", f"Write `{unit}: name` beside it.")
            return self._one(targets, unit, triple)
        return subject

    def _stated(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        found = (t.object for t in self._found if t.subject == subject and t.predicate == predicate)
        return [node for node in found if isinstance(node, NamedNode)]

    def _check(self) -> None:
        """That each part of an actor or a dataset says whose it is: without it, nothing would be read of it."""
        stated = {(t.subject, t.predicate) for t in self._found}
        for unit, key in (("participation", "actor"), ("use", "dataset")):
            for triple in self._found:
                if triple.predicate == _LINK[unit] and (triple.object, _TARGET[unit]) not in stated:
                    raise self._error(triple, f"one of them has no {key}", f"Write `{key}: name` in it.")

    def _one(self, nodes: list[NamedNode], key: str, triple: Triple) -> NamedNode:
        if len(nodes) == 1:
            return nodes[0]
        raise self._error(triple, f"several {key} are described", f"Write it under the one of {key} that it is about.")

    def _error(self, triple: Triple, what: str, repair: str) -> InputError:
        name = shrink(triple.predicate.value)
        return InputError(f"{name}: {what}", f"{self._path}:{self._lines.get(triple) or 1}", repair)

    def _fresh(self, name: str) -> NamedNode:
        return NamedNode(_OWN + name)

    def _add(self, subject: NamedNode, predicate: NamedNode, value: NamedNode | BlankNode | Literal | Triple) -> None:
        self._found[Triple(subject, predicate, value)] = None

    @cached_property
    def base(self) -> str:
        """What the IRIs of the answers start with, else a namespace of examples."""
        terms = (term for t in self._lines for term in (t.subject, t.object) if isinstance(term, NamedNode))
        spaces = (namespace(term.value) for term in terms if not term.value.startswith((BNODE, _OWN)))
        return next((s for s in spaces if s.endswith("/") and s not in PREFIXES.values()), _DEFAULT_BASE)

    def _final(self, triple: Triple) -> Triple:
        """The triple with blank nodes as such, and our own names under the base of the answers."""

        def node(term: object) -> object:
            if isinstance(term, NamedNode) and term == self._root and term.value.startswith(BNODE):
                return NamedNode(self.base + "project")
            if isinstance(term, NamedNode) and term.value.startswith(_OWN):
                return NamedNode(self.base + term.value[len(_OWN) :])
            return blank_again(term)

        return Triple(node(triple.subject), triple.predicate, node(triple.object))  # type: ignore[arg-type]
