"""The requirements: the metadata of the shapes, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Store

from cnil_kg.errors import RuleLoadError
from cnil_kg.model import Level, Text
from cnil_kg.rdf import matching
from cnil_kg.vocab import CKG, CKS, DCT, RDF, SH

ID = re.compile(re.escape(CKS) + r"(F\d+[AB]?-\d+)(-stated)?(-.*)?$")
LEVELS: dict[str, Level] = {"Violation": "must", "Warning": "should", "Info": "may"}


@dataclass(frozen=True)
class Requirement:
    """One `must` or `should`: whom it is asked of, for whom it applies and does not, its text, citation and paths."""

    id: str
    asked_of: NamedNode
    applies: NamedNode
    not_for: NamedNode | None
    level: Level
    message: Text
    articles: tuple[str, ...]
    fiche: str
    to_be_confirmed: bool
    paths: frozenset[NamedNode]


def read_requirements(paths: Iterable[Path]) -> tuple[Requirement, ...]:
    """The requirements of the shape files, in the order of their ids.

    Raises:
        RuleLoadError: a shape without target, message in both languages, source or severity.
    """
    found = []
    for path in paths:
        store = Store()
        try:
            store.load(path=str(path), format=RdfFormat.TURTLE)
        except SyntaxError as error:
            raise RuleLoadError(str(error), path.name) from error
        kind, node_shape = NamedNode(RDF + "type"), NamedNode(SH + "NodeShape")
        for quad in matching(store, None, kind, node_shape, None):
            match = ID.match(getattr(quad.subject, "value", ""))
            if match is None:
                raise RuleLoadError(f"a node shape without an id: {quad.subject}", path.name)
            if not match[2] and not match[3] and isinstance(quad.subject, NamedNode):
                found.append(_requirement(store, quad.subject, match[1], path.name))
    return tuple(sorted(found, key=lambda r: r.id))


def _requirement(store: Store, shape: NamedNode, id_: str, where: str) -> Requirement:
    def values(property_: str) -> list[NamedNode]:
        quads = matching(store, shape, NamedNode(property_), None, None)
        return sorted((q.object for q in quads), key=str)

    def one(property_: str) -> NamedNode:
        found = values(property_)
        if len(found) != 1:
            raise RuleLoadError(f"{id_} needs one {property_}, it has {len(found)}", where)
        return found[0]

    texts = {getattr(m, "language", ""): m.value for m in values(SH + "message")}
    if set(texts) != {"fr", "en"}:
        raise RuleLoadError(f"{id_} needs one message in fr and one in en", where)
    level = LEVELS.get(one(SH + "severity").value[len(SH) :])
    if level is None:
        raise RuleLoadError(f"{id_} has an unknown severity", where)
    exempt = values(CKG + "notFor")
    return Requirement(
        id=id_,
        asked_of=one(CKG + "askedOf"),
        applies=one(SH + "targetClass"),
        not_for=exempt[0] if exempt else None,
        level=level,
        message=Text(texts["fr"], texts["en"]),
        articles=tuple(a.value for a in values(CKG + "article")),
        fiche=one(DCT + "source").value[len(CKG) :],
        to_be_confirmed=[v.value for v in values(CKG + "toBeConfirmed")] == ["true"],
        paths=frozenset(
            q.object for q in matching(store, None, NamedNode(SH + "path"), None, None) if _belongs(q.subject, id_)
        ),
    )


def _belongs(shape: Any, id_: str) -> bool:
    match = ID.match(getattr(shape, "value", ""))
    return match is not None and match[1] == id_
