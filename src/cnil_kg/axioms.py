"""The OWL 2 RL axioms of the ontology, compiled to rules of the same form as the `.rq` files.

An axiom outside what is compiled here is an error naming it, never skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Variable

from cnil_kg.errors import RuleLoadError
from cnil_kg.patterns import Body, Pattern, Term
from cnil_kg.rdf import matching
from cnil_kg.vocab import CKG, OWL, RDF, RDFS, SKOS, shrink

Node = NamedNode | BlankNode
TYPE = NamedNode(RDF + "type")
THING = NamedNode(OWL + "Thing")
X = Variable("x")
# Constructs that entail nothing a rule could derive: declarations, annotations, headers.
SILENT_TYPES = frozenset(
    OWL + name
    for name in (
        "Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual", "Ontology",
        "Restriction", "AllDifferent",
    )
)  # fmt: skip
SILENT_PREDICATES = frozenset(
    OWL + name
    for name in (
        "imports", "versionIRI", "versionInfo", "priorVersion", "deprecated", "members", "distinctMembers",
        "onProperty", "hasValue", "someValuesFrom", "intersectionOf", "unionOf", "oneOf", "backwardCompatibleWith",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Axiom:
    """One compiled axiom; see `rulebook.Rule` for the fields."""

    id: str
    entry: str
    template: tuple[Pattern, ...]
    body: Body
    headers: Mapping[str, str]
    path: str


@dataclass
class _Reader:
    store: Store
    fresh: count[int] = field(default_factory=lambda: count(1))

    def objects(self, subject: Node, predicate: str) -> list[Node | Literal]:
        quads = matching(self.store, subject, NamedNode(predicate), None, None)
        return [q.object for q in quads if not isinstance(q.object, Variable)]

    def one(self, subject: Node, predicate: str) -> Node | Literal | None:
        found = self.objects(subject, predicate)
        return found[0] if found else None

    def members(self, head: Node) -> list[Node]:
        items: list[Node] = []
        seen = set()
        while head != NamedNode(RDF + "nil"):
            if head in seen:
                raise RuleLoadError("a list of the ontology runs in a circle")
            seen.add(head)
            first, rest = self.one(head, RDF + "first"), self.one(head, RDF + "rest")
            if not isinstance(first, NamedNode | BlankNode) or not isinstance(rest, NamedNode | BlankNode):
                raise RuleLoadError("a list of the ontology is broken")
            items.append(first)
            head = rest
        return items

    def list_of(self, subject: Node, predicate: str) -> list[Node] | None:
        head = self.one(subject, predicate)
        return self.members(head) if isinstance(head, NamedNode | BlankNode) else None

    def left(self, expression: Node, subject: Variable) -> list[list[Pattern]]:
        """The bodies, in disjunctive form, that put `subject` in a class expression."""
        if isinstance(expression, NamedNode):
            return [[] if expression == THING else [Pattern(subject, TYPE, expression)]]
        parts = self.list_of(expression, OWL + "intersectionOf")
        if parts is not None:
            bodies: list[list[Pattern]] = [[]]
            for part in parts:
                bodies = [before + more for before in bodies for more in self.left(part, subject)]
            return bodies
        parts = self.list_of(expression, OWL + "unionOf")
        if parts is not None:
            return [body for part in parts for body in self.left(part, subject)]
        property_ = self.one(expression, OWL + "onProperty")
        value = self.one(expression, OWL + "hasValue")
        filler = self.one(expression, OWL + "someValuesFrom")
        if isinstance(property_, NamedNode) and isinstance(value, NamedNode | Literal):
            return [[Pattern(subject, property_, value)]]
        if isinstance(property_, NamedNode) and isinstance(filler, NamedNode | BlankNode):
            y = Variable(f"y{next(self.fresh)}")
            return [[Pattern(subject, property_, y), *body] for body in self.left(filler, y)]
        raise RuleLoadError(f"a class expression on the left that is not compiled: {self.describe(expression)}")

    def right(self, expression: Node) -> list[Pattern]:
        """The triples that membership of a class expression gives."""
        if isinstance(expression, NamedNode):
            return [] if expression == THING else [Pattern(X, TYPE, expression)]
        parts = self.list_of(expression, OWL + "intersectionOf")
        if parts is not None:
            return [p for part in parts for p in self.right(part)]
        property_ = self.one(expression, OWL + "onProperty")
        value = self.one(expression, OWL + "hasValue")
        if isinstance(property_, NamedNode) and isinstance(value, NamedNode | Literal):
            return [Pattern(X, property_, value)]
        raise RuleLoadError(f"a class expression on the right that is not compiled: {self.describe(expression)}")

    def describe(self, expression: Node) -> str:
        quads = matching(self.store, expression, None, None, None)
        return "; ".join(sorted(f"{shrink(q.predicate.value)} {q.object}" for q in quads)) or str(expression)

    def headers(self, *sides: list[Pattern]) -> dict[str, str]:
        """The texts and articles of the class or property that carries the entry, as rule headers."""
        found = {"fr": "", "en": ""}
        for term in (t for side in sides for p in side for t in (p.object, p.predicate)):
            if isinstance(term, NamedNode) and self.one(term, CKG + "entry") is not None:
                for text in self.objects(term, SKOS + "definition"):
                    if isinstance(text, Literal) and text.language in found:
                        found[text.language] = found[text.language] or text.value
                articles = sorted(a.value for a in self.objects(term, CKG + "article") if isinstance(a, Literal))
                found.setdefault("article", "; ".join(articles))
                if self.one(term, CKG + "toBeConfirmed") is not None:
                    found["to-be-confirmed"] = "yes"
        return found

    def entry(self, *terms: Node | Literal) -> str:
        for term in terms:
            if isinstance(term, NamedNode):
                value = self.one(term, CKG + "entry")
                if isinstance(value, Literal):
                    return value.value
        return ""


def compile_axioms(store: Store) -> list[Axiom]:
    """Every axiom of the default graph as a rule.

    Raises:
        RuleLoadError: an axiom that is not compiled, naming it.
    """
    reader = _Reader(store)
    compiled: list[tuple[str, list[Pattern], list[Pattern]]] = []
    for quad in sorted(matching(store, None, None, None, None), key=str):
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if predicate == RDF + "type" and isinstance(value, NamedNode) and value.value.startswith(OWL):
            compiled += _characteristic(reader, subject, value)
        elif predicate == RDFS + "subClassOf" and not _is_literal(value):
            compiled += _inclusion(reader, subject, value)
        elif predicate == OWL + "equivalentClass" and not _is_literal(value):
            compiled += _inclusion(reader, subject, value) + _inclusion(reader, value, subject)
        elif predicate in _PROPERTY_AXIOMS:
            compiled += _PROPERTY_AXIOMS[predicate](reader, subject, value)
        elif predicate.startswith(OWL) and predicate not in SILENT_PREDICATES:
            raise RuleLoadError(f"an axiom that is not compiled: {shrink(predicate)} on {subject}")
    return [
        _axiom(number, entry, template, patterns, reader.headers(template, patterns))
        for number, (entry, template, patterns) in enumerate(sorted(compiled, key=str), 1)
        if template
    ]


def _axiom(
    number: int, entry: str, template: list[Pattern], patterns: list[Pattern], headers: Mapping[str, str]
) -> Axiom:
    """One axiom as a rule; ids stay apart where several axioms encode one entry."""
    name = f"axiom {number}" + (f" ({entry})" if entry else "")
    return Axiom(name, entry or name, tuple(template), Body(patterns=patterns), headers, "ontology")


def _is_literal(value: object) -> bool:
    return isinstance(value, Literal)


def _inclusion(reader: _Reader, left: Node, right: Node) -> list[tuple[str, list[Pattern], list[Pattern]]]:
    template = [p for p in reader.right(right) if p.terms != (X, TYPE, left)]
    entry = reader.entry(left, right)
    return [(entry, template, body) for body in reader.left(left, X)]


def _characteristic(reader: _Reader, subject: Node, value: NamedNode) -> list[tuple[str, list[Pattern], list[Pattern]]]:
    if value.value in SILENT_TYPES:
        return []
    y, z = Variable("y"), Variable("z")
    if isinstance(subject, NamedNode) and value.value == OWL + "TransitiveProperty":
        return [("", [Pattern(X, subject, z)], [Pattern(X, subject, y), Pattern(y, subject, z)])]
    if isinstance(subject, NamedNode) and value.value == OWL + "SymmetricProperty":
        return [("", [Pattern(y, subject, X)], [Pattern(X, subject, y)])]
    raise RuleLoadError(f"an axiom that is not compiled: {subject} is a {shrink(value.value)}")


def _sub_property(
    reader: _Reader, subject: NamedNode, value: NamedNode
) -> list[tuple[str, list[Pattern], list[Pattern]]]:
    y = Variable("y")
    return [(reader.entry(subject), [Pattern(X, value, y)], [Pattern(X, subject, y)])]


def _inverse(reader: _Reader, subject: NamedNode, value: NamedNode) -> list[tuple[str, list[Pattern], list[Pattern]]]:
    y = Variable("y")
    return [
        ("", [Pattern(y, value, X)], [Pattern(X, subject, y)]),
        ("", [Pattern(y, subject, X)], [Pattern(X, value, y)]),
    ]


def _domain(reader: _Reader, subject: NamedNode, value: NamedNode) -> list[tuple[str, list[Pattern], list[Pattern]]]:
    return [("", reader.right(value), [Pattern(X, subject, Variable("y"))])]


def _range(reader: _Reader, subject: NamedNode, value: NamedNode) -> list[tuple[str, list[Pattern], list[Pattern]]]:
    datatype = value.value.startswith(("http://www.w3.org/2001/XMLSchema#", RDFS, RDF))
    return [] if datatype else [("", reader.right(value), [Pattern(Variable("y"), subject, X)])]


def _chain(reader: _Reader, subject: NamedNode, value: Node) -> list[tuple[str, list[Pattern], list[Pattern]]]:
    steps = reader.members(value)
    nodes: list[Term] = [X, *(Variable(f"z{i}") for i in range(1, len(steps)))]
    nodes.append(Variable("y"))
    body = [Pattern(nodes[i], step, nodes[i + 1]) for i, step in enumerate(steps) if isinstance(step, NamedNode)]
    return [(reader.entry(subject), [Pattern(X, subject, Variable("y"))], body)]


_PROPERTY_AXIOMS = {
    RDFS + "subPropertyOf": _sub_property,
    OWL + "inverseOf": _inverse,
    RDFS + "domain": _domain,
    RDFS + "range": _range,
    OWL + "propertyChainAxiom": _chain,
}
