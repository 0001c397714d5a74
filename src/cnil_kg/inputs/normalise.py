"""Names as the rulebook knows them: old namespaces are read as the current ones, unknown names are told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import NamedNode

from cnil_kg.facttable import Fact
from cnil_kg.inputs import legacy
from cnil_kg.inputs.shortnames import ShortNames
from cnil_kg.model import Origin, Text, Warning_
from cnil_kg.vocab import PREFIXES, shrink

_SUGGESTIONS = 50
_NAME = re.compile(r"[\w-]+:?")


@dataclass(frozen=True)
class Terms:
    """What the rulebook knows.

    Attributes:
        known: for each namespace, all its local names; one that is not known whole must be absent, for every
            other name in it would be told as unknown.
        datatypes: for each property (IRI), the type of its fact in `ontology/facts.csv` (`boolean`, `date`).
        facts: the fact table, for the short names of the YAML form.
    """

    known: Mapping[str, frozenset[str]]
    datatypes: Mapping[str, str]
    facts: tuple[Fact, ...] = ()

    @cached_property
    def short(self) -> ShortNames:
        """The keys and values of the YAML form."""
        return ShortNames(self.facts)

    @cached_property
    def folded(self) -> Mapping[str, str]:
        """The namespaces by what is left of them without scheme, case and last sign."""
        return {_fold(base): base for base in (*PREFIXES.values(), *self.known)}


def namespace(iri: str) -> str:
    """The IRI up to its last `#` or `/`."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


class Names:
    """The names of one document; what is told goes to `warnings`, once per namespace and once per term."""

    def __init__(self, terms: Terms, file: str, warnings: list[Warning_]) -> None:
        self._warnings = warnings
        self._terms = terms
        self._file = file
        self._checked: set[NamedNode] = set()
        self._told: set[str] = set()
        self._suggested = 0

    def current(self, node: NamedNode, line: int | None) -> NamedNode:
        """The node itself, or the current name of a legacy one."""
        iri = self._modern(node.value, line)
        return node if iri == node.value else NamedNode(iri)

    def check(self, node: NamedNode, line: int | None, *, predicate: bool = False) -> None:
        """Tell a property, a type or a value whose namespace is known but whose name is not."""
        if node in self._checked:
            return
        self._checked.add(node)
        iri = node.value
        base = namespace(iri)
        local = iri[len(base) :]
        names = self._terms.known.get(base)
        if not local or (local in names if names is not None else not (predicate and local.endswith(":"))):
            return
        shown = shrink(iri) if not local.endswith(":") else f"{shrink(iri[:-1])}:"
        near = self._nearest(local, names or {local.rstrip(":")})
        if not near:
            text = Text(f"{shown} n'est pas un terme connu.", f"{shown} is not a known term.")
        else:
            close = shrink(base + near)
            text = Text(
                f"{shown} n'est pas un terme connu : vouliez-vous dire {close} ?",
                f"{shown} is not a known term: did you mean {close}?",
            )
        self._warn("unknown-term", text, line, iri)

    def _modern(self, iri: str, line: int | None) -> str:
        base = namespace(iri)
        local = iri[len(base) :]
        if iri in legacy.TERMS:
            new = legacy.TERMS[iri]
            self._tell(iri, new, line)
        else:
            target = self._target(base, local)
            new = target + local if target else iri
            if target:
                self._tell(base, target, line)
        renamed = legacy.RENAMED.get(new)
        if renamed is None or new[len(namespace(new)) :] in self._terms.known.get(namespace(new), ()):
            return new
        text = Text(f"{shrink(new)} se dit {shrink(renamed)}.", f"{shrink(new)} is now {shrink(renamed)}.")
        self._warn("renamed-term", text, line, new)
        return renamed

    def _target(self, base: str, local: str) -> str | None:
        """The namespace to read for a name in another one, None to leave it alone."""
        near = self._terms.folded.get(_fold(base))
        if near == base or base in self._terms.known or not _NAME.fullmatch(local):
            return None
        other = _other_scheme(base)
        target = legacy.NAMESPACES.get(base) or legacy.NAMESPACES.get(other) or legacy.dated(base)
        if target:
            return target
        if near is None:
            return None
        return near if near == other or local in self._terms.known.get(near, ()) else None

    def _nearest(self, local: str, names: Collection[str]) -> str | None:
        bare = local.rstrip(":")
        if bare in names:
            return bare
        if self._suggested >= _SUGGESTIONS:
            return None
        self._suggested += 1
        from difflib import get_close_matches  # noqa: PLC0415  (only for a file that needs it)

        lower = {name.lower(): name for name in sorted(names)}
        near = [name for name in lower if abs(len(name) - len(bare)) <= 4]
        found = get_close_matches(bare.lower(), near, 1, 0.8)
        return lower[found[0]] if found else None

    def _tell(self, old: str, new: str, line: int | None) -> None:
        if old in self._told:
            return
        self._told.add(old)
        text = Text(
            f"<{old}> est ancien ou erroné : lu comme <{new}>.",
            f"<{old}> is old or wrong: read as <{new}>.",
        )
        self._warn("legacy-namespace", text, line, old)

    def _warn(self, code: str, text: Text, line: int | None, term: str) -> None:
        self._warnings.append(Warning_(code, text, Origin(self._file, line), term))


def _other_scheme(iri: str) -> str:
    return "http://" + iri[8:] if iri.startswith("https://") else "https://" + iri.removeprefix("http://")


def _fold(base: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", base.lower()).rstrip("#/")
