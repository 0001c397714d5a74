"""A description as YAML, in the form that `inputs.yamlform` reads; read back, the graph is the same.

What the short names cannot say travels under the full IRI of its property, its value spelt out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import yaml
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from cnil_kg.errors import InputError
from cnil_kg.inputs.lines import BASE
from cnil_kg.inputs.normalise import namespace
from cnil_kg.inputs.shortnames import CLASSES, Key, ShortNames
from cnil_kg.vocab import NONE, PREFIXES, RDF, XSD, expand, shrink

_DEPTH = 30
_LOCAL = re.compile(r"[A-Za-z0-9_][\w.-]*", re.ASCII)
_TAG = re.compile(r"[a-z]{2,8}")
_BASE = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]+/(?:[^?#]*/)?")
"""A namespace under which a relative name stays: no fragment, no query."""
_LISTS = frozenset({"processings", "actors", "uses"})
_OWN_BASE = BASE.format(number=1)
_TYPE = NamedNode(RDF + "type")
_CLASS_NAMES = {expand(curie): name for name, curie in CLASSES.items()}
_Node = NamedNode | BlankNode
_Map = dict[str, Any]


class _Text(str):
    """A text that would mean something else without quotes."""


class _Dumper(yaml.SafeDumper):
    """No scalar is anything but text, so nothing needs quotes but what YAML itself would misread."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (PyYAML's own class attribute)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list under their key."""
        super().increase_indent(flow, False)


_Dumper.add_representer(_Text, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def as_yaml(triples: Iterable[Triple], names: ShortNames) -> str:
    """The triples as a YAML text; nodes that are named once are written where they are named.

    Args:
        triples: of one description, in the order in which they should be told.
        names: the short names.

    Raises:
        InputError: an IRI that begins like a prefixed name cannot be written.
    """
    header, body = _Writer(triples, names).document()
    parts = [part for part in (header, body) if part]
    return "".join(
        yaml.dump(part, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110, default_flow_style=False)
        for part in parts
    )


class _Writer:
    def __init__(self, triples: Iterable[Triple], names: ShortNames) -> None:
        self._names = names
        self._about: dict[_Node, list[Triple]] = {}
        self._named: Counter[_Node] = Counter()
        for triple in triples:
            assert isinstance(triple.subject, NamedNode | BlankNode)
            self._about.setdefault(triple.subject, []).append(triple)
            if isinstance(triple.object, NamedNode | BlankNode) and triple.predicate != _TYPE:
                self._named[triple.object] += 1
            elif isinstance(triple.object, BlankNode):
                self._named[triple.object] += 2  # a type is written as a name
        self._written: set[_Node] = set()
        self._labels: dict[BlankNode, str] = {}
        self._base, self._prefixes = self._spaces()

    def document(self) -> tuple[_Map, _Map]:
        """The header and the nodes."""
        header: _Map = {"base": self._base} if self._base not in ("", _OWN_BASE) else {}
        if self._prefixes:
            header["prefixes"] = {prefix: base for base, prefix in self._prefixes.items()}
        nodes = [self._node(node, 0) for node in self._about if self._named[node] != 1]
        while len(self._written) < len(self._about):
            nodes.append(self._node(next(n for n in self._about if n not in self._written), 0))
        if len(nodes) == 1:
            return header, nodes[0]
        return header, {"graph": nodes}

    def _spaces(self) -> tuple[str, dict[str, str]]:
        """What relative names start with, and the prefixes of the other namespaces of the nodes."""
        known = set(PREFIXES.values())
        spaces = Counter(
            namespace(node.value)
            for node in [*self._about, *self._named.elements()]
            if isinstance(node, NamedNode) and _LOCAL.fullmatch(node.value[len(namespace(node.value)) :])
        )
        found = [space for space, times in spaces.most_common() if space not in known and times > 1 and "://" in space]
        base = next((space for space in found if _BASE.fullmatch(space)), "")
        others = [space for space in found if space not in (base, _OWN_BASE)]
        return base, {space: "ex" if i == 0 else f"ex{i + 1}" for i, space in enumerate(others)}

    def _node(self, node: _Node, depth: int) -> _Map:
        self._written.add(node)
        found: _Map = {}
        if isinstance(node, NamedNode):
            found["id"] = self._name(node)
        elif self._named[node] > 1 or (self._named[node] and depth == 0):
            found["id"] = self._label(node)
        for triple in sorted(self._about[node], key=lambda t: t.predicate != _TYPE):
            self._state(found, triple, depth)
        return {key: value[0] if _single(key, value) else value for key, value in found.items()}

    def _state(self, found: _Map, triple: Triple, depth: int) -> None:
        property_, value = triple.predicate.value, triple.object
        assert not isinstance(value, Triple)
        if triple.predicate == _TYPE and not isinstance(value, Literal):
            short = _CLASS_NAMES.get(getattr(value, "value", ""))
            found.setdefault("type", []).append(short or self._name(value, relative=False))
            return
        key = self._names.by_iri.get(property_)
        written = None
        if key is not None:
            written = self._literal(key, value) if isinstance(value, Literal) else self._value(key, value, depth)
        if key is not None and written is not None:
            if isinstance(written, _Language):
                languages = found.setdefault(key.name, {})
                if isinstance(languages, dict):
                    _add(languages, written.tag, written.text)
                    return
            elif not isinstance(found.get(key.name), dict):
                found.setdefault(key.name, []).append(written)
                return
        full = self._name(triple.predicate, relative=False, prefixed=False)
        found.setdefault(full, []).append(self._spelt(value, depth))

    def _literal(self, key: Key, literal: Literal) -> Any:
        """The value as the key takes it; None when it does not."""
        datatype = literal.datatype.value
        if key.kind == "language":
            if literal.language is not None:
                fits = _TAG.fullmatch(literal.language) is not None
                return _Language(literal.language, literal.value) if fits else None
            return _Text(literal.value) if datatype == XSD + "string" else None
        if key.kind == "text" and datatype == XSD + "string":
            return _Text(literal.value) if literal.value in ("none", "") else literal.value
        fits = datatype == XSD + key.kind and key.kind in ("boolean", "integer", "decimal", "date", "duration")
        return (literal.value or _Text("")) if fits else None

    def _value(self, key: Key, node: _Node, depth: int) -> Any:
        if key.kind == "language":
            return None
        nested = self._nested(node, depth)
        if nested is not None:
            return nested
        if key.closed:
            short = self._names.names.get(getattr(node, "value", ""), "")
            return short if short in key.values else self._name(node, relative=False)
        if node == NamedNode(NONE):
            return "none"
        return self._name(node) if key.names_nodes else {"id": self._name(node)}

    def _spelt(self, value: _Node | Literal, depth: int) -> Any:
        if not isinstance(value, Literal):
            return self._nested(value, depth) or {"id": self._name(value)}
        if value.language is not None:
            return {"value": _Text(value.value), "lang": value.language}
        if value.datatype.value == XSD + "string":
            return _Text(value.value)
        return {"value": _Text(value.value), "datatype": self._name(value.datatype, relative=False)}

    def _nested(self, node: _Node, depth: int) -> _Map | None:
        if self._named[node] == 1 and node in self._about and node not in self._written and depth < _DEPTH:
            return self._node(node, depth + 1)
        return None

    def _label(self, node: BlankNode) -> str:
        return self._labels.setdefault(node, f"_:n{len(self._labels) + 1}")

    def _name(self, node: _Node, *, relative: bool = True, prefixed: bool = True) -> str:
        if isinstance(node, BlankNode):
            if self._named[node] == 1 and node in self._about:
                self._named[node] += 1  # written apart after all: it needs a label
            return self._label(node)
        iri = node.value
        space = namespace(iri)
        local = iri[len(space) :]
        if _LOCAL.fullmatch(local) and prefixed:
            if relative and space == self._base:
                return local
            if space in self._prefixes:
                return f"{self._prefixes[space]}:{local}"
            short = shrink(iri)
            if short != iri:
                return short
        scheme, _, rest = iri.partition(":")
        if not rest.startswith("//") and scheme in {*PREFIXES, *self._prefixes.values()}:
            what = f"<{iri}> begins like the prefix {scheme} of the YAML form"
            raise InputError(what, "", "Name the node otherwise, or keep the description in Turtle.")
        return iri


def _single(key: str, value: Any) -> bool:
    """True for a value to write on the line of its key."""
    return isinstance(value, list) and len(value) == 1 and (key not in _LISTS or isinstance(value[0], str))


class _Language:
    def __init__(self, tag: str, text: str) -> None:
        self.tag, self.text = tag, text


def _add(languages: dict[str, Any], tag: str, text: str) -> None:
    before = languages.get(tag)
    if before is None:
        languages[tag] = text or _Text(text)
    else:
        languages[tag] = [*(before if isinstance(before, list) else [before]), text]
