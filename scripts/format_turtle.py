"""Write the ontology modules in one canonical Turtle, so that a diff shows what changed and nothing else.

    python scripts/format_turtle.py ontology/actors.ttl ...   # rewrites the files
    python scripts/format_turtle.py --check ontology/*.ttl    # exit 1, names the files that differ

A module is a list of prefixes, then sections. A comment after an empty line opens a section and heads it; a
comment inside a statement is refused, because it would be lost. Inside a section subjects are sorted,
predicates follow `ORDER`, French comes before English.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, Node, URIRef
from rdflib.collection import Collection

DCT = "http://purl.org/dc/terms/"
FIRST = [
    RDF.type,
    URIRef(DCT + "title"),
    URIRef(DCT + "abstract"),
    RDFS.label,
    SKOS.definition,
    SKOS.notation,
    OWL.equivalentClass,
    OWL.onProperty,
    OWL.hasValue,
    OWL.intersectionOf,
    OWL.unionOf,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
    OWL.propertyChainAxiom,
    RDFS.domain,
    RDFS.range,
]
LAST = [URIRef(DCT + "source"), RDFS.isDefinedBy]
ORDER = {p: i for i, p in enumerate(FIRST)} | {p: 1000 + i for i, p in enumerate(LAST)}
LANGS = {"fr": 0, "en": 1}
WRAP = 100
INDENT = "  "


class FormatError(ValueError):
    """A module that cannot be rewritten without losing something."""


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key in which `R2` comes before `R10`."""
    words = re.findall(r"[0-9]+|[^0-9]+", text)
    return [(0, int(word), "") if word[0].isdigit() else (1, 0, word) for word in words]


def split(text: str) -> tuple[list[str], list[tuple[list[str], str]]]:
    """The prefix lines, then each section: its comment lines and its Turtle."""
    prefixes: list[str] = []
    sections: list[tuple[list[str], str]] = [([], "")]
    blank = True
    for number, line in enumerate(text.splitlines(), 1):
        comments, body = sections[-1]
        if line.startswith("@prefix"):
            prefixes.append(line)
        elif line.startswith("#") and blank:
            sections.append(([line.rstrip()], ""))
        elif line.startswith("#") and not body.strip():
            comments.append(line.rstrip())
        elif line.lstrip().startswith("#"):
            raise FormatError(f"line {number}: a comment here would be lost, put it above a section")
        else:
            sections[-1] = (comments, body + line + "\n")
        blank = not line.strip()
    return prefixes, sections


def object_key(node: Node) -> tuple[int, str, list[tuple[int, int, str]]]:
    if isinstance(node, Literal):
        return (LANGS.get(node.language or "", 2), "", natural(str(node)))
    return (3, "", natural(str(node))) if isinstance(node, URIRef) else (4, "", [])


def write_node(graph: Graph, node: Node, depth: int) -> str:
    if isinstance(node, Literal):
        if node.datatype is not None and str(node.datatype).endswith(("#boolean", "#integer")):
            return str(node)
        return node.n3(graph.namespace_manager)
    if isinstance(node, BNode):
        if (node, RDF.first, None) in graph:
            items = [write_node(graph, item, depth + 1) for item in Collection(graph, node)]
            if sum(map(len, items)) < WRAP and not any("\n" in item for item in items):
                return f"( {' '.join(items)} )"
            pad = "\n" + INDENT * (depth + 1)
            return "(" + pad + pad.join(items) + "\n" + INDENT * depth + ")"
        return write_anonymous(graph, node, depth)
    return "a" if node == RDF.type else node.n3(graph.namespace_manager)


def write_anonymous(graph: Graph, node: BNode, depth: int) -> str:
    lines = write_pairs(graph, node, depth + 1)
    flat = " ; ".join(lines)
    if len(flat) < WRAP and "\n" not in flat:
        return f"[ {flat} ]"
    pad = "\n" + INDENT * (depth + 1)
    return "[" + pad + f" ;{pad}".join(lines) + "\n" + INDENT * depth + "]"


def write_pairs(graph: Graph, subject: Node, depth: int) -> list[str]:
    lines = []
    predicates = sorted(set(graph.predicates(subject)), key=lambda p: (ORDER.get(p, 500), str(p)))
    for predicate in predicates:
        objects = sorted(graph.objects(subject, predicate), key=object_key)
        texts = [write_node(graph, item, depth) for item in objects]
        name = "a" if predicate == RDF.type else predicate.n3(graph.namespace_manager)
        glue = " , " if sum(map(len, texts)) < WRAP else " ,\n" + INDENT * (depth + 1)
        lines.append(f"{name} {glue.join(texts)}")
    return lines


def write_section(prefixes: list[str], body: str) -> str:
    # A fresh graph binds prefixes of its own; only those of the file may be written.
    graph = Graph(bind_namespaces="none")
    graph.parse(data="\n".join(prefixes) + "\n" + body, format="turtle")
    nested = {o for o in graph.objects() if isinstance(o, BNode)}
    ontologies = set(graph.subjects(RDF.type, OWL.Ontology))
    named = sorted((s for s in set(graph.subjects()) if isinstance(s, URIRef)), key=lambda s: natural(str(s)))
    named.sort(key=lambda s: s not in ontologies)
    blocks = []
    for subject in named:
        pairs = write_pairs(graph, subject, 1)
        name = subject.n3(graph.namespace_manager)
        blocks.append(f"{name}\n{INDENT}" + f" ;\n{INDENT}".join(pairs) + " .\n")
    axioms = []
    for subject in {s for s in graph.subjects() if isinstance(s, BNode)} - nested:
        pairs = write_pairs(graph, subject, 1)
        axioms.append(f"[]\n{INDENT}" + f" ;\n{INDENT}".join(pairs) + " .\n")
    return "\n".join(blocks + sorted(axioms))


def canonical(text: str) -> str:
    """The canonical form of one module."""
    prefixes, sections = split(text)
    parts = []
    for comments, body in sections:
        turtle = write_section(prefixes, body) if body.strip() else ""
        if comments or turtle:
            head = "\n".join(comments) + ("\n\n" if turtle else "\n") if comments else ""
            parts.append(head + turtle)
    rest = "\n".join(parts)
    used = sorted({p for p in prefixes if p.split()[1] in rest})
    return "\n".join(used) + "\n\n" + rest


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    wrong = 0
    for name in (a for a in arguments if a != "--check"):
        path = Path(name)
        text = path.read_text(encoding="utf-8")
        try:
            done = canonical(text)
        except FormatError as error:
            print(f"{name}: {error}")
            wrong += 1
            continue
        if done != text:
            print(name)
            wrong += check
            if not check:
                path.write_text(done, encoding="utf-8", newline="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
